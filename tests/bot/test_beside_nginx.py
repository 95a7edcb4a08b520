"""Behind a real nginx: signed turns get through, restarts and slow callers are its own, and local mode lets none in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.edge import Addresses
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.entra import METADATA_PATH, Entra
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import serving
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Council
from tests.patience import PATIENCE

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"
pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here")

CONFIG = """
{user}
error_log {folder}/error.log;
pid {folder}/nginx.pid;
daemon off;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream bot {{ server 127.0.0.1:{port}; keepalive 8; }}
  server {{
    listen unix:{folder}/front.sock;
    location / {{
      proxy_pass http://bot;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@contextlib.asynccontextmanager
async def nginx(folder: Path, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    """One in front of the bot on `port`, and a session that comes in through it."""
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, user=user))
    words = ("-p", str(folder), "-c", str(folder / "nginx.conf"))
    running = await asyncio.create_subprocess_exec("nginx", *words, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE):
            while not (folder / "front.sock").exists():
                assert running.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
        connector = aiohttp.UnixConnector(str(folder / "front.sock"))
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=10)) as session:
            yield session
    finally:
        running.terminate()
        await running.wait()


async def test_signed_turns_get_through_on_kept_connections_and_the_callers_address_changes_nothing(
    db: Database, framework: Framework, council: Council, fast_folder: Path
) -> None:
    person = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
    manager = Member(person.entra_object_id, person.name, person.email)
    entra = Entra(APP_ID, TENANT_ID, lambda: FRIDAY, secret="s3cret")
    teams = TeamsDesk(APP_ID, TENANT_ID, [manager])
    async with serving(entra.application()) as keys, serving(teams.application()) as chats:
        teams.service_url = f"{chats}/"
        settings = Settings.load(
            app_id=APP_ID, tenant_id=TENANT_ID, app_secret="s", database_url=council.url, host="127.0.0.1", port=0
        )
        where = Addresses(keys + METADATA_PATH, chats, chats, teams.service_url, loopback=True)
        service = Service(settings, framework, Clock.standing(FRIDAY), db, addresses=where, dispatching=False)
        await service.start()
        try:
            async with nginx(fast_folder, service.port) as through:
                door = "http://bot.council.example/api/messages"
                me = DeskPerson(manager, teams, door, through, lambda: FRIDAY, entra)
                home = {"type": "Action.Execute", "verb": "home", "data": {"verb": "home"}}
                answers = await asyncio.gather(*(me.press(home) for _ in range(20)))
                assert len([page.card for page in answers if page.card]) == 20
                unsigned = await me.send(me.activity("message", text="list"), token="forged.forged.forged")
                assert unsigned.status == 401
                async with through.get("http://bot.council.example/nothing-here") as answer:
                    assert answer.status == 404
                    assert await answer.json() == {"error": {"code": "not_found"}}
                cut = service.metrics.registry.get_sample_value("bot_connections_cut_total", {"why": "full"})
                assert cut == 0
        finally:
            await service.stop()


async def test_local_mode_behind_a_proxy_on_the_same_machine_answers_no_outsider(
    db: Database, framework: Framework, fast_folder: Path
) -> None:
    settings = Settings.load(mode="local", port=0)
    service = Service(settings, framework, Clock.starting(FRIDAY), db, dispatching=False)
    await service.start()
    try:
        async with nginx(fast_folder, service.port) as through:
            activity = {"type": "message", "text": "list", "serviceUrl": "http://127.0.0.1:9/"}
            for host in ("bot.council.example", "localhost"):
                async with through.post(f"http://{host}/api/messages", json=activity) as answer:
                    assert answer.status == 403
                    assert (await answer.json())["error"]["code"] == "not_this_machine"
                async with through.get(f"http://{host}/local/council") as answer:
                    assert answer.status == 403
    finally:
        await service.stop()

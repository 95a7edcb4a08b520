"""The pages machines read, when things go well and when the database, Microsoft or the clock does not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import metrics, vitals
from bot.clock import Clock
from bot.edge import Addresses
from bot.metrics import Metrics
from bot.service import PortTaken, Service
from bot.settings import Settings
from policy.framework.framework import Framework
from storage.council import history
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Council
from tests.databases import PostgresqlServer, database_name
from tests.storage.cutting_proxy import CuttingProxy, cutting_proxy

ROOT = Path(__file__).parents[2]
NOWHERE = "https://127.0.0.1:9"


def local(**changed: Any) -> Settings:
    return Settings.load(mode="local", port=0, **changed)


def production(council: Council) -> Settings:
    ids = {"app_id": "0a0a0a0a-1111-4222-8333-444444444444", "tenant_id": "c0ffee00-0000-4000-8000-00000000000a"}
    return Settings.load(**ids, app_secret="s", database_url=council.url, host="127.0.0.1", port=0)


@contextlib.asynccontextmanager
async def served(service: Service) -> AsyncIterator[str]:
    await service.start()
    try:
        yield f"http://127.0.0.1:{service.port}"
    finally:
        await service.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8)) as session:
        yield session


async def asked(http: aiohttp.ClientSession, address: str, **more: Any) -> tuple[int, Any]:
    async with http.get(address, **more) as answer:
        return answer.status, await answer.json()


async def numbers(http: aiohttp.ClientSession, url: str) -> dict[str, float]:
    async with http.get(f"{url}/metrics") as answer:
        page = await answer.text()
    lines = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


# -- from the start ---------------------------------------------------------------------------------------------------


def test_every_number_stands_on_the_page_from_the_start_at_nought() -> None:
    page = Metrics().text().decode()
    for line in (
        'bot_turns_total{kind="message",outcome="failed"} 0.0',
        'bot_deliveries_total{channel="mail",outcome="never"} 0.0',
        'bot_turned_away_total{code="unknown_key"} 0.0',
        'bot_sweeps_total{outcome="failed"} 0.0',
        'bot_notices{state="parked"} 0.0',
        'bot_verify_findings{kind="chain_broken"} 0.0',
        'bot_connections_cut_total{why="silent"} 0.0',
        "bot_database_up 0.0",
    ):
        assert line in page
    for name in ("process_open_fds", "process_max_fds", "process_resident_memory_bytes", "process_cpu_seconds_total"):
        assert re.search(rf"^{name} [1-9.]", page, re.MULTILINE), name


def test_no_code_of_a_refusal_and_no_kind_of_a_finding_is_missing_from_the_page() -> None:
    doors = "".join(file.read_text() for file in (ROOT / "bot" / "teams").glob("*.py"))
    codes = set(re.findall(r"""(?:TurnedAway\(\d+, |BadBody\(|turned_away\(\d+, )"([a-z_]+)\"""", doors))
    assert codes - set(metrics.TURNED_AWAY) == set(), "add it to TURNED_AWAY in bot/metrics.py"
    checks = "".join(file.read_text() for file in (ROOT / "assurance" / "self_check").glob("*.py"))
    assert set(re.findall(r'Finding\(\s*"([a-z_]+)"', checks)) - set(metrics.FOUND) == set(), "add it to FOUND"


# -- ready and well ---------------------------------------------------------------------------------------------------


async def test_without_microsofts_keys_it_is_neither_ready_nor_well_and_says_which_host(
    db: Database, framework: Framework, http: aiohttp.ClientSession, council: Council
) -> None:
    where = Addresses(f"{NOWHERE}/keys", NOWHERE, NOWHERE, f"{NOWHERE}/", loopback=True)
    service = Service(production(council), framework, Clock.starting(FRIDAY), db, addresses=where, dispatching=False)
    async with served(service) as url:
        assert (await asked(http, f"{url}/readyz"))[0] == 503
        async with asyncio.timeout(8):
            while not (said := [each for each in await service.problems() if "signing keys" in each]):
                await asyncio.sleep(0.02)
        assert said[0].startswith(
            "Microsoft's signing keys have not been had yet, so no message can be answered. 127.0.0.1:9 cannot be "
            "connected to"
        )
        assert (await asked(http, f"{url}/healthz"))[0] == 503


async def test_a_clock_before_the_newest_entry_of_the_history_is_said(
    db: Database, framework: Framework, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock.real()
    newest = db.read_now(history.newest_at)
    assert newest
    monkeypatch.setattr(clock, "now", lambda: newest - timedelta(days=40))
    where = Addresses(f"{NOWHERE}/keys", NOWHERE, NOWHERE, f"{NOWHERE}/", loopback=True)
    service = Service(production(council), framework, clock, db, addresses=where, dispatching=False)
    async with served(service):
        said = [each for each in await service.problems() if "newest entry of the history" in each]
    assert len(said) == 1
    assert "set it right (NTP)" in said[0]


# -- the database goes ------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen_line(postgresql_server: PostgresqlServer) -> Iterator[CuttingProxy]:
    with (
        tempfile.TemporaryDirectory(prefix="line-") as folder,
        cutting_proxy(Path(folder), postgresql_server.folder) as proxy,
    ):
        yield proxy
        proxy.passing.set()


def _through(proxy: CuttingProxy, address: str) -> str:
    return f"postgresql://bot@/{database_name(address)}?host={proxy.folder}"


@pytest.mark.postgresql
async def test_with_the_database_gone_every_page_answers_soon_and_the_ages_go_on(
    postgresql_url: str,
    frozen_line: CuttingProxy,
    framework: Framework,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vitals, "DATABASE_SECONDS", 0.3)
    with Database.open(_through(frozen_line, postgresql_url), patience=1.0) as db:
        service = Service(local(), framework, Clock.starting(FRIDAY), db, dispatching=False)
        async with served(service) as url:
            async with asyncio.timeout(8):
                while service._timer.since_good() is None:
                    await asyncio.sleep(0.02)
            assert await asked(http, f"{url}/readyz") == (200, {"ready": True})
            assert (await numbers(http, url))["bot_database_up"] == 1
            frozen_line.passing.clear()
            began = time.monotonic()
            status, said = await asked(http, f"{url}/readyz")
            assert (status, said["ready"]) == (503, False)
            assert said["why"].startswith("The database does not answer")
            first = await numbers(http, url)
            assert (await asked(http, f"{url}/healthz"))[0] == 503
            later = await numbers(http, url)
            assert time.monotonic() - began < 4, "four looks, each within its bound"
            assert later["bot_database_up"] == 0
            assert later["bot_last_sweep_age_seconds"] > first["bot_last_sweep_age_seconds"] > 0
            frozen_line.passing.set()
            async with asyncio.timeout(8):
                while (await asked(http, f"{url}/readyz"))[0] != 200:
                    await asyncio.sleep(0.05)


# -- told to stop -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.postgresql
def test_told_to_stop_an_unfinished_body_is_answered_at_once_and_a_silent_database_holds_nobody(
    postgresql_url: str, frozen_line: CuttingProxy, tmp_path: Path
) -> None:
    address = _through(frozen_line, postgresql_url)
    environment = os.environ | {"BOT_MODE": "local", "BOT_PORT": "0", "BOT_DATABASE_URL": address}
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr
        ready = next(line for line in running.stderr if '"ready"' in line)
        found = re.search(r'"port": (\d+)', ready)
        assert found
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=8) as line:
            line.sendall(
                b"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b'Content-Length: 500\r\n\r\n{"type": '
            )
            with socket.create_connection(("127.0.0.1", int(found[1])), timeout=8) as other:
                other.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                assert b"200" in other.recv(100), "by now the body has begun"
            frozen_line.passing.clear()
            running.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert line.recv(200).startswith(b"HTTP/1.1 503")
            assert time.monotonic() - began < 2
        assert running.wait(20) == 0
        assert time.monotonic() - began < 5.5, "the deadline is 4.5 s, and a busy machine has a second"
    finally:
        running.kill()
        running.stderr.close()  # type: ignore[union-attr]


async def test_a_start_that_fails_puts_away_what_it_had_opened(
    db: Database, framework: Framework, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken:
        settings = local().model_copy(update={"port": taken.getsockname()[1]})
        service = Service(settings, framework, Clock.starting(FRIDAY), db)
        with pytest.raises(PortTaken):
            await service.start()
    other = Service(local(), framework, Clock.starting(FRIDAY), _Broken(db))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="no such table"):
        await other.start()
    for failed in (service, other):
        assert failed._edge is not None
        assert failed._edge.outbound.http._session.closed
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []


class _Broken:
    """A database whose first write fails, as one without rights does."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def write(self, *_: object, **__: object) -> None:
        raise RuntimeError("no such table")


# -- local mode is for this machine -----------------------------------------------------------------------------------

OUTSIDERS = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-Host": "bot.example"},
    {"Forwarded": "for=203.0.113.9"},
    {"X-Real-IP": "203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"Host": "bot.example"},
    {"Host": "localhost.bot.example:3978"},
    {"Host": "127.0.0.1.bot.example"},
]


async def test_local_mode_answers_nobody_who_comes_through_a_proxy_or_under_another_name(
    db: Database, framework: Framework, http: aiohttp.ClientSession
) -> None:
    service = Service(local(), framework, Clock.starting(FRIDAY), db, dispatching=False)
    async with served(service) as url:
        activity = {"type": "message", "text": "list", "serviceUrl": "http://127.0.0.1:9/"}
        for headers in OUTSIDERS:
            async with http.post(f"{url}/api/messages", json=activity, headers=headers) as answer:
                assert answer.status == 403, headers
            assert (await asked(http, f"{url}/local/council", headers=headers))[0] == 403
        assert (await asked(http, f"{url}/readyz", headers={"Host": "localhost"}))[0] == 200


async def test_no_answer_says_what_the_server_is_made_of(
    db: Database, framework: Framework, http: aiohttp.ClientSession
) -> None:
    service = Service(local(), framework, Clock.starting(FRIDAY), db, dispatching=False)
    async with served(service) as url:
        for method, path, status, code in (
            ("GET", "/nothing-here", 404, "not_found"),
            ("GET", "/api/messages", 405, "method_not_allowed"),
            ("POST", "/healthz", 405, "method_not_allowed"),
        ):
            async with http.request(method, url + path) as answer:
                assert (answer.status, await answer.json()) == (status, {"error": {"code": code}})
                assert answer.headers["Server"] == "learning-space-bot"
                assert answer.headers["Cache-Control"] == "no-store"
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(b"what is this\r\n\r\n")
        said = (await reader.read()).lower()
        writer.close()
    assert b"400" in said
    assert b"aiohttp" not in said
    assert b"python" not in said

"""The whole service with email on: by SMTP, and in production through Graph with a token from Entra."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.edge import Addresses
from bot.service import Service
from bot.settings import Settings
from desk.entra import METADATA_PATH, Entra
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post, SmtpFault, smtp_server
from desk.serving import own_certificate, serving
from policy.framework.framework import Framework
from storage.contact import channels
from storage.council import establishment
from storage.engine.database import Database
from storage.outbox import notice_lists
from tests.bot.conftest import FRIDAY, Command
from tests.bot.mail.conftest import MAILBOX

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"


async def until(true: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def without_teams(db: Database) -> str:
    """The demo's team manager has blocked the app; her address."""
    db.write_now(channels.set_state, DEMO_TEAM_MANAGER, "teams", "blocked", "", FRIDAY)
    return db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].email


async def test_a_manager_who_blocked_the_app_gets_her_learning_space_by_email(
    db: Database, framework: Framework, post: Post
) -> None:
    address = without_teams(db)
    async with smtp_server(post) as port:
        settings = Settings.load(
            mode="local", port=0, sweep_seconds=0.2, mail="smtp", mailbox=MAILBOX, smtp_url=f"smtp://127.0.0.1:{port}"
        )
        service = Service(settings, framework, Clock.starting(FRIDAY), db)
        await service.start()
        try:
            await until(lambda: bool(post.to(address)))
            assert not await service.problems()
        finally:
            await service.stop()
    letter = post.to(address)[0].message()
    assert letter["Subject"].startswith("A learning space for you: LS-")
    sent = [row for row in db.read_now(notice_lists.to_person, DEMO_TEAM_MANAGER) if row.channel == "mail"]
    assert sent and sent[0].state == "sent"


async def test_a_relay_that_refuses_the_bot_turns_health_red_in_words(
    db: Database, framework: Framework, post: Post
) -> None:
    without_teams(db)
    post.faults.append(SmtpFault("mail", "550 5.7.60 No", times=-1))
    async with smtp_server(post) as port:
        settings = Settings.load(
            mode="local", port=0, sweep_seconds=0.2, mail="smtp", mailbox=MAILBOX, smtp_url=f"smtp://127.0.0.1:{port}"
        )
        service = Service(settings, framework, Clock.starting(FRIDAY), db)
        await service.start()
        try:
            await until(lambda: bool(service.mail and service.mail.problem()))
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{service.port}/healthz") as answer,
            ):
                assert answer.status == 503
                assert "relay refuses" in str((await answer.json())["problems"])
        finally:
            await service.stop()


async def test_a_relay_that_is_not_there_is_said_by_health_after_a_few_minutes(
    db: Database, framework: Framework
) -> None:
    without_teams(db)
    settings = Settings.load(mode="local", port=0, mail="smtp", mailbox=MAILBOX, smtp_url="smtp://127.0.0.1:1")
    service = Service(settings, framework, Clock.starting(FRIDAY), db)
    await service.start()
    try:
        assert service.mail
        outage = service.mail.road._outage  # type: ignore[attr-defined]
        await until(lambda: bool(outage.lasts))
        assert "relay" not in str(await service.problems()), "it may be starting anew"
        outage._since -= 240
        url = f"http://127.0.0.1:{service.port}/healthz"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert answer.status == 503
            said = str((await answer.json())["problems"])
        assert "The relay 127.0.0.1 has not answered for 4 minutes" in said and "Letters wait" in said
    finally:
        await service.stop()


async def test_in_production_letters_go_through_graph_with_a_token_for_graph(
    db: Database, framework: Framework, post: Post, tmp_path: Path
) -> None:
    today = datetime.now(UTC)  # noqa: TID251  a real handshake wants a certificate of today
    address = without_teams(db)
    entra = Entra(APP_ID, TENANT_ID, lambda: today, secret="s3cret")
    desk = GraphMailboxDesk(MAILBOX, post, good_token=entra.tokens.__contains__)
    tls, trusted = own_certificate(tmp_path, today)
    async with (
        serving(entra.application(), tls=tls) as login,
        serving(entra.application()) as keys,
        serving(desk.application()) as graph,
    ):
        settings = Settings.load(
            mode="production",
            host="127.0.0.1",
            port=0,
            sweep_seconds=0.2,
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            app_secret="s3cret",
            database_url="given",
            mail="graph",
            mailbox=MAILBOX,
        )
        where = Addresses(
            openid_metadata=f"{keys}{METADATA_PATH}",
            authority=login,
            trust=str(trusted),
            graph=graph,
            service_url=f"{keys}/nobody/",
            loopback=True,
        )
        service = Service(settings, framework, Clock.starting(FRIDAY), db, addresses=where)
        await service.start()
        try:
            await until(lambda: bool(post.to(address)))
        finally:
            await service.stop()
    assert desk.in_folder("sentitems")
    assert any("graph.microsoft.com" in asked.get("scope", "") for asked in entra.token_requests)


def test_a_pass_by_hand_delivers_by_email_as_well(
    db: Database, command: Command, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = without_teams(db)

    async def by_hand() -> str:
        async with smtp_server(post) as port:
            monkeypatch.setenv("BOT_MAIL", "smtp")
            monkeypatch.setenv("BOT_MAILBOX", MAILBOX)
            monkeypatch.setenv("BOT_SMTP_URL", f"smtp://127.0.0.1:{port}")
            result = await asyncio.to_thread(command, "sweep", "--deliver", "--at", "2026-11-20T10:05")
            return f"{result.exit_code} {result.output}"

    said = asyncio.run(by_hand())
    assert said.startswith("0"), said
    assert post.to(address), said

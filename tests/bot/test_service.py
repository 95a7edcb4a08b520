"""The whole service over real HTTP, with the desk as Teams: people in, cards out, and how it says it is not well."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from assurance.self_check import health
from assurance.self_check.upkeep import WHOLE
from bot import upkeep
from bot.clock import Clock
from bot.edge import Addresses
from bot.service import PortTaken, Service
from bot.settings import Settings
from desk import faults
from desk.connector import TeamsDesk
from desk.entra import METADATA_PATH, Entra
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import own_certificate, serving
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.council import establishment, heartbeats
from storage.engine.database import Database
from storage.outbox import notice_lists, notices
from tests.bot.conftest import FRIDAY, Command, Council
from tests.bot.filling import answers_on
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
AGE_OF_WHOLE = "bot_last_whole_verify_age_seconds "
APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"


@contextlib.asynccontextmanager
async def served(service: Service) -> AsyncIterator[str]:
    await service.start()
    try:
        yield f"http://127.0.0.1:{service.port}"
    finally:
        await service.stop()


async def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def manager(db: Database) -> Member:
    """The demo's team manager as Teams knows them."""
    person = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
    return Member(person.entra_object_id, person.name, person.email)


@pytest.fixture
async def teams(manager: Member) -> AsyncIterator[TeamsDesk]:
    desk = TeamsDesk(APP_ID, TENANT_ID, [manager])
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        yield desk


def local(**changed: Any) -> Settings:
    return Settings.load(mode="local", port=0, sweep_seconds=0.2, **changed)


def a_service(
    db: Database, framework: Framework, settings: Settings | None = None, clock: Clock | None = None, **more: Any
) -> Service:
    return Service(settings or local(), framework, clock or Clock.starting(FRIDAY), db, **more)


def at_the_desk(member: Member, teams: TeamsDesk, url: str, http: aiohttp.ClientSession, **more: Any) -> DeskPerson:
    return DeskPerson(member, teams, f"{url}/api/messages", http, lambda: FRIDAY, **more)


async def status(http: aiohttp.ClientSession, address: str) -> tuple[int, Any]:
    async with http.get(address) as answer:
        return answer.status, await answer.json()


async def test_a_manager_opens_the_chat_gets_the_waiting_card_and_sends_the_form_in(
    db: Database, framework: Framework, teams: TeamsDesk, manager: Member, http: aiohttp.ClientSession
) -> None:
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    async with served(a_service(db, framework, dispatching=False)) as url:
        me = at_the_desk(manager, teams, url, http)
        assert {answer.status for answer in await me.install()} == {200}
    service = a_service(db, framework)
    async with served(service) as url:
        me = at_the_desk(manager, teams, url, http)
        chat = teams.chat_of(manager)
        await until(lambda: any(item.reference in str(each) for each in chat.messages.values()))
        page = await me.press(_button(_card_about(chat, item.reference), "open"))
        for _ in range(12):
            if found := _button(page.card, "submit"):
                break
            page = await me.press(_button(page.card, "next"), answers_on(page.card))
        receipt = await me.press(found)
    assert item.reference in str(receipt.card)
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert (stored.state, stored.grade) == ("submitted", "good")


async def test_whoever_opens_the_chat_late_gets_what_waits_at_once(
    db: Database, framework: Framework, teams: TeamsDesk, manager: Member, http: aiohttp.ClientSession
) -> None:
    # The clock stands: no pause between two tries is ever over.
    async with served(a_service(db, framework, clock=Clock.standing(FRIDAY + timedelta(minutes=5)))) as url:
        await until(lambda: all(notice.attempts for notice in db.read_now(notice_lists.to_person, DEMO_TEAM_MANAGER)))
        await at_the_desk(manager, teams, url, http).install()
        chat = teams.chat_of(manager)
        await until(lambda: any("LS-" in str(each) for each in chat.messages.values()))


async def test_in_production_the_bot_writes_first_to_whoever_has_the_app_and_every_call_is_signed(
    db: Database,
    framework: Framework,
    manager: Member,
    http: aiohttp.ClientSession,
    tmp_path: Path,
    council: Council,
) -> None:
    clock = Clock.starting(FRIDAY)
    entra = Entra(APP_ID, TENANT_ID, clock.now, secret="s3cret")
    desk = TeamsDesk(APP_ID, TENANT_ID, [manager], good_token=lambda token: bool(token))
    tls, trusted = own_certificate(tmp_path, datetime.now(UTC))  # noqa: TID251  a real handshake wants a real date
    async with (
        serving(entra.application(), tls=tls) as login,
        serving(entra.application()) as keys,
        serving(desk.application()) as url,
    ):
        desk.service_url = f"{url}/"
        settings = Settings.load(
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            app_secret="s3cret",
            database_url=council.url,
            host="127.0.0.1",
            port=0,
            sweep_seconds=0.2,
        )
        settings.check_service()
        where = Addresses(keys + METADATA_PATH, login, f"{url}/graph", desk.service_url, str(trusted), loopback=True)
        service = Service(settings, framework, clock, db, addresses=where)
        async with served(service) as bot:
            await until(lambda: len(desk.chat_of(manager).messages) > 0, 20)
            me = at_the_desk(manager, desk, bot, http, entra=entra)
            assert (await me.say("list")).status == 200
            unsigned = await me.send(me.activity("message", text="list"), token="forged.forged.forged")
    assert unsigned.status in (401, 403)
    assert all(accepted.token for accepted in desk.accepted)


async def test_the_pages_machines_read(db: Database, framework: Framework, http: aiohttp.ClientSession) -> None:
    service = a_service(db, framework)
    async with served(service) as url:
        await until(lambda: bool(service._timer.pokes))
        assert await status(http, f"{url}/readyz") == (200, {"ready": True})
        await _until_status(http, f"{url}/healthz", 200)
        async with http.get(f"{url}/metrics") as answer:
            page = await answer.text()
        async with http.get(f"{url}/api/messages") as answer:
            assert answer.status == 405
    for name in ("bot_sweeps_total", "bot_notices", "bot_open_learning_spaces 40.0", "bot_deliveries_total"):
        assert name in page
    assert "p-0" not in page
    assert "NM-" not in page


async def test_health_turns_red_when_the_sweep_fails_and_green_when_it_works_again(
    db: Database, framework: Framework, http: aiohttp.ClientSession, council: Council
) -> None:
    async with served(a_service(db, framework)) as url:
        with sqlite3.connect(council.path) as raw:
            raw.execute("ALTER TABLE heartbeats RENAME TO lost")
        await _until_status(http, f"{url}/healthz", 503)
        assert (await status(http, f"{url}/healthz"))[1]["problems"]
        with sqlite3.connect(council.path) as raw:
            raw.execute("ALTER TABLE lost RENAME TO heartbeats")
        await _until_status(http, f"{url}/healthz", 200)


async def test_health_and_metrics_say_that_no_night_round_has_ended_for_more_than_a_day(
    db: Database, framework: Framework, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CATCHING_UP", timedelta(0))  # the service of this test has only just begun
    async with served(a_service(db, framework)) as url:
        await until(lambda: db.read_now(heartbeats.last, WHOLE) is not None)
        await _until_status(http, f"{url}/healthz", 200)
        db.write_now(heartbeats.beat, WHOLE, FRIDAY - timedelta(hours=27))
        await _until_status(http, f"{url}/healthz", 503)
        (said,) = (await status(http, f"{url}/healthz"))[1]["problems"]
        assert said.startswith("No round of verify over everything has come to its end since 2026-11-19 07:00 UTC;")
        async with http.get(f"{url}/metrics") as answer:
            (age,) = [line.split()[1] for line in (await answer.text()).splitlines() if line.startswith(AGE_OF_WHOLE)]
        assert 27 * 3600 <= float(age) < 28 * 3600


async def test_health_turns_red_when_the_timer_dies_and_the_watchdog_brings_it_back(
    db: Database, framework: Framework, http: aiohttp.ClientSession
) -> None:
    service = a_service(db, framework)
    async with served(service) as url:
        service._timer.stop()
        await until(lambda: service._watchdog.restarts > 0)
        await _until_status(http, f"{url}/healthz", 200)


async def test_a_taken_port_is_said_with_its_key(db: Database, framework: Framework) -> None:
    service = a_service(db, framework)
    async with served(service):
        other = a_service(db, framework, local().model_copy(update={"port": service.port}))
        with pytest.raises(PortTaken, match="BOT_PORT"):
            await other.start()


async def test_a_channel_that_is_down_loses_nothing(
    db: Database, framework: Framework, teams: TeamsDesk, manager: Member, http: aiohttp.ClientSession
) -> None:
    async with served(a_service(db, framework, dispatching=False)) as url:
        await at_the_desk(manager, teams, url, http).install()
    teams.faults.add(faults.throttled("1"), times=1)
    async with served(a_service(db, framework)):
        chat = teams.chat_of(manager)
        await until(lambda: sum("LS-" in str(each) for each in chat.messages.values()) >= 1)
    mine = db.read_now(notices.about, db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0].reference)
    [card] = [notice for notice in mine if notice.event == "E1"]
    assert (card.state, card.repeat) == ("sent", False)


async def test_a_pass_from_the_command_line_reaches_the_chat_beside_the_running_service(
    db: Database,
    framework: Framework,
    teams: TeamsDesk,
    manager: Member,
    http: aiohttp.ClientSession,
    command: Command,
) -> None:
    async with served(a_service(db, framework)) as url:
        await at_the_desk(manager, teams, url, http).install()
        done = await asyncio.to_thread(command, "sweep", "--at", "2026-12-21", "--deliver")
        assert done.exit_code == 0, done.output
        assert "teams, sent" in done.output
        assert any("late" in str(each) for each in teams.chat_of(manager).messages.values())
        assert await status(http, f"{url}/healthz") == (200, {"status": "ok", "problems": []})


async def test_a_stand_in_for_teams_that_is_named_by_its_address_is_written_to_first(
    db: Database, framework: Framework, teams: TeamsDesk, manager: Member
) -> None:
    settings = local(service_url=teams.service_url, tenant_id=TENANT_ID)
    async with served(a_service(db, framework, settings)):
        await until(lambda: any("LS-" in str(each) for each in teams.chat_of(manager).messages.values()), 20)


@pytest.mark.slow
def test_killed_and_started_again_it_is_ready_and_a_second_one_is_refused(council: Council, tmp_path: Path) -> None:
    first = _start(council, tmp_path)
    _until_ready(first)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    second = _start(council, tmp_path)
    try:
        _until_ready(second)
        third = _start(council, tmp_path)
        said = third.communicate(timeout=PATIENCE)[1]
        assert third.returncode == 2
        assert "already serves this database" in said
        assert "Traceback" not in said
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(12) == 0


def _start(council: Council, folder: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": "0",
        "BOT_DATABASE_URL": council.url,
        "BOT_CLOCK_START": FRIDAY.isoformat(),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )


def _until_ready(process: subprocess.Popen[str]) -> None:
    """Read its log until it says that it is ready."""
    assert process.stderr
    ends = time.monotonic() + 20
    for line in process.stderr:
        if '"ready"' in line:
            return
        assert time.monotonic() < ends
    raise AssertionError("it ended before it was ready")


async def _until_status(http: aiohttp.ClientSession, address: str, wanted: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await status(http, address))[0] != wanted:
            await asyncio.sleep(0.05)


def _button(card: dict[str, Any], verb: str) -> dict[str, Any]:
    return next((action for action in card.get("actions", ()) if action.get("verb") == verb), {})


def _card_about(chat: Any, reference: str) -> dict[str, Any]:
    """The newest card in a chat that mentions a reference and can be opened."""
    for message in reversed(list(chat.messages.values())):
        for attachment in message.get("attachments", ()):
            card: dict[str, Any] = attachment["content"]
            if reference in str(card) and _button(card, "open"):
                return card
    raise AssertionError(f"no card about {reference}")


async def test_a_self_check_that_breaks_each_time_turns_health_red_and_its_age_grows_while_the_sweep_goes_on(
    db: Database, framework: Framework, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else says what was forgotten, so whoever watches must see that nobody looks."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a self-check with a fault in it")

    monkeypatch.setattr(upkeep, "near", broken)
    async with served(a_service(db, framework, local(verify_seconds=0.5))) as url:
        async with asyncio.timeout(PATIENCE):
            said: list[str] = []
            while not any(one.startswith("the last good verify was ") for one in said):
                await asyncio.sleep(0.05)
                code, page_of_health = await status(http, f"{url}/healthz")
                said = page_of_health.get("problems", [])
        assert code == 503 and not [one for one in said if "sweep" in one]
        async with http.get(f"{url}/metrics") as answer:
            page = await answer.text()
        age = next(line for line in page.splitlines() if line.startswith("bot_last_verify_age_seconds "))
        assert float(age.split()[1]) >= 1


async def test_what_is_lost_is_put_back_by_itself_and_what_is_wrong_turns_health_red_until_it_is_right(
    db: Database, framework: Framework, http: aiohttp.ClientSession, council: Council, command: Command
) -> None:
    reference = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0].reference
    with sqlite3.connect(council.path) as raw:
        raw.execute("UPDATE allocations SET next_step_at = NULL WHERE reference = ?", [reference])
    async with served(a_service(db, framework, local(verify_seconds=1))) as url:
        await until(lambda: _is_looked_at(db, reference))
        await _until_status(http, f"{url}/healthz", 200)
        with sqlite3.connect(council.path) as raw:
            raw.execute("UPDATE history SET actor = 'person:nobody' WHERE seq = 2")
            raw.execute("UPDATE meta SET value = '' WHERE key = 'verified:history round'")  # as after a day
        await _until_status(http, f"{url}/healthz", 503)
        said = (await status(http, f"{url}/healthz"))[1]["problems"]
        assert said[-1] == (
            "What is kept is not what must be (chain broken: 1). To see each, run: python -m bot verify"
        )
        async with http.get(f"{url}/metrics") as answer:
            page = await answer.text()
        assert 'bot_verify_findings{kind="chain_broken"} 1.0' in page
        assert "bot_verify_mended_total 1.0" in page
        assert "bot_last_verify_age_seconds" in page
        found = await asyncio.to_thread(command, "verify")
        assert found.exit_code == 1
        assert "History row 2" in found.output
        with sqlite3.connect(council.path) as raw:
            [[actor]] = raw.execute("SELECT actor FROM history WHERE seq = 1").fetchall()
            raw.execute("UPDATE history SET actor = ? WHERE seq = 2", [actor])
            raw.execute("UPDATE meta SET value = '' WHERE key = 'verified:history round'")
        await _until_status(http, f"{url}/healthz", 200)


def _is_looked_at(db: Database, reference: str) -> bool:
    item = db.read_now(learning_spaces.by_reference, reference)
    return item is not None and item.next_step_at is not None

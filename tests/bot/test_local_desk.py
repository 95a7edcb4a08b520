"""What the desk asks of the bot: who there is, what time it is, and time that passes rung by rung."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from assurance.escalation.plausible import JUDGED
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock, ClockStands
from bot.edge import Addresses
from bot.instants import parse_instant
from bot.local import views
from bot.local import walk as walking
from bot.local.walk import Happened, Walk, Walked
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.members import Member
from desk.serving import serving
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.council import establishment, heartbeats
from storage.engine.database import Database, Session
from storage.outbox import notices
from storage.reads import sweeping
from tests.bot.conftest import FRIDAY
from tests.patience import PATIENCE

TENANT_ID = "c0ffee00-0000-4000-8000-00000000000a"
DAY_BEFORE = parse_instant("2026-12-17T10:00")
"""The day before the demo's learning spaces are due."""


class Asking:
    """A bot in local mode with the whole council in its Teams, and its pages for the desk."""

    def __init__(self, url: str, http: aiohttp.ClientSession, teams: TeamsDesk, service: Service) -> None:
        self.url = url
        self.http = http
        self.teams = teams
        self.service = service

    async def get(self, page: str, **headers: str) -> tuple[int, Any]:
        async with self.http.get(f"{self.url}/local/{page}", headers=headers) as answer:
            body = await answer.json() if answer.content_type == "application/json" else await answer.text()
            return answer.status, body

    async def timeline(self) -> list[dict[str, Any]]:
        """All of it, page by page."""
        rows: list[dict[str, Any]] = []
        while True:
            found = (await self.get(f"timeline?after={rows[-1]['id'] if rows else 0}"))[1]
            rows += found["rows"]
            if not found["more"]:
                return rows

    async def move(self, **how: object) -> tuple[int, Any]:
        async with self.http.post(f"{self.url}/local/clock", json=how) as answer:
            return answer.status, await answer.json()


@contextlib.asynccontextmanager
async def a_bot(db: Database, framework: Framework, clock: Clock, *, dispatching: bool = True) -> AsyncIterator[Asking]:
    people = db.read_now(establishment.current).people.values()
    teams = TeamsDesk("bot", TENANT_ID, [Member(each.entra_object_id, each.name, each.email) for each in people])
    async with serving(teams.application()) as url, aiohttp.ClientSession() as http:
        teams.service_url = f"{url}/"
        settings = Settings.load(mode="local", port=0, service_url=teams.service_url, tenant_id=TENANT_ID)
        service = Service(settings, framework, clock, db, dispatching=dispatching)
        await service.start()
        try:
            yield Asking(f"http://127.0.0.1:{service.port}", http, teams, service)
        finally:
            await service.stop()


@pytest.fixture
async def bot(db: Database, framework: Framework) -> AsyncIterator[Asking]:
    async with a_bot(db, framework, Clock.starting(FRIDAY)) as asking:
        yield asking


def only_this_one_climbs(session: Session, reference: str) -> None:
    """The other learning spaces stay open and say nothing more, which makes a walk a short one."""
    others = [item.reference for item in sweeping.due(session, FRIDAY + timedelta(days=365), 1000)]
    sweeping.advance(session, [each for each in others if each != reference], None, None)


# -- who may ask -----------------------------------------------------------------------------------------------------


async def test_in_production_there_is_no_such_page(db: Database, framework: Framework) -> None:
    settings = Settings.load(
        app_id="0a0a0a0a-1111-4222-8333-444444444444",
        tenant_id=TENANT_ID,
        app_secret="s3cret",
        host="127.0.0.1",
        port=0,
    )
    nowhere = "http://127.0.0.1:9"
    where = Addresses(nowhere, "https://127.0.0.1:9", nowhere, f"{nowhere}/", loopback=True)
    service = Service(settings, framework, Clock.real(), db, addresses=where, dispatching=False)
    await service.start()
    try:
        async with aiohttp.ClientSession() as http:
            for page in ("council", "clock", "pulse", "timeline", "items", "story"):
                async with http.get(f"http://127.0.0.1:{service.port}/local/{page}") as answer:
                    assert answer.status == 404
            async with http.post(f"http://127.0.0.1:{service.port}/local/clock", json={"days": 1}) as answer:
                assert answer.status == 404
    finally:
        await service.stop()


async def test_another_name_for_this_machine_and_a_web_page_are_turned_away(bot: Asking) -> None:
    assert (await bot.get("council", Host="evil.example"))[0] == 403
    status, said = await bot.get("clock", Origin="http://evil.example")
    assert status == 403
    assert said["error"]


async def test_everybody_of_the_council_is_there_and_the_story_names_people_who_differ(
    bot: Asking, db: Database
) -> None:
    status, council = await bot.get("council")
    assert status == 200
    known = {person["id"] for person in council["people"]}
    assert len(known) == len(db.read_now(establishment.current).people)
    assert {one["id"] for one in council["featured"]} <= known
    story = (await bot.get("story"))[1]["story"]
    item = db.read_now(learning_spaces.by_reference, story["reference"])
    assert item
    assert item.person == DEMO_TEAM_MANAGER
    roles = ("auditor", "practitioner", "team_manager", "senior_manager", "head_of_service", "director", "qa_lead")
    assert len({story[role] for role in roles}) == len(roles)
    found = (await bot.get("items"))[1]["items"]
    assert [(one["kind"], one["reference"]) for one in found] == [("learning_space", story["reference"])]


# -- time ------------------------------------------------------------------------------------------------------------


def test_a_clock_is_set_forward_and_never_back() -> None:
    clock = Clock.starting(FRIDAY)
    clock.move_to(FRIDAY + timedelta(days=3))
    assert clock.now() >= FRIDAY + timedelta(days=3)
    clock.move_to(FRIDAY)
    assert clock.now() >= FRIDAY + timedelta(days=3)


def test_the_machines_own_clock_cannot_be_moved() -> None:
    clock = Clock.real()
    assert not clock.movable
    with pytest.raises(ClockStands, match="BOT_CLOCK_START"):
        clock.move_to(datetime(2100, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("how", "arrives"),
    [
        ({"hours": 5}, "2026-11-20T15:00"),
        ({"days": 3}, "2026-11-23T10:00"),
        ({"working_days": 2}, "2026-11-24T10:00"),
        ({"to": "2026-11-24"}, "2026-11-24T09:00"),
        ({"to": "2026-11-24T13:30:00+00:00"}, "2026-11-24T13:30"),
    ],
)
async def test_the_clock_goes_where_it_is_sent(bot: Asking, how: dict[str, Any], arrives: str) -> None:
    status, said = await bot.move(**how)
    assert status == 200
    assert not said["held"]
    late = datetime.fromisoformat(said["now"]) - parse_instant(arrives)
    assert timedelta(0) <= late < timedelta(minutes=5)


NOWHERE: list[tuple[dict[str, Any], int]] = [
    ({"to": "2026-11-01"}, 409),
    ({"to": "2028-01-01"}, 409),
    ({"days": 101}, 409),
    ({"days": -1}, 400),
    ({"hours": "many"}, 400),
    ({"hours": True}, 400),
    ({"to": "soon"}, 400),
    ({}, 400),
]


async def test_a_time_it_cannot_go_to_is_refused_in_words_and_nothing_moves(bot: Asking) -> None:
    for how, status in NOWHERE:
        got, said = await bot.move(**how)
        assert got == status, how
        assert said["error"].endswith("."), how
        assert (await bot.get("clock"))[1]["says"].startswith("Friday 20 November 2026, 10:0"), how


async def test_a_bot_by_the_machines_own_clock_says_that_it_cannot_be_moved(db: Database, framework: Framework) -> None:
    async with a_bot(db, framework, Clock.real()) as bot:
        status, said = await bot.move(days=1)
    assert status == 409
    assert "BOT_CLOCK_START" in said["error"]


async def test_the_next_thing_that_happens_is_the_next_thing_somebody_hears(bot: Asking) -> None:
    await bot.move(hours=1)
    before = len(bot.teams.posts())
    ahead = (await bot.get("clock"))[1]["next"]
    assert ahead["says"] == "Monday 23 November 2026, 09:00"
    assert "The morning message goes out" in ahead["what"].split("; ")
    status, said = await bot.move(next=True)
    assert status == 200
    assert said["says"].startswith("Monday 23 November 2026, 09:0")
    assert said["happened"]
    assert len(bot.teams.posts()) > before


async def test_what_the_desk_asks_twice_a_second_looks_at_nothing_that_lies_ahead(
    db: Database, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(views, "next_view", lambda _session, _framework, now: looked.append(now))
    async with a_bot(db, framework, Clock.starting(FRIDAY), dispatching=False) as bot:
        before = (await bot.get("pulse"))[1]
        again = (await bot.get("pulse"))[1]
        assert (again["mark"], again["origin"]) == (before["mark"], before["origin"])
        assert (await bot.get("council"))[1]["origin"] == before["origin"]
        assert looked == []
        assert (await bot.get("clock"))[1]["mark"] == before["mark"]
        assert len(looked) == 1
        await bot.move(hours=1)
        assert (await bot.get("pulse"))[1]["mark"] != before["mark"], "somebody has heard something"


async def test_one_walk_at_a_time(bot: Asking, db: Database) -> None:
    db.write_now(only_this_one_climbs, "")
    first = asyncio.create_task(bot.move(days=10))
    async with asyncio.timeout(PATIENCE):
        while not (await bot.get("clock"))[1]["moving"]:
            await asyncio.sleep(0.01)
    status, said = await bot.move(days=1)
    assert status == 409
    assert "already" in said["error"]
    assert (await first)[0] == 200


async def test_from_the_day_before_to_three_weeks_late_every_rung_is_climbed_once_in_order_on_its_day(
    db: Database, framework: Framework
) -> None:
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    db.write_now(only_this_one_climbs, item.reference)
    async with a_bot(db, framework, Clock.starting(DAY_BEFORE)) as bot:
        status, said = await bot.move(days=14)
        assert status == 200
        assert not said["held"]
        status, said = await bot.move(days=7)
        assert status == 200
        rows = await bot.timeline()
    mine = [row for row in rows if row["subject"] == item.reference and row["step"] in ("0", "+2", "+7", "+14")]
    climbed: dict[str, set[str]] = {}
    for row in mine:
        assert row["state"] == "sent", row
        climbed.setdefault(row["step"], set()).add(row["at"][:10])
    # Due on Friday 18 December. Two days late is a Sunday, so it is said on Monday; Boxing Day's week has two
    # bank holidays; two weeks late is New Year's Day, so it is said on the Monday after.
    assert list(climbed.items()) == [
        ("0", {"2026-12-18"}),
        ("+2", {"2026-12-21"}),
        ("+7", {"2026-12-29"}),
        ("+14", {"2027-01-04"}),
    ]
    heard = [(row["step"], row["person"]) for row in mine]
    assert len(heard) == len(set(heard))
    keys = [notice.key for notice in db.read_now(notices.about, item.reference)]
    assert len(keys) == len(set(keys))


async def test_a_pass_that_waits_for_a_person_ends_the_walk_and_says_why(db: Database, framework: Framework) -> None:
    db.write_now(heartbeats.beat, JUDGED, FRIDAY)
    async with a_bot(db, framework, Clock.starting(parse_instant("2027-01-05T10:00"))) as bot:
        status, said = await bot.move(days=5)
    assert status == 200
    assert "would be escalated at once" in said["held"]
    assert said["says"].startswith("Tuesday 5 January 2027")


async def test_a_walk_that_takes_long_stops_on_the_way_and_can_be_sent_on(db: Database, framework: Framework) -> None:
    moving = Clock.starting(FRIDAY)
    async with a_bot(db, framework, moving) as bot:
        walk = Walk(db, framework, moving, bot.service.dispatcher, bot.service._look)
        walk.patience = 0.0
        walked = await walk.to(FRIDAY + timedelta(days=3))
        assert "stopped on the way" in walked.held
        assert moving.now() < FRIDAY + timedelta(days=1)
        walk.patience = 120.0
        assert not (await walk.to(FRIDAY + timedelta(days=3))).held
        assert moving.now() >= FRIDAY + timedelta(days=3)


async def test_what_is_read_twice_is_told_once_by_its_number(bot: Asking) -> None:
    await bot.move(hours=1)
    status, first = await bot.get("timeline?after=0")
    assert status == 200
    assert first["rows"]
    again = (await bot.get(f"timeline?after={first['settled']}"))[1]["rows"]
    assert all(row["id"] > first["settled"] for row in again)
    assert (await bot.get("timeline?after=x"))[0] == 400


# -- a long walk -----------------------------------------------------------------------------------------------------


def test_of_everything_that_happened_on_a_long_walk_the_last_two_hundred_are_listed_and_the_others_counted() -> None:
    things = [Happened(FRIDAY + timedelta(minutes=number), f"thing {number}") for number in range(450)]
    walked = Walked()
    for began in range(0, 450, 90):
        walked.note(things[began : began + 90])
    assert (walked.happened, walked.more) == (things[-200:], 250)


async def test_the_desk_is_answered_with_the_latest_of_what_happened_and_how_much_came_before(
    db: Database, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_TOLD", 30)
    # Nothing goes out by itself: what had gone before the clock was moved did not happen on the way.
    async with a_bot(db, framework, Clock.starting(FRIDAY), dispatching=False) as bot:
        status, said = await bot.move(hours=1)
        assert status == 200
        told = {(row["subject"], row["event"], row["step"]) for row in await bot.timeline() if row["state"] == "sent"}
    assert len(said["happened"]) == 30
    assert len(said["happened"]) + said["more"] == len(told) > 60

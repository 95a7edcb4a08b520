"""The service's self-check in slices: it takes no more than its share of a core, and still finds what there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from assurance.notify.tell import announce
from assurance.self_check import upkeep as notes
from bot import upkeep
from bot.clock import Clock
from bot.metrics import Metrics
from bot.upkeep import AT_ONCE, LARGEST_SLICE, SHARE, SHARE_WHEN_BUSY, Slices, Upkeep
from storage.casework import findings, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import anchor, heartbeats, history
from storage.council import establishment as establishments
from storage.engine.database import Database, Session
from storage.outbox import notices
from storage.schema import tables
from tests.councils import QA_LEAD, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import returned

ALLOCATED = date(2026, 1, 5)
NOON, NIGHT = london("2026-01-20 12:00"), london("2026-01-21 02:00")
"""The item is due on Monday 2 February; its first step, seven days before, on Monday 26 January."""


class Rounds:
    """A council and the second timer of its service."""

    def __init__(self, database: Database, key: str = "") -> None:
        self.council = LivingCouncil(database, now=NOON)
        self.item = self.council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
        database.write_now(self._told)
        self.clock = Clock.standing(NOON)
        every = {"sweep_every": timedelta(seconds=15), "every": timedelta(seconds=300)}
        self.upkeep = Upkeep(database, self.council.framework, self.clock, Metrics(), **every, key=key)

    def _told(self, session: Session) -> None:
        current = establishments.current(session)
        notices.add(session, announce(self.council.framework, current, "E1", self.item, now=NOON), at=NOON)

    async def at(self, now: Any) -> None:
        """One poke, the sweep having looked."""
        self.council.now = now
        self.clock.move_to(now)
        self.council.sweep()
        assert await self.upkeep.look()

    def damage(self, statement: sa.Executable) -> None:
        self.council.database.write_now(lambda session: session.execute(statement))

    def wrong(self) -> list[tuple[str, str]]:
        return [(row.kind, row.subject) for row in self.council.database.read_now(findings.wrong)]

    def stored(self) -> LearningSpace:
        return self.council.item(self.item.reference)


@pytest.fixture
def rounds(database: Database) -> Rounds:
    return Rounds(database)


async def test_everything_is_looked_at_at_once_by_a_service_that_has_never_looked(rounds: Rounds) -> None:
    rounds.damage(sa.update(tables.allocations).values(next_step_at=None))
    await rounds.at(NOON)
    assert rounds.stored().next_step_at is not None
    assert rounds.council.database.read_now(heartbeats.last, notes.WHOLE) is not None


async def test_a_whole_check_of_the_history_gives_the_qa_lead_its_code_where_there_is_a_key(
    database: Database,
) -> None:
    rounds = Rounds(database, key="a long random text")
    await rounds.at(NOON)
    [told] = [one for one in rounds.council.notices_about("history") if one.event == "E90"]
    assert (told.recipient, told.state) == (QA_LEAD, "recorded")
    assert database.read_now(anchor.differs, "a long random text", told.facts["code"]) == ""


async def test_what_nothing_happened_to_and_is_not_due_is_found_the_same_night(rounds: Rounds) -> None:
    await rounds.at(NOON)
    rounds.damage(sa.update(tables.allocations).values(next_step_at=None))
    await rounds.at(NOON + timedelta(minutes=5))
    assert rounds.stored().next_step_at is None
    await rounds.at(NIGHT)
    assert rounds.stored().next_step_at is not None
    # Once a night: no later poke begins it again.
    await rounds.at(NIGHT + timedelta(minutes=5))
    rounds.damage(sa.update(tables.allocations).values(next_step_at=None))
    await rounds.at(NIGHT + timedelta(minutes=10))
    assert rounds.stored().next_step_at is None


async def test_what_falls_due_within_a_day_is_found_at_the_next_poke(rounds: Rounds) -> None:
    day_before = london("2026-01-25 12:00")
    await rounds.at(day_before)
    rounds.damage(sa.delete(tables.notices))
    await rounds.at(day_before + timedelta(minutes=5))
    told = rounds.council.database.read_now(notices.about, rounds.item.reference)
    assert {one.recipient for one in told} == {TEAM_MANAGER}


async def test_what_somebody_has_just_done_something_with_is_found_at_the_next_poke(rounds: Rounds) -> None:
    await rounds.at(NOON)
    item = returned(rounds.council, allocated=ALLOCATED, grade="inadequate")
    rounds.damage(sa.delete(tables.notices).where(tables.notices.c.subject.like("CL-%")))
    rounds.damage(sa.delete(tables.loops))
    await rounds.at(rounds.council.now + timedelta(minutes=6))
    assert ("missing_loop", item.reference) not in rounds.wrong()
    verbs = [one.verb for one in rounds.council.database.read_now(history.read, subject=item.reference)]
    assert "mended" in verbs


async def test_what_was_wrong_and_is_right_again_has_gone_at_the_next_poke(rounds: Rounds) -> None:
    await rounds.at(NOON)
    rounds.damage(sa.insert(tables.answers).values(reference=rounds.item.reference, answers={}, submitted_at=NOON))
    await rounds.at(NIGHT)
    assert rounds.wrong() == [("unexpected_answers", rounds.item.reference)]
    rounds.damage(sa.delete(tables.answers))
    await rounds.at(NIGHT + timedelta(minutes=5))
    assert rounds.wrong() == []


async def test_a_poke_that_has_no_more_time_goes_on_where_it_was_at_the_next(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post in ("tm-north-2", "tm-south-1"):
        rounds.council.given_a_learning_space(post, allocated_on=ALLOCATED, case="NM-000019")
    monkeypatch.setattr(upkeep, "FIRST_SLICE", 1)
    monkeypatch.setattr(upkeep, "LARGEST_SLICE", 1)
    rounds.upkeep._goes_on_for = -1.0
    rounds.damage(sa.update(tables.allocations).values(next_step_at=None))
    for poke in range(3):
        await rounds.at(NOON + timedelta(minutes=5 * poke))
        rounds.upkeep._goes_on_for = 60.0 if poke == 1 else -1.0
    assert all(item.next_step_at is not None for item in _items(rounds))


def _items(rounds: Rounds) -> list[LearningSpace]:
    return rounds.council.database.read_now(learning_spaces.after_reference, "", 10)


# -- its share ---------------------------------------------------------------------------------------------------------


def _works_for(seconds: float) -> Callable[[Session], None]:
    def work(_: Session) -> None:
        ends = time.thread_time() + seconds
        while time.thread_time() < ends:
            pass

    return work


async def test_it_rests_so_long_that_it_takes_no_more_than_its_share_of_a_core(sqlite_database: Database) -> None:
    now, rested = 1000.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        rested.append(seconds)

    slices = Slices(sqlite_database, monotonic=lambda: now, used=lambda: 0.0, sleep=sleep)
    began, worked = now, 0.0
    for _ in range(20):
        before = time.process_time()
        await slices.read("work", _works_for(0.02))
        worked += 0.02
        assert time.process_time() - before >= 0.02
    assert rested
    assert worked - AT_ONCE <= (now - began) * SHARE + 0.001
    # After a quiet while it may look at a small council at one go, and no more than that.
    now += 3600.0
    rested.clear()
    await slices.read("work", _works_for(AT_ONCE / 2))
    assert rested == []
    await slices.read("work", _works_for(AT_ONCE))
    assert rested


async def test_while_people_keep_the_service_busy_it_takes_a_fifth_of_its_share(sqlite_database: Database) -> None:
    now, used, rested = 1000.0, 0.0, 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now, used, rested
        now += seconds
        used += seconds * of_a_core
        rested += seconds

    slices = Slices(sqlite_database, monotonic=lambda: now, used=lambda: used, sleep=sleep)
    for of_a_core, share in ((0.8, SHARE_WHEN_BUSY), (0.2, SHARE)):
        used += of_a_core
        now += 1.0
        await slices.read("work", _works_for(AT_ONCE))  # what it had saved up
        rested = 0.0
        for _ in range(5):
            await slices.read("work", _works_for(0.02))
        assert 0.09 <= rested * share < 0.3, "five slices of a fiftieth of a second, and what the clock rounds off"


async def test_a_slice_is_as_large_as_its_time_allows(sqlite_database: Database) -> None:
    async def sleep(_: float) -> None:
        return None

    slices = Slices(sqlite_database, sleep=sleep)
    for _ in range(8):
        await slices.read("quick", lambda session: None)
    assert slices.size("quick") == LARGEST_SLICE
    await slices.read("slow", _works_for(0.05))
    assert slices.size("slow") == 1

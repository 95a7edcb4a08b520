"""The dispatcher among the faults: dead owners, a busy or full database, people who do not answer, words that fail."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assurance.common.courier import CourierResult, Delivery
from bot import delivering, words
from bot import dispatcher as dispatching
from bot.clock import Clock
from bot.out_of_memory import EXIT_CODE
from dialogs.kit.message import Message
from policy.framework.framework import Framework
from storage.council import meta
from storage.engine import sqlite as sqlite_engine
from storage.engine.database import Database, StorageFull
from storage.engine.session import Session
from storage.outbox import leases, notices
from storage.outbox.notices import Notice
from storage.outbox.turns import Turn
from tests.bot.conftest import Council
from tests.bot.outbox_people import LATE, Recorder, a_dispatcher, a_notice, put, running, until

LEASE = timedelta(minutes=2)
HOUSE = Path(__file__).parent.parent.parent


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(LATE)


def empty(session: Session) -> None:
    """Nothing of the demo council's own waits any more."""
    for one in notices.claim(session, owner="nobody", now=LATE + timedelta(days=9), lease=LEASE, limit=500):
        notices.finish(session, one.id, one.fence, outcome="cancelled", at=LATE)


@pytest.fixture
def quiet(council: Council) -> Iterator[Database]:
    """The demo council as its service opens it, with nothing to send, and little patience."""
    with Database.open(council.url, service=True, patience=0.1) as opened:
        opened.write_now(empty)
        yield opened


def a_dead_owner_has(db: Database, *, posting: bool, owner: str = "service:dead") -> list[Notice]:
    """What waits is claimed by somebody who then dies."""

    def claim(session: Session) -> list[Notice]:
        return notices.claim(session, owner=owner, now=LATE, lease=LEASE, limit=9, turn=Turn(per_recipient=2))

    claimed = db.write_now(claim)
    if posting:
        db.write_now(leases.begin, [(one.id, one.fence) for one in claimed])
    return claimed


@pytest.mark.parametrize("posting", [False, True], ids=["claimed", "posting"])
async def test_after_a_crash_the_next_service_on_the_file_sends_at_once_what_the_dead_one_had_in_hand(
    quiet: Database, framework: Framework, clock: Clock, posting: bool
) -> None:
    quiet.write_now(put, *(a_notice(f"LS-2026Q3-90{number}") for number in range(4)))
    assert len(a_dead_owner_has(quiet, posting=posting)) == 2
    courier = Recorder()
    async with running(a_dispatcher(quiet, framework, clock, courier)):
        await until(lambda: len([one for delivery, _ in courier.took for one in delivery.notices]) == 4)
    repeats = [one.repeat for delivery, _ in courier.took for one in delivery.notices]
    assert sum(repeats) == (2 if posting else 0), "only what was being posted may have arrived"


async def test_a_command_beside_the_service_keeps_what_it_is_sending(
    quiet: Database, framework: Framework, clock: Clock
) -> None:
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    a_dead_owner_has(quiet, posting=True, owner="command:sweep")
    courier = Recorder()
    dispatcher = a_dispatcher(quiet, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: dispatcher._alone_here)
    assert courier.took == []


async def test_a_notice_taken_over_before_it_was_posted_is_not_posted(
    quiet: Database, framework: Framework, clock: Clock
) -> None:
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    courier = Recorder()
    courier.before_it_begins.clear()
    dispatcher = a_dispatcher(quiet, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: bool(dispatcher._in_flight))
        quiet.write_now(leases.end_those_of_the_dead, "service:other", at=LATE)
        (taken,) = quiet.write_now(notices.claim, owner="service:other", now=LATE, lease=LEASE, limit=5)
        courier.before_it_begins.set()
        await until(lambda: not dispatcher._in_flight)
    assert courier.took == []
    found = quiet.read_now(notices.get, taken.id)
    assert found is not None and found.lease_owner == "service:other"


async def test_the_leases_of_what_is_being_sent_are_renewed_for_as_long_as_it_takes(
    quiet: Database, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "BEAT_SECONDS", 0.02)
    clock = Clock.standing(LATE)
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    courier = Recorder()
    courier.hold.clear()
    async with running(a_dispatcher(quiet, framework, clock, courier)):
        await until(lambda: len(courier.took) == 1)
        later = LATE + timedelta(minutes=10)
        clock.move_to(later)
        notice = courier.took[0][0].notice.id
        await until(lambda: renewed(quiet, notice, later))
        assert quiet.write_now(notices.claim, owner="service:other", now=later, lease=LEASE, limit=5) == []
        courier.hold.set()
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 1)
    assert len(courier.took) == 1


def renewed(db: Database, notice_id: int, after: datetime) -> bool:
    found = db.read_now(notices.get, notice_id)
    return found is not None and found.lease_until is not None and found.lease_until > after


@contextlib.contextmanager
def locked(council: Council) -> Iterator[None]:
    """Somebody else holds the database: nothing can be written."""
    other = sqlite3.connect(council.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextlib.contextmanager
def no_room(db: Database) -> Iterator[None]:
    """SQLite's own answer to a full disk: the file may not grow, and every page that is free in it is taken."""

    def limit(session: Session) -> int:
        pages = int(session.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        session.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        return pages

    def fill(session: Session, number: int) -> None:
        meta.save(session, f"ballast {number}", "x" * 300)

    pages = db.write_now(limit)
    with pytest.MonkeyPatch.context() as patch:  # for the connections that take the place of this one
        patch.setattr(sqlite_engine, "PRAGMAS", (*sqlite_engine.PRAGMAS, ("max_page_count", str(pages), pages)))
        with contextlib.suppress(StorageFull):
            for number in itertools.count():
                db.write_now(fill, number)
        yield


async def test_an_answer_the_database_would_not_take_for_a_minute_is_kept_and_nothing_is_said_twice(
    council: Council, quiet: Database, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WRITE_AGAIN_SECONDS", (0.05,))
    monkeypatch.setattr(dispatching, "BACK_OFF_SECONDS", (0.01,))
    clock = Clock.standing(LATE)
    people = [f"p-000{number}" for number in range(1, 6)]
    quiet.write_now(put, *(a_notice("LS-2026Q3-901", person=person) for person in people))
    courier = Recorder()
    courier.hold.clear()
    dispatcher = a_dispatcher(quiet, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: len(courier.took) == 5)
        with locked(council):
            courier.hold.set()
            await until(lambda: "5 deliveries cannot be written down (Busy)" in dispatcher.problem())
            clock.move_to(LATE + timedelta(minutes=10))  # every lease has long run out
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 5)
        dispatcher.wake()
        await until(lambda: not dispatcher.problem())
    assert len(courier.took) == 5
    assert not any(row.repeat for row in quiet.read_now(notices.about, "LS-2026Q3-901"))


async def test_an_answer_the_full_disk_would_not_take_is_kept_until_there_is_room(
    quiet: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WRITE_AGAIN_SECONDS", (0.05,))
    people = [f"p-00{number:02}" for number in range(1, 17)]
    quiet.write_now(put, *(a_notice("LS-2026Q3-901", person=person) for person in people))
    courier = Recorder(lambda _: CourierResult("sent", remote_id="a long id, as Teams gives them" * 9))
    courier.hold.clear()
    dispatcher = a_dispatcher(quiet, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: len(courier.took) == 16)
        with no_room(quiet):
            courier.hold.set()
            await until(lambda: "cannot be written down (StorageFull)" in dispatcher.problem())
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 16)
    assert len(courier.took) == 16


async def test_nothing_is_posted_while_the_database_cannot_be_told_so(
    council: Council, quiet: Database, framework: Framework, clock: Clock
) -> None:
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    courier = Recorder()
    courier.before_it_begins.clear()
    dispatcher = a_dispatcher(quiet, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: bool(dispatcher._in_flight))
        with locked(council):
            courier.before_it_begins.set()
            await until(lambda: "cannot be written down" in dispatcher.problem())
        await until(lambda: not dispatcher._in_flight)
    assert courier.took == []
    (row,) = quiet.read_now(notices.about, "LS-2026Q3-901")
    assert (row.state, row.repeat, row.reason) == ("pending", False, "the database was busy")


async def test_people_who_do_not_answer_keep_nobody_else_waiting(
    quiet: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(dispatching, "POLL_SECONDS", 0.05)
    silent = {f"p-00{number:02}" for number in range(1, 21)}
    well = {f"p-00{number:02}" for number in range(21, 61)}
    older, newer = LATE - timedelta(hours=1), LATE - timedelta(minutes=1)
    for number in (1, 2):
        subject = f"LS-2026Q3-90{number}"
        quiet.write_now(put, *(a_notice(subject, person=person, due_at=older) for person in silent))
        quiet.write_now(put, *(a_notice(subject, person=person, due_at=newer) for person in well))
    courier = Silent(silent)
    async with running(a_dispatcher(quiet, framework, clock, courier)):
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 2 * len(well))
        assert courier.at_once <= dispatching.SLOTS + dispatching.SLOW_SLOTS
        courier.hold.set()


class Silent(Recorder):
    """Some people's channel never answers."""

    def __init__(self, people: set[str]) -> None:
        super().__init__(lambda delivery: CourierResult("unknown" if delivery.person.id in people else "sent"))
        self.people = people
        self.hold.clear()

    async def deliver(self, delivery: Delivery, message: Message, begin: object = None) -> CourierResult:
        if delivery.person.id in self.people:
            return await super().deliver(delivery, message)
        return CourierResult("sent", remote_id="1")


async def test_who_did_not_answer_gets_only_the_places_kept_for_them_until_they_do(
    quiet: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "SLOW_SECONDS", 0.02)
    monkeypatch.setattr(dispatching, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(dispatching, "SLOW_SLOTS", 1)
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    courier = Silent({"p-0001"})
    dispatcher = a_dispatcher(quiet, framework, clock, courier, slots=1)
    async with running(dispatcher):
        await until(lambda: bool(dispatcher._room(asyncio.get_running_loop().time())[0]))
        courier.hold.set()
        await until(lambda: "p-0001" in dispatcher._slow_until)
        assert dispatcher._room(asyncio.get_running_loop().time())[1:] == (1, 1)
        courier.people = set()
        clock.move_to(LATE + timedelta(minutes=2))
        dispatcher.wake()
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 1)
        await until(lambda: not dispatcher._slow_until)


async def test_a_service_that_has_run_an_hour_without_a_crash_tries_what_crashes_parked_once_more(
    quiet: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    for _ in range(2):
        a_dead_owner_has(quiet, posting=True)
        quiet.write_now(leases.end_those_of_the_dead, "service:next", at=LATE)
    courier = Recorder()
    async with running(a_dispatcher(quiet, framework, clock, courier)):
        await until(lambda: quiet.read_now(notices.counts).get("parked") == 1)
    monkeypatch.setattr(dispatching, "RETRY_EVERY", timedelta(0))
    async with running(a_dispatcher(quiet, framework, clock, courier)):
        await until(lambda: "parked" not in quiet.read_now(notices.counts))
        await until(lambda: quiet.read_now(notices.counts).get("sent") == 2)
    ours = [(delivery.notice, message) for delivery, message in courier.took if delivery.notice.event == "E13"]
    ((notice, message),) = ours
    assert notice.repeat and "Repeat" in message.summary


# -- words that fail --------------------------------------------------------------------------------------------------


def breaking(error: Exception) -> Callable[..., Message]:
    def render(*_: object) -> Message:
        raise error

    return render


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [
        ((KeyError("a"), KeyError("a")), "never"),
        ((KeyError("a"), ValueError("b")), "later"),
        ((OSError("no process"),), "later"),
    ],
    ids=["twice the same", "twice different", "no process to be had"],
)
async def test_only_words_that_fail_the_same_way_in_two_fresh_processes_park_a_notice(
    quiet: Database,
    framework: Framework,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    failures: tuple[Exception, ...],
    outcome: str,
) -> None:
    left = list(failures)

    async def fresh(*_: object) -> Message:
        raise left.pop(0)

    monkeypatch.setattr(words, "render", breaking(KeyError("a")))
    monkeypatch.setattr(words, "render_afresh", fresh)
    quiet.write_now(put, a_notice("LS-2026Q3-901"))
    await a_dispatcher(quiet, framework, clock, Recorder()).drain()
    (row,) = [one for one in quiet.read_now(notices.about, "LS-2026Q3-901") if one.event == "E13"]
    assert row.state == {"never": "parked", "later": "pending"}[outcome]
    assert row.reason.startswith("could not be put into words (")
    assert left == []


OUT_OF_MEMORY = """
import asyncio, sys
from bot import words
from bot.clock import Clock
from policy.check.loader import load_framework
from storage.council import meta
from storage.engine import sqlite as sqlite_engine
from storage.engine.database import Database, StorageFull
from tests.bot.outbox_people import LATE, Recorder, a_dispatcher, running

def render(*_):
    return bytearray(1 << 60)

words.render = render

async def main():
    with Database.open(sys.argv[1], service=True) as db:
        async with running(a_dispatcher(db, load_framework(), Clock.standing(LATE), Recorder())):
            await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_process_without_memory_ends_and_the_next_one_sends_what_it_could_not_put_into_words(
    council: Council, framework: Framework
) -> None:
    with Database.open(council.url) as db:
        db.write_now(empty)
        db.write_now(put, a_notice("LS-2026Q3-901"))
    command = [sys.executable, "-c", OUT_OF_MEMORY, council.url]
    process = await asyncio.create_subprocess_exec(*command, cwd=HOUSE, stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == EXIT_CODE, said.decode()
    assert b"run out of memory" in said and len(said) < 10_000
    with Database.open(council.url, service=True) as db:
        (row,) = db.read_now(notices.about, "LS-2026Q3-901")
        assert (row.state, row.reason) == ("pending", "could not be put into words (MemoryError)")
        courier = Recorder()
        await a_dispatcher(db, framework, Clock.standing(LATE + timedelta(minutes=5)), courier).drain()
        assert [delivery.notice.id for delivery, _ in courier.took] == [row.id]
        assert not courier.took[0][0].notice.repeat

"""What a use-case has read it need not read again; what was undone or written since is never remembered wrongly."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from sqlalchemy import event

from storage.casework import learning_spaces
from storage.council import heartbeats, meta
from storage.engine.database import Database, Session
from storage.outbox import digests
from tests.storage.use_cases import in_one_batch

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Undone(Exception):
    """Ends a part of a use-case."""


def test_a_fact_written_on_the_way_is_known_at_once(database: Database) -> None:
    def live(session: Session) -> list[str]:
        found = [meta.get(session, "one"), meta.get(session, "two", "nothing")]
        meta.save(session, "two", "2")
        found.append(meta.get(session, "two"))
        meta.save(session, "three", "3")
        return [*found, meta.get(session, "three")]

    assert database.write_now(live) == ["", "nothing", "2", "3"]
    assert database.read_now(meta.get, "two") == "2"


def test_what_was_undone_is_not_remembered(database: Database) -> None:
    def live(session: Session) -> tuple[str, str, datetime | None, str]:
        meta.save(session, "clock", "before")
        heartbeats.beat(session, "sweep", NOON)
        with contextlib.suppress(Undone), session.savepoint():
            meta.save(session, "clock", "after")
            meta.save(session, "new", "after")
            heartbeats.beat(session, "sweep", NOON.replace(hour=13))
            digests.make(session, digests.EVERYBODY, "weekly", "2026-11-30", {}, at=NOON)
            assert digests.last_made(session, "weekly") == "2026-11-30"
            raise Undone
        pulse = heartbeats.last(session, "sweep")
        return (
            meta.get(session, "clock"),
            meta.get(session, "new", "never"),
            pulse.at if pulse else None,
            digests.last_made(session, "weekly"),
        )

    assert database.write_now(live) == ("before", "never", NOON, "")


def test_what_another_use_case_wrote_is_seen_by_the_next(database: Database) -> None:
    assert database.read_now(meta.get, "key", "none") == "none"
    database.write_now(meta.save, "key", "1")
    assert database.write_now(meta.get, "key") == "1"
    database.write_now(meta.save, "key", "2")
    assert database.read_now(meta.get, "key") == "2"


def test_a_serial_that_was_just_given_is_not_hidden_by_what_was_read_before(database: Database) -> None:
    def live(session: Session) -> tuple[str, str]:
        counter = "serial:LS:2026Q3"
        before = meta.get(session, counter, "none")
        learning_spaces.next_serial(session, "LS", "2026Q3", 3)
        return before, meta.get(session, counter)

    assert database.write_now(live) == ("none", "3")


def test_a_dozen_facts_cost_two_questions(sqlite_database: Database) -> None:
    def live(session: Session) -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(session.connection, "before_cursor_execute", note)
        for number in range(12):
            meta.get(session, f"fact {number}")
            heartbeats.last(session, f"part {number}")
        return len(asked)

    assert sqlite_database.write_now(live) == 4


async def test_what_one_use_case_of_a_commit_has_read_the_next_need_not_read(sqlite_database: Database) -> None:
    asked: list[str] = []

    def live(session: Session) -> str:
        if not event.contains(session.connection, "before_cursor_execute", note):
            event.listen(session.connection, "before_cursor_execute", note)
        return meta.get(session, "fact", "none")

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    found = await in_one_batch(sqlite_database, *(sqlite_database.write(live) for _ in range(4)))
    assert found == ["none"] * 4
    assert len(asked) == 1


async def test_what_an_undone_use_case_wrote_is_not_known_to_the_next_of_its_commit(database: Database) -> None:
    def fail(session: Session) -> None:
        meta.save(session, "fact", "undone")
        heartbeats.beat(session, "sweep", NOON)
        raise Undone

    def live(session: Session) -> tuple[str, bool]:
        return meta.get(session, "fact"), heartbeats.last(session, "sweep") is None

    first, undone, next_one = await in_one_batch(
        database, database.write(meta.save, "fact", "kept"), database.write(fail), database.write(live)
    )
    assert (first, type(undone), next_one) == (None, Undone, ("kept", True))
    assert database.read_now(meta.get, "fact") == "kept"

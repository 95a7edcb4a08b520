"""Writing and reading: one use-case, one transaction, and nobody spoils another's commit."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from typing import Any

import pytest
from sqlalchemy import Integer, cast, literal, select
from sqlalchemy.exc import IntegrityError

from storage.council import meta
from storage.engine.database import Closed, Database, SchemaTooOld, Session
from tests.storage.use_cases import in_one_batch, keys, write_down


def refuse_after_writing(session: Session, key: str) -> None:
    write_down(session, key)
    raise PermissionError("not yours")


def test_what_a_use_case_saved_is_there_when_it_returns(database: Database) -> None:
    assert database.write_now(write_down, "grade", value="good") == "grade"
    assert database.read_now(meta.get, "grade") == "good"


def test_a_refused_use_case_leaves_no_trace(database: Database) -> None:
    with pytest.raises(PermissionError, match="not yours"):
        database.write_now(refuse_after_writing, "half")
    assert "half" not in database.read_now(keys)


async def test_use_cases_in_one_commit_fail_each_by_itself(database: Database) -> None:
    outcomes = await in_one_batch(
        database,
        database.write(write_down, "first"),
        database.write(refuse_after_writing, "second"),
        database.write(write_down, "third"),
        database.write(write_down, "first"),  # the database itself refuses this one: the key is taken
    )
    assert outcomes[0] == "first" and outcomes[2] == "third"
    assert isinstance(outcomes[1], PermissionError)
    assert type(outcomes[3]).__name__ == "IntegrityError"
    assert await database.read(keys) >= {"first", "third"}
    assert "second" not in await database.read(keys)


async def test_use_cases_that_wait_together_share_one_commit(database: Database) -> None:
    transactions: set[object] = set()

    def note_transaction(session: Session) -> None:
        transactions.add(session.connection.get_transaction())

    await in_one_batch(database, *(database.write(note_transaction) for _ in range(20)))
    assert len(transactions) == 1


async def test_a_use_case_that_swallows_an_error_of_the_database_does_not_spoil_the_batch(database: Database) -> None:
    def swallow(session: Session) -> str:
        try:
            write_down(session, "first")
        except IntegrityError:
            return "swallowed"
        return "saved"

    outcomes = await in_one_batch(
        database,
        database.write(write_down, "first"),
        database.write(swallow),
        database.write(write_down, "last"),
    )
    assert (outcomes[0], outcomes[2]) == ("first", "last")
    assert await database.read(keys) >= {"first", "last"}


@pytest.mark.parametrize("before", [0, 1])
async def test_nothing_is_called_saved_that_an_error_swallowed_last_has_undone(database: Database, before: int) -> None:
    """PostgreSQL takes a commit after an error, and keeps nothing of it."""
    database.write_now(write_down, "taken")

    def swallow(session: Session) -> str:
        write_down(session, "mine")
        with contextlib.suppress(IntegrityError):
            write_down(session, "taken")
        return "mine"

    work = [database.write(write_down, f"before {number}") for number in range(before)]
    outcomes = await in_one_batch(database, *work, database.write(swallow))
    said = {str(outcome) for outcome in outcomes if not isinstance(outcome, Exception)}
    assert await database.read(keys) >= said
    assert {f"before {number}" for number in range(before)} <= said
    if database.dialect == "sqlite":
        assert "mine" in said


@pytest.mark.parametrize("after", [0, 1])
async def test_a_question_the_database_refuses_takes_nothing_of_the_others_along(
    database: Database, after: int
) -> None:
    """On PostgreSQL even a question that fails spoils the transaction for whatever comes before and after it."""

    def ask_wrongly(session: Session) -> None:
        session.execute(select(cast(literal("no number"), Integer) / 0)).scalar()
        raise PermissionError

    last = [database.write(write_down, "after") for _ in range(after)]
    outcomes = await in_one_batch(database, database.write(write_down, "before"), database.write(ask_wrongly), *last)
    assert isinstance(outcomes.pop(1), Exception)
    assert outcomes == ["before", "after"][: 1 + after]
    assert await database.read(keys) >= set(outcomes)


async def test_a_refusal_that_wrote_has_the_others_begun_again_and_leaves_each_written_once(database: Database) -> None:
    ran: list[str] = []

    def note(session: Session, key: str) -> str:
        ran.append(key)
        return write_down(session, key)

    def refuse(session: Session) -> None:
        ran.append("refused")
        raise PermissionError

    for refusal, begun in ((refuse, 1), (refuse_after_writing, 2)):
        ran.clear()
        name = refusal.__name__
        work = (database.write(note, f"{name} 1"), database.write(refusal, *([name] * (begun - 1))))
        outcomes = await in_one_batch(database, *work, database.write(note, f"{name} 2"))
        assert [type(one).__name__ for one in outcomes] == ["str", "PermissionError", "str"]
        assert await database.read(keys) >= {f"{name} 1", f"{name} 2"}
        assert ran.count(f"{name} 1") == begun, "what refuses before it writes costs the others nothing"


async def test_a_use_case_that_ends_the_transaction_harms_only_itself(database: Database) -> None:
    def end_it(session: Session) -> None:
        write_down(session, "stolen")
        session.connection.exec_driver_sql("ROLLBACK")

    outcomes = await in_one_batch(
        database, database.write(write_down, "before"), database.write(end_it), database.write(write_down, "after")
    )
    assert (outcomes[0], outcomes[2]) == ("before", "after")
    assert isinstance(outcomes[1], Exception)
    assert await database.read(keys) >= {"before", "after"}
    assert "stolen" not in await database.read(keys)


def test_what_follows_a_commit_sees_it_done(database: Database) -> None:
    seen: list[str] = []

    def use_case(session: Session) -> None:
        write_down(session, "sent")
        session.after_commit(lambda: seen.append(database.read_now(meta.get, "sent")))

    database.write_now(use_case)
    assert seen == ["yes"]


def test_nothing_follows_a_use_case_that_was_refused(database: Database) -> None:
    seen: list[str] = []

    def use_case(session: Session) -> None:
        session.after_commit(lambda: seen.append("too early"))
        raise PermissionError

    with pytest.raises(PermissionError):
        database.write_now(use_case)
    assert seen == []


def test_a_failure_in_what_follows_does_not_undo_the_commit(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def use_case(session: Session) -> str:
        session.after_commit(lambda: 1 / 0)  # type: ignore[arg-type]
        return write_down(session, "kept")

    with caplog.at_level(logging.CRITICAL, logger="storage.engine.writer"):
        assert database.write_now(use_case) == "kept"
    assert database.read_now(meta.get, "kept") == "yes"


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        database.read_now(write_down, "sneaked in")
    with pytest.raises(TypeError, match="saves nothing"):
        database.read_now(lambda session: session.after_commit(print))
    assert database.read_now(keys) == set()


def test_a_read_sees_one_moment_however_long_it_takes(database: Database) -> None:
    def look_twice(session: Session) -> tuple[set[str], set[str]]:
        before = keys(session)
        database.write_now(write_down, "meanwhile")
        return before, keys(session)

    before, after = database.read_now(look_twice)
    assert before == after
    assert "meanwhile" in database.read_now(keys)


async def test_a_caller_who_gives_up_waiting_does_not_undo_the_use_case(database: Database) -> None:
    gate = threading.Event()
    holding = asyncio.ensure_future(database.write(lambda session: gate.wait(10)))
    await asyncio.sleep(0.01)
    write = asyncio.ensure_future(database.write(write_down, "impatient"))
    await asyncio.sleep(0.01)
    write.cancel()
    gate.set()
    await holding
    await database.write(write_down, "next")
    assert "impatient" in await database.read(keys)


def test_a_use_case_that_would_wait_for_another_is_told_so_instead_of_hanging(sqlite_database: Database) -> None:
    def use_case(session: Session) -> None:
        sqlite_database.write_now(write_down, "inner")

    with pytest.raises(RuntimeError, match="cannot wait for another"):
        sqlite_database.write_now(use_case)


async def test_an_async_function_is_no_use_case(sqlite_database: Database) -> None:
    async def use_case(session: Session) -> None:
        pass

    with pytest.raises(TypeError, match="plain function"):
        _ = await sqlite_database.write(use_case)


async def test_an_odd_error_reaches_the_caller_and_the_writer_lives_on(sqlite_database: Database) -> None:
    def stop(session: Session) -> None:
        raise StopIteration

    def leave(session: Session) -> None:
        raise SystemExit("a use-case must not end the bot")

    with pytest.raises(RuntimeError, match="StopIteration"):
        await sqlite_database.write(stop)
    with pytest.raises(RuntimeError, match="SystemExit"):
        await sqlite_database.write(leave)
    assert await sqlite_database.write(write_down, "alive") == "alive"


async def test_a_use_case_knows_which_request_it_belongs_to(sqlite_database: Database) -> None:
    request = contextvars.ContextVar("request", default="none")
    request.set("r-17")
    assert await sqlite_database.write(lambda session: request.get()) == "r-17"
    assert await sqlite_database.read(lambda session: request.get()) == "r-17"


async def test_closing_finishes_what_was_accepted_and_takes_no_more(database_url: str) -> None:
    database = Database.open(database_url)
    writes = [asyncio.ensure_future(database.write(write_down, f"last {n}")) for n in range(100)]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    assert len(await asyncio.gather(*writes)) == 100
    with pytest.raises(Closed):
        await database.write(write_down, "too late")
    with pytest.raises(Closed):
        await database.read(keys)
    with pytest.raises(Closed):
        database.read_now(keys)
    with Database.open(database_url) as again:
        assert len(again.read_now(keys)) == 100


async def test_a_thousand_writers_and_readers_at_once_lose_nothing(database: Database) -> None:
    def count_up(session: Session) -> None:
        meta.save(session, "count", str(int(meta.get(session, "count", "0")) + 1))

    writes = [database.write(count_up) for _ in range(500)]
    reads = [database.read(meta.get, "count", "0") for _ in range(500)]
    seen = await asyncio.gather(*writes, *reads)
    assert database.read_now(meta.get, "count") == "500"
    assert all(0 <= int(number or -1) <= 500 for number in seen[500:])


def test_an_error_of_the_database_does_not_repeat_what_people_typed(database: Database) -> None:
    database.write_now(write_down, "twice", "a secret about a child")
    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        database.write_now(write_down, "twice", "a secret about a child")
    text = str(caught.value)
    assert "secret" not in text


@pytest.mark.parametrize("address", ["mysql://host/name", "council.db", "", "sqlite+aiosqlite:///x.db"])
def test_an_address_that_is_neither_database_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path or postgresql://"):
        Database.open(address)


def test_a_database_without_tables_says_it_must_be_brought_up_to_date(tmp_path: Any) -> None:
    with Database.open(f"sqlite:///{tmp_path}/new.db") as database, pytest.raises(SchemaTooOld):
        database.write_now(write_down, "early")

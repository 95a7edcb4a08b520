"""PostgreSQL keeps its word: what is refused, what a restart, a cut line or a paused copy does."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.council import meta
from storage.engine import postgresql_line
from storage.engine.database import Busy, Database, Session, Unreachable, WeakDurability
from tests.databases import PostgresqlServer, database_name
from tests.storage.cutting_proxy import CuttingProxy, cutting_proxy
from tests.storage.use_cases import in_one_batch, keys, write_down

pytestmark = pytest.mark.postgresql


@pytest.fixture
def line(postgresql_server: PostgresqlServer) -> Iterator[CuttingProxy]:
    """A line to the server that can be cut; its folder is short, as socket names must be."""
    with (
        tempfile.TemporaryDirectory(prefix="cut-") as folder,
        cutting_proxy(Path(folder), postgresql_server.folder) as proxy,
    ):
        yield proxy


def through(line: CuttingProxy, address: str) -> str:
    return f"postgresql://bot@/{database_name(address)}?host={line.folder}"


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_may_lose_what_it_acknowledged_is_refused(
    postgresql_server: PostgresqlServer, setting: str
) -> None:
    address = postgresql_server.migrated_database()
    postgresql_server.stop()
    postgresql_server.start(**{setting: "off"})
    try:
        with pytest.raises(WeakDurability, match=f"{setting} = off"):
            Database.open(address)
    finally:
        postgresql_server.stop()
        postgresql_server.start()


def test_a_weakening_for_this_user_alone_is_noticed_too(
    postgresql_server: PostgresqlServer, postgresql_url: str
) -> None:
    name = database_name(postgresql_url)
    postgresql_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(WeakDurability, match="synchronous_commit = off"):
        Database.open(postgresql_url)


def test_a_database_that_cannot_store_every_name_is_refused(postgresql_server: PostgresqlServer) -> None:
    postgresql_server.execute("CREATE DATABASE old_fashioned ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(WeakDurability, match="LATIN1"):
        Database.open(postgresql_server.url("old_fashioned"))


def test_a_server_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        Database.open(f"postgresql://bot@/none?host={tmp_path}")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restart", "crash"])
def test_a_restart_of_the_server_in_mid_transaction_is_survived(
    postgresql_server: PostgresqlServer, postgresql_url: str, how: signal.Signals
) -> None:
    attempts = 0
    begun, restarted = threading.Event(), threading.Event()

    def use_case(session: Session) -> int:
        nonlocal attempts
        attempts += 1
        write_down(session, f"attempt {attempts}")
        if attempts == 1:
            begun.set()
            restarted.wait(20)
        return len(keys(session))

    with Database.open(postgresql_url, patience=20) as database:
        database.write_now(write_down, "before")
        outcome: list[int] = []
        waiting = threading.Thread(target=lambda: outcome.append(database.write_now(use_case)))
        waiting.start()
        begun.wait(10)
        postgresql_server.stop(how)
        postgresql_server.start()
        restarted.set()
        waiting.join(30)
        assert outcome == [2]
        assert database.read_now(keys) == {"before", "attempt 2"}


def test_a_read_survives_a_restart_of_the_server(postgresql_server: PostgresqlServer, postgresql_url: str) -> None:
    with Database.open(postgresql_url) as database:
        database.write_now(write_down, "before")
        assert database.read_now(keys) == {"before"}
        postgresql_server.stop()
        postgresql_server.start()
        assert database.read_now(keys) == {"before"}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_line_cut_during_the_commit_neither_loses_nor_repeats_it(
    line: CuttingProxy, postgresql_url: str, moment: str
) -> None:
    def count_up(session: Session) -> int:
        number = int(meta.get(session, "count", "0")) + 1
        meta.save(session, "count", str(number))
        return number

    with Database.open(through(line, postgresql_url)) as database:
        await database.write(count_up)
        line.cut = moment
        outcomes = await in_one_batch(database, *(database.write(count_up) for _ in range(5)))
        # the batch that only held the writer up was the one cut: it had nothing to commit but its lock
        line.cut = moment
        assert await database.write(count_up) == 7
        assert outcomes == [2, 3, 4, 5, 6]
        assert await database.read(meta.get, "count") == "7"
        assert line.cuts == 2


def test_a_use_case_waits_its_turn_behind_another_copy(postgresql_url: str) -> None:
    order: list[str] = []
    inside = threading.Event()

    def slow(session: Session) -> None:
        inside.set()
        time.sleep(0.2)
        order.append("first copy")

    with Database.open(postgresql_url) as one, Database.open(postgresql_url) as two:
        first = threading.Thread(target=one.write_now, args=(slow,))
        first.start()
        inside.wait(5)
        two.write_now(lambda session: order.append("second copy"))
        first.join()
    assert order == ["first copy", "second copy"]


async def test_two_copies_count_without_losing_one(postgresql_url: str) -> None:
    def count_up(session: Session) -> None:
        meta.save(session, "count", str(int(meta.get(session, "count", "0")) + 1))

    with Database.open(postgresql_url) as one, Database.open(postgresql_url) as two:
        await asyncio.gather(*(copy.write(count_up) for copy in (one, two) for _ in range(200)))
        assert await one.read(meta.get, "count") == "400"


def test_a_lock_held_by_somebody_else_is_said_once_patience_ends(postgresql_url: str) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        inside.set()
        leave.wait(20)

    with Database.open(postgresql_url) as one, Database.open(postgresql_url, patience=0.2) as two:
        holding = threading.Thread(target=one.write_now, args=(hold,))
        holding.start()
        inside.wait(5)
        with pytest.raises(Busy):
            two.write_now(write_down, "impatient")
        leave.set()
        holding.join()
        assert two.write_now(write_down, "later") == "later"
        assert two.read_now(keys) == {"later"}


def test_a_copy_that_is_suspended_in_mid_transaction_does_not_keep_the_others_out(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_line, "IDLE_LIMIT", 1)
    attempts = 0
    inside, woken = threading.Event(), threading.Event()

    def use_case(session: Session) -> str:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            inside.set()
            woken.wait(10)
        return write_down(session, f"attempt {attempts}")

    with Database.open(postgresql_url) as suspended, Database.open(postgresql_url) as other:
        outcome: list[str] = []
        waiting = threading.Thread(target=lambda: outcome.append(suspended.write_now(use_case)))
        waiting.start()
        inside.wait(5)
        assert other.write_now(write_down, "the other") == "the other"
        woken.set()
        waiting.join(10)
        assert outcome == ["attempt 2"]
        assert other.read_now(keys) == {"the other", "attempt 2"}

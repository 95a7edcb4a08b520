"""A SQLite file keeps its word: what is asked of the engine, what is refused, what a lock or a full disk does."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import make_url
from sqlalchemy.engine.interfaces import CacheStats

from storage.council import meta
from storage.engine import sqlite
from storage.engine.database import (
    AlreadyRunning,
    Busy,
    DamagedDatabase,
    Database,
    NetworkFilesystem,
    Session,
    StorageFull,
    Unreachable,
    WeakDurability,
)
from storage.engine.sqlite import refuse_network_filesystem
from storage.schema import tables
from tests.databases import SqliteTemplate
from tests.storage.use_cases import in_one_batch, keys, write_down


@pytest.fixture
def file(sqlite_template: SqliteTemplate, tmp_path: Path) -> Path:
    sqlite_template.copy_to(tmp_path / "council.db")
    return tmp_path / "council.db"


def pragmas(session: Session) -> dict[str, Any]:
    names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
    return {name: session.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


def test_every_commit_reaches_the_disk_before_it_returns(sqlite_database: Database) -> None:
    full = 2
    writing = sqlite_database.write_now(pragmas)
    assert writing == {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "query_only": 0}
    reading = sqlite_database.read_now(pragmas)
    assert reading == {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "query_only": 1}


def test_what_was_worked_out_of_a_statement_serves_the_readers_and_every_file_opened_after(
    sqlite_database: Database, file: Path
) -> None:
    def known(session: Session) -> bool:
        asked = sqlalchemy.select(tables.meta.c.key, tables.meta.c.value.label("as_asked_here"))
        return session.execute(asked).context.cache_hit is CacheStats.CACHE_HIT  # type: ignore[attr-defined]

    assert not sqlite_database.write_now(known)
    assert sqlite_database.read_now(known)
    with Database.open(f"sqlite:///{file}") as another:
        assert another.read_now(known)


def test_a_reader_that_comes_later_has_the_same_settings(sqlite_database: Database) -> None:
    def many_at_once(session: Session, depth: int) -> list[dict[str, Any]]:
        deeper = sqlite_database.read_now(many_at_once, depth - 1) if depth else []
        return [pragmas(session), *deeper]

    assert all(found["synchronous"] == 2 for found in sqlite_database.read_now(many_at_once, 8))


@pytest.mark.parametrize(("name", "answer"), [("synchronous", 1), ("journal_mode", "delete"), ("foreign_keys", 0)])
def test_an_engine_that_does_not_do_as_asked_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str, answer: object
) -> None:
    weaker = tuple((n, str(answer) if n == name else wanted, must_be) for n, wanted, must_be in sqlite.PRAGMAS)
    monkeypatch.setattr(sqlite, "PRAGMAS", weaker)
    with pytest.raises(WeakDurability, match=name):
        Database.open(f"sqlite:///{file}")


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(address: str) -> None:
    with pytest.raises(WeakDurability, match="forgets everything"):
        Database.open(address)


MOUNTS = """\
/dev/vda / ext4 rw 0 0
//files/share /mnt/share cifs rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/local ext4 rw 0 0
me@host: /mnt/with\\040space fuse.sshfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/mnt/share/council.db", "cifs"), ("/home/council.db", "nfs4"), ("/mnt/with space/c.db", "fuse.sshfs")],
)
def test_a_file_on_a_network_drive_is_refused(tmp_path: Path, place: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    with pytest.raises(NetworkFilesystem, match=kind):
        refuse_network_filesystem(Path(place), mounts)


@pytest.mark.parametrize("place", ["/srv/council.db", "/home/local/council.db", "/mnt/shared.db", "/tmp/c.db"])
def test_a_file_on_a_local_disk_is_accepted(tmp_path: Path, place: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    refuse_network_filesystem(Path(place), mounts)


def test_the_drive_is_looked_at_before_the_file_is_touched(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("host:/x / nfs rw 0 0\n")
    with pytest.raises(NetworkFilesystem):
        sqlite.Sqlite(make_url(f"sqlite:///{tmp_path}/new/c.db"), service=True, readers=1, patience=1, mounts=mounts)
    assert not (tmp_path / "new").exists()


SECOND_SERVICE = """
import sys
from storage.engine.database import Database, AlreadyRunning
try:
    Database.open(sys.argv[1], service=True)
except AlreadyRunning as error:
    print(error)
    sys.exit(3)
"""


def test_a_second_service_on_the_same_file_is_turned_away_with_a_sentence(file: Path) -> None:
    with Database.open(f"sqlite:///{file}", service=True):
        second = subprocess.run(
            [sys.executable, "-c", SECOND_SERVICE, f"sqlite:///{file}"], capture_output=True, text=True, check=False
        )
    assert second.returncode == 3, second.stderr
    assert "Another bot already serves this database file" in second.stdout
    assert f"process {os.getpid()}" in second.stdout
    assert "PostgreSQL" in second.stdout


def test_a_service_can_start_once_the_other_is_gone(file: Path) -> None:
    Database.open(f"sqlite:///{file}", service=True).close()
    with Database.open(f"sqlite:///{file}", service=True), pytest.raises(AlreadyRunning):
        Database.open(f"sqlite:///{file}", service=True)


def test_a_command_can_work_beside_the_service(file: Path) -> None:
    with Database.open(f"sqlite:///{file}", service=True) as service, Database.open(f"sqlite:///{file}") as command:
        service.write_now(write_down, "from the service")
        command.write_now(write_down, "from a command")
        found = service.read_now(keys)
    assert {"from the service", "from a command"} <= found


@pytest.mark.parametrize("there_before", [True, False])
def test_nobody_but_the_bots_account_reads_the_file_or_what_stands_beside_it(file: Path, there_before: bool) -> None:
    if there_before:
        file.chmod(0o644)
    else:
        file.unlink()
    before = os.umask(0o000)
    try:
        with Database.open(f"sqlite:///{file}", service=True) as database:
            database.migrate()
            database.write_now(write_down, "something")
            modes = {one.name: one.stat().st_mode & 0o077 for one in file.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(modes) == {f"council.db{end}" for end in ("", "-wal", "-shm", ".service", ".mark")}
    assert not any(modes.values())


@contextmanager
def locked(file: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else is in the middle of writing."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_use_case_waits_for_a_lock_and_then_saves(file: Path) -> None:
    with Database.open(f"sqlite:///{file}") as database, locked(file) as other:
        threading.Timer(0.3, other.rollback).start()
        assert database.write_now(write_down, "patient") == "patient"


def test_a_use_case_that_waited_too_long_says_so_and_nothing_is_saved(
    file: Path,
) -> None:
    with Database.open(f"sqlite:///{file}", patience=0.3) as database:
        with locked(file):
            with pytest.raises(Busy, match="try again"):
                database.write_now(write_down, "impatient")
            assert database.read_now(meta.get, "anything", "still readable") == "still readable"
        assert database.write_now(write_down, "after") == "after"
        assert database.read_now(meta.get, "impatient", "never saved") == "never saved"


LARGE = "x" * 200_000


@contextmanager
def no_more_pages(file: Path) -> Iterator[None]:
    """SQLite may not make the database larger than it is: what a full disk looks like to it."""
    with closing(sqlite3.connect(file)) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0] + 2
    usual = sqlite.PRAGMAS
    sqlite.PRAGMAS = (*usual, ("max_page_count", str(pages), pages))
    try:
        yield
    finally:
        sqlite.PRAGMAS = usual


@contextmanager
def no_larger_files(file: Path) -> Iterator[None]:
    """The system refuses to let any file grow past a size, as a quota does."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("full", [no_more_pages, no_larger_files])
async def test_a_full_disk_is_said_clearly_and_reading_and_small_things_go_on(
    file: Path, full: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with Database.open(f"sqlite:///{file}") as unlimited:
        unlimited.write_now(write_down, "before")
    with full(file), Database.open(f"sqlite:///{file}") as database:
        outcomes = await in_one_batch(
            database,
            database.write(write_down, "small"),
            *(database.write(write_down, f"large {n}", LARGE) for n in range(3)),
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, StorageFull)]
        assert refused and "no room" in str(refused[0])
        assert await database.read(keys) == {"before", *(outcome for outcome in outcomes if isinstance(outcome, str))}


@pytest.mark.parametrize("full", [no_more_pages, no_larger_files])
def test_saving_works_again_by_itself_once_there_is_room(
    file: Path, full: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with full(file):
        database = Database.open(f"sqlite:///{file}")
        with pytest.raises(StorageFull):
            database.write_now(write_down, "too large", LARGE * 2)
    assert database.write_now(write_down, "there is room", LARGE) == "there is room"
    database.close()


def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "council.db").write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(DamagedDatabase, match="Restore the last backup"):
        Database.open(f"sqlite:///{tmp_path}/council.db")


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    with pytest.raises(Unreachable):
        Database.open(f"sqlite:///{tmp_path}/a file/council.db")
    (tmp_path / "c.db.service").mkdir()
    with pytest.raises(Unreachable, match=r"c\.db\.service"):
        Database.open(f"sqlite:///{tmp_path}/c.db", service=True)
    (tmp_path / "a folder").mkdir()
    with pytest.raises(Unreachable):
        Database.open(f"sqlite:///{tmp_path}/a folder", patience=0.1)


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/var/deep/council.db") as database:
        assert database.migrate()
    assert (tmp_path / "var/deep/council.db").exists()

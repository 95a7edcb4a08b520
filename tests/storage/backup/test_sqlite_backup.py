"""A backup of a SQLite file: whole or not there, known at once when it is not, and put back in one step."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy.council.actor import Actor
from storage.backup import backups, package
from storage.backup.package import BackupRefused, BadBackup, RestoreRefused
from storage.council import history, meta, put_back
from storage.council.put_back import RESTORED, PutBack
from storage.engine.database import AlreadyRunning, Database, SchemaTooNew, Session, StorageError, StorageFull
from tests.databases import SqliteTemplate, schema_at
from tests.storage.use_cases import keys, write_down

FIRST_RELEASE = "2026_11_23_0007"
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


@pytest.fixture
def file(sqlite_template: SqliteTemplate, fast_folder: Path) -> Path:
    """A database with a little history."""
    sqlite_template.copy_to(fast_folder / "council.db")
    with Database.open(f"sqlite:///{fast_folder}/council.db") as database:
        for number in range(3):
            database.write_now(note, number)
        database.write_now(write_down, "before the backup")
    return fast_folder / "council.db"


def note(session: Session, number: int) -> None:
    history.append(session, at=NOW, actor=Actor.system("tests"), verb="noted", subject=f"row {number}")


def noted(session: Session) -> None:
    meta.save(session, "noted", "by restore")


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def make(file: Path, to: Path) -> backups.Made:
    return backups.make(address(file), to, council="Northmoor", now=NOW)


def put_in_place(file: Path, backup: Path) -> backups.PutBackNow:
    return backups.restore(address(file), backup, noted, now=NOW)


def whats_in(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_backup_is_made_while_the_service_writes_and_holds_one_moment(file: Path) -> None:
    with Database.open(address(file), service=True) as service:
        stop = threading.Event()

        def go_on() -> None:
            number = 100
            while not stop.is_set():
                service.write_now(note, number)
                number += 1

        writing = threading.Thread(target=go_on)
        writing.start()
        made = make(file, file.with_name("one.backup"))
        stop.set()
        writing.join()
        assert service.read_now(history.head).seq >= made.manifest.history_rows
    assert made.chain == () and made.manifest.history_rows >= 3
    assert package.read(file.with_name("one.backup")) == made.manifest


def test_a_backup_can_be_read_by_nobody_else_and_leaves_nothing_beside_it(file: Path) -> None:
    before_files = whats_in(file.parent)
    previous = os.umask(0o000)
    try:
        make(file, file.with_name("one.backup"))
    finally:
        os.umask(previous)
    assert stat.S_IMODE(file.with_name("one.backup").stat().st_mode) == 0o600
    assert whats_in(file.parent) == before_files | {"one.backup"}


def test_a_backup_opens_with_any_unzip_and_says_what_it_is(file: Path) -> None:
    made = make(file, file.with_name("one.backup"))
    with zipfile.ZipFile(file.with_name("one.backup")) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"council.db", "manifest.json"}
    assert made.manifest.council == "Northmoor" and made.manifest.made_at == NOW
    assert made.manifest.schema and len(made.manifest.sha256) == 64


def test_a_backup_never_takes_the_place_of_another_file(file: Path) -> None:
    taken = file.with_name("one.backup")
    taken.write_text("somebody's")
    with pytest.raises(BackupRefused, match="already"):
        make(file, taken)
    with pytest.raises(BackupRefused, match="no folder"):
        make(file, file.parent / "nowhere" / "one.backup")
    assert taken.read_text() == "somebody's"


def test_a_history_that_was_changed_is_said_and_still_copied(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("UPDATE history SET verb = 'changed' WHERE seq = 2")
        raw.commit()
    made = make(file, file.with_name("one.backup"))
    assert made.chain and "row 2" in made.chain[0]
    assert package.read(file.with_name("one.backup")) == made.manifest


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A disk that fills: the system refuses to let any file grow past this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_while_the_copy_is_made_leaves_nothing_half_done(file: Path) -> None:
    before = whats_in(file.parent)
    with files_no_larger_than(file.stat().st_size // 2), pytest.raises(StorageFull):
        make(file, file.with_name("one.backup"))
    assert whats_in(file.parent) == before


def test_a_disk_that_fills_while_the_file_is_packed_leaves_nothing_half_done(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.fsync

    def full(handle: int) -> None:
        if ".part" in os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(28, "No space left on device")
        real_write(handle)

    monkeypatch.setattr(os, "fsync", full)
    before = whats_in(file.parent)
    with pytest.raises(StorageFull):
        make(file, file.with_name("one.backup"))
    assert whats_in(file.parent) == before


# -- putting one back -------------------------------------------------------------------------------------------------


def test_a_restore_brings_back_what_was_there_holds_what_it_says_and_keeps_the_old_file(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    with Database.open(address(file)) as later:
        later.write_now(write_down, "after the backup")
    done = put_in_place(file, backup)
    with Database.open(address(file), service=True) as database:
        found = database.read_now(keys)
        assert "before the backup" in found and "after the backup" not in found and "noted" in found
        assert database.read_now(put_back.waiting) == PutBack(RESTORED, NOW)
        assert database.read_now(history.verify) == []
    assert done.kept is not None
    with Database.open(address(done.kept)) as old:
        assert "after the backup" in old.read_now(keys)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [name for name in whats_in(file.parent) if "restoring" in name]


def test_a_backup_put_back_by_hand_is_known_for_a_backup_too(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    with zipfile.ZipFile(backup) as archive:
        archive.extract("council.db", file.parent / "elsewhere")
    with Database.open(address(file.parent / "elsewhere" / "council.db"), service=True) as database:
        assert database.read_now(put_back.waiting) == PutBack(RESTORED, NOW)


def test_a_restore_where_nothing_was_makes_the_database(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    new = file.parent / "new" / "council.db"
    new.parent.mkdir()
    assert put_in_place(new, backup).kept is None
    with Database.open(address(new)) as database:
        assert "before the backup" in database.read_now(keys)


def test_a_restore_where_the_file_was_emptied_or_damaged_puts_the_council_back(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    for content in (b"", b"not a database at all" * 1000):
        file.write_bytes(content)
        put_in_place(file, backup)
        with Database.open(address(file)) as database:
            assert "before the backup" in database.read_now(keys)


def test_a_restore_is_refused_while_the_service_runs(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    with Database.open(address(file), service=True) as service:
        with pytest.raises(AlreadyRunning):
            put_in_place(file, backup)
        service.write_now(write_down, "went on")


def test_a_restore_is_refused_while_another_command_has_the_database_open(file: Path) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    before = whats_in(file.parent)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM meta").fetchall()
        with pytest.raises(RestoreRefused, match=r"has .* open"):
            put_in_place(file, backup)
    assert whats_in(file.parent) - before <= {"council.db-wal", "council.db-shm", "council.db.service"}
    with Database.open(address(file)) as database:
        assert "noted" not in database.read_now(keys)


def cut_short(whole: bytes) -> bytes:
    return whole[: len(whole) * 2 // 3]


def one_byte_changed(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        cut_short,
        one_byte_changed,
        lambda whole: b"",
        lambda whole: b"hello",
    ],
    ids=["cut short", "one byte changed", "empty", "something else"],
)
def test_a_wrong_or_cut_file_is_refused_in_words_and_nothing_is_changed(
    file: Path, spoil: Callable[[bytes], bytes]
) -> None:
    backup = file.with_name("one.backup")
    make(file, backup)
    whole = backup.read_bytes()
    backup.write_bytes(spoil(whole))
    before, content = whats_in(file.parent), file.read_bytes()
    with pytest.raises(StorageError) as refused:
        put_in_place(file, backup)
    assert isinstance(refused.value, BadBackup) and "Nothing was changed" in str(refused.value)
    assert whats_in(file.parent) == before and file.read_bytes() == content


def test_a_database_file_itself_and_a_backup_with_another_copy_inside_are_no_backups(file: Path) -> None:
    with pytest.raises(BadBackup):
        put_in_place(file, file)
    backup, other = file.with_name("one.backup"), file.with_name("other.backup")
    make(file, backup)
    with zipfile.ZipFile(backup) as whole, zipfile.ZipFile(other, "w") as forged:
        forged.writestr("manifest.json", whole.read("manifest.json"))
        forged.writestr("council.db", b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(BadBackup, match="manifest"):
        put_in_place(file, other)
    with pytest.raises(BadBackup, match="no file"):
        put_in_place(file, file.with_name("none.backup"))


def test_a_backup_of_a_newer_bot_is_refused(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '2031_01_01_0042'")
        raw.execute("UPDATE meta SET value = '2031_01_01_0042' WHERE key = 'schema_needs'")
        raw.commit()
    with pytest.raises(SchemaTooNew):
        make(file, file.with_name("one.backup"))


def test_a_backup_of_an_older_schema_is_brought_up_to_date_on_its_way_in(file: Path, fast_folder: Path) -> None:
    old, backup = fast_folder / "old.db", fast_folder / "old.backup"
    schema_at(address(old), FIRST_RELEASE)
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("INSERT INTO meta VALUES ('before the update', 'yes')")
        raw.commit()
    assert make(old, backup).manifest.schema == FIRST_RELEASE
    put_in_place(file, backup)
    with Database.open(address(file)) as database:
        assert database.migrate() is False
        assert "before the update" in database.read_now(keys)
        assert database.read_now(put_back.waiting) == PutBack(RESTORED, NOW)

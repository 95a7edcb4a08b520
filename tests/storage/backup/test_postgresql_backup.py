"""A backup of PostgreSQL through its own programs: one snapshot, put back in one transaction, refused in words."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from policy.council.actor import Actor
from storage.backup import backups, package, postgresql_dump
from storage.backup.package import BackupRefused, RestoreRefused
from storage.council import history, meta, put_back
from storage.council.put_back import RESTORED, PutBack
from storage.engine.database import Database, Session, StorageError
from tests.databases import PostgresqlServer, schema_at
from tests.storage.use_cases import keys, write_down

pytestmark = pytest.mark.postgresql
FIRST_RELEASE = "2026_11_23_0007"
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


@pytest.fixture
def address(postgresql_server: PostgresqlServer, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a little history, and PostgreSQL's programs where they are looked for."""
    monkeypatch.setenv("PATH", f"{postgresql_server.programs}:/usr/bin:/bin")
    with Database.open(postgresql_url) as database:
        database.write_now(note)
        database.write_now(write_down, "before the backup")
    return postgresql_url


def note(session: Session) -> None:
    history.append(session, at=NOW, actor=Actor.system("tests"), verb="noted", subject="row")


def noted(session: Session) -> None:
    meta.save(session, "noted", "by restore")


def make(address: str, to: Path) -> backups.Made:
    return backups.make(address, to, council="Northmoor", now=NOW)


def test_a_backup_is_one_snapshot_of_a_database_others_write_to_and_comes_back_whole(
    address: str, tmp_path: Path
) -> None:
    backup = tmp_path / "one.backup"
    with Database.open(address) as beside:
        made = make(address, backup)
        beside.write_now(write_down, "after the backup")
    assert made.chain == () and made.manifest.history_rows == 1
    assert backup.stat().st_mode & 0o777 == 0o600
    backups.restore(address, backup, noted, now=NOW)
    with Database.open(address) as database:
        found = database.read_now(keys)
        assert "before the backup" in found and "after the backup" not in found and "noted" in found
        assert database.read_now(put_back.waiting) == PutBack(RESTORED, NOW)
        assert database.read_now(history.head).hash == made.manifest.history_head
        database.write_now(note)  # its sequences and keys came back too
        assert database.read_now(history.verify) == []


def test_a_restore_waits_for_a_bot_that_was_stopped_just_now(address: str, tmp_path: Path) -> None:
    make(address, tmp_path / "one.backup")
    bot = Database.open(address)
    bot.write_now(write_down, "after the backup")
    going = threading.Timer(0.3, bot.close)
    going.start()
    backups.restore(address, tmp_path / "one.backup", noted, now=NOW)
    going.join()
    with Database.open(address) as database:
        assert "after the backup" not in database.read_now(keys)


def test_a_restore_is_refused_while_anybody_else_is_connected(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_dump, "STOPS_WITHIN", 0.1)
    make(address, tmp_path / "one.backup")
    with Database.open(address) as other:
        other.write_now(write_down, "after the backup")
        with pytest.raises(RestoreRefused, match="learning-space-bot"):
            backups.restore(address, tmp_path / "one.backup", noted, now=NOW)
        assert "after the backup" in other.read_now(keys)


def test_a_restore_that_fails_half_way_changes_nothing(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(address, tmp_path / "one.backup")
    with Database.open(address) as database:
        database.write_now(write_down, "after the backup")
    monkeypatch.setattr("storage.backup.postgresql_dump.PUT_BACK", "it's")  # the very last statement is no SQL
    with pytest.raises(RestoreRefused, match="psql says"):
        backups.restore(address, tmp_path / "one.backup", noted, now=NOW)
    with Database.open(address) as database:
        assert "after the backup" in database.read_now(keys)
        assert database.read_now(put_back.waiting) is None


def test_a_backup_of_before_an_update_goes_into_a_database_after_it(
    postgresql_server: PostgresqlServer, address: str, tmp_path: Path
) -> None:
    old = postgresql_server.blank_database()
    schema_at(old, FIRST_RELEASE)
    with psycopg.connect(old, autocommit=True) as raw:
        raw.execute("INSERT INTO meta VALUES ('before the update', 'yes')")
    assert make(old, tmp_path / "old.backup").manifest.schema == FIRST_RELEASE
    backups.restore(address, tmp_path / "old.backup", noted, now=NOW)
    with Database.open(address) as database:
        assert database.migrate() is False
        assert "before the update" in database.read_now(keys)


def test_a_machine_without_the_programs_is_told_which_package_has_them(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(address, tmp_path / "one.backup")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match=r"pg_dump is not on this machine.*postgresql-client"):
        make(address, tmp_path / "two.backup")
    with pytest.raises(RestoreRefused, match="pg_restore is not on this machine"):
        backups.restore(address, tmp_path / "one.backup", noted, now=NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["one.backup"]


def test_the_password_is_not_on_the_command_line(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "pg_dump"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "error: $* / $PGPASSWORD" >&2\nexit 1\n')
    fake.chmod(0o700)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    with pytest.raises(BackupRefused) as refused:
        make(address.replace("bot@", "bot:secret@"), tmp_path / "one.backup")
    said = str(refused.value)
    assert said.count("secret") == 1 and said.partition(" / ")[2].startswith("secret")


def test_a_backup_of_the_other_kind_is_refused(address: str, sqlite_url: str, tmp_path: Path) -> None:
    make(address, tmp_path / "one.backup")
    with pytest.raises(StorageError, match="of PostgreSQL, and this council's database is SQLite"):
        backups.restore(sqlite_url, tmp_path / "one.backup", noted, now=NOW)
    assert package.read(tmp_path / "one.backup").database == "postgresql"

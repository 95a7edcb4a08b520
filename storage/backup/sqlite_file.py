"""A SQLite file copied while the bot writes to it, checked, and put back in one step."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.backup import package
from storage.backup.package import BackupRefused, BadBackup, Manifest, RestoreRefused
from storage.council import history, put_back
from storage.council.put_back import RESTORED, PutBack
from storage.engine.database import Database
from storage.engine.errors import StorageError
from storage.engine.session import Session
from storage.engine.side_file import SideFile
from storage.engine.sqlite import explained, hold_place, refuse_network_filesystem

COMPANIONS = ("-wal", "-shm")
_IS_A_COPY = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


@dataclass(frozen=True, slots=True)
class Inside:
    """What a checked copy holds."""

    schema: str
    rows: int
    head: str
    chain: tuple[str, ...]
    """What is wrong with the chain of its history; empty when it is whole."""


def copy(database: Path, to: Path, *, made_at: datetime) -> Inside:
    """Copy a database as it stands at one moment, beside whoever works with it, and check the copy.

    The copy knows that it is one: whoever serves it, put back by `restore` or by hand, first holds what it has to say.

    Raises StorageFull, BackupRefused when the copy is not whole, DamagedDatabase.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with _in_words(), closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as source:
        source.execute("VACUUM INTO ?", (str(to),))
    _refuse_unless_whole(to, BackupRefused)
    with _in_words(), closing(sqlite3.connect(to, isolation_level=None)) as made:
        made.execute(_IS_A_COPY, (put_back.PUT_BACK, str(PutBack(RESTORED, made_at))))
    with Database.open(f"sqlite:///{to}") as opened:
        return opened.read_now(_inside, opened.revision)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where what it took the place of is kept."""

    manifest: Manifest
    kept: Path | None


def restore(
    database: Path, backup: Path, manifest: Manifest, note: Callable[[Session], object], *, now: datetime
) -> Restored:
    """Put a checked backup in the place of a database, all of it or nothing; the old file stays beside it.

    `note` is run inside the copy before it counts. Raises AlreadyRunning while a service holds the file,
    RestoreRefused while anybody else has it open, BadBackup, StorageFull.
    """
    refuse_network_filesystem(database)
    place = hold_place(database)
    aside = database.with_name(f".{database.name}.restoring")
    try:
        _forget(aside)
        package.unpack(backup, aside)
        _refuse_unless_whole(aside, BadBackup)
        with package.no_room_in_words(), Database.open(f"sqlite:///{aside}") as opened:
            opened.migrate()
            found = opened.read_now(_inside, opened.revision)
            if (found.rows, found.head) != (manifest.history_rows, manifest.history_head):
                raise BadBackup("(The history inside is not the one its manifest was written for.)")
            opened.write_now(put_back.note, PutBack(RESTORED, manifest.made_at))
            opened.write_now(note)
        _settle(aside)
        with _nobody_else(database):
            return Restored(manifest, _swap(database, aside, now))
    finally:
        _forget(aside)
        os.close(place)


def _swap(database: Path, aside: Path, now: datetime) -> Path | None:
    kept = None
    if database.exists():
        kept = _free_name(database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"))
        for end in COMPANIONS:  # there only where the old file was too damaged to be closed properly
            with suppress(FileNotFoundError):
                os.rename(f"{database}{end}", f"{kept}{end}")
        os.link(database, kept)
    os.replace(aside, database)
    SideFile(database).path.unlink(missing_ok=True)  # it is about the old file
    package.sync_folder(database.parent)
    return kept


def _free_name(wanted: Path) -> Path:
    names = (wanted.with_name(f"{wanted.name}-{number}") for number in itertools.count(2))
    return wanted if not wanted.exists() else next(name for name in names if not name.exists())


@contextmanager
def _nobody_else(database: Path) -> Iterator[None]:
    """Hold the old file for ourselves alone. RestoreRefused when another program has it open."""
    if not database.exists() or database.stat().st_size == 0:
        yield
        return
    with closing(sqlite3.connect(database, timeout=2, isolation_level=None)) as old:
        try:
            old.execute("PRAGMA journal_mode=DELETE").fetchall()
            old.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise RestoreRefused(f"(Another program has {database} open. End it first.)") from error
        yield  # one that is too damaged to be opened may be replaced


def _settle(file: Path) -> None:
    """Nothing of it stands outside the one file, and the file is on the disk."""
    if any(Path(f"{file}{end}").exists() for end in COMPANIONS):
        raise RestoreRefused("(The copy could not be closed properly; try again.)")
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_unless_whole(file: Path, refusal: type[StorageError]) -> None:
    with _in_words(), closing(sqlite3.connect(file, isolation_level=None)) as opened:
        for check in ("integrity_check(1)", "foreign_key_check"):
            found = opened.execute(f"PRAGMA {check}").fetchall()
            if found and found != [("ok",)]:
                raise refusal(f"(Looking at the copy, SQLite says: {found[0]}.)")


def _inside(session: Session, schema: str) -> Inside:
    newest = history.head(session)
    return Inside(schema, newest.seq, newest.hash, tuple(history.verify(session)))


def _forget(file: Path) -> None:
    for end in ("", *COMPANIONS, ".service", ".mark"):
        Path(f"{file}{end}").unlink(missing_ok=True)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error) from error

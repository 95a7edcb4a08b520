"""Make a backup of a database, and put one back, whichever kind of database it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from storage.backup import package, sqlite_file
from storage.backup.package import Manifest, RestoreRefused
from storage.engine.backend import check_revision
from storage.engine.database import Database
from storage.engine.errors import Unreachable
from storage.engine.session import Session

Note = Callable[[Session], object]
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is on the disk and was read back."""

    manifest: Manifest
    chain: tuple[str, ...]
    """What is wrong with the chain of the history in it; empty when it is whole."""


@dataclass(frozen=True, slots=True)
class PutBackNow:
    """A backup that is in place."""

    manifest: Manifest
    kept: Path | None
    """Where the database it took the place of is kept; None where there was none, and with PostgreSQL."""


def make(address: str, to: Path, *, council: str, now: datetime) -> Made:
    """Make a backup beside a running service. It has its name only once it was checked.

    Raises BackupRefused, StorageFull, DamagedDatabase, Unreachable, and what `Database.open` raises.
    """
    package.refuse_taken(to)
    url = make_url(address)
    with (
        package.no_room_in_words(),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=to.parent) as folder,
    ):
        copy = Path(folder) / "copy.db"
        if url.drivername == "sqlite":
            if not Path(url.database or "").exists():
                raise Unreachable(f"(There is no file {url.database}.)")
            found = sqlite_file.copy(Path(url.database or "").absolute(), copy, made_at=now)
            kind = "sqlite"
        else:
            from storage.backup import postgresql_dump

            with Database.open(address) as database:
                found = postgresql_dump.dump(database, url, copy)
            kind = "postgresql"
        manifest = Manifest(kind, found.schema, now, council, found.rows, found.head)
        return Made(package.pack(copy, manifest, to), found.chain)


def restore(address: str, backup: Path, note: Note, *, now: datetime) -> PutBackNow:
    """Put a backup in the place of a database, all of it or nothing, and hold what it has to say.

    `note` writes down that it was done. The schema is brought to this version's. Raises BadBackup, RestoreRefused,
    AlreadyRunning, SchemaTooNew, StorageFull, Unreachable.
    """
    manifest = package.read(backup)
    url = make_url(address)
    kind = "sqlite" if url.drivername == "sqlite" else "postgresql"
    if manifest.database != kind:
        raise RestoreRefused(
            f"(The backup is of {NAMES[manifest.database]}, and this council's database is {NAMES[kind]}.)"
        )
    check_revision(manifest.schema, behind_is_fine=True)
    if kind == "sqlite":
        path = Path(url.database or "").absolute()
        done = sqlite_file.restore(path, backup, manifest, note, now=now)
        return PutBackNow(done.manifest, done.kept)
    from storage.backup import postgresql_dump

    with Database.open(address) as database:
        postgresql_dump.restore(database, url, backup, manifest)
    with Database.open(address) as database:
        database.migrate()
        database.write_now(note)
    return PutBackNow(manifest, None)

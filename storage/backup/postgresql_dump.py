"""A PostgreSQL database through its own pg_dump, pg_restore and psql, where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL

from storage.backup import package
from storage.backup.package import BackupRefused, Manifest, RestoreRefused
from storage.backup.sqlite_file import Inside
from storage.council import history
from storage.council.put_back import PUT_BACK, RESTORED, PutBack
from storage.engine.database import Database
from storage.engine.errors import StorageError, StorageFull
from storage.engine.postgresql_line import encrypted
from storage.engine.session import Session
from storage.schema.tables import metadata

PACKAGE = "Debian and Ubuntu have them in postgresql-client"


def dump(database: Database, address: URL, to: Path) -> Inside:
    """Dump a database as it stands at one moment, beside whoever works with it.

    The history is checked in the very snapshot that is dumped. Raises BackupRefused in words, StorageFull.
    """
    program = _program("pg_dump", BackupRefused)

    def in_one_snapshot(session: Session) -> Inside:
        # The dump may take longer than a copy of the bot that hangs is allowed to.
        session.connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        snapshot = str(session.connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
        place = str(session.connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())
        newest = history.head(session)
        chain = tuple(history.verify(session))
        arguments = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--table={place}.*",
            f"--file={to}",
        ]
        _run([program, *arguments], address, BackupRefused)
        return Inside(database.revision, newest.seq, newest.hash, chain)

    found = database.read_now(in_one_snapshot)
    os.chmod(to, 0o600)
    _run([_program("pg_restore", BackupRefused), "--list", str(to)], None, BackupRefused)
    return found


STOPS_WITHIN = 3.0
"""Seconds after which a bot that was stopped just now is gone from the server's list of who is connected."""


def restore(database: Database, address: URL, backup: Path, manifest: Manifest) -> None:
    """Put a checked backup in the place of what is in a database: one transaction, which also holds what it has to say.

    Raises RestoreRefused while anybody else is connected or when PostgreSQL says no; then nothing was changed.
    """
    programs = {name: _program(name, RestoreRefused) for name in ("pg_restore", "psql")}
    others = database.others_connected(going=STOPS_WITHIN)
    if others:
        raise RestoreRefused(f"(Connected to this database: {', '.join(others)}. Stop every bot and tool on it first.)")
    with package.no_room_in_words(), tempfile.TemporaryDirectory(prefix="restore-") as folder:
        copy, script = Path(folder) / "copy", Path(folder) / "script.sql"
        package.unpack(backup, copy)
        _run(
            [programs["pg_restore"], "--no-owner", "--no-privileges", f"--file={script}", str(copy)],
            None,
            RestoreRefused,
        )
        tables = ", ".join(sorted({"alembic_version", *metadata.tables}))
        hold = (
            f"RESET search_path; INSERT INTO meta VALUES ('{PUT_BACK}', '{PutBack(RESTORED, manifest.made_at)}') "  # noqa: S608
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        how = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        clear = f"SET lock_timeout = '10s'; DROP TABLE IF EXISTS {tables} CASCADE"
        steps = [f"--command={clear}", f"--file={script}", f"--command={hold}"]
        _run([programs["psql"], *how, *steps], address, RestoreRefused)


def _program(name: str, refusal: type[StorageError]) -> str:
    found = shutil.which(name)
    if found is None:
        raise refusal(f"({name} is not on this machine. {PACKAGE}; the version must not be older than the server's.)")
    return found


def _run(command: Sequence[str], address: URL | None, refusal: type[StorageError]) -> None:
    """Run a program of PostgreSQL's; the password stands in its environment, where other users cannot read it."""
    environment = {**os.environ, "LC_ALL": "C"}
    arguments = list(command)
    if address is not None:
        plain = address.set(drivername="postgresql").update_query_dict(encrypted(address))
        if plain.password:
            environment["PGPASSWORD"] = str(plain.password)
        without = URL.create("postgresql", plain.username, None, plain.host, plain.port, plain.database, plain.query)
        arguments.insert(1, f"--dbname={without.render_as_string(hide_password=False)}")
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        with suppress(IndexError):
            if re.search(r"No space left|could not (?:write|extend)|Disk quota", done.stderr):
                raise StorageFull("(The disk filled up on the way; what was begun is removed.)")
        raise refusal(f"({Path(command[0]).name} says: {_first_error(done.stderr)})")


def _first_error(said: str) -> str:
    """The line that says why, without the statement it is about: that may hold somebody's words."""
    lines = [line.strip() for line in said.splitlines() if re.search(r"error|ERROR|FATAL|mismatch", line)]
    return re.sub(r"\s+", " ", lines[0])[:300] if lines else "nothing"

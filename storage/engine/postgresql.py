"""PostgreSQL set up to keep its word, for a council that runs several copies of the bot on one database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from storage.engine.backend import Backend, Trouble, check_revision
from storage.engine.errors import InUse, SchemaTooOld
from storage.engine.postgresql_line import check, connect_arguments, timeouts
from storage.migrations import NEEDS

_TAKE_LOCK = "SELECT pg_advisory_xact_lock(1280528450);"  # the number is 'LSPB', to keep clear of anybody else's
_START_BATCH = _TAKE_LOCK + "SELECT pg_current_xact_id()::text, version_num FROM alembic_version"  # noqa: S608
"""Every write transaction holds one lock, so that the writers of all copies take turns.

Two statements in one message: the second sees the schema as it is once the lock is ours.
"""

_OTHERS = """
    SELECT application_name, usename FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
"""

_BUSY_STATES = ("55P03", "40001", "40P01", "57014")  # lock not available, serialisation, deadlock, cancelled
_LOST_STATES = ("57P01", "57P02", "57P03", "57P05", "53300", "25P03")  # stopping, starting, no more connections


class Postgresql(Backend):
    """One database for any number of copies."""

    dialect = "postgresql"

    def __init__(self, url: URL, *, readers: int, patience: float) -> None:
        url = url.set(drivername="postgresql+psycopg")
        # A standby is no place to write: after a failover, wait for the address to lead to the new primary.
        asked = timeouts(patience)
        arguments = connect_arguments(url, asked)
        writing = arguments | {"target_session_attrs": "read-write"}
        self.writer = _engine(url, asked, writing, pool_size=1, max_overflow=1)
        self.readers = _engine(
            url, asked, arguments, pool_size=readers, max_overflow=-1, isolation_level="REPEATABLE READ"
        )
        event.listen(self.readers, "connect", _read_only)

    def start_batch(self, connection: Connection) -> str:
        """Wait for our turn among the writers of all copies, then look at the schema as it is after that wait."""
        try:
            cursor = _raw(connection).execute(_START_BATCH)
        except psycopg.errors.UndefinedTable:
            raise SchemaTooOld("(It has no tables yet.)") from None
        cursor.nextset()
        receipt, revision = cursor.fetchone() or ("", "")
        check_revision(str(revision), needs=lambda: _needs(_raw(connection)))
        return str(receipt)

    def in_transaction(self, connection: Connection) -> bool:
        """False once the server has dropped the connection."""
        return _raw(connection).info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def can_commit(self, connection: Connection) -> bool:
        """False after an error, whoever swallowed it, that no savepoint was rolled back for."""
        return _raw(connection).info.transaction_status == TransactionStatus.INTRANS

    def trouble(self, error: BaseException) -> Trouble | None:
        """By the server's SQLSTATE, or by the lack of one when it no longer answers."""
        original = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(original, psycopg.Error):
            return None
        state = original.sqlstate
        if state is None:
            return Trouble.LOST if isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError)) else None
        if state in _BUSY_STATES:
            return Trouble.BUSY
        if state in _LOST_STATES or state.startswith("08"):
            return Trouble.LOST
        if state in ("53100", "53200"):
            return Trouble.FULL
        if state == "42501":
            return Trouble.FORBIDDEN
        return Trouble.DAMAGED if state.startswith("XX") and state != "XX000" else None

    def was_committed(self, receipt: str) -> bool | None:
        """The server remembers what became of a transaction by its number."""
        with self.readers.connect() as connection:
            row = _raw(connection).execute("SELECT pg_xact_status(%s::xid8)", (receipt,)).fetchone()
        # 'in progress', or nothing at all if it was too long ago: neither is an answer.
        return {"committed": True, "aborted": False}.get(row[0]) if row else None

    def revision(self) -> str:
        """Read beside the writer."""
        with self.readers.connect() as connection:
            return self.revision_seen_by(connection)

    def needs(self) -> str:
        """Read beside the writer."""
        with self.readers.connect() as connection:
            return _needs(_raw(connection))

    @contextmanager
    def alone(self, wait: float) -> Iterator[None]:
        """Wait until only we are connected. Who comes later waits for the schema like every writer."""
        self.writer.dispose()  # our own other connection
        if others := self.others_connected(going=wait):
            raise InUse(f"({', '.join(others)})")
        yield

    def others_connected(self, going: float = 0.0) -> list[str]:
        """By the names they give themselves; a role sees that others are there, whatever it may see of them."""
        deadline = time.monotonic() + going
        while (others := self._connected_beside_us()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return others

    def _connected_beside_us(self) -> list[str]:
        with self.readers.connect() as connection:
            return sorted(str(name or role) for name, role in _raw(connection).execute(_OTHERS).fetchall())

    def revision_seen_by(self, connection: Connection) -> str:
        """Inside a transaction."""
        raw = _raw(connection)
        there = raw.execute("SELECT to_regclass('alembic_version')").fetchone()
        if not there or there[0] is None:
            return ""
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """The writers of every copy wait while the schema changes, and see the new one after."""
        with self.writer.connect() as connection, connection.begin():
            _raw(connection).execute("SET LOCAL lock_timeout = '60s';" + _TAKE_LOCK)
            seen = self.revision_seen_by(connection)
            check_revision(seen, behind_is_fine=True, needs=lambda: _needs(_raw(connection)))
            yield connection


def _engine(url: URL, asked: dict[str, int], arguments: dict[str, Any], **options: Any) -> Engine:
    engine = create_engine(
        url,
        # Without it an insert that met a conflict does not say so, and the two databases would differ.
        execution_options={"preserve_rowcount": True},
        hide_parameters=True,  # an error's text goes to the log; what people typed must not
        connect_args=arguments,
        **options,
    )
    event.listen(engine, "connect", lambda raw, _: check(raw, asked))
    return engine


def _needs(raw: psycopg.Connection[Any]) -> str:
    row = raw.execute("SELECT value FROM meta WHERE key = %s", (NEEDS,)).fetchone()
    return str(row[0]) if row else ""


def _read_only(raw: psycopg.Connection[Any], record: object) -> None:
    raw.read_only = True


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    raw: Any = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    return raw

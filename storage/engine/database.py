"""The database as the rest of the bot sees it: write a use-case, read a query, bring the schema up to date."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.engine.backend import Backend, check_revision
from storage.engine.errors import (
    AlreadyRunning,
    Busy,
    Closed,
    CommitUnknown,
    CouncilGone,
    DamagedDatabase,
    NetworkFilesystem,
    NotWritable,
    SchemaTooNew,
    SchemaTooOld,
    StorageError,
    StorageFull,
    Unreachable,
    WeakDurability,
)
from storage.engine.readers import Readers
from storage.engine.session import Session
from storage.engine.writer import FIRST_PAUSE, LONGEST_PAUSE, Job, Writer

__all__ = [
    "AlreadyRunning",
    "Busy",
    "Closed",
    "CommitUnknown",
    "CouncilGone",
    "DamagedDatabase",
    "Database",
    "NetworkFilesystem",
    "NotWritable",
    "SchemaTooNew",
    "SchemaTooOld",
    "Session",
    "StorageError",
    "StorageFull",
    "Unreachable",
    "WeakDurability",
]

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4

_ADDRESSES = "A database address is sqlite:///path or postgresql://user@host/name."


class Database:
    """One council's database. One writer thread, a few reader threads; nothing of it runs on the event loop."""

    def __init__(self, backend: Backend, *, patience: float, service: bool = False) -> None:
        self._backend = backend
        self.service = service
        """Whether it was opened by the long-running bot."""
        self._patience = patience
        self.cache: dict[str, Any] = {}
        """What sessions share; see `Session.cache`."""
        self._writer = Writer(backend, self.cache, patience=patience)
        self._readers = Readers(READERS, self.read_now)

    @classmethod
    def open(cls, url: str, *, service: bool = False, patience: float = 10.0, to_replace: bool = False) -> Database:
        """Open `sqlite:///path` or `postgresql://...`; nothing is created but an empty file until `migrate`.

        `service` is for the long-running bot: on SQLite only one may serve a file. `patience` is how many seconds
        a use-case may wait for a database that is locked or restarting before its caller is told.

        Raises WeakDurability, AlreadyRunning, NetworkFilesystem, SchemaTooNew, DamagedDatabase, Unreachable, or
        ValueError for an address that is neither.
        """
        backend = _backend(url, service=service, patience=patience)
        try:
            check_revision(backend.revision(), behind_is_fine=True, needs=backend.needs)
            backend.look_back()
        except StorageError:
            backend.close()
            raise
        except Exception as error:  # noqa: BLE001 - raised on, in the reader's words
            backend.close()
            raise backend.explained(error)  # noqa: B904 - its cause is set
        return cls(backend, patience=patience, service=service)

    @property
    def dialect(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self._backend.dialect

    @property
    def alone(self) -> bool:
        """Whether this is proven to be the only service: on SQLite it holds the file's one place for as long as it is
        open. Commands may work beside it all the same."""
        return self.service and self.dialect == "sqlite"

    @property
    def revision(self) -> str:
        """The schema revision the database is at; empty for a new one."""
        return self._backend.revision()

    def others_connected(self, *, going: float = 0.0) -> list[str]:
        """What other programs are connected to a PostgreSQL database, by the names they give themselves.

        One that has just ended is still counted for a moment: those that are `going` have so many seconds.
        """
        return self._backend.others_connected(going)

    def migrate(self) -> bool:
        """Bring the schema to what this version of the bot writes. True if anything had to be done."""
        from storage.migrations import REVISIONS

        revision = self._backend.revision()
        if revision == REVISIONS[-1] or (revision and revision not in REVISIONS):  # ahead of us, by additions only
            return False
        from storage.migrations.upgrade import upgrade  # Alembic is slow to load and seldom needed

        return upgrade(self._backend)

    def prepare(self) -> bool:
        """Make the tables where there are none at all; True if it did. Nothing else is changed.

        Raises SchemaTooOld where they are those of an earlier version: `migrate` is for a person to run.
        """
        revision = self._backend.revision()
        if not revision:
            return self.migrate()
        check_revision(revision, needs=self._backend.needs)
        return False

    def waits_for(self) -> str:
        """What `migrate` would do: empty for nothing, else 'additive' or 'breaking'."""
        from storage.migrations import REVISIONS

        revision = self._backend.revision()
        if revision == REVISIONS[-1] or (revision and revision not in REVISIONS):
            return ""
        from storage.migrations.upgrade import breaks

        return "breaking" if revision and breaks(revision) else "additive"

    def migrate_in_good_order(self, *, until: str, wait: float) -> bool:
        """`migrate` beside running bots. Where a step breaks the older ones, they are told to end first and waited for.

        `until` is when they may forget that they were told, an instant in ISO form; `wait` is in seconds. Raises InUse,
        with nothing changed, when one of them does not end.
        """
        if self.waits_for() != "breaking":
            return self.migrate()
        from storage.migrations.upgrade import announce

        announce(self._backend, until)
        try:
            with self._backend.alone(wait):
                return self.migrate()
        except StorageError:
            announce(self._backend, "")
            raise

    @property
    def refusal(self) -> StorageError | None:
        """Why nothing is read or written any more, once a newer bot has changed the schema."""
        return self._writer.refusal

    def write_now(self, use_case: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use-case in the writer thread and wait. When this returns, what it saved is on disk.

        Raises what the use-case raises (and then saves nothing), or StorageFull, Busy, Unreachable, CommitUnknown,
        SchemaTooNew, SchemaTooOld, Closed.
        """
        self._writer.refuse_waiting_for_itself()
        waiting: Future[T] = Future()

        def settle(job: Job) -> None:
            if job.error is None:
                waiting.set_result(job.result)
            else:
                waiting.set_exception(job.error)

        self._writer.submit(Job(use_case, args, kwargs, settle))
        return waiting.result()

    async def write(self, use_case: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`write_now` for the event loop. A caller that is cancelled while waiting does not undo the use-case."""
        return await self._told(self._writer.submit, use_case, args, kwargs)

    def read_now(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in this thread against one moment of the database. It cannot write."""
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while True:
            if self._writer.closed:
                raise Closed
            if self._writer.refusal:
                raise self._writer.refusal
            try:
                with self._backend.readers.connect() as connection, connection.begin():
                    return query(Session(connection, self._backend.dialect, self.cache, None), *args, **kwargs)
            except Exception as error:
                trouble = self._backend.trouble(error)
                if trouble is None:
                    raise
                if not trouble.passing or time.monotonic() + pause >= deadline:
                    raise trouble.as_error(error) from error
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`read_now` in a private reader thread, for the event loop."""
        return await self._told(self._readers.submit, query, args, kwargs)

    def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        self._writer.close()
        self._readers.close()
        self._backend.close()

    @staticmethod
    async def _told(
        submit: Callable[[Job], None], work: Callable[..., T], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> T:
        """Have a thread do it, and wait in the event loop to be told what came of it."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def settle(job: Job) -> None:
            loop.call_soon_threadsafe(_deliver, waiting, job)

        submit(Job(work, arguments, keywords, settle))
        return await waiting

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _backend(address: str, *, service: bool, patience: float) -> Backend:
    try:
        url: URL = make_url(address)
    except (ArgumentError, ValueError):
        # What was wrong may be a piece of the password, so it is not repeated.
        raise ValueError(_ADDRESSES) from None
    if url.drivername == "sqlite":
        from storage.engine.sqlite import Sqlite

        return Sqlite(url, service=service, readers=READERS, patience=patience)
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        from storage.engine.postgresql import Postgresql  # the driver is loaded only where it is used

        return Postgresql(url, readers=READERS, patience=patience)
    raise ValueError(_ADDRESSES)


def _deliver(waiting: asyncio.Future[Any], job: Job) -> None:
    if waiting.done():  # the caller was cancelled; what it asked for is done all the same
        return
    if job.error is None:
        waiting.set_result(job.result)
    elif isinstance(job.error, Exception) and not isinstance(job.error, StopIteration):
        waiting.set_exception(job.error)
    else:  # raised in the event loop, these would end it
        waiting.set_exception(RuntimeError(f"A use-case raised {type(job.error).__name__}: {job.error}"))

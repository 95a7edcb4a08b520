"""What the writer and the readers need from a database engine, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import Enum

from sqlalchemy import Connection, Engine

from storage.engine.errors import (
    Busy,
    CommitUnknown,
    DamagedDatabase,
    Forbidden,
    NotWritable,
    SchemaTooNew,
    SchemaTooOld,
    StorageError,
    StorageFull,
    Unreachable,
)
from storage.migrations import REVISIONS


class Trouble(Enum):
    """What an error of the database means for the work in hand."""

    BUSY = Busy
    """Somebody else holds it: try again."""
    LOST = Unreachable
    """The connection is gone: reconnect and try again."""
    FULL = StorageFull
    """No room: say so, keep reading."""
    FORBIDDEN = Forbidden
    """Its user has not the right: say so."""
    READ_ONLY = NotWritable
    """It takes nothing: say so."""
    DAMAGED = DamagedDatabase
    """The file is broken: stop."""
    UNKNOWN = CommitUnknown
    """Gone during the commit and not to be asked: never try again unasked."""

    @property
    def passing(self) -> bool:
        """Whether waiting a moment may cure it."""
        return self in (Trouble.BUSY, Trouble.LOST)

    def as_error(self, error: BaseException) -> StorageError:
        """The error in the reader's words, with the engine's own as detail."""
        wrapped: StorageError = self.value(f"({str(getattr(error, 'orig', error)).strip().splitlines()[0]})")
        wrapped.__cause__ = error
        return wrapped


class Backend(ABC):
    """SQLite or PostgreSQL, set up so that a commit is on disk when it returns."""

    dialect: str
    writer: Engine
    """One connection, used by the writer thread only."""
    readers: Engine
    """Connections that can only read, each transaction seeing one moment."""

    @abstractmethod
    def start_batch(self, connection: Connection) -> str:
        """Inside a new write transaction: keep other writers out, check the schema is ours.

        Returns a receipt `was_committed` understands, or empty. Raises SchemaTooNew, SchemaTooOld.
        """

    def committed(self) -> None:  # noqa: B027 - only a file has something beside it to keep in step
        """A write transaction that `start_batch` began is on disk now."""

    @abstractmethod
    def needs(self) -> str:
        """The newest step of the schema that was more than an addition; empty where nothing says so."""

    def alone(self, wait: float) -> AbstractContextManager[None]:
        """Wait up to so many seconds until no other bot has the database open, and keep it so. Raises InUse."""
        return nullcontext()

    def others_connected(self, going: float = 0.0) -> list[str]:
        """Programs that are connected to the database beside this one, where the database can tell.

        Those that are `going` have so many seconds: one that has just ended is still counted for a moment.
        """
        return []

    def look_back(self) -> str:
        """For a service, before its first commit: whether what is here is not what was served here last.

        Empty, or one of `storage.engine.side_file`'s words; it is kept in the database until it is acted on.
        """
        return ""

    @abstractmethod
    def in_transaction(self, connection: Connection) -> bool:
        """Whether the transaction still exists; some errors end it behind our back."""

    def can_commit(self, connection: Connection) -> bool:
        """Whether a commit would keep what was written."""
        return self.in_transaction(connection)

    @abstractmethod
    def trouble(self, error: BaseException) -> Trouble | None:
        """What an error means, or None when it is the use-case's own affair."""

    def explained(self, error: BaseException) -> BaseException:
        """The error in the reader's words when the database is to blame, else as it came."""
        trouble = self.trouble(error)
        return error if trouble is None else trouble.as_error(error)

    @abstractmethod
    def was_committed(self, receipt: str) -> bool | None:
        """After the connection was lost during a commit: whether it took effect; None while that is still open."""

    @abstractmethod
    def revision(self) -> str:
        """The schema revision the database is at, empty for a new one."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """A connection inside one transaction that keeps every other writer out and commits at the end."""

    @abstractmethod
    def revision_seen_by(self, connection: Connection) -> str:
        """The schema revision as this transaction sees it."""

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.readers.dispose()


def check_revision(revision: str, *, behind_is_fine: bool = False, needs: Callable[[], str] = lambda: "") -> None:
    """Refuse to write to a schema this version of the bot does not know.

    A newer one that only added to what we know will do; `needs` looks up the newest step that did more.
    """
    if revision == REVISIONS[-1]:
        return
    if revision and revision not in REVISIONS:
        if needs() in REVISIONS:
            return
        raise SchemaTooNew(f"(It is at {revision}, this bot knows up to {REVISIONS[-1]}.)")
    if not behind_is_fine:
        raise SchemaTooOld(
            f"(It is at {revision or 'the very beginning'}, this bot needs {REVISIONS[-1]}. "
            "Make a backup, then run: python -m bot migrate)"
        )

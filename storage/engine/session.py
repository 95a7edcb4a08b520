"""What a use-case is given to work with: one connection inside one transaction somebody else commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql import Executable


class Session:
    """One use-case's view of the database.

    A use-case reads and writes through `execute` and never commits. It may be run again from the start when the
    database was busy or went away before the commit, so its only effects are rows and `after_commit` hooks.
    """

    __slots__ = ("_hooks", "added", "cache", "connection", "dialect", "memo")

    def __init__(
        self, connection: Connection, dialect: str, cache: dict[str, Any], hooks: list[Callable[[], None]] | None
    ) -> None:
        self.connection = connection
        """The SQLAlchemy connection, already inside the transaction."""
        self.dialect = dialect
        """'sqlite' or 'postgresql'."""
        self.cache = cache
        """Shared by every session of this database; entries must be keyed by a version that is never used twice."""
        self.memo: dict[str, dict[str, Any]] = {}
        """What this use-case has read and will ask for again, by the module that keeps it and changes it with the
        table. Nobody else writes while it runs; what is undone with a savepoint is forgotten here too."""
        self.added: list[Any] = []
        """What this use-case has added to the history so far, oldest first; what is undone is not among it."""
        self._hooks = hooks

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, or one statement for many rows of parameters."""
        return self.connection.execute(statement, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is undone by itself when it raises; the rest stands.

        Hooks it registered are dropped with it.
        """
        hooks, added = len(self._hooks) if self._hooks is not None else 0, len(self.added)
        # Spelt out: SQLAlchemy's own kind costs several times as much, and an idle sweep consists of little else.
        self.connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.memo.clear()
            del self.added[added:]
            if self._hooks is not None:
                del self._hooks[hooks:]
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT part")
            raise
        self.connection.exec_driver_sql("RELEASE SAVEPOINT part")

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` in the writer thread once this use-case is safely on disk; never if it is rolled back."""
        if self._hooks is None:
            raise TypeError("A read saves nothing, so nothing can follow its commit.")
        self._hooks.append(hook)

"""What a use-case is given to work with: one connection inside one transaction somebody else commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql import Executable

from storage.engine.spelt_out import spelt_out


class Shared:
    """What the use-cases of one transaction share: nobody else writes until it is committed."""

    __slots__ = ("endings", "memo")

    def __init__(self) -> None:
        self.memo: dict[str, dict[str, Any]] = {}
        """What was read and will be asked for again, by the module that keeps it and changes it with the table."""
        self.endings: dict[str, Callable[[Session], None]] = {}
        """What is written once for all of them, by name, before the commit."""

    def known(self) -> dict[str, dict[str, Any]]:
        """The memo as it is now, for `restore` when what comes next is undone."""
        return {name: dict(kept) for name, kept in self.memo.items()}

    def restore(self, known: dict[str, dict[str, Any]]) -> None:
        """Forget what was read or written since."""
        self.memo.clear()
        self.memo.update(known)


class Session:
    """One use-case's view of the database.

    A use-case reads and writes through `execute` and never commits. It may be run again from the start when the
    database was busy or went away before the commit, or when another of the same commit has to be undone, so its only
    effects are rows and `after_commit` hooks.
    """

    __slots__ = ("_connection", "_hooks", "_shared", "added", "cache", "dialect", "memo", "wrote")

    def __init__(
        self,
        connection: Connection,
        dialect: str,
        cache: dict[str, Any],
        hooks: list[Callable[[], None]] | None,
        shared: Shared | None = None,
    ) -> None:
        self._connection = connection
        self.dialect = dialect
        """'sqlite' or 'postgresql'."""
        self.cache = cache
        """Shared by every session of this database; entries must be keyed by a version that is never used twice."""
        self._shared = shared or Shared()
        self.memo = self._shared.memo
        """What this transaction has read and will ask for again, by the module that keeps it and changes it with the
        table. What is undone with a savepoint is forgotten here too."""
        self.added: list[Any] = []
        """What this use-case has added to the history so far, oldest first; what is undone is not among it."""
        self._hooks = hooks
        self.wrote = False
        """Whether anything but questions was asked, so that undoing it takes the database."""

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection, already inside the transaction. Whatever is done with it counts as written."""
        self.wrote = True
        return self._connection

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, or one statement for many rows of parameters."""
        if not statement.is_select:
            self.wrote = True
        return self._connection.execute(statement, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is undone by itself when it raises; the rest stands.

        Hooks it registered are dropped with it.
        """
        hooks, added = len(self._hooks) if self._hooks is not None else 0, len(self.added)
        known = self._shared.known()
        spelt_out(self._connection, "SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._shared.restore(known)
            del self.added[added:]
            if self._hooks is not None:
                del self._hooks[hooks:]
            spelt_out(self._connection, "ROLLBACK TO SAVEPOINT part")
            spelt_out(self._connection, "RELEASE SAVEPOINT part")
            raise
        spelt_out(self._connection, "RELEASE SAVEPOINT part")

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` in the writer thread once this use-case is safely on disk; never if it is rolled back."""
        if self._hooks is None:
            raise TypeError("A read saves nothing, so nothing can follow its commit.")
        self._hooks.append(hook)

    def before_commit(self, name: str, write: Callable[[Session], None]) -> None:
        """Call `write` once at the end of the transaction, however many use-cases of it ask for it by this name.

        It writes what it finds in the memo, where nothing is left of a use-case that was undone.
        """
        if self._hooks is None:
            raise TypeError("A read saves nothing, so nothing can be written before its commit.")
        self.wrote = True
        self._shared.endings[name] = write

"""The writer thread: takes whatever use-cases are waiting, runs each by itself, makes one commit for them all."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from types import CoroutineType
from typing import Any

from sqlalchemy import Connection

from storage.engine.backend import Backend, Trouble
from storage.engine.errors import Busy, Closed, SchemaTooNew
from storage.engine.session import Session, Shared
from storage.engine.spelt_out import spelt_out

log = logging.getLogger(__name__)

BATCH = 64
"""Use-cases in one commit at most, so that the first of them is not kept waiting by the last."""

QUEUE_LIMIT = 10_000
"""Use-cases waiting at most; past that a caller is told the database is busy at once."""

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.5  # seconds between two tries of a batch the database would not take


class Job:
    """One use-case on its way through the writer, and what became of it."""

    __slots__ = ("arguments", "context", "error", "hooks", "keywords", "result", "settle", "use_case", "wrote")

    def __init__(
        self,
        use_case: Callable[..., Any],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        settle: Callable[[Job], None],
    ) -> None:
        self.use_case = use_case
        self.arguments = arguments
        self.keywords = keywords
        self.settle = settle
        """Hands the outcome to whoever waits; called once, in the writer thread."""
        self.context: Context = copy_context()  # so that log lines of the use-case carry the caller's ids
        self.hooks: list[Callable[[], None]] = []
        self.result: Any = None
        self.error: BaseException | None = None
        self.wrote = False
        """Whether it may have written anything, the last time it ran."""

    def run(self, connection: Connection, dialect: str, cache: dict[str, Any], shared: Shared) -> None:
        """Call the use-case; its error, if any, is the caller's to handle."""
        self.hooks = []
        self.error = None
        session = Session(connection, dialect, cache, self.hooks, shared)
        self.wrote = False
        try:
            self.result = self.context.run(self.use_case, session, *self.arguments, **self.keywords)
        finally:
            self.wrote = session.wrote
        if type(self.result) is CoroutineType:
            self.result.close()
            raise TypeError(f"{self.use_case} is async; a use-case is a plain function.")


class _TakeApart(Exception):
    """One of the batch spoils it for the others: run each by itself."""


class Writer:
    """Owns the one writing connection. Everything here but `submit` and `close` runs in its own thread."""

    def __init__(self, backend: Backend, cache: dict[str, Any], *, patience: float) -> None:
        self._backend = backend
        self._cache = cache
        self._patience = patience
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._closing = threading.Lock()
        self.closed = False
        self.refusal: SchemaTooNew | None = None
        """Set once a newer bot has changed the schema: nothing is read or written after that."""
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a use-case. Raises Closed, or Busy when the queue is full."""
        if self._queue.qsize() >= QUEUE_LIMIT:
            raise Busy(f"({QUEUE_LIMIT} are waiting already.)")
        with self._closing:
            if self.closed:
                raise Closed
            self._queue.put(job)

    def refuse_waiting_for_itself(self) -> None:
        """A use-case, or what follows its commit, that waited for another would wait for ever."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("A use-case cannot wait for another use-case; call its function with the same session.")

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._closing:
            if self.closed:
                return
            self.closed = True
            self._queue.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        open_for_work = True
        while open_for_work:
            first = self._queue.get()
            batch = [] if first is None else [first]
            open_for_work = first is not None
            while open_for_work and len(batch) < BATCH:
                try:
                    job = self._queue.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    open_for_work = False
                else:
                    batch.append(job)
            if batch:
                self._serve(batch)
        self._drop_connection()

    def _serve(self, batch: list[Job]) -> None:
        """Bring a batch to an end: committed, or every caller told why not."""
        try:
            self._commit(batch)
        except _TakeApart:
            for job in batch:
                self._serve([job])
            return
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits, and this thread must live on
            for job in batch:
                job.error = error if job.error is None else job.error
        for job in batch:
            settle(job)

    def _commit(self, batch: list[Job]) -> None:
        """Try a batch until it is committed or there is no point in trying on; then raises why."""
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while True:
            if self.refusal:
                raise self.refusal
            attempt = _Attempt(self._backend, self._connected)
            try:
                attempt.make(batch, self._cache)
            except SchemaTooNew as refusal:
                self.refusal = refusal
                self._drop_connection()
                raise
            except BaseException as error:
                trouble = self._backend.trouble(error)
                self._drop_connection()
                if attempt.committing and trouble is Trouble.LOST:
                    if self._was_committed(attempt.receipt, error):
                        return
                elif trouble is None or not trouble.passing:
                    if len(batch) > 1 and trouble is not Trouble.UNKNOWN:
                        raise _TakeApart from error
                    raise self._backend.explained(error)  # noqa: B904 - its cause is set
                if self.closed or time.monotonic() + pause > deadline:  # nobody waits for a process that ends
                    raise self._backend.explained(error)  # noqa: B904 - its cause is set
                if pause == FIRST_PAUSE:
                    log.warning("the database is not to be had (%s); trying again", type(error).__name__)
            else:
                return
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._backend.writer.connect()
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.invalidate()
            connection.close()
        except Exception:
            log.debug("a broken connection could not be closed properly", exc_info=True)

    def _was_committed(self, receipt: str, cause: BaseException) -> bool:
        """The connection went during the commit: ask the database what became of it before doing it twice."""
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while time.monotonic() < deadline:
            try:
                answer = self._backend.was_committed(receipt)
            except Exception as error:  # noqa: BLE001 - it is not back yet, whatever it says
                log.debug("cannot ask yet: %s", error)
                answer = None
            if answer is not None:
                return answer
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise Trouble.UNKNOWN.as_error(cause)


class _Undo(Exception):
    """A use-case of the batch raised and left something that must be undone."""


class _Attempt:
    """One try at one batch: a transaction, one commit, and nothing left of a use-case that raised."""

    def __init__(self, backend: Backend, connected: Callable[[], Connection]) -> None:
        self._backend = backend
        self._connected = connected
        self.receipt = ""
        self.committing = False
        """Whether the commit had begun when an error came: only then can it have taken effect."""

    def make(self, batch: list[Job], cache: dict[str, Any]) -> None:
        """Commit what the use-cases did. One that raises keeps its error and leaves no trace; the others stand.

        Most refuse before they write, so they need no savepoint each; where one has left something, all are begun again
        in savepoints.
        """
        try:
            self._make(batch, cache, savepoints=False)
        except _Undo:
            self._make(batch, cache, savepoints=True)

    def _make(self, batch: list[Job], cache: dict[str, Any], *, savepoints: bool) -> None:
        connection = self._connected()
        transaction = connection.begin()
        self.receipt = self._backend.start_batch(connection)
        shared = Shared()
        for job in batch:
            job.error = None
        run = self._run_in_savepoint if savepoints else self._run
        kept = 0
        for job in batch:
            done = run(job, connection, cache, shared)
            kept += done
            if not done and not savepoints and len(batch) > 1 and self._left_something(job, connection):
                transaction.rollback()
                raise _Undo
        if not kept:
            transaction.rollback()
            return
        ending = Session(connection, self._backend.dialect, cache, None, shared)
        for write in shared.endings.values():
            write(ending)
        self.committing = True
        transaction.commit()
        self._backend.committed()

    def _left_something(self, job: Job, connection: Connection) -> bool:
        """Whether a use-case that raised has to be undone: on PostgreSQL even a question can spoil the transaction."""
        return job.wrote or not self._backend.can_commit(connection)

    def _run(
        self, job: Job, connection: Connection, cache: dict[str, Any], shared: Shared, *, savepoint: bool = False
    ) -> bool:
        """False when the use-case raised. An error of the database itself is raised on, for the whole batch."""
        try:
            job.run(connection, self._backend.dialect, cache, shared)
            if savepoint:
                spelt_out(connection, "RELEASE SAVEPOINT use_case")
            if not self._backend.in_transaction(connection):
                raise RuntimeError(f"{job.use_case} ended a transaction that was not its own to end.")
            if not self._backend.can_commit(connection):  # PostgreSQL would take the commit, and keep nothing
                raise RuntimeError(f"{job.use_case} went on after an error of the database.")
        except BaseException as error:
            if self._backend.trouble(error) or not self._backend.in_transaction(connection):
                raise
            job.error = error
            job.hooks = []
            return False
        return True

    def _run_in_savepoint(self, job: Job, connection: Connection, cache: dict[str, Any], shared: Shared) -> bool:
        known = shared.known()
        spelt_out(connection, "SAVEPOINT use_case")
        if self._run(job, connection, cache, shared, savepoint=True):
            return True
        shared.restore(known)
        spelt_out(connection, "ROLLBACK TO SAVEPOINT use_case")
        spelt_out(connection, "RELEASE SAVEPOINT use_case")
        return False


def settle(job: Job) -> None:
    """Run what follows the commit, then tell whoever waits."""
    for hook in job.hooks if job.error is None else ():
        try:
            hook()
        except Exception:
            log.exception("something that follows a commit failed; the commit stands")
    try:
        job.settle(job)
    except Exception:  # its event loop may be gone
        log.exception("a caller could not be told what became of its use-case")

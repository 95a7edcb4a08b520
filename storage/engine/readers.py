"""The reader threads: each takes the query that has waited longest, runs it, and tells whoever waits for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from storage.engine.errors import Closed
from storage.engine.writer import Job, settle


class Readers:
    """A few threads for what the event loop wants to read. They start with the first query.

    Not an executor: its locks, and the futures of two kinds it needs, cost more than a short read does.
    """

    def __init__(self, count: int, read: Callable[..., Any]) -> None:
        """`read` runs a query with its arguments; every thread may be in it at once."""
        self._count = count
        self._read = read
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._closed = False

    def submit(self, job: Job) -> None:
        """Queue a query. Raises Closed."""
        with self._starting:
            if self._closed:
                raise Closed
            if not self._threads:
                self._start()
            self._queue.put(job)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._starting:
            self._closed = True
            threads, self._threads = self._threads, []
            for _ in threads:
                self._queue.put(None)
        for thread in threads:
            thread.join()

    def _start(self) -> None:
        for number in range(self._count):
            thread = threading.Thread(target=self._work, name=f"database-reader-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                job.result = job.context.run(self._read, job.use_case, *job.arguments, **job.keywords)
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits, and this thread must live on
                job.error = error
            settle(job)
            del job  # an idle thread keeps nobody's answer

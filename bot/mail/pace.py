"""How fast letters leave: four at once and thirty a minute, which is what one Exchange mailbox allows."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from storage.engine.errors import StorageError
from storage.outbox import mail_pace

if TYPE_CHECKING:
    from storage.engine.database import Database

AT_ONCE = 4
EACH_OF_SEVERAL = 2
"""At once from each copy of the bot where there may be two of them."""
A_MINUTE = 30
PATIENCE_SECONDS = 5.0
"""A turn further off than this is not waited for: the letter goes back to the outbox until then."""


class Book(Protocol):
    """Where it is written when letters leave, for all who send from the mailbox."""

    async def take(self, patience: float) -> float:
        """Seconds until the next letter may leave; that turn is then taken, unless it is further off than that."""
        ...

    async def close(self, seconds: float) -> None:
        """The mailbox said wait."""
        ...


class SharedBook:
    """In the database: however many copies of the bot there are, together they keep to one pace."""

    def __init__(self, db: Database, now: Callable[[], datetime], a_minute: int = A_MINUTE) -> None:
        self._db = db
        self._now = now
        self._a_minute = a_minute

    async def take(self, patience: float) -> float:
        """See `Book`. A database that cannot be asked means a little later."""
        try:
            return await self._db.write(
                mail_pace.take_turn, a_minute=self._a_minute, patience=patience, now=self._now()
            )
        except StorageError:
            return patience + 1.0

    async def close(self, seconds: float) -> None:
        """See `Book`."""
        with contextlib.suppress(StorageError):
            await self._db.write(mail_pace.close, seconds, now=self._now())


class TooSoon(Exception):
    """This letter's turn is further off than anybody should wait. `seconds` says how far."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


class Pace:
    """At most so many at once, and so many in any sixty seconds."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        a_minute: int = A_MINUTE,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        book: Book | None = None,
    ) -> None:
        """Without a `book` it is kept by this process alone."""
        self._places = asyncio.Semaphore(at_once)
        self._a_minute = a_minute
        self._taken: deque[float] = deque()
        self._closed_until = 0.0
        self._monotonic = monotonic
        self._book = book
        self._telling: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one place, from the moment the pace allows it. TooSoon when that is too far off."""
        wait = self._wait()
        if wait > PATIENCE_SECONDS:
            raise TooSoon(wait)
        try:
            # Waiting for a place must not eat into the time the letter itself is given.
            await asyncio.wait_for(self._places.acquire(), PATIENCE_SECONDS)
        except TimeoutError:
            raise TooSoon(PATIENCE_SECONDS) from None
        try:
            while (wait := self._wait()) > 0:
                if wait > PATIENCE_SECONDS:
                    raise TooSoon(wait)
                await asyncio.sleep(wait)
            if self._book is not None:
                await self._in_the_book(self._book)
            self._taken.append(self._monotonic())
            yield
        finally:
            self._places.release()

    def close(self, seconds: float) -> None:
        """The mailbox said wait: nothing before that."""
        self._closed_until = max(self._closed_until, self._monotonic() + seconds)
        if self._book is not None:
            task = asyncio.create_task(self._book.close(seconds))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _in_the_book(self, book: Book) -> None:
        wait = await book.take(PATIENCE_SECONDS)
        if wait > PATIENCE_SECONDS:
            raise TooSoon(wait)
        await asyncio.sleep(max(wait, 0.0))

    def _wait(self) -> float:
        now = self._monotonic()
        while self._taken and self._taken[0] <= now - 60.0:
            self._taken.popleft()
        full = self._taken[-self._a_minute] + 60.0 if len(self._taken) >= self._a_minute else now
        return max(full, self._closed_until) - now

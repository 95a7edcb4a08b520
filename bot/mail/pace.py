"""How fast letters leave: four at once and thirty a minute, which is what one Exchange mailbox allows."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

AT_ONCE = 4
A_MINUTE = 30
PATIENCE_SECONDS = 5.0
"""A turn further off than this is not waited for: the letter goes back to the outbox until then."""


class TooSoon(Exception):
    """This letter's turn is further off than anybody should wait. `seconds` says how far."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


class Pace:
    """At most so many at once, and so many in any sixty seconds."""

    def __init__(
        self, at_once: int = AT_ONCE, a_minute: int = A_MINUTE, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._a_minute = a_minute
        self._taken: deque[float] = deque()
        self._closed_until = 0.0
        self._monotonic = monotonic

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
            self._taken.append(self._monotonic())
            yield
        finally:
            self._places.release()

    def close(self, seconds: float) -> None:
        """The mailbox said wait: nothing before that."""
        self._closed_until = max(self._closed_until, self._monotonic() + seconds)

    def _wait(self) -> float:
        now = self._monotonic()
        while self._taken and self._taken[0] <= now - 60.0:
            self._taken.popleft()
        full = self._taken[-self._a_minute] + 60.0 if len(self._taken) >= self._a_minute else now
        return max(full, self._closed_until) - now

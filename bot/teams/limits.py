"""Keeps us under Teams' published limits: so many calls in so many seconds, per conversation and for the tenant."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

PER_CONVERSATION = ((1, 1.0), (50, 30.0))
"""Below Teams' own 7 in 1 s and 60 in 30 s: nobody reads faster than one message a second."""

ANSWERING = ((5, 1.0), (50, 30.0))
"""Someone who has just written is waiting: an answer in several parts need not take seconds."""

PER_TENANT = ((20, 1.0),)
"""Teams says 50 a second in new texts and 30 in old ones."""

UNHURRIED = ((1_000, 1.0),)
"""For a stand-in on this machine that asks for no patience."""

MAX_QUIET_CONVERSATIONS = 10_000


class TooLong(Exception):
    """The turn of this call is further off than the caller will wait. `seconds` says how far."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(slots=True)
class Bucket:
    """Sliding windows of calls: at most `count` in any `seconds`, for each pair. Times are monotonic seconds."""

    windows: tuple[tuple[int, float], ...]
    _taken: deque[float] = field(default_factory=deque)
    _closed_until: float = 0.0

    def free_at(self, now: float, windows: tuple[tuple[int, float], ...] | None = None) -> float:
        """The earliest moment, `now` or later, at which one more call breaks no window."""
        free = max(now, self._closed_until)
        for count, seconds in windows or self.windows:
            if len(self._taken) >= count:
                free = max(free, self._taken[-count] + seconds)
        return free

    def take(self, at: float) -> None:
        """Count a call at `at`, which `free_at` allowed."""
        self._taken.append(at)
        longest = max(count for count, _ in self.windows)
        while len(self._taken) > longest:
            self._taken.popleft()

    def close_until(self, moment: float) -> None:
        """The channel said wait: nothing before `moment`."""
        self._closed_until = max(self._closed_until, moment)

    def quiet_since(self) -> float:
        """The last moment this bucket mattered."""
        return max(self._closed_until, self._taken[-1] if self._taken else 0.0)


@dataclass(slots=True)
class _Conversation:
    bucket: Bucket
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Limits:
    """One call at a time in a conversation, and every call inside its windows."""

    def __init__(
        self,
        per_conversation: tuple[tuple[int, float], ...] = PER_CONVERSATION,
        per_tenant: tuple[tuple[int, float], ...] = PER_TENANT,
        answering: tuple[tuple[int, float], ...] = ANSWERING,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_conversation = per_conversation
        self._answering = answering
        self._tenant = Bucket(per_tenant)
        self._conversations: OrderedDict[str, _Conversation] = OrderedDict()
        self._monotonic = monotonic
        self._sleep = sleep

    @contextlib.asynccontextmanager
    async def turn(self, conversation: str, *, patience: float = 5.0, answering: bool = False) -> AsyncIterator[None]:
        """Hold the conversation for one call, from the moment the limits allow it.

        TooLong, without having held up anyone, when that moment is more than `patience` seconds away. `answering`
        is for answers to someone who has just written.
        """
        state = self._state(conversation)
        state.waiting += 1
        try:
            async with state.lock:
                await self._wait(state.bucket, patience, self._answering if answering else None)
                yield
        finally:
            state.waiting -= 1

    async def another(self, conversation: str, *, patience: float = 5.0) -> None:
        """One more call inside a turn that is held already."""
        await self._wait(self._state(conversation).bucket, patience)

    def close(self, conversation: str, seconds: float) -> None:
        """The channel answered 429 here: leave this conversation alone for so long, and no other."""
        self._state(conversation).bucket.close_until(self._monotonic() + seconds)

    async def _wait(
        self, bucket: Bucket, patience: float, windows: tuple[tuple[int, float], ...] | None = None
    ) -> None:
        began = self._monotonic()
        while True:
            now = self._monotonic()
            free = max(bucket.free_at(now, windows), self._tenant.free_at(now))
            if free <= now:
                bucket.take(now)
                self._tenant.take(now)
                return
            if free - began > patience:
                raise TooLong(free - now)
            await self._sleep(free - now)

    def _state(self, conversation: str) -> _Conversation:
        state = self._conversations.get(conversation)
        if state is None:
            state = self._conversations[conversation] = _Conversation(Bucket(self._per_conversation))
            self._forget_quiet_ones()
        else:
            self._conversations.move_to_end(conversation)
        return state

    def _forget_quiet_ones(self) -> None:
        longest = max(seconds for _, seconds in self._per_conversation)
        now = self._monotonic()
        while len(self._conversations) > MAX_QUIET_CONVERSATIONS:
            oldest, state = next(iter(self._conversations.items()))
            if state.waiting or state.lock.locked() or state.bucket.quiet_since() + longest > now:
                return
            del self._conversations[oldest]

"""What the service can say of itself: whether it is well and ready, and its numbers, within a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from assurance.self_check.health import (
    Figures,
    clock_behind,
    figures,
    silent_channels,
    troubles,
    whole_round_late,
)
from storage.council import history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.clock import Clock
    from bot.edge import Edge
    from bot.metrics import Metrics
    from policy.framework.framework import Framework
    from scheduler.timer import Timer
    from storage.engine.database import Database

T = TypeVar("T")

DATABASE_SECONDS = 2.0
"""A database that does not answer within this is said to be down: whoever watches asks again in a few seconds."""

log = structlog.get_logger("bot.vitals")


class Shared(Generic[T]):
    """One read at a time, however many ask: those who come while it runs wait for the same answer.

    So a database that hangs holds one reader thread, not one for every look at the pages.
    """

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._under_way: asyncio.Future[T] | None = None

    async def get(self, within: float) -> T:
        """The answer. TimeoutError when there is none within so many seconds, else what the read raises."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(self._read())
            self._under_way.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.wait_for(asyncio.shield(self._under_way), within)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked. `troubles` are those of the parts that say in words themselves how they are."""

    db: Database
    framework: Framework
    clock: Clock
    metrics: Metrics
    edge: Edge
    sweeps: Timer
    troubles: Callable[[], Iterator[str]]


class Vitals:
    """One service's. Every answer comes within DATABASE_SECONDS, whatever the database does."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._began = time.monotonic()
        self._figures = Shared(lambda: parts.db.read(figures, now=parts.clock.now()))
        self._newest_entry = Shared(lambda: parts.db.read(history.newest_at))
        self._last: Figures | None = None

    async def problems(self) -> list[str]:
        """Everything wrong now, in words an administrator can act on; empty when well."""
        parts, now = self._parts, self._parts.clock.now()
        found = [*parts.troubles(), *parts.edge.problems()]
        reading, why = await self._reading()
        if reading is None:
            found.append(f"the database does not answer ({why})")
        else:
            interval = timedelta(seconds=parts.sweeps.interval)
            found += troubles(parts.framework, reading, now=now, interval=interval)
            found += self._silence(reading, now)
            running = timedelta(seconds=time.monotonic() - self._began)
            found.append(whole_round_late(reading.last_whole, now=now, running=running))
            found.append("" if parts.clock.movable else clock_behind(reading.newest_entry, now=now))
        return [problem for problem in found if problem]

    async def not_ready(self) -> str:
        """Why no traffic should come here; empty when it may. The service's own start and end are its own to say."""
        if not self._parts.edge.can_check:
            return "Microsoft's signing keys have not been had yet, so no message can be checked."
        try:
            await self._newest_entry.get(DATABASE_SECONDS)
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not well
            self._parts.metrics.database_up.set(0)
            return f"The database does not answer ({type(error).__name__})."
        self._parts.metrics.database_up.set(1)
        return ""

    async def refresh_metrics(self) -> None:
        """Bring the gauges up to date; with the database gone its figures stay, and the ages go on from them."""
        parts, now = self._parts, self._parts.clock.now()
        reading, why = await self._reading()
        if reading is None:
            log.warning("metrics not refreshed", error=why)
        else:
            parts.metrics.show(reading)
        running = time.monotonic() - self._began
        since_sweep, keys_age = parts.sweeps.since_good(), parts.edge.keys_age()
        parts.metrics.show_ages(
            self._last,
            now=now,
            running=running,
            since_sweep=running if since_sweep is None else since_sweep,
            keys_age=min(keys_age, running) if keys_age == float("inf") else keys_age or 0.0,
        )

    async def _reading(self) -> tuple[Figures | None, str]:
        """The figures, or None and why there are none."""
        try:
            self._last = await self._figures.get(DATABASE_SECONDS)
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not well
            self._parts.metrics.database_up.set(0)
            return None, type(error).__name__
        self._parts.metrics.database_up.set(1)
        return self._last, ""

    def _silence(self, reading: Figures, now: datetime) -> Iterator[str]:
        """Channels on which nothing goes out, with the host that does not answer, where one is known."""
        edge = self._parts.edge
        for waiting, words in silent_channels(self._parts.framework, reading, now=now):
            why = edge.why_silent(waiting.channel)
            # One person's message alone may wait for that person; a host that fails, or several people, is a fault.
            if (why or waiting.people > 1) and waiting.channel not in edge.waits_for_people:
                yield f"{words} {why}".strip()

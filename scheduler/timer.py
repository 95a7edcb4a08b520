"""The timer: APScheduler pokes an async function every few seconds. It holds nothing; what is due lives in rows.

Why APScheduler only pokes: docs/adr/0002. A job store loses deadlines in five ways; a memory store has none to lose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

Poke = Callable[[], Awaitable[None]]

LONGEST_INTERVAL = timedelta(seconds=30)
"""A step is attempted within 60 s of its time, so the sweep looks at least twice in that."""
LONGEST_ROUND = timedelta(hours=1)
"""The check of what must exist promises no instant; what it finds should be found the same morning."""

log = structlog.stdlib.get_logger("scheduler")


class Every(IntervalTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """An interval counted from now, never from the last run.

    APScheduler's own interval lists every run missed since the last one, so a clock ten years ahead would fill the
    memory; and a look that was missed needs no catching up, because the next one sees all that is due.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """At once the first time, then one interval from now."""
        return now if previous_fire_time is None else now + self.interval


class Timer:
    """Pokes at once when started, then every `interval`, one poke at a time. A poke that raises is logged, not fatal.

    The poke does its own work off the loop (`await db.write(sweep, ...)` runs in the writer's thread).
    """

    def __init__(
        self,
        poke: Poke,
        interval: timedelta = timedelta(seconds=15),
        *,
        name: str = "sweep",
        longest: timedelta = LONGEST_INTERVAL,
    ) -> None:
        """ValueError if the interval is not above nothing and at most `longest`."""
        if not timedelta(0) < interval <= longest:
            raise ValueError(f"the timer looks every 0 to {longest.seconds} seconds, not every {interval}")
        self.name = name
        self.interval = interval.total_seconds()
        self.pokes = 0
        """Pokes that came back, with or without an error."""
        self.failures = 0
        """Pokes that raised."""
        self._poke = poke
        self._scheduler: Any = None
        self._busy_since: float | None = None
        self._last_done: float | None = None
        self._last_good: float | None = None
        self._started_at: float | None = None

    # -- running ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start on the running loop; the first poke comes at once."""
        if self._scheduler is not None:
            return
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        trigger = Every(seconds=self.interval, timezone=UTC)
        scheduler.add_job(self._tick, trigger, id=self.name, name=self.name)
        scheduler.start()
        self._scheduler = scheduler
        self._started_at = asyncio.get_running_loop().time()

    def restart(self) -> None:
        """Drop the scheduler, and a poke that hangs in it, and begin again with a poke at once."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop poking. A poke under way is cancelled; the transaction it waits for ends by itself."""
        scheduler, self._scheduler = self._scheduler, None
        self._busy_since = None
        if scheduler is not None and scheduler.running:
            scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        clock = asyncio.get_running_loop().time
        mine = self._busy_since = clock()
        try:
            await self._poke()
            self._last_good = clock()
        except Exception:
            self.failures += 1
            log.exception("poke failed", timer=self.name, failures=self.failures)
        finally:
            # A poke the watchdog gave up on must not tell of a younger one.
            if self._busy_since == mine:
                self._busy_since = None
                self._last_done = clock()
                self.pokes += 1

    # -- how it is ----------------------------------------------------------------------------------------------------

    def idle_for(self) -> float | None:
        """Seconds since a poke last came back (or since the start); None while one is under way or when stopped."""
        if self._scheduler is None or self._busy_since is not None or self._started_at is None:
            return None
        return asyncio.get_running_loop().time() - max(self._last_done or 0.0, self._started_at)

    def busy_for(self) -> float | None:
        """Seconds the poke under way has taken so far; None when there is none."""
        if self._busy_since is None:
            return None
        return asyncio.get_running_loop().time() - self._busy_since

    def since_good(self) -> float | None:
        """Seconds since a poke last ended well; None when none has. What /healthz judges."""
        if self._last_good is None:
            return None
        return asyncio.get_running_loop().time() - self._last_good

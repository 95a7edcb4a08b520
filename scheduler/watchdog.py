"""The watchdog: its own task on the loop's steady clock, which starts a dead or stuck timer again and says so.

APScheduler 3.11.3 can die for good while `running` stays True (one locked database in the wrong place is enough), and
a wall clock set back makes it sleep until the old time comes round. Neither touches the clock this task runs on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from scheduler.timer import Timer

log = structlog.stdlib.get_logger("scheduler")

MISSED = 2.0
"""Intervals without a poke before the timer counts as dead; a poke is never more than one interval late."""
STUCK = 20.0
"""Intervals one poke may take. A long sweep after a long absence is not a fault; a hang is."""
RED = 3.0
"""Intervals without a poke that ended well before /healthz turns red."""


class Watchdog:
    """Looks at a timer four times an interval. `report` is called with a plain sentence on every restart."""

    def __init__(self, timer: Timer, *, report: Callable[[str], None] | None = None) -> None:
        self.timer = timer
        self.restarts = 0
        self._report = report
        self._task: asyncio.Task[None] | None = None
        self._started_at = 0.0

    def start(self) -> None:
        """Begin watching on the running loop."""
        if self._task is None or self._task.done():
            loop = asyncio.get_running_loop()
            self._started_at = loop.time()
            self._task = loop.create_task(self._watch(), name=f"watchdog of {self.timer.name}")

    async def stop(self) -> None:
        """Stop watching; the timer is left as it is."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def alive(self) -> bool:
        """Whether the watchdog itself is running."""
        return self._task is not None and not self._task.done()

    def trouble(self) -> str:
        """Why the service is not healthy, in a plain sentence; empty when it is."""
        if not self.alive:
            return f"the watchdog of the {self.timer.name} is not running"
        since = self.timer.since_good()
        if since is None:
            since = asyncio.get_running_loop().time() - self._started_at
        if since > RED * self.timer.interval:
            return f"the last good {self.timer.name} was {since:.0f} s ago"
        return ""

    def fault(self) -> str:
        """What is wrong with the timer now, or empty."""
        idle, busy = self.timer.idle_for(), self.timer.busy_for()
        if busy is not None:
            return f"a poke has taken {busy:.1f} s" if busy > STUCK * self.timer.interval else ""
        if idle is None:
            return "the timer is not running"
        return f"no poke for {idle:.1f} s" if idle > MISSED * self.timer.interval else ""

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.timer.interval / 4)
            try:
                fault = self.fault()
                if fault:
                    self._restart(fault)
            except Exception:
                log.exception("the watchdog could not act", timer=self.timer.name)

    def _restart(self, fault: str) -> None:
        self.restarts += 1
        log.error("timer restarted", timer=self.timer.name, fault=fault, restarts=self.restarts)
        self.timer.restart()
        if self._report is not None:
            self._report(f"The {self.timer.name} timer was restarted: {fault}.")

"""The second timer's work: `verify` in slices that leave the rest of the service its core; what is safe is mended.

Every poke looks at what falls due within a day, what somebody did something with, and what was wrong; everything is
looked at once a night. Whatever there is to look at, no more than a bounded share of one core goes into it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from assurance.self_check import upkeep
from assurance.self_check.seal_history import seal_history
from assurance.self_check.upkeep import ChainState, Noted
from assurance.self_check.verify import Finding, Place, look, look_at, near, rest

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.metrics import Metrics
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.upkeep")

SHARE = 0.1
"""Of one core at most, on average; what goes beyond it is rested off after the slice."""
BUSY, SHARE_WHEN_BUSY = 0.5, 0.02
"""While the rest of the process takes more than so much of a core, people wait for it: the self-check takes this."""
AT_ONCE = 0.1
"""Seconds of a core it may take at one go after it has long been quiet: a small council is looked at in a moment."""
SLICE_SECONDS = 0.004
"""What one slice is to take, so that no turn waits behind it for longer than threads change over in any case."""
FIRST_SLICE, LARGEST_SLICE = 10, 200
"""Learning spaces, actions or rows of history in one slice, until it is known what one costs; and at most."""
GOES_ON_FOR = 0.3
"""Of the time between two pokes, for the daily check of the history and for the nightly round each; both go on at the
next."""
PATIENCE = 40
"""How often it asks, half a second apart, whether the sweep has caught up."""


class Slices:
    """Reads one after the other, each as large as its time allows, and all within their share of a core."""

    def __init__(
        self,
        db: Database,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`used` is how long this process has had a core so far, in seconds."""
        self._db = db
        self._sizes: dict[str, int] = {}
        self._monotonic, self._process_used, self._sleep = monotonic, used, sleep
        self._credit, self._at, self._used = AT_ONCE, monotonic(), used()

    def size(self, of: str) -> int:
        """How many of a kind are looked at in the next slice."""
        return self._sizes.get(of, FIRST_SLICE)

    async def read(self, of: str, query: Callable[..., Any], *arguments: Any, **facts: Any) -> Any:
        """One slice; what it took decides how large the next of its kind is."""
        found, took = await self._db.read(_timed, query, arguments, facts)
        size = self.size(of)
        self._sizes[of] = max(1, min(LARGEST_SLICE, size * 2, round(size * SLICE_SECONDS / max(took, 1e-6))))
        await self._rest(took)
        return found

    async def _rest(self, took: float) -> None:
        now, used = self._monotonic(), self._process_used()
        passed = now - self._at
        busy = used - self._used - took > passed * BUSY
        share = SHARE_WHEN_BUSY if busy else SHARE
        self._credit = min(AT_ONCE, self._credit + passed * share) - took
        self._at, self._used = now, used
        if self._credit < 0:
            await self._sleep(-self._credit / share)


def _timed(session: Session, query: Callable[..., Any], arguments: tuple[Any, ...], facts: dict[str, Any]) -> Any:
    began = time.thread_time()
    found = query(session, *arguments, **facts)
    return found, time.thread_time() - began


class Upkeep:
    """One service's rounds. `look` is a poke of the timer; where the long ones have come to is kept between two."""

    def __init__(
        self,
        db: Database,
        framework: Framework,
        clock: Clock,
        metrics: Metrics,
        *,
        sweep_every: timedelta,
        every: timedelta,
        key: str = "",
    ) -> None:
        """`sweep_every` is how often the sweep looks, `every` how often this does; `key` seals the history's anchor."""
        self._key = key
        self._db = db
        self._framework = framework
        self._clock = clock
        self._metrics = metrics
        self._slices = Slices(db)
        self._caught_up = max(3 * sweep_every, timedelta(seconds=60))
        self._goes_on_for = every.total_seconds() * GOES_ON_FOR
        self._place: Place | None = None
        self._began = clock.now()
        self._whole = Noted()

    async def look(self) -> bool:
        """One poke: the history, what is near, and the nightly round. False when the sweep has not caught up."""
        if not await self._ready():
            log.info("verify waits for the sweep")
            return False
        of_the_chain = await self._chain()
        await self._near(of_the_chain)
        await self._everything()
        return True

    async def _ready(self) -> bool:
        for _ in range(PATIENCE):
            if await self._db.read(upkeep.may_look, now=self._clock.now(), within=self._caught_up):
                return True
            await asyncio.sleep(0.5)
        return False

    async def _chain(self) -> Noted:
        """The rows that were added, and the daily check of all of them; noted when it ends or has found something."""
        state: ChainState = await self._db.read(upkeep.chain_state)
        total, ends = Noted(), time.monotonic() + self._goes_on_for
        while True:
            most = self._slices.size("history")
            looked = {"now": self._clock.now(), "most": most, "key": self._key}
            checked = await self._slices.read("history", upkeep.check_chain, state, **looked)
            state = checked.state
            done = (not checked.behind and state.done) or time.monotonic() >= ends
            if done or checked.ended or checked.problems:
                noted = await self._db.write(upkeep.note_chain, self._framework, checked, now=self._clock.now())
                total = self._and(total, noted)
            if checked.ended and not checked.problems:
                # Kept where nobody who can write to the database can change it: `verify --anchor` compares.
                sealed = await self._db.write(seal_history, self._framework, self._key, now=self._clock.now())
                log.info("history_anchored", anchor=sealed)
            if done:
                return total

    async def _near(self, total: Noted) -> None:
        """What may have gone wrong since the last poke, or been put right."""
        began = self._clock.now()
        since = await self._db.read(upkeep.near_mark)
        found = await self._slices.read("near", near, since=since, now=began)
        left = list(found.references)
        while left:
            some = left[: self._slices.size("items")]
            del left[: len(some)]
            wrong = await self._slices.read("items", look_at, self._framework, some, now=self._clock.now())
            total = await self._note(total, wrong)
        wrong = await self._slices.read("rest", rest, self._framework, now=self._clock.now())
        total = await self._note(total, wrong)
        now = self._clock.now()
        await self._db.write(upkeep.end_near, self._framework, found.seq, began=began, total=total, now=now)
        _report(total)

    async def _everything(self) -> None:
        """The nightly round, for a while."""
        if self._place is None:
            if not await self._db.read(upkeep.whole_is_due, self._framework, now=self._clock.now()):
                return
            self._place, self._began, self._whole = Place(), self._clock.now(), Noted()
        ends = time.monotonic() + self._goes_on_for
        while time.monotonic() < ends:
            most = self._slices.size("items")
            found = await self._slices.read(
                "items", look, self._framework, self._place, most=most, now=self._clock.now()
            )
            self._whole = await self._note(self._whole, found.findings)
            self._place = found.place
            if found.place is None:
                await self._end()
                return

    async def _end(self) -> None:
        total, now = self._whole, self._clock.now()
        await self._db.write(upkeep.end_whole, self._framework, began=self._began, total=total, now=now)
        log.info("everything looked at", seconds=round((now - self._began).total_seconds()))
        _report(total)

    async def _note(self, total: Noted, findings: list[Finding]) -> Noted:
        if not findings:
            return total
        noted = await self._db.write(upkeep.note, self._framework, findings, part=upkeep.WORK, now=self._clock.now())
        return self._and(total, noted)

    def _and(self, total: Noted, noted: Noted) -> Noted:
        self._metrics.mended.inc(noted.mended)
        return Noted(total.mended + noted.mended, total.wrong + noted.wrong)


def _report(total: Noted) -> None:
    if total.mended or total.wrong:
        log.warning("verify found something", mended=total.mended, wrong=total.wrong)

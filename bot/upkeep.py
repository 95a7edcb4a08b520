"""The second timer's work: a whole round of `verify` in small reads, what is safe mended, what is not said."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from assurance.self_check import upkeep
from assurance.self_check.upkeep import Noted
from assurance.self_check.verify import Place, look

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.metrics import Metrics
    from policy.framework.framework import Framework
    from storage.engine.database import Database

log = structlog.get_logger("bot.upkeep")

PORTION = 200
"""Learning spaces looked at in one read, so that nobody waits behind it."""
MOST_PORTIONS = 50
"""Portions in one poke, and the round goes on at the next; a council of ten thousand learning spaces is one round."""
CHAIN_PORTIONS = 10
PATIENCE = 40
"""How often it asks, half a second apart, whether the sweep has caught up."""


class Upkeep:
    """One service's rounds. `look` is a poke of the timer; where it has come to is kept between two."""

    def __init__(
        self, db: Database, framework: Framework, clock: Clock, metrics: Metrics, *, sweep_every: timedelta
    ) -> None:
        self._db = db
        self._framework = framework
        self._clock = clock
        self._metrics = metrics
        self._caught_up = max(3 * sweep_every, timedelta(seconds=60))
        self._place: Place | None = None
        self._began = clock.now()
        self._total = Noted()

    async def look(self) -> bool:
        """One poke: the history, then the work. False when the sweep has not caught up, so nothing could be told."""
        if not await self._ready():
            log.info("verify waits for the sweep")
            return False
        await self._chain()
        await self._work()
        return True

    async def _ready(self) -> bool:
        for _ in range(PATIENCE):
            if await self._db.read(upkeep.may_look, now=self._clock.now(), within=self._caught_up):
                return True
            await asyncio.sleep(0.5)
        return False

    async def _chain(self) -> None:
        state = await self._db.read(upkeep.chain_state)
        for _ in range(CHAIN_PORTIONS):
            checked = await self._db.read(upkeep.check_chain, state, now=self._clock.now())
            noted = await self._db.write(upkeep.note_chain, self._framework, checked, now=self._clock.now())
            self._add(noted)
            state = checked.state
            if not checked.behind and state.done:
                return

    async def _work(self) -> None:
        if self._place is None:
            self._place, self._began = Place(), self._clock.now()
        for _ in range(MOST_PORTIONS):
            now = self._clock.now()
            found = await self._db.read(look, self._framework, self._place, most=PORTION, now=now)
            if found.findings:
                noted = await self._db.write(
                    upkeep.note, self._framework, found.findings, part=upkeep.WORK, now=self._clock.now()
                )
                self._add(noted)
            if found.place is None:
                await self._end()
                return
            self._place = found.place

    async def _end(self) -> None:
        total, self._place, self._total = self._total, None, Noted()
        await self._db.write(upkeep.end_round, self._framework, began=self._began, total=total, now=self._clock.now())
        if total.mended or total.wrong:
            log.warning("verify found something", mended=total.mended, wrong=total.wrong)

    def _add(self, noted: Noted) -> None:
        self._metrics.mended.inc(noted.mended)
        self._total = Noted(self._total.mended + noted.mended, self._total.wrong + noted.wrong)

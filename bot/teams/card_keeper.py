"""Keeps living cards alive: looks for cards that say what is no longer so, and changes each in place."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from assurance.cards.living_cards import Refresh, anything_stale, claim_refreshes, finish_refresh
from assurance.common.courier import CourierResult
from bot.helping import named
from bot.out_of_memory import end_if_out_of_memory
from bot.teams.activities import message_activity
from bot.teams.errors import SendFailed
from bot.teams.limits import TooLong
from dialogs.notices.living import present_message
from policy.calendar.calendar import Calendar

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.teams.connector import Connector
    from bot.teams.limits import Limits
    from policy.framework.framework import Framework
    from storage.engine.database import Database

log = structlog.get_logger("bot.card_keeper")

REST_SECONDS = 0.1
"""Between two looks: on a busy day every press wakes it, and what several of them changed is looked at together."""
POLL_SECONDS = 5.0
"""How often it looks when nobody wakes it: what another process did is seen within this."""
REFRESH_SECONDS = 30.0
AT_ONCE = 20
BACK_OFF_SECONDS = 15.0


class CardKeeper:
    """One loop beside the dispatcher. Losing it loses nothing: what is stale stays marked in the database."""

    def __init__(self, db: Database, framework: Framework, clock: Clock, connector: Connector, limits: Limits) -> None:
        self._db = db
        self._framework = framework
        self._clock = clock
        self._connector = connector
        self._limits = limits
        self._calendar = Calendar.of(framework)
        self._wake = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Look now. May be called from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Keep cards up to date until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            self._wake.clear()
            rested, more, pause = self._loop.time() + REST_SECONDS, False, POLL_SECONDS
            try:
                more = await self._look() is not None
            except Exception as error:  # noqa: BLE001  a locked or full database must not end the loop
                end_if_out_of_memory(error)
                log.warning("cards not looked at", error=type(error).__name__)
                pause = BACK_OFF_SECONDS
            if not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
            if not self._stopping:
                await asyncio.sleep(rested - self._loop.time())

    async def stop(self) -> None:
        """End the loop; a card under way is finished or tried again another time."""
        self._stopping = True
        self._wake.set()

    async def drain(self) -> int:
        """Change everything that is stale and whose turn it is; how many cards were tried."""
        tried = 0
        while (some := await self._look()) is not None:
            tried += some
        return tried

    async def _look(self) -> int | None:
        """Change some of what is stale; how many cards were tried, None when there is nothing left to do."""
        if self._stopping or not await self._db.read(anything_stale, self._clock.now()):
            return None
        batch: list[Refresh] = await self._db.write(
            claim_refreshes, self._framework, now=self._clock.now(), limit=AT_ONCE
        )
        await asyncio.gather(*(self._refresh(one) for one in batch))
        return len(batch)

    async def _refresh(self, refresh: Refresh) -> None:
        try:
            async with asyncio.timeout(REFRESH_SECONDS):
                result = await self._put(refresh)
        except TimeoutError:
            result = CourierResult("later", reason="no answer in time")  # repeating a change is harmless
        if result.outcome != "sent":
            log.info("card not changed", subject=refresh.card.subject, outcome=result.outcome, reason=result.reason)
        await self._db.write(finish_refresh, refresh, result, now=self._clock.now())

    async def _put(self, refresh: Refresh) -> CourierResult:
        now, card = self._clock.now(), refresh.card
        message = present_message(refresh.present, self._framework, self._calendar.local_date(now))
        message = await named(self._db, self._framework, message, card.person, now)
        activity = message_activity(message.text, message.summary, message.card)
        where = (refresh.channel_state.service_url, card.conversation_id, card.activity_id)
        try:
            async with self._limits.turn(card.conversation_id):
                if not (refresh.present.kind == "older" and await self._taken_away(*where)):
                    await self._connector.update(*where, activity)
        except TooLong as wait:
            at = self._clock.now() + timedelta(seconds=wait.seconds)
            return CourierResult("later", retry_at=at, reason="our own pace")
        except SendFailed as failed:
            # Nothing is posted anew, whatever the channel says of the old one.
            gone = failed.failure.outcome == "never"
            return CourierResult("never" if gone else "later", reason=failed.failure.code)
        return CourierResult("sent", remote_id=card.activity_id)

    async def _taken_away(self, service_url: str, conversation_id: str, activity_id: str) -> bool:
        """A message that a newer one has replaced goes, so that a chat is not a row of signposts.

        False for a channel that takes nothing away, as Microsoft's playground: there it says that there is a newer one.
        """
        try:
            await self._connector.delete(service_url, conversation_id, activity_id)
        except SendFailed as failed:
            if failed.failure.wait_seconds:
                raise  # it is busy, and would be for the other call
            return False
        return True

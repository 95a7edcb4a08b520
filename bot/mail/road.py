"""What both roads do around a letter: wait while mail is stopped, keep to the pace, and take note when one has gone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from bot.alarm import Alarm
from bot.mail.courier import Envelope, Posted
from bot.mail.outage import Outage
from bot.mail.pace import Pace, TooSoon

LOOK_SECONDS = 60.0
"""While nothing answers it is looked at this often without a letter: at night none is sent, and it may be mended."""


class PacedRoad(ABC):
    """A road with a pace, an alarm for what somebody has to mend, and a memory of how long nothing has answered."""

    def __init__(self, way: str, *, pace: Pace | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`way` is how the log names the road."""
        self._pace = pace or Pace()
        self._alarm = Alarm(way, monotonic)
        self._outage = Outage(way, monotonic)
        self._looking: asyncio.Task[None] | None = None

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        if words := str(self._alarm):
            return words
        if minutes := self._outage.minutes():
            return (
                f"{self._name()} has not answered for {minutes} minutes ({self._outage.code}). Letters wait, and are "
                "sent when it does."
            )
        return ""

    async def close(self) -> None:
        """Let go of what is open."""
        if self._looking:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking

    async def send(self, envelope: Envelope) -> Posted:
        """Send one message. Never raises for one that is not taken."""
        if closed := max(self._alarm.seconds_left(), self._outage.seconds_left()):
            return Posted("later", "mail is stopped", wait_seconds=closed)
        try:
            async with self._pace.turn():
                posted = await self._hand_over(envelope)
        except TooSoon as wait:
            return Posted("later", "our own pace", wait_seconds=wait.seconds)
        if posted.no_answer:
            self._outage.failed(posted.reason)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(), name="mail look")
            return replace(posted, wait_seconds=posted.wait_seconds or self._outage.seconds_left() or None)
        if posted.outcome != "unknown":
            self._outage.over()
        if posted.outcome == "sent":
            self._alarm.over()
        return posted

    async def _look(self) -> None:
        while self._outage.lasts:
            await asyncio.sleep(LOOK_SECONDS)
            if await self._answers():
                self._outage.over()

    @abstractmethod
    def _name(self) -> str:
        """What it is called in a sentence for an administrator."""

    @abstractmethod
    async def _hand_over(self, envelope: Envelope) -> Posted:
        """Try once, now."""

    @abstractmethod
    async def _answers(self) -> bool:
        """Whether anybody is there, without sending anything. Never raises."""

"""What both roads do around a letter: wait while mail is stopped, keep to the pace, and take note when one has gone."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from bot.alarm import Alarm
from bot.mail.courier import Envelope, Posted
from bot.mail.pace import Pace, TooSoon


class PacedRoad(ABC):
    """A road with a pace and an alarm."""

    def __init__(self, way: str, *, pace: Pace | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`way` is how the log names the road."""
        self._pace = pace or Pace()
        self._alarm = Alarm(way, monotonic)

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        return str(self._alarm)

    async def send(self, envelope: Envelope) -> Posted:
        """Send one message. Never raises for one that is not taken."""
        if closed := self._alarm.seconds_left():
            return Posted("later", "mail is stopped", wait_seconds=closed)
        try:
            async with self._pace.turn():
                posted = await self._hand_over(envelope)
        except TooSoon as wait:
            return Posted("later", "our own pace", wait_seconds=wait.seconds)
        if posted.outcome == "sent":
            self._alarm.over()
        return posted

    @abstractmethod
    async def _hand_over(self, envelope: Envelope) -> Posted:
        """Try once, now."""

"""How long the way out has not answered at all, and how long to leave it; over when something answers again."""

from __future__ import annotations

from collections.abc import Callable

import structlog

SAID_AFTER_SECONDS = 180.0
"""A relay that is started anew is back within this; after it somebody should look."""
PAUSES = (15.0, 30.0, 60.0, 120.0)
"""Seconds between two tries: one letter looks whether it answers again, the others do not all knock."""

log = structlog.get_logger("bot.mail.outage")


class Outage:
    """Of one way out."""

    def __init__(self, way: str, monotonic: Callable[[], float]) -> None:
        self._way = way
        self._monotonic = monotonic
        self._since: float | None = None
        self._until = 0.0
        self._tries = 0
        self.code = ""
        """What the last try came to; safe to say."""

    def failed(self, code: str) -> None:
        """A try got no answer. The first may be a mishap and stops nothing; several under way together count once."""
        now = self._monotonic()
        self.code = code
        if self._since is None:
            self._since, self._until, self._tries = now, now, 0
            log.warning("mail_not_answered", way=self._way, code=code)
            return
        if now < self._until:
            return
        self._until = now + PAUSES[min(self._tries, len(PAUSES) - 1)]
        self._tries += 1

    def over(self) -> None:
        """It has answered."""
        if self._since is not None:
            log.info("mail_answered_again", way=self._way)
        self._since = None

    @property
    def lasts(self) -> bool:
        """Whether it answered nothing since the last that failed."""
        return self._since is not None

    def seconds_left(self) -> float:
        """How long nothing is to be tried; 0 when something may be."""
        return max(0.0, self._until - self._monotonic()) if self.lasts else 0.0

    def minutes(self) -> int:
        """How long it has lasted, in whole minutes; 0 until it is worth saying."""
        if self._since is None or (lasted := self._monotonic() - self._since) < SAID_AFTER_SECONDS:
            return 0
        return int(lasted // 60)

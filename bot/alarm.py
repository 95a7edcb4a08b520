"""What stops all sending on one way until somebody mends it: said once, tried again later, over when a message goes."""

from __future__ import annotations

from collections.abc import Callable

import structlog

STOP_SECONDS = 300.0
"""After something an administrator has to mend, how long until one more try shows whether they have."""

log = structlog.get_logger("bot.alarm")


class Alarm:
    """Of one way out. `str` of it is the problem in words for an administrator; empty when nothing is wrong."""

    def __init__(self, way: str, monotonic: Callable[[], float]) -> None:
        self._way = way
        self._monotonic = monotonic
        self._words = ""
        self._until = 0.0

    def __str__(self) -> str:
        return self._words

    def seconds_left(self) -> float:
        """How long nothing is to be tried; 0 when something may be."""
        return max(0.0, self._until - self._monotonic()) if self._words else 0.0

    def sound(self, words: str, *, seconds: float = STOP_SECONDS, **facts: str) -> None:
        """Nothing more is tried for so long. `facts` go to the log, once for each problem."""
        if words != self._words:
            log.error("sending_stopped", way=self._way, **facts)
        self._words = words
        self._until = self._monotonic() + seconds

    def over(self) -> None:
        """Something has gone."""
        if self._words:
            log.info("sending_resumed", way=self._way)
        self._words = ""

"""The only place that asks the machine what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class ClockStands(Exception):
    """The clock cannot be set so: it is the machine's own, or it would have to go back; the message says which."""


class Clock:
    """Where the edges of the bot take `now` from; everything inside them gets it as an argument."""

    def __init__(self, starts_at: datetime | None = None, *, runs: bool = True) -> None:
        self._starts_at = starts_at
        self._runs = runs
        self._started = time.monotonic()

    @classmethod
    def real(cls) -> Clock:
        """The machine's own clock."""
        return cls()

    @classmethod
    def starting(cls, instant: datetime) -> Clock:
        """A clock that reads `instant` (aware) now and runs on from there; for local mode only."""
        if instant.tzinfo is None:
            raise ValueError("a clock starts at an instant with a time zone")
        return cls(instant.astimezone(UTC))

    @classmethod
    def standing(cls, instant: datetime) -> Clock:
        """A clock that always reads `instant` (aware): for one pass that judges and sends as of that moment."""
        return cls(instant.astimezone(UTC), runs=False)

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        if self._starts_at is None:
            return datetime.now(UTC)
        run_on = time.monotonic() - self._started if self._runs else 0.0
        return self._starts_at + timedelta(seconds=run_on)

    @property
    def movable(self) -> bool:
        """Whether it can be set forward: only a clock that was started somewhere can, in local mode."""
        return self._starts_at is not None

    def move_to(self, instant: datetime) -> None:
        """Read `instant` (aware) or later from now on. It never goes back: an instant that has passed changes nothing.

        ClockStands for the machine's own clock.
        """
        if self._starts_at is None:
            raise ClockStands("This clock is the machine's own. BOT_CLOCK_START gives local mode one that can be set.")
        if instant > self.now():
            self._starts_at = instant.astimezone(UTC)
            self._started = time.monotonic()

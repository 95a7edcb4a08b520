"""When the clock stands still: an inspection freeze, a practice week, and what that does to a due date.

While a pause stands no step is judged. When it ends, whoever was in time gets the paused days added to their due date,
and whoever was late is as late as before: their ladder goes on from the rung it stood on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework

FREEZE = "inspection_freeze"
PRACTICE_WEEK = "practice_week"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the clock stands, both included; without an end it goes on."""

    kind: str
    starts: date
    ends: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the clock stands on that day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a pause did to one item once it is over."""

    due_on: date
    late_days_paused: int
    """Days to add to those that do not count as lateness; 0 for an item that was in time."""


def practice_weeks(framework: Framework) -> tuple[Pause, ...]:
    """The practice weeks of the file that stop the clock."""
    return tuple(Pause(PRACTICE_WEEK, week.starts, week.ends) for week in framework.practice_weeks if week.pauses_clock)


def standing(pauses: Iterable[Pause], on: date) -> Pause | None:
    """The pause that stands on a day, or None."""
    return next((pause for pause in pauses if pause.covers(on)), None)


def paused_days(pauses: Sequence[Pause], start: date, end: date) -> int:
    """On how many days from `start` up to, not including, `end` the clock stood; a day under two pauses counts once."""
    return sum(1 for day in _days(start, end) if standing(pauses, day))


def first_paused_day(pauses: Sequence[Pause], after: date, until: date) -> date | None:
    """The first day after `after` and up to `until` on which the clock stands, or None."""
    return next((day for day in _days(after + _DAY, until + _DAY) if standing(pauses, day)), None)


def resumed(due_on: date, stopped_on: date, days: int, calendar: Calendar) -> Resumed:
    """An item whose clock stopped on a day and stood for so many days, once it runs again.

    Due on the day it stopped, or later: in time, so the due date moves by those days, to a working day. Due before:
    late, so the due date stays and the days are not held against anyone.
    """
    if days <= 0:
        return Resumed(due_on, 0)
    if due_on < stopped_on:
        return Resumed(due_on, days)
    return Resumed(calendar.roll_forward(due_on + timedelta(days=days)), 0)


def _days(start: date, end: date) -> Iterator[date]:
    day = start
    while day < end:
        yield day
        day += _DAY

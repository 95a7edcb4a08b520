"""The council's calendar: working days, quarters, when a deadline ends and when we may send.

Every instant that leaves this file is aware UTC; every date is a date in the council's own time zone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from policy.framework.framework import Framework, WorkingCalendar
from policy.framework.section import Weekday

_WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_QUARTER_KEY = re.compile(r"(\d{4})(?:-(\d{2}))?Q([1-4])")


class NotAQuarter(ValueError):
    """A quarter is written like 2026-27Q3."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of the council's year. `year` is the calendar year in which that year starts."""

    year: int
    number: int
    start_month: int = 4
    """The month quarter 1 starts in, from the framework's `quarter_start_month`."""

    @classmethod
    def parse(cls, text: str, start_month: int = 4) -> Quarter:
        """The quarter of '2026-27Q3' or '2026Q3'. NotAQuarter for anything else."""
        found = _QUARTER_KEY.fullmatch(text.strip().upper())
        if not found:
            raise NotAQuarter(NotAQuarter.__doc__)
        year = int(found[1])
        if found[2] and int(found[2]) != (year + 1) % 100:
            raise NotAQuarter(NotAQuarter.__doc__)
        return cls(year, int(found[3]), start_month)

    @property
    def key(self) -> str:
        """'2026-27Q3' as reports write it; '2026Q3' where the council's year is the calendar year."""
        return self.short if self.start_month == 1 else f"{self.year}-{(self.year + 1) % 100:02}Q{self.number}"

    @property
    def short(self) -> str:
        """'2026Q3' as references write it."""
        return f"{self.year}Q{self.number}"

    @property
    def months(self) -> tuple[date, date, date]:
        """The first days of its three months."""
        first = self.start_month - 1 + 3 * (self.number - 1)
        one, two, three = (date(self.year + month // 12, month % 12 + 1, 1) for month in range(first, first + 3))
        return one, two, three

    @property
    def starts(self) -> date:
        """Its first day."""
        return self.months[0]

    @property
    def ends(self) -> date:
        """Its last day."""
        return self.next().starts - _DAY

    def next(self) -> Quarter:
        """The quarter after this one."""
        if self.number == 4:
            return Quarter(self.year + 1, 1, self.start_month)
        return Quarter(self.year, self.number + 1, self.start_month)


@dataclass(frozen=True)
class Calendar:
    """Dates and instants for one council. Build it with `Calendar.of(framework)`."""

    rules: WorkingCalendar
    zone: ZoneInfo
    # A sweep asks for the same few days for every item, so each is worked out once. A race only does it twice.
    _sends: dict[date, datetime] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, framework: Framework) -> Calendar:
        """The calendar of a framework; the same object every time for the same rules."""
        return _calendar(framework.calendar, framework.council.time_zone)

    # -- days ---------------------------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """A working weekday that is no bank holiday of England."""
        return _WEEKDAYS[day.weekday()] in self.rules.working_days and day not in _bank_holidays(day.year)

    def is_bank_holiday(self, day: date) -> bool:
        """A bank holiday of England, on a weekday or as its substitute day."""
        return day in _bank_holidays(day.year)

    def roll_forward(self, day: date) -> date:
        """The day itself if it is a working day, else the next one (A8)."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def roll_back(self, day: date) -> date:
        """The day itself if it is a working day, else the one before (A27)."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`; before it if negative; `day` itself for 0."""
        pace = _DAY if count >= 0 else -_DAY
        for _ in range(abs(count)):
            day += pace
            while not self.is_working_day(day):
                day += pace
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(1 for day in days if self.is_working_day(day))

    def first_working_day(self, month: date) -> date:
        """The first working day of the month `month` lies in."""
        return self.roll_forward(month.replace(day=1))

    def add_months(self, day: date, count: int) -> date:
        """`count` calendar months later, clamped to the last day of a shorter month (A21). Not rolled."""
        month = day.year * 12 + day.month - 1 + count
        year, number = month // 12, month % 12 + 1
        return date(year, number, min(day.day, monthrange(year, number)[1]))

    def due_on(self, allocated_on: date, days: int) -> date:
        """The due date `days` calendar days after allocation, rolled forward to a working day (R42, A8)."""
        return self.roll_forward(allocated_on + timedelta(days=days))

    def quarter_of(self, day: date) -> Quarter:
        """The quarter a day lies in."""
        start = self.rules.quarter_start_month
        year = day.year if day.month >= start else day.year - 1
        return Quarter(year, (day.month - start) % 12 // 3 + 1, start)

    # -- instants -----------------------------------------------------------------------------------------------------

    def local_date(self, now: datetime) -> date:
        """The date it is for the council at an instant."""
        return now.astimezone(self.zone).date()

    def starts(self, day: date) -> datetime:
        """The first instant of a day: midnight local time."""
        return self._instant(day, time.min)

    def deadline_at(self, due_on: date) -> datetime:
        """The instant the deadline ends: 23:59 local time on the due date (design section 10)."""
        return self._instant(due_on, self.rules.deadline_time)

    def send_at(self, day: date) -> datetime:
        """When we send what falls due on `day`: 09:00 local time that day or on the next working day (A27)."""
        at = self._sends.get(day)
        if at is None:
            at = self._sends[day] = self._instant(self.roll_forward(day), self.rules.send_from)
        return at

    def remind_at(self, day: date) -> datetime:
        """When we send a reminder of something still to come: 09:00 on `day` or on the working day before (A27)."""
        return self.send_at(self.roll_back(day))

    def in_send_window(self, now: datetime) -> bool:
        """Whether non-urgent messages may go out now: working days from `send_from` up to, not at, `send_to`."""
        local = now.astimezone(self.zone)
        return self.is_working_day(local.date()) and self.rules.send_from <= local.time() < self.rules.send_to

    def window_closes(self, now: datetime) -> datetime:
        """The end of the send window on the day it is for the council."""
        return self._instant(self.local_date(now), self.rules.send_to)

    def next_send(self, now: datetime) -> datetime:
        """`now` if messages may go out now, else the start of the next send window, in UTC."""
        if self.in_send_window(now):
            return now.astimezone(UTC)
        today = self.local_date(now)
        opens = self.send_at(today)
        return opens if opens > now else self.send_at(today + _DAY)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


@lru_cache(maxsize=16)
def _calendar(rules: WorkingCalendar, time_zone: str) -> Calendar:
    return Calendar(rules, ZoneInfo(time_zone))


@lru_cache(maxsize=256)
def _bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays with their substitute days. A frozen set, so threads may share it."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=year, expand=False))

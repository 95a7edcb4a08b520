"""How we say dates, times, counts and lists, the same in every message and whatever the machine's locale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def say_day(day: date) -> str:
    """'Tuesday 29 December', for a date that another date in the same breath has already placed."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def say_date(day: date, today: date) -> str:
    """'Tuesday 29 December', with the year when it is not this one: 'Tuesday 5 January 2027'."""
    return say_day(day) if day.year == today.year else f"{say_day(day)} {day.year}"


def say_month(month: date) -> str:
    """'December 2026'."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def say_time(at: datetime, zone: str = "Europe/London") -> str:
    """'2:05 pm' on the council's clock; `at` is an aware instant."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{(local.hour - 1) % 12 + 1}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"


def say_days(count: int) -> str:
    """'1 day', '2 days'."""
    return "1 day" if count == 1 else f"{count} days"


def say_days_left(days: int) -> str:
    """How far off a due date is: 'due in 5 days', 'due tomorrow', 'due today', '2 days late'."""
    if days > 1:
        return f"due in {days} days"
    if days >= 0:
        return "due tomorrow" if days else "due today"
    return f"{say_days(-days)} late"


def say_late_on(days: int, on: date) -> str:
    """How late something was on a day: '14 days late on Tuesday 17 November'. True whenever it is read."""
    return f"{say_days(days)} late on {say_day(on)}"


def say_count(count: int, one: str, many: str = "") -> str:
    """'one learning space', 'three learning spaces', '12 learning spaces'; `many` if an s is not enough."""
    number = _SMALL_NUMBERS[count] if 0 <= count < len(_SMALL_NUMBERS) else f"{count:,}"
    return f"{number} {one if count == 1 else many or one + 's'}"


def say_list(words: Sequence[str], *, last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(text: str) -> str:
    """The same words with a capital first."""
    return text[:1].upper() + text[1:]

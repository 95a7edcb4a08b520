"""Dates and times the way people in this country say them: "13/3", "Friday 13 March", "tomorrow", "2pm". Pure.

Day before month, always. What two people could understand differently has several readings, and whoever asked decides
whether the question itself leaves only one of them; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dialogs.kit.speaking import MONTHS, WEEKDAYS

LONGEST = 80
"""Characters of a spoken date we look at; none is longer."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_NUMBERS = ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?"
)
_WEEKDAY += r"|sun(?:day)?)"
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_COUNT = rf"(?P<count>[0-9]{{1,3}}|an?|{'|'.join(_NUMBERS[1:])})"
_UNIT = r"(?P<unit>day|week|fortnight|month)s?"

_FILLERS = re.compile(
    r"^(?:(?:it|we|that|this|i|the|meeting|was|is|were|will|be|has|been|held|met|took|place|on|by|due|date|make|think"
    r"|actually|sorry|dated)\b[\s:]*)+(?=\S)"
)
_POLITE = re.compile(r"(?:\s*(?:please|thanks|thank you|if possible))+$")


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """What was said, as days."""

    days: tuple[date, ...]
    """Every day it can mean, the likeliest first. Never empty."""
    unsure: bool = False
    """Two people could understand different days. Without it the first day is the usual meaning."""
    not_that_weekday: bool = False
    """A weekday was said as well, and it is another: 'Friday 14 March', which is a Saturday."""


def read_date(said: str, today: date) -> date | None:
    """The one day that was meant; None for what is no date, what may be two days, or a weekday that does not fit."""
    found = hear_date(said, today)
    if found is None or found.not_that_weekday or (found.unsure and len(found.days) > 1):
        return None
    return found.days[0]


def hear_date(said: str, today: date) -> SpokenDate | None:
    """Everything a spoken date can mean, or None for what is no date. Never raises.

    A date without a year is the nearest one; a weekday alone, and 'next Friday' in the same week, have two readings.
    """
    line = _tidy(said)
    for words in dict.fromkeys((line, _FILLERS.sub("", line))):
        for shape, read in _SHAPES:
            if found := shape.fullmatch(words):
                try:
                    return read(found, today)
                except (ValueError, OverflowError):  # 31 February, or a day beyond the calendar
                    return None
    return None


def is_no_day(said: str) -> bool:
    """Whether a day and a month were said that do not go together: 31 February, 31/4. Never raises."""
    line = _tidy(said)
    lines = dict.fromkeys((line, _FILLERS.sub("", line)))
    written = (found for words in lines for shape, _ in _SHAPES[:_WRITTEN] if (found := shape.fullmatch(words)))
    return (
        any(1 <= _month_number(found["month"]) <= 12 and 1 <= int(found["day"]) <= 31 for found in written)
        and hear_date(said, date(2024, 1, 1)) is None
    )


def read_time(said: str) -> str | None:
    """'14:30' for "2.30pm", "14:30", "1430", "noon"; None for what is no time or may be morning or evening."""
    times = hear_time(said)
    return times[0] if len(times) == 1 else None


def hear_time(said: str) -> tuple[str, ...]:
    """Every time of day a spoken time can mean: one, two when morning and evening are both possible, or none."""
    line = re.sub(r"^(?:(?:at|about|around|it|was|we|spoke|by|phone|told|them)\s+)+", "", _tidy(said))
    line = re.sub(r"\bhalf past ([a-z]+|[0-9]{1,2})\b", lambda found: f"{_number(found[1])}:30", line)
    line = re.sub(r"\b([a-z]+) o ?clock\b", lambda found: f"{_number(found[1])} oclock", line).replace("oclock", ":00")
    line = line.replace("in the morning", "am").replace("this morning", "am").replace("in the afternoon", "pm")
    line = line.replace("this afternoon", "pm").replace("in the evening", "pm").replace(" :00", ":00")
    if line in ("noon", "midday", "12 noon"):
        return ("12:00",)
    if line == "midnight":
        return ("00:00",)
    found = _TIME.fullmatch(line)
    if not found:
        return ()
    minutes = found["minute"] or found["tight"]
    hour, minute, half = int(found["hour"]), int(minutes or 0), found["half"] or ""
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return ()
    if half:
        return (f"{hour % 12 + (12 if half == 'p' else 0):02d}:{minute:02d}",)
    # "14", "0915" and "10:15" are the clock of 24 hours; "2", "2:30" and "half past two" may be either half of a day.
    if hour > 12 or hour == 0 or (minutes and len(found["hour"]) == 2):
        return (f"{hour:02d}:{minute:02d}",)
    return tuple(f"{hour % 12 + more:02d}:{minute:02d}" for more in (0, 12))


_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:\s?[:.h]\s?(?P<minute>[0-9]{2})|(?P<tight>[0-9]{2}))?(?:\s?(?P<half>[ap])\.?m?)?"
)


def _tidy(said: str) -> str:
    """Small letters, plain digits and dashes, no full stop at the end, no 'please'."""
    line = unicodedata.normalize("NFKC", said[: LONGEST + 1]).lower().replace("\u2044", "/")
    line = re.sub(r"[\u2010-\u2015\u2212]", "-", line).replace("\u2019", "").replace("'", "")
    line = " ".join(line.replace(",", " ").split()).rstrip(" .!?")
    return "" if len(said) > LONGEST else _POLITE.sub("", line)


def _number(word: str) -> int:
    if word == "an":
        return 1
    return _NUMBERS.index(word) or 1 if word in _NUMBERS else int(word) if word.isdecimal() else 99


# -- one reader for each shape a date can have ------------------------------------------------------------------------


def _written(found: re.Match[str], today: date) -> SpokenDate:
    """'13/3', '13 March', 'Friday 13 March 2026', '2026-03-13'."""
    parts = found.groupdict()
    number = _month_number(parts["month"])
    weekday = _weekday_number(parts["weekday"]) if parts.get("weekday") else None
    if year := parts.get("year"):
        full = int(year) if len(year) == 4 else 2000 + int(year)
        if not _FIRST_YEAR <= full <= _LAST_YEAR:
            raise ValueError
        days = [date(full, number, int(parts["day"]))]
    else:
        days = _near_years(int(parts["day"]), number, today)
    if not days:
        raise ValueError
    fitting = [day for day in days if weekday is None or day.weekday() == weekday]
    return SpokenDate(tuple(fitting or days), not_that_weekday=not fitting)


def _near_years(day: int, month: int, today: date) -> list[date]:
    """That day of last, this and next year, the nearest first; on 29 February the nearest leap years."""
    reach = 1 if (day, month) != (29, 2) else 4
    found = []
    for year in range(today.year - reach, today.year + reach + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return sorted(found, key=lambda each: abs(each - today))


def _day_of_month(found: re.Match[str], today: date) -> SpokenDate:
    """'the 13th': of this month, the one before or the one after."""
    days = []
    for months in (0, -1, 1):
        try:
            days.append(_months_on(today, months).replace(day=int(found["day"])))
        except ValueError:
            continue
    weekday = _weekday_number(found["weekday"]) if found["weekday"] else None
    fitting = [day for day in days if weekday is None or day.weekday() == weekday]
    days = sorted(fitting or days, key=lambda each: abs(each - today))
    if not days:
        raise ValueError
    return SpokenDate(tuple(days), unsure=True, not_that_weekday=not fitting)


def _weekday(found: re.Match[str], today: date) -> SpokenDate:
    """'Friday', 'next Friday', 'last Friday', 'this Friday', 'Friday week'."""
    which, later = found["which"] or "", found["later"] or ""
    number = _weekday_number(found["weekday"])
    coming = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    past = today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    if later:
        return SpokenDate((coming + timedelta(weeks=1),))
    monday = today - timedelta(days=today.weekday())
    days: tuple[date, ...]
    if which == "next":
        # Until that day is over, some mean the one in this week and some the one in the next.
        same_week = coming < monday + timedelta(weeks=1)
        days = (coming + timedelta(weeks=1), coming) if same_week else (coming,)
    elif which == "last":
        days = (past, past - timedelta(weeks=1)) if past >= monday else (past,)
    elif which in ("this", "coming", "this coming"):
        days = (coming,)
    elif number == today.weekday():
        days = (today, coming, past)
    else:
        days = (coming, past) if coming - today <= today - past else (past, coming)
    return SpokenDate(days, unsure=len(days) > 1)


def _near(found: re.Match[str], today: date) -> SpokenDate:
    return SpokenDate((today + timedelta(days=_NEAR[found[0]]),))


def _counted(found: re.Match[str], today: date) -> SpokenDate:
    """'in three weeks', '10 days ago', 'a week today', 'a fortnight tomorrow'."""
    parts = found.groupdict()
    count = -_number(parts["count"]) if parts.get("ago") else _number(parts["count"])
    start = today + timedelta(days=_NEAR.get(parts.get("start") or "", 0))
    if parts["unit"] == "month":
        return SpokenDate((_months_on(start, count, start.day),))
    each = {"day": 1, "week": 7, "fortnight": 14}[parts["unit"]]
    return SpokenDate((start + timedelta(days=count * each),))


def _end_of_month(found: re.Match[str], today: date) -> SpokenDate:
    if name := found["month"]:
        days = []
        for year in (today.year - 1, today.year, today.year + 1):
            first = date(year, _month_number(name), 1)
            days.append(_months_on(first, 1) - timedelta(days=1))
        return SpokenDate(tuple(sorted(days, key=lambda each: abs(each - today))))
    return SpokenDate((_months_on(today, 2 if found["next"] else 1) - timedelta(days=1),))


def _months_on(start: date, months: int, wanted: int = 1) -> date:
    """That day of the month so many months on, or its last day when it is too short."""
    index = start.year * 12 + start.month - 1 + months
    after = index + 1
    last = date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(wanted, last.day))


def _month_number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return next(number for number, name in enumerate(MONTHS, 1) if name.lower().startswith(text[:3]))


def _weekday_number(text: str) -> int:
    return next(number for number, name in enumerate(WEEKDAYS) if name.lower().startswith(text[:3]))


_NEAR = {
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "now": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "yesterday": -1,
    "the day before yesterday": -2,
    "day before yesterday": -2,
}
_WRITTEN = 4
"""How many of the shapes below are a day and a month."""
_NUMBER_MONTH = r"(?P<month>[01]?[0-9])"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], SpokenDate]], ...] = tuple(
    (re.compile(shape), read)
    for shape, read in (
        (r"(?P<year>[0-9]{4})[-/.](?P<month>[01]?[0-9])[-/.](?P<day>[0-3]?[0-9])", _written),
        (rf"(?:{_WEEKDAY} )?{_DAY}\s?[/.-]\s?{_NUMBER_MONTH}(?:\s?[/.-]\s?{_YEAR})?", _written),
        (rf"(?:{_WEEKDAY}\.? )?(?:the )?{_DAY}[ -]?(?:of )?{_MONTH}\b\.?(?:[ -]?{_YEAR})?", _written),
        (rf"(?:{_WEEKDAY}\.? )?{_MONTH}\.? (?:the )?{_DAY}(?: (?P<year>[0-9]{{4}}))?", _written),
        (rf"(?:{_WEEKDAY} )?(?:the )?(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)", _day_of_month),
        (rf"(?:(?P<which>next|last|this coming|this|coming) )?{_WEEKDAY}(?: (?P<later>week))?", _weekday),
        (rf"(?P<which>)(?P<later>a week )(?:on )?{_WEEKDAY}", _weekday),
        ("|".join(_NEAR), _near),
        (rf"in {_COUNT} {_UNIT}(?:(?: from)? (?P<start>today|now))?", _counted),
        (rf"{_COUNT} {_UNIT} (?P<ago>ago)", _counted),
        (rf"{_COUNT} (?P<unit>day|week|fortnight|month)s? (?:from )?(?P<start>today|tomorrow|now)", _counted),
        (rf"(?:the )?end of (?:(?:the|this) month|(?P<next>next month)|{_MONTH})", _end_of_month),
    )
)

"""Which months are to be allocated, and from which day the ladder of one that is not counts (R38, R45)."""

from __future__ import annotations

from datetime import date

from policy.allocation.cohort import eligible_posts
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.framework.framework import Framework

MONTH = "MONTH"
MONTH_LADDER, MONTH_ANCHOR = "month_allocation", "month_begins"


def month_reference(month: date) -> str:
    """How notices and the history name a month: 'MONTH-2026-12'."""
    return f"{MONTH}-{month:%Y-%m}"


def asks_any(framework: Framework, establishment: Establishment, month: date) -> bool:
    """Whether the framework asks a learning space of any post in the quarter a month lies in."""
    return bool(eligible_posts(framework, establishment, Calendar.of(framework).quarter_of(month)))


def begins_on(framework: Framework, month: date, known_since: date) -> date:
    """The day a month is to be allocated: its first working day; not before the council was here at all."""
    return max(Calendar.of(framework).first_working_day(month), known_since)


def earliest_late_month(framework: Framework, today: date) -> date:
    """The first month that may still be allocated late: the quarter before this one, and no further back."""
    first, *_ = Calendar.of(framework).quarter_of(today).months
    return Calendar.of(framework).quarter_of(Calendar.of(framework).add_months(first, -1)).starts

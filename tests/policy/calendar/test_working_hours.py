"""Working hours pass only while messages may go out: not at night, at weekends or on bank holidays."""

from __future__ import annotations

import pytest

from policy.calendar.calendar import Calendar
from policy.calendar.working_hours import add_working_hours
from policy.framework.framework import Framework
from tests.journeys.living_council import london


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-01-20 10:00", 2, "2026-01-20 12:00"),
        ("2026-01-20 10:10", 4, "2026-01-20 14:10"),
        ("2026-01-20 08:59", 2, "2026-01-20 11:00"),
        ("2026-01-20 15:00", 2, "2026-01-20 17:00"),  # over as the day ends, not the next morning
        ("2026-01-20 16:30", 2, "2026-01-21 10:30"),
        ("2026-01-20 17:00", 2, "2026-01-21 11:00"),
        ("2026-01-20 23:40", 2, "2026-01-21 11:00"),
        ("2026-01-23 16:00", 4, "2026-01-26 12:00"),  # over a weekend
        ("2026-01-24 23:40", 2, "2026-01-26 11:00"),  # a Saturday night
        ("2026-04-02 16:30", 2, "2026-04-07 10:30"),  # Maundy Thursday to the Tuesday after Easter
        ("2026-12-24 16:00", 4, "2026-12-29 12:00"),  # the substitute day for Boxing Day is Monday 28 December
        ("2026-03-27 16:30", 2, "2026-03-30 10:30"),  # the clocks go forward on the Sunday between
        ("2026-10-23 16:30", 2, "2026-10-26 10:30"),  # and back on this one
        ("2026-10-25 01:30", 2, "2026-10-26 11:00"),
        ("2026-01-20 10:00", 16, "2026-01-22 10:00"),  # two whole days
        ("2026-01-20 22:00", 0, "2026-01-20 22:00"),
    ],
)
def test_working_hours_are_those_in_which_we_may_send(framework: Framework, start: str, hours: int, end: str) -> None:
    assert add_working_hours(Calendar.of(framework), london(start), hours) == london(end)

"""Working hours: time that passes only while messages may go out. The red route counts in them (G1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from policy.calendar.calendar import Calendar


def add_working_hours(calendar: Calendar, start: datetime, hours: int) -> datetime:
    """The instant at which `hours` working hours have passed since `start` (aware), in UTC.

    Time outside the send window does not count: from Saturday night, two hours are over on Monday at 11:00. Hours that
    run out just when the window closes are over then, not the next morning.
    """
    left = timedelta(hours=hours)
    at = start.astimezone(UTC)
    while left > timedelta(0):
        at = calendar.next_send(at)
        closes = calendar.window_closes(at)
        if at + left <= closes:
            return at + left
        left -= closes - at
        at = closes
    return at

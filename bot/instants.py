"""Instants as people type them: a date or a date and time, in London unless they name a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def parse_instant(text: str, *, at: time = time(9, 0)) -> datetime:
    """The UTC instant `text` (ISO 8601) means. A bare date means `at` London time on it; no zone means London.

    ValueError, in words to print, when it is neither a date nor a date and time.
    """
    wanted = text.strip()
    try:
        if len(wanted) <= len("2026-12-31"):
            moment = datetime.combine(date.fromisoformat(wanted), at)
        else:
            moment = datetime.fromisoformat(wanted)
    except ValueError:
        raise ValueError(f"'{text}' is not a date like 2026-12-31 or a time like 2026-12-31T09:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)


def parse_month(text: str) -> date:
    """The first day of a month written 2026-12. ValueError, in words to print, when it is not one."""
    try:
        if len(text.strip()) != len("2026-12"):
            raise ValueError
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise ValueError(f"'{text}' is not a month like 2026-12") from None


def london(instant: datetime) -> datetime:
    """The same instant on a London clock, for printing."""
    return instant.astimezone(LONDON)

"""How long a server asks us to wait: the Retry-After of RFC 9110, kept within bounds."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 6 * 3600.0
"""A Retry-After beyond this is believed only this far; what waits is then simply tried again."""


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds or an HTTP date, as RFC 9110 allows both; None when it says neither."""
    text = text.strip()
    if not text:
        return None
    try:
        seconds = float(text) if text.isdecimal() else (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)

"""When something last went out on each channel: written down by whoever sent it, read by whoever watches."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.council import heartbeats
from storage.engine.session import Session

EVERY = timedelta(seconds=10)
"""Written at most this often: a morning's hundreds of letters need one line."""


def note_sent(session: Session, channel: str, *, now: datetime) -> None:
    """Something has just gone out on this channel."""
    last = last_sent(session, channel)
    if last is None or not timedelta(0) <= now - last < EVERY:
        heartbeats.beat(session, _name(channel), now)


def last_sent(session: Session, channel: str) -> datetime | None:
    """When something last went out on it, to within EVERY; None when nothing ever has."""
    found = heartbeats.last(session, _name(channel))
    return found.at if found else None


def _name(channel: str) -> str:
    return f"sent:{channel}"

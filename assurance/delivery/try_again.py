"""What was parked for a reason that may be over is tried once more, when all has been quiet for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from assurance.common.courier import NO_WORDS
from storage.engine.session import Session
from storage.outbox import leases

RETRY_EVERY = timedelta(hours=1)
"""A service that has run this long without a crash looks whether something parked may be tried again."""
STILL_NEWS = timedelta(days=7)
"""What was last tried longer ago is no news any more."""


def try_again(session: Session, *, now: datetime, new_life: bool) -> int:
    """Put back what two crashes in the act of sending have parked: said once more, marked as a repeat; how many.

    In the first hour of a `new_life` of the service also what could not be put into words by the one before: that may
    have been an older edition, or a machine in distress.
    """
    since = now - STILL_NEWS
    found = leases.retry_after_crashes(session, at=now, since=since)
    return found + (leases.retry_parked_for(session, NO_WORDS, at=now, since=since) if new_life else 0)

"""What somebody was read back by email waits for their YES, and for nothing else (design 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.outbox import replies
from storage.outbox.replies import ReadBack

FORM, MORE_TIME, DECIDE, ACTION, DATE, REFLECTION = "form", "more_time", "decide", "action", "date", "reflection"
HELD = "held"
"""That held messages are sent or dropped."""
TAKEN_UP = "taken_up"
"""That somebody has spoken to the person who says that a child is at immediate risk."""


def what_waits_for_yes(
    session: Session, framework: Framework, *, person: str, subject: str, now: datetime
) -> ReadBack | None:
    """What this person was read back about this subject, as long as it stands."""
    found = replies.read_back(session, person, subject)
    if found is None or now - found.made_at > timedelta(days=framework.mail.yes_within_days):
        return None
    return found


def remember_read_back(
    session: Session, *, person: str, subject: str, what: str, facts: Mapping[str, Any], now: datetime
) -> None:
    """Keep what was read back, in place of anything before it on the same subject."""
    replies.save_read_back(session, ReadBack(person, subject, what, facts, now))


def forget_read_back(session: Session, *, person: str, subject: str) -> None:
    """It was said YES or NO to, or is not true any more."""
    replies.drop_read_back(session, person, subject)

"""The auditor on what may not wait: red flags that must be asked about again, and results that must be released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from assurance.learning_space.release import BATCH, sent_in_before
from assurance.self_check.verify_item import GRACE, NEXT, RELEASED, Finding
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.casework import learning_spaces, red_flags
from storage.engine.session import Session


def red_route_findings(session: Session, now: datetime) -> Iterator[Finding]:
    """Flags nobody has taken up and about which nobody would be asked again. Reads only."""
    for flag in red_flags.unacknowledged(session):
        if flag.next_chase_at is None:
            what = "Nobody has taken up its red flag, and nobody would be asked again."
            yield Finding("missing_chase", flag.reference, what, NEXT)
        elif flag.next_chase_at + GRACE <= now:
            what = f"Everyone was to be asked again about its red flag at {flag.next_chase_at:%Y-%m-%d %H:%M} UTC."
            yield Finding("missing_chase", flag.reference, what, NEXT)


def release_findings(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """Results the practitioner should see by now and cannot. Reads only; at most one batch."""
    days = framework.two_voices.release_after_working_days
    until = sent_in_before(Calendar.of(framework), now - GRACE, days)
    for item in learning_spaces.unreleased(session, until, BATCH):
        yield Finding("missing_release", item.reference, "Its result was to be released by now.", RELEASED)

"""Someone could not be reached: the QA lead hears who and about what, once. Never the next level of management."""

from __future__ import annotations

import hashlib
from datetime import datetime

from assurance.notify.tell import PUT_TOGETHER, UNREACHABLE, hearers_of_all, name_of, notices
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import Notice

_STEP_LENGTH = 20


def report_unreachable(session: Session, framework: Framework, notice: Notice, *, reason: str, now: datetime) -> int:
    """Tell the QA lead that a notice has been parked; how many notices that wrote.

    Once for each person and subject, however many notices of it are parked. A report that cannot be delivered itself
    is only parked: /healthz and /metrics count it.
    """
    if notice.event in (UNREACHABLE, *PUT_TOGETHER):
        return 0
    calendar = Calendar.of(framework)
    establishment = establishments.current(session)
    told = hearers_of_all(framework, establishment, UNREACHABLE, on=calendar.local_date(now))
    facts = {
        "reference": notice.subject,
        "person": name_of(establishment, notice.recipient),
        "event": notice.event,
        "channel": notice.channel,
        "why": reason,
    }
    written = notices(
        framework,
        UNREACHABLE,
        # Nobody is told that they themselves cannot be reached, unless there is no one else.
        [one for one in told.recipients if one.person != notice.recipient] or told.recipients,
        subject=notice.subject,
        step=person_step(notice.recipient),
        due_at=now,
        not_before=calendar.next_send(now),
        facts=facts,
    )
    return outbox.add(session, written, at=now)


def person_step(person: str) -> str:
    """A person as the step column can hold them, so that two people of one subject are two reports."""
    if len(person) <= _STEP_LENGTH:
        return person
    return hashlib.sha256(person.encode()).hexdigest()[:_STEP_LENGTH]

"""Say something about nobody's work in particular to whoever the framework names for it: the QA lead, as a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assurance.notify.tell import hearers_of_all, notices
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import notices as outbox


def tell_all(
    session: Session,
    framework: Framework,
    event: str,
    *,
    subject: str,
    facts: Mapping[str, Any],
    now: datetime,
    step: str = "",
    due_at: datetime | None = None,
) -> int:
    """Write the notices, for the next send hours; how many are new. `due_at` is when it was to be said, if not now."""
    calendar = Calendar.of(framework)
    told = hearers_of_all(framework, establishments.current(session), event, on=calendar.local_date(now))
    fresh = notices(
        framework,
        event,
        told.recipients,
        subject=subject,
        step=step,
        due_at=due_at or now,
        not_before=calendar.next_send(now),
        facts=facts,
    )
    return outbox.add(session, fresh, at=now)

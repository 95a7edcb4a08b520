"""Seal the history after a whole check, and give the QA lead the code, to keep where nobody here can change it."""

from __future__ import annotations

from datetime import datetime

from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.council import anchor
from storage.engine.session import Session

SEALED = "E90"
"""The QA lead reads the code in their next morning message."""


def seal_history(session: Session, framework: Framework, key: str, *, now: datetime) -> str:
    """After a whole check without a fault: anchor the head under `key`, and tell it once a day.

    Returns 'row:code' for the log. Without a key nobody is told: anybody could compute such a code.
    """
    sealed = anchor.drop(session, key)
    if key:
        on = Calendar.of(framework).local_date(now).isoformat()
        tell_all(session, framework, SEALED, subject="history", step=on, facts={"code": sealed, "on": on}, now=now)
    return sealed

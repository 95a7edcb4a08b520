"""What the self-check has found and could not mend: listed for the QA team."""

from __future__ import annotations

from datetime import datetime

from assurance.access.authority import require_role
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import findings
from storage.casework.findings import FindingRow
from storage.council import establishment as establishments
from storage.engine.session import Session

READS = ("qa_lead", "qa_officer")
"""Who is told when something is wrong in what we keep."""


def list_findings(
    session: Session, framework: Framework, subject: str = "", *, actor: Actor, now: datetime
) -> list[FindingRow]:
    """What is wrong now and not mended, oldest first. Reads only. NotYours outside the QA team."""
    today = Calendar.of(framework).local_date(now)
    require_role(establishments.current(session), actor, READS, on=today)
    return findings.wrong(session)

"""Once a month what has been kept long enough is taken away, and the QA lead hears how much it was (E67, G5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.council import heartbeats, history
from storage.engine.session import Session
from storage.reads import retention

PURGED = "E67"
PULSE = "retention"
"""The heartbeat whose detail names the month that was purged, and up to when each kind was."""
KEEPER = Actor.system("retention")


def purge_every_month(session: Session, framework: Framework, now: datetime) -> int:
    """The first look of a month takes away what is older than the file says; how many notices that wrote.

    Whoever restores an old backup has it purged at the next look. Nothing that still waits for anybody is touched.
    """
    calendar, rules = Calendar.of(framework), framework.retention
    today = calendar.local_date(now)
    month = f"{today:%Y-%m}"
    beat = heartbeats.last(session, PULSE)
    if beat and beat.detail.get("month") == month:
        return 0
    before = {str(kind): datetime.fromisoformat(str(at)) for kind, at in (beat.detail["up_to"] if beat else {}).items()}
    up_to = {
        "digests": now - timedelta(days=rules.digests_days),
        "notice_facts": now - timedelta(days=rules.notice_facts_days),
    }
    forms_before = calendar.starts(calendar.add_months(today, -12 * rules.forms_years))
    since = {kind: at for kind, at in before.items() if at <= up_to.get(kind, at)}
    counts = {
        "drafts": retention.drop_drafts(session, now - timedelta(days=rules.drafts_days)),
        "inbox": retention.drop_inbox(session, now - timedelta(days=rules.inbox_days)),
        "digests": retention.blank_digests(session, up_to["digests"], since.get("digests")),
        "notice_facts": retention.blank_notices(session, up_to["notice_facts"], since.get("notice_facts")),
        "findings": retention.drop_findings(session, now - timedelta(days=rules.findings_days)),
        "letters": retention.drop_letters(session, now - timedelta(days=rules.letters_days)),
        "forms": retention.blank_forms(session, forms_before),
        "proposals": retention.drop_put_aside(session, now - timedelta(days=rules.drafts_days)),
        "leave": retention.drop_leave(session, today - timedelta(days=rules.leave_days)),
        "contacts": retention.drop_contacts(session, now - timedelta(days=rules.leavers_days)),
        "links": retention.cut_links(session, calendar.add_months(today, -12 * rules.records_years)),
    }
    detail = {"month": month, "up_to": {kind: at.isoformat() for kind, at in up_to.items()}}
    heartbeats.beat(session, PULSE, now, detail)
    if not any(counts.values()):
        return 0
    history.append(session, at=now, actor=KEEPER, verb="purged", subject=month, detail=counts)
    return tell_all(session, framework, PURGED, subject="retention", step=month, facts={"counts": counts}, now=now)

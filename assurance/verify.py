"""The auditor: is the history whole, and does everything exist that the policy says must exist by now?"""

from __future__ import annotations

from datetime import datetime, timedelta

from assurance.verify_action import ActionAuditor
from assurance.verify_item import Finding, ItemAuditor
from assurance.verify_loops import loop_findings
from assurance.verify_moderation import moderation_findings
from policy.calendar import Calendar
from policy.framework import Framework
from storage import establishment as establishments
from storage import history, verifying
from storage.session import Session

__all__ = ["Finding", "verify"]

LOOP_OPENED = "E17"
UNTRIED = timedelta(minutes=15)
"""How long a notice may wait within send hours before somebody should look why."""


def verify(session: Session, framework: Framework, *, now: datetime) -> list[Finding]:
    """Every difference between what is and what must be; empty when all is well. Reads only.

    It shares the rules of policy with the sweep and nothing else: what has been judged, said and kept is worked out
    again from each item's own dates and ladder.
    """
    findings = [Finding("chain_broken", "history", problem) for problem in history.verify(session)]
    auditor = ItemAuditor(framework, establishments.current(session), verifying.last_import(session), now)
    for kept in verifying.walk(session):
        findings += auditor.findings(kept)
    on_actions = ActionAuditor(framework, establishments.current(session), verifying.last_import(session), now)
    for tracked in verifying.walk_actions(session):
        findings += on_actions.findings(tracked)
    findings += [
        Finding("missing_notice", loop, "The loop was opened and nobody was to be told.")
        for loop in verifying.loops_without(session, LOOP_OPENED)
    ]
    findings += moderation_findings(session, framework, now)
    findings += loop_findings(session, framework, now=now)
    findings += _untried(session, framework, now)
    return findings


def _untried(session: Session, framework: Framework, now: datetime) -> list[Finding]:
    """Notices nobody has tried to send for a while, although this is a time to send."""
    calendar = Calendar.of(framework)
    in_hours = calendar.in_send_window(now) and calendar.in_send_window(now - UNTRIED)
    return [
        Finding(
            "late_notice",
            notice.subject,
            f"Notice {notice.id} ({notice.event}) has waited since {notice.not_before:%Y-%m-%d %H:%M} UTC.",
        )
        for notice in verifying.waiting_since(session, now - UNTRIED)
        if notice.urgent or in_hours
    ]

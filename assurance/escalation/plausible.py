"""Is this plausible? A clock that has jumped must not escalate a whole council to its Directors.

A clock set wrong by two weeks and a service that was off for two weeks look the same from inside, and so does the
remedy: ask a person. A pass is held when the last one that judged lies more than a week back and this one would
escalate more than a share of all that is open. A week off is an ordinary outage and needs nobody's leave. A person
says go on (`python -m bot sweep`); nothing is lost meanwhile, because what is due stays due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework, Ladder
from policy.lifecycle.ladder import ladder_from_json, steps_due
from storage.casework import learning_spaces
from storage.council import heartbeats
from storage.engine.session import Session

JUDGED = "sweep judged"
"""The heartbeat of the last pass that was not held; what a jump of the clock is measured from."""
SPAN = timedelta(days=8)
"""A gap in the passes up to this long is an outage; a longer one may be a wrong clock."""
AT_LEAST = 3
"""Fewer escalations than this are nobody's mass mailing."""
MOST = 10_000
"""Items looked at; beyond that any share is known well enough."""

HELD = "E68"


def hold_reason(session: Session, framework: Framework, *, now: datetime, share_limit: float) -> str:
    """Why this pass should wait for a person, in a plain sentence; empty when it may go ahead."""
    last = heartbeats.last(session, JUDGED)
    if last is None or now - last.at <= SPAN:
        return ""
    escalating = _escalating(session, framework, now)
    still_open = learning_spaces.count_open(session)
    if escalating < AT_LEAST or escalating <= share_limit * still_open:
        return ""
    return (
        f"The clock has moved {(now - last.at).days} days since the last look, and {escalating} of {still_open} open"
        " learning spaces would be escalated at once."
    )


def _escalating(session: Session, framework: Framework, now: datetime) -> int:
    """How many items would climb a rung of management in this pass."""
    calendar = Calendar.of(framework)
    ladders: dict[str, Ladder] = {}
    count = 0
    for item in learning_spaces.due(session, now, MOST):
        ladder = ladders.setdefault(repr(item.ladder), ladder_from_json(item.ladder))
        due = steps_due(ladder, item.counts_from, item.steps_done, now, calendar)
        count += any(each.step.escalation for each in due)
    return count


def record_judged(session: Session, *, now: datetime) -> None:
    """This pass went ahead: the next jump is measured from here."""
    heartbeats.beat(session, JUDGED, now)


def tell_held(session: Session, framework: Framework, reason: str, *, now: datetime) -> int:
    """Tell the QA lead that escalations wait for them, once a day; how many notices that wrote."""
    today = Calendar.of(framework).local_date(now).isoformat()
    return tell_all(session, framework, HELD, subject="sweep", step=today, facts={"why": reason}, now=now)

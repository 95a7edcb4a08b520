"""The QA team's day in numbers: what is to be allocated, looked at, escalated or put right (domain 4.2, A22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.access.loop_people import in_team
from assurance.channels.record_bounce import addresses_that_fail
from assurance.escalation.preview import escalations_on
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.follow_up.more_time import next_sending_day
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.reads import home_lists

RUNS_THE_DAY = ("qa_lead", "qa_officer")
TEAMS = "teams"
KINDS = (
    "to_allocate",
    "to_escalate",
    "late",
    "late_all_told",
    "to_moderate",
    "out_of_reach",
    "parked",
    "unclear_emails",
    "failing_addresses",
    "findings",
)
"""What the console counts, in its order; `dialogs/home/home_console.py` has the words."""
PARKED_FOR = timedelta(days=28)
"""How far back a message that reached nobody is still news."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One line of the console."""

    kind: str
    """One of `KINDS`."""
    count: int


def console(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> tuple[Waits, ...]:
    """The console of one of the QA team, in the order of `KINDS`; empty for everybody else. Reads only."""
    today = Calendar.of(framework).local_date(now)
    if not in_team(establishment, person, RUNS_THE_DAY, today):
        return ()
    counted = home_lists.in_numbers(session, today=today, parked_since=now - PARKED_FOR)
    found = {
        # Months that should have been given out by now: this one, until its proposal is approved.
        "to_allocate": int(not counted.approved),
        # What the preview shows: everything that goes up a level the next time messages are sent.
        "to_escalate": len(escalations_on(session, framework, next_sending_day(now, Calendar.of(framework))).coming),
        "late": counted.late,
        "late_all_told": counted.late_all_told,
        "to_moderate": counted.moderations,
        "out_of_reach": 0,
        "parked": counted.parked,
        "unclear_emails": counted.unclear,
        "failing_addresses": 0,
        "findings": counted.findings,
    }
    if counted.cut_off:
        here = establishment.people
        found["out_of_reach"] = sum(1 for person in home_lists.cut_off(session, TEAMS) if person in here)
        found["failing_addresses"] = len(addresses_that_fail(session))
    return tuple(Waits(kind, found[kind]) for kind in KINDS)

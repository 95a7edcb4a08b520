"""The QA team's day in numbers: what is to be allocated, looked at, escalated or put right (domain 4.2, A22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.access.loop_people import in_team
from assurance.channels.record_bounce import addresses_that_fail
from assurance.escalation.preview import escalations_on
from policy.allocation.months import earliest_late_month
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.follow_up.more_time import next_sending_day
from policy.framework.framework import Framework
from storage.casework import allocation_months, allocation_runs
from storage.engine.session import Session
from storage.reads import home_lists

RUNS_THE_DAY = ("qa_lead", "qa_officer")
TEAMS = "teams"
KINDS = (
    "held",
    "to_allocate",
    "to_escalate",
    "late",
    "late_all_told",
    "to_moderate",
    "left_behind",
    "actions_left_behind",
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
    month: date | None = None
    """The first of the months, where months are counted."""


def console(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> tuple[Waits, ...]:
    """The console of one of the QA team, in the order of `KINDS`; empty for everybody else. Reads only."""
    today = Calendar.of(framework).local_date(now)
    if not in_team(establishment, person, RUNS_THE_DAY, today):
        return ()
    counted = home_lists.in_numbers(session, today=today, parked_since=now - PARKED_FOR)
    months = months_to_give_out(session, framework, today)
    found = {
        "held": counted.held,
        "to_allocate": len(months),
        # What the preview shows: everything that goes up a level the next time messages are sent.
        "to_escalate": len(escalations_on(session, framework, next_sending_day(now, Calendar.of(framework))).coming),
        "late": counted.late,
        "late_all_told": counted.late_all_told,
        "to_moderate": counted.moderations,
        "left_behind": counted.left_behind,
        "actions_left_behind": counted.actions_left_behind,
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
    first = {"to_allocate": min(months, default=None)}
    return tuple(Waits(kind, found[kind], first.get(kind)) for kind in KINDS)


def months_to_give_out(session: Session, framework: Framework, today: date) -> list[date]:
    """Months that should have been allocated by now: this one until its draw is approved, and earlier ones that were
    passed over and can still be allocated late."""
    this = today.replace(day=1)
    earliest = earliest_late_month(framework, today)
    passed = [row.month for row in allocation_months.not_given_out(session) if earliest <= row.month < this]
    return [*passed, *([] if allocation_runs.first_draw_of(session, this) else [this])]

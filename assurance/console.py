"""The QA team's day in numbers: what is to be allocated, looked at, escalated or put right (domain 4.2, A22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.list_findings import count_findings
from assurance.loop_people import in_team
from assurance.preview import escalations_on
from assurance.receive_mail import count_unclear
from assurance.record_bounce import addresses_that_fail
from policy.calendar import Calendar
from policy.establishment import Establishment
from policy.framework import Framework
from policy.more_time import next_sending_day
from storage import allocation_runs, home_lists
from storage.allocation_runs import APPROVED
from storage.session import Session

RUNS_THE_DAY = ("qa_lead", "qa_officer")
TEAMS = "teams"
PARKED_FOR = timedelta(days=28)
"""How far back a message that reached nobody is still news."""

Source = Callable[[Session, Framework, Establishment, datetime], int]
"""Counts one thing that waits for the QA team. Reads only, and costs what is open, not what ever was."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One line of the console."""

    kind: str
    """Which of `SOURCES`; `dialogs/home_console.py` has its words."""
    count: int


def console(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> tuple[Waits, ...]:
    """The console of one of the QA team, in the order of `SOURCES`; empty for everybody else. Reads only."""
    if not in_team(establishment, person, RUNS_THE_DAY, Calendar.of(framework).local_date(now)):
        return ()
    return tuple(Waits(kind, source(session, framework, establishment, now)) for kind, source in SOURCES)


def _to_allocate(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    """Months that should have been given out by now: this one, until its proposal is approved."""
    month = Calendar.of(framework).local_date(now).replace(day=1)
    return int(allocation_runs.latest_of_month(session, month, APPROVED) is None)


def _to_moderate(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    return home_lists.count_moderations(session)


def _to_escalate(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    """What the preview shows: everything that goes up a level the next time messages are sent."""
    return len(escalations_on(session, framework, next_sending_day(now, Calendar.of(framework))).coming)


def _out_of_reach(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    """People of this council who cut the bot off, or were cut off."""
    return sum(1 for person in home_lists.cut_off(session, TEAMS) if person in establishment.people)


def _parked(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    return home_lists.count_parked(session, now - PARKED_FOR)


def _addresses(session: Session, framework: Framework, establishment: Establishment, now: datetime) -> int:
    return len(addresses_that_fail(session))


SOURCES: list[tuple[str, Source]] = [
    ("to_allocate", _to_allocate),
    ("to_escalate", _to_escalate),
    ("to_moderate", _to_moderate),
    ("out_of_reach", _out_of_reach),
    ("parked", _parked),
    ("unclear_emails", count_unclear),
    ("failing_addresses", _addresses),
    ("findings", count_findings),
]
"""What the console counts, in its order. Another count is one more line here and its words in
`dialogs/home_console.py`."""

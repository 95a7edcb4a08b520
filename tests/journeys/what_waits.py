"""Who has something waiting for them, read from the bare records: what is open, and who was told that it is theirs.

Nothing here asks the code that draws the home card. Whatever is added to the framework that a person can owe, be asked
or be chased for is added here too, or the home card of the lived quarter is found out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from policy.calendar.calendar import Calendar
from storage.council import establishment as establishments
from storage.engine.session import Session

Account = dict[str, set[str]]
"""Person -> the kinds of things that wait for them."""
QA = ("qa_lead", "qa_officer")
LONG = timedelta(days=28)

THEIRS = {
    "a learning space": "SELECT person FROM allocations WHERE state IN ('allocated', 'opened')",
    "a talk": """SELECT person FROM allocations WHERE state = 'submitted' AND released_at IS NULL
        AND reference NOT IN (SELECT reference FROM pressed_releases)""",
    "a reflection": "SELECT practitioner FROM allocations WHERE state IN ('allocated', 'opened')",
    "a result to read": "SELECT practitioner FROM allocations WHERE released_at >= :long_ago",
    "an action": "SELECT owner FROM actions WHERE state IN ('open', 'in_progress', 'blocked')",
    "a form to correct": """SELECT person FROM allocations JOIN corrections USING (reference)
        WHERE corrections.state = 'asked'""",
    "a second look": "SELECT moderator FROM moderations WHERE state IN ('selected', 'graded', 'discussed')",
}
"""Whose something is stands in its row."""

ASKED = {
    "another date for an action": (("E72",), "", "SELECT reference FROM actions WHERE asked_due_on IS NOT NULL"),
    "a request for more time": (
        ("E8",),
        "",
        """SELECT reference FROM requests JOIN allocations USING (reference)
            WHERE requests.state = 'asked' AND deadline_at > :now""",
    ),
    "immediate attention": (("E16",), "", "SELECT reference FROM red_flags WHERE acknowledged_at IS NULL"),
    "a loop to fill in": (
        ("E17", "E26", "E27", "E29"),
        "senior_manager",
        "SELECT reference FROM loops WHERE state IN ('open', 'met', 'returned_for_change')",
    ),
    "a loop to authorise": (("E28",), "", "SELECT reference FROM loops WHERE state = 'submitted'"),
    "a result to record": (
        ("E31",),
        "qa_lead",
        """SELECT loops.reference FROM loops JOIN allocations ON allocations.reference = reaudit_reference
            WHERE loops.state = 're_audit_due' AND allocations.state = 'submitted'""",
    ),
}
"""Whose it is to settle stands in who was told: by which events, in which role, of what that is still open."""

FOR_THE_TEAM = (
    "SELECT 1 FROM notices WHERE state IN ('held', 'parked') AND created_at >= :long_ago",
    "SELECT 1 FROM received_mail WHERE state = 'unclear'",
    "SELECT 1 FROM findings WHERE state = 'wrong'",
    "SELECT 1 FROM moderations WHERE state IN ('selected', 'graded', 'discussed', 'disputed')",
    "SELECT 1 FROM channel_states JOIN people ON id = person WHERE state IN ('blocked', 'uninstalled', 'disabled')",
    "SELECT 1 FROM allocation_runs WHERE state = 'proposed'",
    "SELECT 1 FROM allocations WHERE state IN ('allocated', 'opened') AND paused_on IS NULL AND due_on < :today",
    "SELECT 1 FROM allocations WHERE state IN ('allocated', 'opened') AND person NOT IN (SELECT id FROM people)",
    "SELECT 1 FROM allocation_months WHERE given_out_at IS NULL AND begins_on <= :today",
)
"""What waits for the QA team, whoever of them looks first."""


def what_waits(session: Session, calendar: Calendar, now: datetime) -> Account:
    """Everybody for whom anything waits at an instant, and what."""
    found: Account = defaultdict(set)
    establishment = establishments.current(session)
    asked = {"now": _as_kept(now), "long_ago": _as_kept(now - LONG), "today": calendar.local_date(now).isoformat()}
    for kind, whose in THEIRS.items():
        for (person,) in _run(session, whose, asked):
            found[person].add(kind)
    for kind, (events, role, still_open) in ASKED.items():
        about = {reference for (reference,) in _run(session, still_open, asked)}
        for person, reference, as_whom in _told(session, events):
            if reference in about and (not role or role in as_whom.split("+")):
                found[person].add(kind)
    for person in _with_a_say(session):
        found[person].add("a dispute")
    team = {post.holder for role in QA for post in establishment.posts_of_role(role)}
    if any(_run(session, query, asked) for query in FOR_THE_TEAM) or _climbs(session, calendar, now):
        for person in team:
            found[person].add("the day")
    return {person: kinds for person, kinds in found.items() if person in establishment.people}


def _run(session: Session, query: str, asked: dict[str, str]) -> list[Any]:
    return list(session.connection.exec_driver_sql(query, {k: v for k, v in asked.items() if f":{k}" in query}))


def _as_kept(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _told(session: Session, events: tuple[str, ...], more: str = "") -> Iterator[tuple[str, str, str]]:
    """Who was ever to hear of any of these events, about what and as whom."""
    marks = ", ".join("?" for _ in events)
    query = f"SELECT recipient, subject, recipient_role FROM notices WHERE event IN ({marks}) {more}"
    yield from session.connection.exec_driver_sql(query, events)


def _with_a_say(session: Session) -> Iterator[str]:
    """Who was asked which of two grades stands, and has not said."""
    disputed = "SELECT reference, form FROM moderations WHERE state = 'disputed'"
    for reference, form in session.connection.exec_driver_sql(disputed):
        said = {seat.rpartition(".")[2] for seat in json.loads(form).get("settled", {})}
        for person, about, as_whom in _told(session, ("E24",), """AND facts LIKE '%"decides": true%'"""):
            if about == reference and set(as_whom.split("+")) - said:
                yield person


def _climbs(session: Session, calendar: Calendar, now: datetime) -> bool:
    """Whether anything goes up a level with the next messages: its first step to somebody above is two days late."""
    today = calendar.local_date(now)
    next_day = calendar.roll_forward(today + timedelta(days=1))
    query = "SELECT due_on FROM allocations WHERE state IN ('allocated', 'opened') AND paused_on IS NULL"
    return any(
        calendar.roll_forward(date.fromisoformat(due_on) + timedelta(days=2)) <= next_day
        for (due_on,) in session.connection.exec_driver_sql(query)
    )

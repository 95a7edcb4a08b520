"""Open work in numbers and in ladders: what the weekly and monthly looks read in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.casework import actions as action_rows
from storage.casework.learning_spaces import OPEN_STATES
from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.schema.tables import actions, allocations, loops, notices

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Climber:
    """As much of an open learning space as asking who stands in its ladder takes."""

    reference: str
    post: str
    person: str
    practitioner: str
    case_function: str
    due_on: date
    ladder: Any
    steps_done: Any


_CLIMBERS = (
    sa.select(*(allocations.c[field.name] for field in fields(Climber)))
    .where(allocations.c.state.in_(OPEN_STATES), allocations.c.reference > sa.bindparam("after"))
    .order_by(allocations.c.reference)
    .limit(PAGE)
)


def climbers(session: Session) -> Iterator[Climber]:
    """Every open learning space, in order of reference."""
    last = ""
    while page := [Climber(*row) for row in session.execute(_CLIMBERS, {"after": last})]:
        yield from page
        last = page[-1].reference


@dataclass(frozen=True, slots=True)
class Owed:
    """Open learning spaces that are alike: how many of a function and a post are due on a day."""

    function: str
    post: str
    due_on: date
    paused_days: int
    """Days the clock stood: they are no lateness."""
    paused: bool
    """Whether it stands now."""
    count: int


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """A loop that is not closed, with those it is about, for the server to decide who may know of it."""

    reference: str
    function: str
    """Of the child's case."""
    opened_at: datetime
    state: str
    filled_by: str
    authorised_by: str
    post: str
    person: str
    practitioner: str


_PAUSED = allocations.c.paused_on.is_not(None).label("paused")
_ALIKE = (allocations.c.function, allocations.c.post, allocations.c.due_on, allocations.c.paused_days, _PAUSED)
_OWED = sa.select(*_ALIKE, sa.func.count()).where(one_of(allocations.c.state, OPEN_STATES)).group_by(*_ALIKE)
_SENT_IN = (
    sa.select(allocations.c.function, allocations.c.post, sa.func.count())
    .where(allocations.c.submitted_at >= sa.bindparam("start"), allocations.c.submitted_at < sa.bindparam("end"))
    .group_by(allocations.c.function, allocations.c.post)
)
_OVERDUE = (
    sa.select(allocations.c.function, actions.c.owner, sa.func.count())
    .join(actions, actions.c.subject == allocations.c.reference)
    .where(one_of(actions.c.state, action_rows.OPEN_STATES), actions.c.due_on < sa.bindparam("today"))
    .group_by(allocations.c.function, actions.c.owner)
)
_LOOPS = (
    sa.select(
        loops.c.reference,
        allocations.c.case_function,
        loops.c.opened_at,
        loops.c.state,
        loops.c.filled_by,
        loops.c.authorised_by,
        allocations.c.post,
        allocations.c.person,
        allocations.c.practitioner,
    )
    .join(allocations, allocations.c.reference == loops.c.subject)
    .where(loops.c.state != "closed")
    .order_by(loops.c.opened_at, loops.c.reference)
)
_TOLD_OF_LOOPS = (
    sa.select(notices.c.subject, notices.c.recipient)
    .join(loops, loops.c.reference == notices.c.subject)
    .where(loops.c.state != "closed", one_of(notices.c.state, ("sent",)))
    .distinct()
)


def told_of(subject: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Whether `who`, a parameter of the statement, was told of this very thing by name."""
    about = notices.c.subject == subject, notices.c.recipient == sa.bindparam("who")
    return sa.select(notices.c.id).where(*about, one_of(notices.c.state, ("sent",))).exists()


_OWED_TOLD = _OWED.where(told_of(allocations.c.reference))
_SENT_IN_TOLD = _SENT_IN.where(told_of(allocations.c.reference))
_OVERDUE_TOLD = _OVERDUE.where(told_of(actions.c.reference))


def owed(session: Session, *, told: str | None = None) -> list[Owed]:
    """Everything that is open; with `told` only what this person has been told of by name."""
    rows = session.execute(_OWED_TOLD, {"who": told}) if told is not None else session.execute(_OWED)
    return [Owed(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]


def sent_in(session: Session, start: datetime, end: datetime, *, told: str | None = None) -> list[tuple[str, str, int]]:
    """Learning spaces sent in from `start` up to, not at, `end`: function, post, how many."""
    asked = {"start": start, "end": end}
    rows = (
        session.execute(_SENT_IN_TOLD, {**asked, "who": told}) if told is not None else session.execute(_SENT_IN, asked)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def overdue_actions(session: Session, today: date, *, told: str | None = None) -> list[tuple[str, str, int]]:
    """Open actions whose date has passed: the function of the learning space they came from, owner, how many."""
    asked = {"today": today}
    rows = (
        session.execute(_OVERDUE_TOLD, {**asked, "who": told}) if told is not None else session.execute(_OVERDUE, asked)
    )
    return [(row[0], row[1], row[2]) for row in rows]


_ALLOCATED_BETWEEN = (
    sa.select(allocations.c.reference)
    .where(
        allocations.c.next_step_at.is_not(None),
        allocations.c.paused_on.is_(None),
        allocations.c.allocated_on > sa.bindparam("after"),
        allocations.c.allocated_on <= sa.bindparam("until"),
    )
    .order_by(allocations.c.reference)
)


def open_loops(session: Session) -> list[OpenLoop]:
    """Every loop that is not closed, first opened first."""
    return [OpenLoop(*row) for row in session.execute(_LOOPS)]


def told_of_loops(session: Session) -> frozenset[tuple[str, str]]:
    """Loop and person, for everybody who has been told of one that is not closed."""
    return frozenset((row[0], row[1]) for row in session.execute(_TOLD_OF_LOOPS))


def allocated_between(session: Session, after: date, until: date) -> list[str]:
    """References of open learning spaces allocated after one day and up to another, whose clock runs."""
    return [row[0] for row in session.execute(_ALLOCATED_BETWEEN, {"after": after, "until": until})]

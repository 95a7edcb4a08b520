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
from storage.schema.tables import actions, allocations, loops

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


def open_by_function(session: Session) -> list[tuple[str, date, int, bool, int]]:
    """Open learning spaces: function, due date, days its clock stood, whether it stands now, how many."""
    paused = allocations.c.paused_on.is_not(None).label("paused")
    grouped = (allocations.c.function, allocations.c.due_on, allocations.c.paused_days, paused)
    rows = session.execute(
        sa.select(*grouped, sa.func.count()).where(allocations.c.state.in_(OPEN_STATES)).group_by(*grouped)
    )
    return [(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def sent_in_by_function(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Learning spaces sent in from `start` up to, not at, `end`: function -> how many."""
    rows = session.execute(
        sa.select(allocations.c.function, sa.func.count())
        .where(allocations.c.submitted_at >= start, allocations.c.submitted_at < end)
        .group_by(allocations.c.function)
    )
    return {row[0]: row[1] for row in rows}


def open_loops(session: Session) -> list[tuple[str, str, datetime]]:
    """Every loop that is not closed: its reference, the function of the child's case, when it opened."""
    rows = session.execute(
        sa.select(loops.c.reference, allocations.c.case_function, loops.c.opened_at)
        .join(allocations, allocations.c.reference == loops.c.subject)
        .where(loops.c.state != "closed")
        .order_by(loops.c.opened_at, loops.c.reference)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def overdue_actions_by_function(session: Session, today: date) -> dict[str, int]:
    """Open actions whose date has passed, by the function of the learning space they came from."""
    rows = session.execute(
        sa.select(allocations.c.function, sa.func.count())
        .join(actions, actions.c.subject == allocations.c.reference)
        .where(actions.c.state.in_(action_rows.OPEN_STATES), actions.c.due_on < today)
        .group_by(allocations.c.function)
    )
    return {row[0]: row[1] for row in rows}


def allocated_between(session: Session, after: date, until: date) -> list[str]:
    """References of open learning spaces allocated after one day and up to another, whose clock runs."""
    rows = session.execute(
        sa.select(allocations.c.reference)
        .where(
            allocations.c.next_step_at.is_not(None),
            allocations.c.paused_on.is_(None),
            allocations.c.allocated_on > after,
            allocations.c.allocated_on <= until,
        )
        .order_by(allocations.c.reference)
    )
    return [row[0] for row in rows]

"""Months that are to be given out, as rows: when each begins, what was said about it so far, and when it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import allocation_months


@dataclass(frozen=True, slots=True)
class AllocationMonth:
    """One row of `allocation_months`."""

    month: date
    begins_on: date
    """The day its ladder counts from."""
    ladder: Any
    steps_done: tuple[str, ...] = ()
    next_step_at: datetime | None = None
    given_out_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(AllocationMonth))
_SELECT = sa.select(*(allocation_months.c[name] for name in _NAMES)).order_by(allocation_months.c.month)
_OF = _SELECT.where(allocation_months.c.month == sa.bindparam("of"))
_NOT_GIVEN_OUT = _SELECT.where(allocation_months.c.given_out_at.is_(None))
_DUE = _SELECT.where(
    allocation_months.c.next_step_at.is_not(None), allocation_months.c.next_step_at <= sa.bindparam("by")
)


def _row(values: Sequence[Any]) -> AllocationMonth:
    month, begins_on, ladder, done, next_step_at, given_out_at = values
    return AllocationMonth(month, begins_on, ladder, tuple(done), next_step_at, given_out_at)


def of(session: Session, month: date) -> AllocationMonth | None:
    """The row of a month, or None while nobody has looked at it."""
    found = session.execute(_OF, {"of": month}).first()
    return _row(found) if found else None


def not_given_out(session: Session) -> list[AllocationMonth]:
    """Every month that has begun without being given out, oldest first."""
    return [_row(found) for found in session.execute(_NOT_GIVEN_OUT)]


def due(session: Session, now: datetime) -> list[AllocationMonth]:
    """The months with a step due, oldest first."""
    return [_row(found) for found in session.execute(_DUE, {"by": now})]


def save(session: Session, month: AllocationMonth) -> None:
    """Insert or replace one."""
    values = {name: getattr(month, name) for name in _NAMES}
    put(session, allocation_months, values | {"steps_done": list(month.steps_done)})

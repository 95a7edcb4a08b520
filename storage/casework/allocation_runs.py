"""Allocation runs as rows: a month's proposal of learning spaces, and what was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import allocation_runs

PROPOSED = "proposed"
APPROVED = "approved"
WITHDRAWN = "withdrawn"
RE_AUDITS = "system:re-audit"
"""Who proposes and approves the run of a single re-audit."""


@dataclass(frozen=True, slots=True)
class AllocationRun:
    """One row of `allocation_runs`. `detail` holds ids and reasons, never anyone's name."""

    id: str
    month: date
    seed: int
    state: str
    proposed_by: str
    proposed_at: datetime
    detail: dict[str, Any]
    decided_by: str = ""
    decided_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(AllocationRun))
_COLUMNS = tuple(allocation_runs.c[name] for name in _NAMES)
IS_A_DRAW = sa.and_(allocation_runs.c.state == APPROVED, allocation_runs.c.proposed_by != RE_AUDITS)
"""What gives a month out: an approved proposal. The run of a single re-audit does not."""
_LATEST = (
    sa.select(*_COLUMNS)
    .where(allocation_runs.c.month == sa.bindparam("of"), allocation_runs.c.state == sa.bindparam("how"))
    .order_by(allocation_runs.c.proposed_at.desc(), allocation_runs.c.id)
    .limit(1)
)


def insert(session: Session, run: AllocationRun) -> None:
    """Insert one."""
    session.execute(sa.insert(allocation_runs).values({name: getattr(run, name) for name in _NAMES}))


def by_id(session: Session, run: str) -> AllocationRun | None:
    """The run a proposal card's opaque id stands for, or None."""
    row = session.execute(sa.select(*_COLUMNS).where(allocation_runs.c.id == run)).first()
    return AllocationRun(**row._mapping) if row else None


def count_of_month(session: Session, month: date, *, not_by: str = "") -> int:
    """How many runs a month has had, whatever became of them; the next one's number follows from it.

    Those of `not_by` are left out: a re-audit is a run of its own, and no draw of the month.
    """
    runs = sa.select(sa.func.count()).select_from(allocation_runs)
    drawn = runs.where(allocation_runs.c.month == month, allocation_runs.c.proposed_by != not_by)
    return int(session.execute(drawn).scalar_one())


def put_off(session: Session, months: Sequence[date], *, but_for: str) -> frozenset[str]:
    """The posts the approved runs of some months could not serve, for any other reason than `but_for`."""
    approved = sa.select(allocation_runs.c.detail).where(
        allocation_runs.c.month.in_(months), allocation_runs.c.state == APPROVED
    )
    details = session.execute(approved).scalars()
    return frozenset(one["post"] for detail in details for one in detail["unserved"] if one["reason"] != but_for)


def proposed_for(session: Session, month: date) -> list[AllocationRun]:
    """The runs of a month that nobody has decided about, oldest first."""
    waiting = (
        sa.select(*_COLUMNS)
        .where(allocation_runs.c.month == month, allocation_runs.c.state == PROPOSED)
        .order_by(allocation_runs.c.proposed_at, allocation_runs.c.id)
    )
    return [AllocationRun(**row._mapping) for row in session.execute(waiting)]


def first_draw_of(session: Session, month: date) -> AllocationRun | None:
    """The first approved draw of a month, or None while it is not given out; a re-audit is no draw."""
    drawn = (
        sa.select(*_COLUMNS)
        .where(allocation_runs.c.month == month, IS_A_DRAW)
        .order_by(allocation_runs.c.decided_at, allocation_runs.c.id)
        .limit(1)
    )
    row = session.execute(drawn).first()
    return AllocationRun(**row._mapping) if row else None


def latest_of_month(session: Session, month: date, state: str) -> AllocationRun | None:
    """The newest run of a month in a state, or None."""
    row = session.execute(_LATEST, {"of": month, "how": state}).first()
    return AllocationRun(**row._mapping) if row else None


def decide(session: Session, run: str, state: str, *, by: str, at: datetime, detail: dict[str, Any]) -> None:
    """Set what was decided about a proposed run, and the detail as it was carried out. KeyError if it is not open."""
    done = session.execute(
        sa.update(allocation_runs)
        .where(allocation_runs.c.id == run, allocation_runs.c.state == PROPOSED)
        .values(state=state, decided_by=by, decided_at=at, detail=detail)
    )
    if done.rowcount != 1:
        raise KeyError(run)

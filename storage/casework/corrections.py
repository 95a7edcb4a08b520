"""Corrections as rows: a submitted form that is open again, and every earlier form that a corrected one replaced."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import allocations, answers, corrections

ASKED, CORRECTED, LAPSED = "asked", "corrected", "lapsed"


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of `corrections`. Its states are `policy.lifecycle.CORRECTION`."""

    reference: str
    """The learning space."""
    version: int
    """Of the form it keeps: 1 is the one that was submitted first."""
    state: str
    reason: str
    """A key of the framework file."""
    reopened_by: str
    reopened_at: datetime
    correct_by: date
    """The last day on which it can be sent in again."""
    answers: dict[str, Any]
    """The form as it was when it was opened again."""
    grade: str
    impact: str
    submitted_at: datetime
    """When that form was sent in."""
    closed_at: datetime | None = None


_NAMES = tuple(one.name for one in fields(Correction))
_SELECT = sa.select(*(corrections.c[name] for name in _NAMES))
_ASKED = _SELECT.where(corrections.c.reference == sa.bindparam("item"), corrections.c.state == ASKED)
_OVER = _SELECT.where(corrections.c.state == ASKED, corrections.c.correct_by < sa.bindparam("today")).order_by(
    corrections.c.correct_by, corrections.c.reference
)


def insert(session: Session, row: Correction) -> None:
    """Insert one; a version given twice breaks the primary key."""
    session.execute(sa.insert(corrections).values({name: getattr(row, name) for name in _NAMES}))


def asked(session: Session, reference: str) -> Correction | None:
    """The correction of a learning space that is open now, or None."""
    row = session.execute(_ASKED, {"item": reference}).first()
    return Correction(*row) if row else None


def asked_of(session: Session, person: str) -> list[Correction]:
    """What a person may correct now, soonest first."""
    of_theirs = corrections.c.reference.in_(sa.select(allocations.c.reference).where(allocations.c.person == person))
    rows = session.execute(
        _SELECT.where(corrections.c.state == ASKED, of_theirs).order_by(
            corrections.c.correct_by, corrections.c.reference
        )
    )
    return [Correction(*row) for row in rows]


def over(session: Session, today: date) -> list[Correction]:
    """Those whose last day has gone by without a corrected form, oldest first."""
    return [Correction(*row) for row in session.execute(_OVER, {"today": today})]


def versions(session: Session, reference: str) -> list[Correction]:
    """Every correction of a learning space, first to last."""
    rows = session.execute(_SELECT.where(corrections.c.reference == reference).order_by(corrections.c.version))
    return [Correction(*row) for row in rows]


def close(session: Session, row: Correction, state: str, *, at: datetime) -> None:
    """Say how it ended."""
    session.execute(
        sa.update(corrections)
        .where(corrections.c.reference == row.reference, corrections.c.version == row.version)
        .values(state=state, closed_at=at)
    )


def replace_answers(session: Session, reference: str, given: dict[str, Any], *, at: datetime) -> None:
    """The corrected form takes the place of the one before, which is kept with its correction."""
    session.execute(sa.update(answers).where(answers.c.reference == reference).values(answers=given, submitted_at=at))

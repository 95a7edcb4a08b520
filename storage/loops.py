"""Closing-the-loop records as rows: opened by an inadequate grade, one for each learning space that has one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.session import Session
from storage.tables import loops

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Loop:
    """One row of `loops`. Its states are `policy.lifecycle.LOOP`."""

    reference: str
    """'CL-2026Q3-003'."""
    token: str
    """Opaque; what cards carry."""
    subject: str
    """The learning space that was graded inadequate."""
    practitioner: str
    state: str
    opened_at: datetime
    meet_by: date
    """By when the senior manager meets with the practitioner and their manager (A19)."""
    return_by: date
    """By when the form is back with the QA team (A19)."""
    met_on: date | None = None
    submitted_at: datetime | None = None
    authorised_by: str = ""
    authorised_at: datetime | None = None
    reaudit_due_on: date | None = None
    reaudit_reference: str = ""
    result: str = ""
    next_step_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(Loop))
_COLUMNS = tuple(loops.c[name] for name in _NAMES)


def _read(session: Session, *conditions: Any) -> list[Loop]:
    rows = session.execute(sa.select(*_COLUMNS).where(*conditions).order_by(loops.c.reference))
    return [Loop(**row._mapping) for row in rows]


def insert(session: Session, loop: Loop) -> None:
    """Insert one. A second loop for one learning space breaks the unique key."""
    session.execute(sa.insert(loops).values({name: getattr(loop, name) for name in _NAMES}))


def of_subject(session: Session, subject: str) -> Loop | None:
    """The loop of a learning space, or None."""
    found = _read(session, loops.c.subject == subject)
    return found[0] if found else None


def by_reference(session: Session, reference: str) -> Loop | None:
    """The loop of a reference like 'CL-2026Q3-003', or None."""
    found = _read(session, loops.c.reference == reference)
    return found[0] if found else None


def by_token(session: Session, token: str) -> Loop | None:
    """The loop a card's opaque token stands for, or None."""
    found = _read(session, loops.c.token == token)
    return found[0] if found else None


def still_open(session: Session) -> list[Loop]:
    """Every loop that is not closed, oldest reference first."""
    return _read(session, loops.c.state != CLOSED)


def practitioners_in_a_loop(session: Session) -> frozenset[str]:
    """The practitioners with a loop that is not closed (G8: only they may be drawn again within the year)."""
    rows = session.execute(sa.select(loops.c.practitioner).where(loops.c.state != CLOSED).distinct())
    return frozenset(row[0] for row in rows)

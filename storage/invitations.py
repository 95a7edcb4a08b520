"""Dates in people's calendars: one stable id each, and a number that grows with every change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import and_, not_, select

from storage import tables
from storage.learning_spaces import OPEN_STATES
from storage.session import Session
from storage.upsert import put

_invitations, _items = tables.invitations, tables.allocations

STANDING, CANCELLED = "standing", "cancelled"
DUE, DISCUSSION = "due", "discussion"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A day in one person's calendar about one subject."""

    uid: str
    person: str
    subject: str
    kind: str
    """due: the day it is due. discussion: a talk about a second look that was booked."""
    on_day: date
    sequence: int
    state: str
    updated_at: datetime
    notice: int | None = None
    """The notice whose letter carries it as it stands."""


_NAMES = tuple(field.name for field in fields(Invitation))


def get(session: Session, uid: str) -> Invitation | None:
    """One by its id."""
    row = session.execute(select(_invitations).where(_invitations.c.uid == uid)).mappings().first()
    return Invitation(**row) if row else None


def save(session: Session, invitation: Invitation) -> None:
    """Remember how an invitation stands now."""
    put(session, _invitations, asdict(invitation))


def overtaken(session: Session, *, limit: int = 200) -> list[tuple[Invitation, date | None]]:
    """Due dates in calendars that no longer hold, each with the new date; None where that person owes nothing now."""
    theirs = and_(_items.c.state.in_(list(OPEN_STATES)), _items.c.person == _invitations.c.person)
    holds = and_(theirs, _items.c.due_on == _invitations.c.on_day)
    rows = session.execute(
        select(*(_invitations.c[name] for name in _NAMES), _items.c.due_on, theirs.label("theirs"))
        .join(_items, _items.c.reference == _invitations.c.subject)
        .where(_invitations.c.kind == DUE, _invitations.c.state == STANDING, not_(holds))
        .order_by(_invitations.c.uid)
        .limit(limit)
    )
    return [(Invitation(*row[: len(_NAMES)]), row.due_on if row.theirs else None) for row in rows]

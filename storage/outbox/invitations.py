"""Dates in people's calendars: one stable id each, and a number that grows with every change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import and_, bindparam, exists, not_, select

from storage.casework.learning_spaces import OPEN_STATES
from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema import tables

_invitations, _items, _talks = tables.invitations, tables.allocations, tables.moderations
_drafts, _requests = tables.drafts, tables.requests

STANDING, CANCELLED = "standing", "cancelled"
DUE, DISCUSSION, MEETING = "due", "discussion", "meeting"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A day in one person's calendar about one subject."""

    uid: str
    person: str
    subject: str
    kind: str
    """due: the day it is due. discussion: a talk about a second look that was booked. meeting: of closing the loop."""
    on_day: date
    sequence: int
    state: str
    updated_at: datetime
    notice: int | None = None
    """The notice whose letter carries it as it stands."""
    starts_at: datetime | None = None
    """When a meeting begins; None for a whole day."""


_NAMES = tuple(field.name for field in fields(Invitation))


def get(session: Session, uid: str) -> Invitation | None:
    """One by its id."""
    row = session.execute(select(_invitations).where(_invitations.c.uid == uid)).mappings().first()
    return Invitation(**row) if row else None


def save(session: Session, invitation: Invitation) -> None:
    """Remember how an invitation stands now."""
    put(session, _invitations, asdict(invitation))


_sent_in = exists().where(
    _drafts.c.reference == _invitations.c.subject,
    _drafts.c.final_at.is_not(None),
    _drafts.c.final_at > bindparam("now"),
)
_decided = exists().where(
    _requests.c.reference == _invitations.c.subject, _requests.c.decided_at > bindparam("pressed_since")
)
"""What was sent in, or decided, and can still be taken back: nobody's calendar changes before that."""
_theirs = and_(_items.c.state.in_(list(OPEN_STATES)), _items.c.person == _invitations.c.person)
_OVERTAKEN = (
    select(*(_invitations.c[name] for name in _NAMES), _items.c.due_on, _theirs.label("theirs"))
    .join(_items, _items.c.reference == _invitations.c.subject)
    .where(
        _invitations.c.kind == DUE,
        _invitations.c.state == STANDING,
        not_(and_(_theirs, _items.c.due_on == _invitations.c.on_day)),
        not_(_sent_in),
        not_(_decided),
    )
    .order_by(_invitations.c.uid)
    .limit(bindparam("most"))
)
"""Built once: every sweep asks it."""


def overtaken(
    session: Session, now: datetime, *, pressed_since: datetime, limit: int = 200
) -> list[tuple[Invitation, date | None]]:
    """Due dates in calendars that no longer hold, each with the new date; None where that person owes nothing now.

    What was pressed since `pressed_since` can still be taken back and is left.
    """
    rows = session.execute(_OVERTAKEN, {"most": limit, "now": now, "pressed_since": pressed_since})
    return [(Invitation(*row[: len(_NAMES)]), row.due_on if row.theirs else None) for row in rows]


_dropped = (_talks.c.booked_on.is_(None)) & (_talks.c.state != "closed")
_FALLEN_AWAY = (
    select(*(_invitations.c[name] for name in _NAMES))
    .join(_talks, _talks.c.reference == _invitations.c.subject)
    .where(_invitations.c.kind == DISCUSSION, _invitations.c.state == STANDING, _dropped)
    .where(_invitations.c.on_day >= bindparam("today"))
    .order_by(_invitations.c.uid)
    .limit(bindparam("most"))
)


def talks_dropped(session: Session, today: date, *, limit: int = 200) -> list[Invitation]:
    """Talks still to come in calendars that are booked no longer. One booked anew comes with its own news."""
    rows = session.execute(_FALLEN_AWAY, {"today": today, "most": limit})
    return [Invitation(*row) for row in rows]

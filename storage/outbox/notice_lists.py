"""Lists of notices for people to read: what a pass wrote, what went out to somebody."""

from __future__ import annotations

from sqlalchemy import func, select

from storage.engine.session import Session
from storage.outbox.notices import Notice
from storage.schema import tables

_notices = tables.notices


def newest(session: Session) -> int:
    """The id of the newest notice; 0 when there is none."""
    return int(session.execute(select(func.coalesce(func.max(_notices.c.id), 0))).scalar_one())


def written_after(session: Session, notice_id: int) -> list[Notice]:
    """Every notice written after that one, oldest due first."""
    rows = session.execute(
        select(_notices).where(_notices.c.id > notice_id).order_by(_notices.c.due_at, _notices.c.subject, _notices.c.id)
    )
    return [Notice(*row) for row in rows]


def to_person(session: Session, person: str, *, after: int = 0, limit: int = 200) -> list[Notice]:
    """What is said or about to be said to a person, newest last; cancelled and only recorded ones are left out."""
    rows = session.execute(
        select(_notices)
        .where(
            _notices.c.recipient == person,
            _notices.c.id > after,
            _notices.c.state.in_(["pending", "leased", "sent", "parked"]),
        )
        .order_by(_notices.c.id.desc())
        .limit(limit)
    )
    return [Notice(*row) for row in rows][::-1]

"""Immediate-risk flags as rows: one for each learning space that raised one, and who has taken it up since."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.session import Session
from storage.schema.tables import red_flags


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One row of `red_flags`. It holds role words and times, never what the matter is."""

    reference: str
    """The learning space."""
    raised_by: str
    raised_at: datetime
    told: dict[str, Any]
    """Which roles the auditor says they told, and at what time, as they answered; empty until they do."""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    next_chase_at: datetime | None = None
    """When everyone is asked again; None once somebody has taken it up."""
    chases: int = 0
    """How often they have been asked again."""


_NAMES = tuple(field.name for field in fields(RedFlag))
_COLUMNS = tuple(red_flags.c[name] for name in _NAMES)
_OF = sa.select(*_COLUMNS).where(red_flags.c.reference == sa.bindparam("item"))
_OPEN = sa.select(*_COLUMNS).where(red_flags.c.acknowledged_at.is_(None)).order_by(red_flags.c.raised_at)
_TO_CHASE = (
    sa.select(*_COLUMNS)
    .where(red_flags.c.next_chase_at.is_not(None), red_flags.c.next_chase_at <= sa.bindparam("now"))
    .order_by(red_flags.c.next_chase_at, red_flags.c.reference)
)
_CHASED = sa.update(red_flags).where(red_flags.c.reference == sa.bindparam("item"))


def raise_once(session: Session, flag: RedFlag) -> bool:
    """Keep a flag. False, and nothing changed, if that learning space has one already."""
    dialect: Any = postgresql if session.dialect == "postgresql" else sqlite
    kept = session.execute(
        dialect.insert(red_flags)
        .values({name: getattr(flag, name) for name in _NAMES})
        .on_conflict_do_nothing(index_elements=[red_flags.c.reference])
        .returning(red_flags.c.reference)
    )
    return kept.first() is not None


def of(session: Session, reference: str) -> RedFlag | None:
    """The flag of a learning space, or None."""
    row = session.execute(_OF, {"item": reference}).first()
    return RedFlag(**row._mapping) if row else None


def set_told(session: Session, reference: str, told: dict[str, Any]) -> None:
    """Keep whom the auditor says they told. Nothing happens if there is no flag."""
    session.execute(sa.update(red_flags).where(red_flags.c.reference == reference).values(told=told))


def acknowledge(session: Session, reference: str, *, by: str, at: datetime) -> bool:
    """Mark a flag as taken up. False if there is none or somebody already has; the first one stands."""
    done = session.execute(
        sa.update(red_flags)
        .where(red_flags.c.reference == reference, red_flags.c.acknowledged_at.is_(None))
        .values(acknowledged_by=by, acknowledged_at=at, next_chase_at=None)
    )
    return done.rowcount == 1


def unacknowledged(session: Session) -> list[RedFlag]:
    """Every flag nobody has taken up, oldest first."""
    return [RedFlag(*row) for row in session.execute(_OPEN)]


def to_chase(session: Session, now: datetime) -> list[RedFlag]:
    """The flags nobody has taken up whose next chase has fallen due, longest due first."""
    return [RedFlag(**row._mapping) for row in session.execute(_TO_CHASE, {"now": now})]


def chased(session: Session, reference: str, *, chases: int, next_at: datetime) -> None:
    """Note that everyone has been asked again, and when the next time is."""
    session.execute(_CHASED, {"item": reference, "chases": chases, "next_chase_at": next_at})


def raise_again(session: Session, reference: str, *, by: str, at: datetime, next_chase_at: datetime) -> None:
    """A flag that was raised before is raised anew by somebody else: nobody has taken this one up yet."""
    session.execute(
        sa.update(red_flags)
        .where(red_flags.c.reference == reference)
        .values(raised_by=by, raised_at=at, acknowledged_by="", acknowledged_at=None, next_chase_at=next_chase_at)
    )

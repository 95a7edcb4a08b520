"""Releases that were pressed and are not carried out yet: for a short while whoever pressed can take them back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import pressed_releases


@dataclass(frozen=True, slots=True)
class PressedRelease:
    """One row of `pressed_releases`."""

    reference: str
    """The learning space."""
    person: str
    pressed_at: datetime
    opens_at: datetime
    """From then on it is carried out, and cannot be taken back."""


_OF = sa.select(pressed_releases).where(pressed_releases.c.reference == sa.bindparam("item"))
_DUE = (
    sa.select(pressed_releases)
    .where(pressed_releases.c.opens_at <= sa.bindparam("now"))
    .order_by(pressed_releases.c.opens_at, pressed_releases.c.reference)
    .limit(sa.bindparam("most"))
)
_BY = sa.select(pressed_releases).where(
    pressed_releases.c.person == sa.bindparam("whose"), pressed_releases.c.opens_at > sa.bindparam("now")
)
_REMOVE = sa.delete(pressed_releases).where(pressed_releases.c.reference == sa.bindparam("item"))


def of(session: Session, reference: str) -> PressedRelease | None:
    """The release pressed for a learning space, or None."""
    row = session.execute(_OF, {"item": reference}).first()
    return PressedRelease(**row._mapping) if row else None


def save(session: Session, pressed: PressedRelease) -> None:
    """Keep it."""
    put(session, pressed_releases, asdict(pressed))


def due(session: Session, now: datetime, most: int) -> list[PressedRelease]:
    """Those to be carried out by now, first pressed first."""
    return [PressedRelease(**row._mapping) for row in session.execute(_DUE, {"now": now, "most": most})]


def pressed_by(session: Session, person: str, now: datetime) -> list[PressedRelease]:
    """Those a person pressed and can take back."""
    return [PressedRelease(**row._mapping) for row in session.execute(_BY, {"whose": person, "now": now})]


def remove(session: Session, reference: str) -> None:
    """It was carried out, or taken back."""
    session.execute(_REMOVE, {"item": reference})

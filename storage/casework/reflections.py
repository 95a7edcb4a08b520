"""What practitioners added in their own words, one for each learning space, and what they said to the result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import reflections


@dataclass(frozen=True, slots=True)
class Reflection:
    """One row of `reflections`."""

    reference: str
    person: str
    text: str
    """Empty where they added nothing before the form was sent in."""
    written_at: datetime
    reply: str = ""
    """What they answered to the opened result; empty for nothing."""
    replied_at: datetime | None = None


_OF = sa.select(reflections).where(reflections.c.reference == sa.bindparam("item"))


def of(session: Session, reference: str) -> Reflection | None:
    """The reflection of a learning space, or None."""
    row = session.execute(_OF, {"item": reference}).first()
    return Reflection(**row._mapping) if row else None


def save(session: Session, reflection: Reflection) -> None:
    """Keep a reflection in place of an earlier one."""
    put(session, reflections, asdict(reflection))

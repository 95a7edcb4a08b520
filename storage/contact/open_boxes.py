"""The card with a text box each person was shown last, so that whichever copy of the bot hears them knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema import tables

_boxes = tables.open_boxes
_OF = select(_boxes.c.card, _boxes.c.shown_at).where(_boxes.c.person == bindparam("whose"))
_DROP_BEFORE = delete(_boxes).where(_boxes.c.shown_at < bindparam("at"))


def keep(session: Session, person: str, card: Mapping[str, Any], *, at: datetime) -> None:
    """They were shown this; whatever they had open before, they have no longer."""
    put(session, _boxes, {"person": person, "card": dict(card), "shown_at": at})


def forget(session: Session, person: str, *, before: datetime) -> None:
    """They have been shown something else; what was shown to them since stays."""
    session.execute(delete(_boxes).where(_boxes.c.person == person, _boxes.c.shown_at <= before))


def of(session: Session, person: str) -> tuple[dict[str, Any], datetime] | None:
    """The card, and when it was shown."""
    row = session.execute(_OF, {"whose": person}).first()
    return (row[0], row[1]) if row else None


def drop_before(session: Session, at: datetime) -> int:
    """Drop what was shown before a moment; how many."""
    return session.execute(_DROP_BEFORE, {"at": at}).rowcount

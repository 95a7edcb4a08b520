"""Answers to what somebody typed that could not be posted: each kept until it has gone out, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from storage.engine.session import Session
from storage.schema import tables

_late = tables.late_replies
_FIRST = select(_late).where(_late.c.person == bindparam("whose")).order_by(_late.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class LateReply:
    """A row, in the order of its columns."""

    id: int
    person: str
    message: dict[str, Any]
    """What is said, ready to be posted, and what it shows; it holds what the person's own chat would hold."""
    maybe_sent: bool
    """Whether it may have arrived after all, so that it must say that it is a repeat."""
    made_at: datetime


def add(session: Session, person: str, message: Mapping[str, Any], *, maybe_sent: bool, at: datetime) -> int:
    """Keep one behind those that wait already; its id."""
    row = {"person": person, "message": dict(message), "maybe_sent": maybe_sent, "made_at": at}
    return int(session.execute(insert(_late).values(row).returning(_late.c.id)).scalar_one())


def first(session: Session, person: str) -> LateReply | None:
    """Whose turn it is among those that wait for somebody."""
    row = session.execute(_FIRST, {"whose": person}).first()
    return LateReply(*row) if row else None


def wait_for(session: Session, person: str) -> bool:
    """Whether any waits for somebody, so that nothing newer may overtake it."""
    return first(session, person) is not None


def get(session: Session, reply_id: int) -> LateReply | None:
    """One of them; None when it has gone out."""
    row = session.execute(select(_late).where(_late.c.id == reply_id)).first()
    return LateReply(*row) if row else None


def drop_before(session: Session, at: datetime) -> int:
    """Drop what was to be said before a moment; how many."""
    return session.execute(delete(_late).where(_late.c.made_at < at)).rowcount


def drop(session: Session, reply_id: int) -> None:
    """It has gone out, or never will: nothing of it stays."""
    session.execute(delete(_late).where(_late.c.id == reply_id))

"""Notices that are held: older than the state the database was put back to, so that they may have been sent already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from storage.engine.session import Session
from storage.outbox.notices import Notice
from storage.schema import tables

HELD = "held"

_notices = tables.notices
_held = _notices.c.state == HELD
_FREE = {"lease_owner": "", "lease_until": None}


def hold_before(session: Session, before: datetime) -> int:
    """Hold everything that waits and fell due before an instant; how many."""
    waits = _notices.c.state.in_(("pending", "leased")) & (_notices.c.due_at < before)
    return session.execute(update(_notices).where(waits).values(state=HELD, **_FREE)).rowcount


def hold(session: Session, notice_ids: Collection[int]) -> None:
    """Hold these, which were claimed just now."""
    which = _notices.c.id.in_(list(notice_ids))
    session.execute(update(_notices).where(which).values(state=HELD, attempts=_notices.c.attempts - 1, **_FREE))


def all_held(session: Session) -> list[Notice]:
    """Every held notice, the longest due first."""
    rows = session.execute(select(_notices).where(_held).order_by(_notices.c.due_at, _notices.c.id))
    return [Notice(*row) for row in rows]


def count(session: Session) -> int:
    """How many are held."""
    return int(session.execute(select(func.count()).where(_held)).scalar_one())


def send(session: Session, notice_ids: Sequence[int], *, at: datetime) -> int:
    """Let these go on their way, each with the word 'repeat', for it may arrive a second time; how many."""
    which = _held & _notices.c.id.in_(list(notice_ids))
    changes = {"state": "pending", "repeat": True, "unknown_outcomes": 1, "reason": ""}
    changes |= {"not_before": at, "sendable_at": at}
    return session.execute(update(_notices).where(which).values(changes)).rowcount


def drop(session: Session, notice_ids: Sequence[int], *, reason: str) -> int:
    """These are not sent; how many."""
    which = _held & _notices.c.id.in_(list(notice_ids))
    return session.execute(update(_notices).where(which).values(state="cancelled", reason=reason[:300])).rowcount

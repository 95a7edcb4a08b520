"""When letters left lately, so that every copy of the bot keeps to the one pace its mailbox is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from storage.engine.session import Session
from storage.schema import tables

SPAN = timedelta(seconds=60)
"""The pace is so many letters in any such span."""
LONGEST_CLOSED = timedelta(hours=1)
"""A mailbox that asks for more is looked at again after this."""

_turns = tables.mail_turns


def take_turn(session: Session, *, a_minute: int, patience: float, now: datetime) -> float:
    """Seconds until the next letter may leave; that turn is then taken, unless it is more than `patience` away.

    PostgreSQL tells the time itself: the clocks of several machines do not matter to it.
    """
    now = _now(session, now)
    # What lies too far ahead is of a clock that has been set back since.
    over = (_turns.c.at <= now - SPAN) | (_turns.c.at > now + LONGEST_CLOSED + SPAN)
    session.execute(delete(_turns).where(over))
    taken = select(_turns.c.at).where(~_turns.c.closed).order_by(_turns.c.at.desc()).offset(a_minute - 1).limit(1)
    full: datetime | None = session.execute(taken).scalar()
    closed: datetime | None = session.execute(select(func.max(_turns.c.at)).where(_turns.c.closed)).scalar()
    at = max(now, full + SPAN if full else now, closed or now)
    wait = (at - now).total_seconds()
    if wait <= patience:
        session.execute(insert(_turns).values(at=at, closed=False))
    return wait


def close(session: Session, seconds: float, *, now: datetime) -> None:
    """The mailbox said wait: nobody sends before that."""
    until = _now(session, now) + min(timedelta(seconds=seconds), LONGEST_CLOSED)
    session.execute(insert(_turns).values(at=until, closed=True))


def _now(session: Session, now: datetime) -> datetime:
    if session.dialect != "postgresql":
        return now
    found: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return found

"""What waits in the outbox and since when, for the figures of health; costs what waits, not what was ever sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from storage.engine.session import Session
from storage.outbox.turns import WAITING
from storage.schema import tables

_notices = tables.notices


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox now."""

    pending: int
    leased: int
    overdue: int
    """Waiting although they might have been sent by now, tried or not."""
    oldest_overdue: datetime | None
    """Since when the oldest of them might have been sent; a retry does not make it younger."""
    oldest_ready: datetime | None
    """Since when the oldest that may be tried now has been left alone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What might have been sent on one channel by now, and was not."""

    channel: str
    notices: int
    people: int
    oldest: datetime
    oldest_urgent: datetime | None
    """Of those that do not wait for the hours for sending."""


def read(session: Session, *, now: datetime) -> Backlog:
    """What waits, for the metrics; costs what waits, not what was ever sent."""
    since, ready = _sendable_since(), _notices.c.not_before <= now
    row = session.execute(
        select(
            func.count().filter(_notices.c.state == "pending"),
            func.count().filter(_notices.c.state == "leased"),
            func.count().filter(since <= now),
            func.min(since).filter(since <= now),
            func.min(_notices.c.not_before).filter(ready),
        ).where(WAITING)
    ).one()
    return Backlog(*row)


def waiting_by_channel(session: Session, *, now: datetime) -> list[Waiting]:
    """Every channel something waits for that might have been sent by now."""
    since = _sendable_since()
    found = session.execute(
        select(
            _notices.c.channel,
            func.count(),
            func.count(_notices.c.recipient.distinct()),
            func.min(since),
            func.min(since).filter(_notices.c.urgent),
        )
        .where(WAITING, since <= now)
        .group_by(_notices.c.channel)
        .order_by(_notices.c.channel)
    )
    return [Waiting(*row) for row in found]


def _sendable_since() -> Any:
    """When a notice might first have been sent: before its first retry that is `not_before` itself."""
    first = _notices.c.sendable_at
    return case((first < _notices.c.not_before, first), else_=_notices.c.not_before)

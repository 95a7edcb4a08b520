"""What has already come in, so that the same delivery twice has one effect and the same answer."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from storage.engine.session import Session
from storage.engine.upsert import insert_new
from storage.schema import tables

LONGEST_ID = 300  # characters

_inbox = tables.inbox
_THIS = (_inbox.c.channel == bindparam("channel"), _inbox.c.external_id == bindparam("delivery"))
_SEEN = select(_inbox.c.channel).where(*_THIS)
_OUTCOME = select(_inbox.c.outcome).where(*_THIS)
_LAST_HEARD = select(func.max(_inbox.c.received_at)).where(
    _inbox.c.person == bindparam("whose"), _inbox.c.channel == bindparam("channel")
)
"""Built once: a turn asks each of them."""


def remember(
    session: Session, channel: str, external_id: str, *, at: datetime, person: str = "", outcome: Any = None
) -> bool:
    """Write down a delivery and what came of it (by reference, never typed text). False if it was seen before."""
    added = session.execute(
        insert_new(session, _inbox, "channel", "external_id"),
        {
            "channel": channel,
            "external_id": short_id(external_id),
            "received_at": at,
            "person": person,
            "outcome": outcome,
        },
    )
    return added.rowcount == 1


def seen(session: Session, channel: str, external_id: str) -> bool:
    """Whether a delivery was remembered, whatever its outcome."""
    return session.execute(_SEEN, {"channel": channel, "delivery": short_id(external_id)}).first() is not None


def recall(session: Session, channel: str, external_id: str) -> Any:
    """What came of a delivery the first time, or None."""
    return session.execute(_OUTCOME, {"channel": channel, "delivery": short_id(external_id)}).scalar()


def last_heard(session: Session, person: str, channel: str) -> datetime | None:
    """When somebody last wrote or pressed anything on a channel, or None."""
    found: datetime | None = session.execute(_LAST_HEARD, {"whose": person, "channel": channel}).scalar()
    return found


def forget_before(session: Session, at: datetime) -> int:
    """Drop what came in before a moment; no channel delivers twice that far apart."""
    return session.execute(delete(_inbox).where(_inbox.c.received_at < at)).rowcount


def short_id(external_id: str) -> str:
    """The id itself, or if a channel's id is longer than any we know of, what stands for it alone."""
    if len(external_id) <= LONGEST_ID:
        return external_id
    return "sha256:" + hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).hexdigest()

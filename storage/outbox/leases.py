"""Leases on notices: when posting begins, that their holder lives, and what becomes of them when it does not.

A claim writes its own fence into `held_fence`; whoever is about to post takes that away first. So a lease whose holder
died before posting is known to be unsent, and only one that was lost in the very act is in doubt. The fence, and not a
mere flag, because an older copy of the bot that claims beside us writes a new fence and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text, update

from storage.engine.session import Session
from storage.outbox.notices import STOPPED_SENDING
from storage.schema import tables

COMMAND = "command:"
"""How the owner of a lease begins that is a command beside the service, and not a service."""

_notices = tables.notices
_MINE = (
    _notices.c.id == bindparam("which"),
    _notices.c.fence == bindparam("under"),
    _notices.c.state == "leased",
)
_BEGIN = update(_notices).where(*_MINE).values(held_fence=0)


def begin(session: Session, claims: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Posting begins now for these claims (id and fence): the ids of those that are still whose claims they were.

    The others have been taken over meanwhile, and posting them would say them twice.
    """
    rows = [{"which": notice, "under": fence} for notice, fence in claims]
    if session.execute(_BEGIN, rows).rowcount == len(rows):
        return frozenset(notice for notice, _ in claims)
    still = select(_notices.c.id).where(*_MINE)
    return frozenset(row["which"] for row in rows if session.execute(still, row).first() is not None)


def renew(session: Session, owner: str, notice_ids: Collection[int], *, until: datetime) -> int:
    """The holder of these lives; how many are still its own."""
    mine = (_notices.c.id.in_(list(notice_ids)), _notices.c.state == "leased", _notices.c.lease_owner == owner)
    return session.execute(update(_notices).where(*mine).values(lease_until=until)).rowcount


def end_those_of_the_dead(session: Session, owner: str, *, at: datetime) -> int:
    """Nobody but `owner` serves this database: the leases of every other service end now; how many that were.

    A command may be sending beside us. It renews its leases for as long as it lives.
    """
    foreign = (
        _notices.c.state == "leased",
        _notices.c.lease_owner != owner,
        _notices.c.lease_owner.not_like(f"{COMMAND}%"),
        _notices.c.lease_until > at,
    )
    return session.execute(update(_notices).where(*foreign).values(lease_until=at)).rowcount


def retry_after_crashes(session: Session, *, at: datetime, since: datetime) -> int:
    """Try once more, marked, what two crashes in the act of sending have parked; how many.

    Nothing older than `since`, nothing another way has taken or is about to take, and nothing a third time: one more
    lost answer parks it for good.
    """
    lost = (_notices.c.unknown_outcomes == 2, _notices.c.reason.like(f"%{STOPPED_SENDING}"))
    return _retry(session, lost, at=at, since=since)


def retry_parked_for(session: Session, reason: str, *, at: datetime, since: datetime) -> int:
    """Try again what was parked for a reason that begins so; how many. What surely never left is no repeat."""
    return _retry(session, (_notices.c.reason.startswith(reason, autoescape=True),), at=at, since=since)


def _retry(session: Session, which: tuple[Any, ...], *, at: datetime, since: datetime) -> int:
    follow = _notices.alias("follow")
    elsewhere = (
        select(follow.c.id)
        .where(
            follow.c.key.in_([_notices.c.key + "|mail", _notices.c.key + "|teams"]),
            follow.c.state.in_(["pending", "leased", "sent"]),
        )
        .exists()
    )
    parked = (text("notices.state = 'parked'"), *which, _notices.c.not_before >= since, ~elsewhere)
    return session.execute(
        update(_notices).where(*parked).values(state="pending", not_before=at, sendable_at=at)
    ).rowcount

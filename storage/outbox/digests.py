"""Which digest was made for whom and when, and what waits for somebody's next morning message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine import memo
from storage.engine.session import Session
from storage.engine.upsert import insert_new
from storage.outbox.notices import Notice
from storage.schema.tables import digests, notices

FOR_THE_MORNING = "for the morning message"
"""The reason of a recorded notice that waits to be put into somebody's morning message."""
IN_MORNING = "in the morning message of "
"""How the reason of a recorded notice begins that has been put into one; the day follows."""
MORNING_SUBJECT = "morning-"
"""How the subject of a morning message begins; the day follows."""
EVERYBODY = "*"
"""The person of a digest that was looked into for everybody at once."""

# Spelt out, not bound: only then does a database see that the index of these will do.
_FOR_DIGEST = sa.text(f"notices.state = 'recorded' AND notices.reason = '{FOR_THE_MORNING}'")
_WAITING = (
    sa.select(notices)
    .where(_FOR_DIGEST, notices.c.not_before <= sa.bindparam("now"))
    .order_by(notices.c.recipient, notices.c.id)
)
_MADE = sa.select(digests.c.made_at).where(
    digests.c.person == sa.bindparam("whose"),
    digests.c.kind == sa.bindparam("sort"),
    digests.c.period == sa.bindparam("when"),
)
_LATEST = (
    sa.select(digests.c.kind, sa.func.max(digests.c.period))
    .where(digests.c.person == EVERYBODY)
    .group_by(digests.c.kind)
)


def make(session: Session, person: str, kind: str, period: str, facts: Mapping[str, Any], *, at: datetime) -> bool:
    """Note that a digest has been made. False, and nothing changed, if it had been."""
    memo.forget(session, digests.name)
    row = {"person": person, "kind": kind, "period": period, "made_at": at, "facts": dict(facts)}
    return session.execute(insert_new(session, digests, "person", "kind", "period"), row).rowcount == 1


def is_made(session: Session, person: str, kind: str, period: str) -> bool:
    """Whether it has been made already."""
    found = session.execute(_MADE, {"whose": person, "sort": kind, "when": period}).first()
    return found is not None


def last_made(session: Session, kind: str) -> str:
    """The newest period of this kind that was looked into for everybody, as an ISO date; empty if none ever was."""
    known = session.memo.get(digests.name)
    if known is None:
        known = session.memo[digests.name] = {row[0]: row[1] for row in session.execute(_LATEST)}
    return str(known.get(kind, ""))


def for_the_morning(session: Session, now: datetime) -> list[Notice]:
    """What waits for a morning message by now, person by person."""
    return [Notice(*row) for row in session.execute(_WAITING, {"now": now})]


def put_back(session: Session, person: str, reason: str) -> int:
    """What was said to somebody in a message that came to nothing is for their next morning message; how much."""
    said = (notices.c.recipient == person, notices.c.state == "recorded", notices.c.reason == reason)
    return session.execute(sa.update(notices).where(*said).values(reason=FOR_THE_MORNING)).rowcount


def put_into(session: Session, notice_ids: Sequence[int], reason: str) -> None:
    """Note where these have been said, so that they are said once."""
    session.execute(
        sa.update(notices).where(notices.c.id == sa.bindparam("which")).values(reason=reason),
        [{"which": one} for one in notice_ids],
    )

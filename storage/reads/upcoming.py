"""What the tables know of the time ahead: when something next falls due, and what has been said since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.session import Session
from storage.outbox.notices import Notice
from storage.schema import tables

_notices = tables.notices
_WAITS = {
    "learning_space": tables.allocations.c.next_step_at,
    "action": tables.actions.c.next_step_at,
    "loop": tables.loops.c.next_step_at,
    "moderation": tables.moderations.c.next_step_at,
    "red_flag": tables.red_flags.c.next_chase_at,
}
_SAID = ("sent", "parked", "recorded", "cancelled")


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next instant something of one kind falls due."""

    kind: str
    """learning_space, action, loop, moderation, red_flag, notice, reminder; or a digest: morning, weekly, monthly."""
    at: datetime
    count: int
    """How many of the kind fall due at that very instant."""


def next_instants(session: Session, after: datetime) -> list[Ahead]:
    """For each kind of row that waits, its first instant later than `after`; soonest first."""
    columns = {
        **{kind: (column, column > after) for kind, column in _WAITS.items()},
        # What has been tried and put off is not news; it is tried again on the way.
        "notice": (
            _notices.c.not_before,
            sa.and_(_notices.c.state == "pending", _notices.c.attempts == 0, _notices.c.not_before > after),
        ),
    }
    found = []
    for kind, (column, ahead) in columns.items():
        row = session.execute(
            sa.select(column, sa.func.count()).where(ahead).group_by(column).order_by(column).limit(1)
        ).first()
        if row is not None:
            found.append(Ahead(kind, row[0], row[1]))
    return sorted(found, key=lambda one: one.at)


def put_off(session: Session) -> int:
    """How many notices have been tried, could not be delivered and are to be tried again."""
    waiting = sa.select(sa.func.count()).where(_notices.c.state == "pending", _notices.c.attempts > 0)
    return int(session.execute(waiting).scalar_one())


def sent_since(session: Session, instant: datetime) -> list[Notice]:
    """What was sent at that instant or later, in the order it was written."""
    rows = session.execute(
        sa.select(_notices)
        .where(_notices.c.state == "sent", _notices.c.sent_at >= instant)
        .order_by(_notices.c.subject, _notices.c.id)
    )
    return [Notice(*row) for row in rows]


def settled(session: Session, after: int, limit: int) -> list[Notice]:
    """Notices later than `after` (an id) of which it is known what became: sent, parked, recorded or cancelled."""
    rows = session.execute(
        sa.select(_notices)
        .where(_notices.c.id > after, _notices.c.state.in_(_SAID))
        .order_by(_notices.c.id)
        .limit(limit)
    )
    return [Notice(*row) for row in rows]


def first_unsettled(session: Session) -> int | None:
    """The id of the oldest notice that still waits, or None: up to it nothing changes any more."""
    found: int | None = session.execute(
        sa.select(sa.func.min(_notices.c.id)).where(_notices.c.state.in_(["pending", "leased"]))
    ).scalar()
    return found


def mark(session: Session) -> str:
    """A word that changes whenever anybody may have heard anything new."""
    waiting = sa.func.count().filter(_notices.c.state.in_(["pending", "leased"]))
    row = session.execute(
        sa.select(sa.func.max(_notices.c.id), waiting, sa.func.max(_notices.c.sent_at)).select_from(_notices)
    ).one()
    return "/".join(str(part) for part in row)


def begun_with(session: Session) -> str:
    """The seal of the first entry of history: what tells this council's record from any other; empty before it."""
    found = session.execute(sa.select(tables.history.c.hash).order_by(tables.history.c.seq).limit(1)).scalar()
    return str(found or "")


def ever_given(session: Session, person: str) -> list[str]:
    """References of the learning spaces a person has or had in hand, first given first; not those taken away."""
    columns = tables.allocations.c
    return list(
        session.execute(
            sa.select(columns.reference)
            .where(columns.person == person, columns.state.not_in(["excluded", "withdrawn"]))
            .order_by(columns.allocated_on, columns.reference)
        ).scalars()
    )


def latest_instant(session: Session) -> datetime | None:
    """The latest instant anything here was written at: an entry of history or a pulse. None for a fresh database."""
    history = session.execute(sa.select(tables.history.c.at).order_by(tables.history.c.seq.desc()).limit(1)).scalar()
    pulse = session.execute(sa.select(sa.func.max(tables.heartbeats.c.at))).scalar()
    return max((at for at in (history, pulse) if at is not None), default=None)

"""Notices that go out together: several for one person in one message, and which those are once it may have left.

A bundle is named by the id of its first notice, and each of its notices keeps that name. Until posting begins it may
be made up anew; from then on a repeat holds the same ones, under the same name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from storage.contact.living_cards import LIST
from storage.engine.session import Session
from storage.outbox.notices import Notice
from storage.outbox.turns import WAITING
from storage.schema import tables

MOST = 200
"""Notices of one person in one message; what is left goes in the next."""

_notices = tables.notices
_NAME = update(_notices).where(_notices.c.id == bindparam("which")).values(bundle=bindparam("named"))


def subject_of(bundle: int) -> str:
    """What a card or a letter about a bundle is about."""
    return f"{LIST}{bundle}"


def bundle_of(subject: str) -> int:
    """The bundle behind such a subject; 0 for any other."""
    number = subject.removeprefix(LIST)
    return int(number) if number != subject and number.isdecimal() and len(number) < 19 else 0


def waiting_beside(
    session: Session, taken: Sequence[Notice], events: Collection[str], *, now: datetime, holding: Collection[int]
) -> list[Notice]:
    """What else may be sent now of these events to the recipients of notices just claimed, each's longest due first.

    A bundle that may have left already is found whole.
    """
    people = sorted({one.recipient for one in taken})
    if not people:
        return []
    known = [*holding, *(one.id for one in taken)]
    ready = (
        WAITING,
        _notices.c.not_before <= now,
        or_(_notices.c.state == "pending", _notices.c.lease_until <= now),
        _notices.c.id.not_in(known),
    )
    order = (_notices.c.recipient, _notices.c.urgent.desc(), _notices.c.due_at, _notices.c.id)
    # What has left with others already is asked for by the name of its bundle, below.
    never_left = or_(_notices.c.unknown_outcomes == 0, _notices.c.attempts == 0)
    theirs = (_notices.c.event.in_(list(events)), ~_notices.c.urgent, never_left)
    ask = select(_notices).where(*ready, *theirs).order_by(*order).limit(MOST * 4)
    rows = list(session.execute(ask.where(_notices.c.recipient.in_(people))))
    if len(rows) == MOST * 4:
        rows = [row for one in people for row in session.execute(ask.where(_notices.c.recipient == one).limit(MOST))]
    left = {one.bundle for one in taken if one.bundle and one.unknown_outcomes}
    if left:
        rows += session.execute(select(_notices).where(*ready, _notices.c.bundle.in_(sorted(left))).order_by(*order))
    found = {row[0]: Notice(*row) for row in rows}
    return list(found.values())


def name(session: Session, bundles: Mapping[int, int]) -> None:
    """Which message each of these notices goes out with, by id: the name of its bundle, or 0 where it goes alone."""
    if bundles:
        session.execute(_NAME, [{"which": notice, "named": bundle} for notice, bundle in bundles.items()])


def of(session: Session, bundle: int) -> list[Notice]:
    """The notices that went out together, those cancelled since included."""
    rows = session.execute(select(_notices).where(_notices.c.bundle == bundle).order_by(_notices.c.id))
    return [Notice(*row) for row in rows]


def gone_out_with(session: Session, notice: Notice) -> list[Notice]:
    """A notice and every other that was sent in the same message with it."""
    return of(session, notice.bundle) if notice.bundle else [notice]

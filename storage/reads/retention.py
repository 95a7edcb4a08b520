"""Taking away what has been kept long enough. Grades, dates, counts, who was told when, and the history stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.casework import findings
from storage.casework.actions import OPEN_STATES as OPEN_ACTIONS
from storage.casework.learning_spaces import OPEN_STATES
from storage.contact import inbox
from storage.engine.session import Session
from storage.schema.tables import (
    actions,
    allocations,
    answers,
    corrections,
    digests,
    drafts,
    form_drafts,
    letters,
    loops,
    moderations,
    notices,
    reflections,
)

PURGED = {"purged": True}
"""What stands in place of what a message said."""


def drop_drafts(session: Session, before: datetime) -> int:
    """Drafts last changed before an instant, of work that is over."""
    asked = sa.select(corrections.c.reference).where(corrections.c.state == "asked")
    open_items = sa.select(allocations.c.reference).where(allocations.c.state.in_(OPEN_STATES))
    still = sa.union_all(
        open_items,
        asked,
        sa.select(loops.c.reference).where(loops.c.state != "closed"),
        sa.select(moderations.c.reference).where(moderations.c.state != "closed"),
        sa.select(actions.c.reference).where(actions.c.state.in_(OPEN_ACTIONS)),
    )
    return sum(
        session.execute(sa.delete(table).where(table.c.updated_at < before, table.c.reference.not_in(still))).rowcount
        for table in (drafts, form_drafts)
    )


def drop_inbox(session: Session, before: datetime) -> int:
    """Marks of what came in before an instant."""
    return inbox.forget_before(session, before)


def blank_digests(session: Session, before: datetime, since: datetime | None) -> int:
    """What stood in digests made before an instant, from `since` on; that they were made stays."""
    made = (digests.c.made_at < before, *((digests.c.made_at >= since,) if since else ()))
    return session.execute(sa.update(digests).where(*made).values(facts={})).rowcount


def blank_notices(session: Session, before: datetime, since: datetime | None) -> int:
    """What messages written before an instant said; never of one that still waits to be sent."""
    written = (notices.c.created_at < before, *((notices.c.created_at >= since,) if since else ()))
    over = notices.c.state.not_in(("pending", "leased", "held"))
    return session.execute(sa.update(notices).where(*written, over).values(facts=PURGED)).rowcount


def drop_findings(session: Session, before: datetime) -> int:
    """What was found and mended, or had gone, before an instant."""
    return findings.forget_closed(session, before)


def drop_letters(session: Session, before: datetime) -> int:
    """Which letters went to which address before an instant; never one whose message still waits to be sent."""
    waits = sa.select(notices.c.id).where(notices.c.state.in_(("pending", "leased", "held")))
    over = letters.c.notice.is_(None) | letters.c.notice.not_in(waits)
    return session.execute(sa.delete(letters).where(letters.c.composed_at < before, over)).rowcount


def blank_forms(session: Session, before: datetime) -> int:
    """What was written about learning spaces sent in before an instant, once nothing about them is open any more."""
    sent_in = (allocations.c.submitted_at < before,)
    open_loop = sa.select(loops.c.subject).where(loops.c.state != "closed")
    open_look = sa.select(moderations.c.subject).where(moderations.c.state != "closed")
    old = sa.select(allocations.c.reference).where(
        *sent_in, allocations.c.reference.not_in(open_loop), allocations.c.reference.not_in(open_look)
    )
    full = sa.cast(answers.c.answers, sa.Text) != "{}"
    blanked = session.execute(sa.update(answers).where(answers.c.reference.in_(old), full).values(answers={})).rowcount
    session.execute(sa.delete(reflections).where(reflections.c.reference.in_(old)))
    session.execute(sa.update(corrections).where(corrections.c.reference.in_(old)).values(answers={}))
    session.execute(sa.update(moderations).where(moderations.c.subject.in_(old)).values(form={}))
    session.execute(
        sa.update(loops).where(loops.c.subject.in_(old)).values(form={}, returned_because="", closed_because="")
    )
    of_closed: Any = sa.and_(actions.c.subject.in_(old), actions.c.state.not_in(OPEN_ACTIONS))
    session.execute(sa.update(actions).where(of_closed).values(what="", note=""))
    return blanked

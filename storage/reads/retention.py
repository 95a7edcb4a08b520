"""Taking away what has been kept long enough. Grades, dates, counts, who was told when, and the history stay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.casework import findings
from storage.casework.actions import OPEN_STATES as OPEN_ACTIONS
from storage.casework.allocation_runs import PROPOSED, WITHDRAWN
from storage.casework.learning_spaces import OPEN_STATES
from storage.contact import inbox
from storage.council import establishment
from storage.engine.session import Session
from storage.schema.tables import (
    actions,
    allocation_runs,
    allocations,
    answers,
    cards,
    channel_states,
    corrections,
    cover,
    digests,
    drafts,
    form_drafts,
    invitations,
    leave,
    letters,
    loops,
    mail_preferences,
    moderations,
    notices,
    people,
    red_flags,
    reflections,
    requests,
    typed_conversations,
)

_GONE = "-"
_MANY = 500
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


def drop_leave(session: Session, before: date) -> int:
    """Leave and cover whose last day lies before a day."""
    dropped = sum(session.execute(sa.delete(table).where(table.c.ends < before)).rowcount for table in (leave, cover))
    if dropped:
        establishment.changed(session)
    return dropped


def drop_contacts(session: Session, before: datetime) -> int:
    """How to reach people the establishment does not know, last changed before an instant."""
    gone = sa.select(people.c.id)
    changed_at = {
        channel_states: channel_states.c.updated_at,
        mail_preferences: mail_preferences.c.said_at,
        invitations: invitations.c.updated_at,
        cards: cards.c.sent_at,
        typed_conversations: typed_conversations.c.asked_at,
    }
    return sum(
        session.execute(sa.delete(table).where(table.c.person.not_in(gone), at < before)).rowcount
        for table, at in changed_at.items()
    )


def drop_put_aside(session: Session, before: datetime) -> int:
    """Whom and what a proposal would have drawn that was put aside before an instant."""
    over = (allocation_runs.c.state == WITHDRAWN, allocation_runs.c.decided_at < before)
    return _blank_runs(session, *over)


def cut_links(session: Session, before: date) -> int:
    """Which child and practitioner learning spaces were about that were allocated before a day, once they are over."""
    open_loop = sa.select(loops.c.subject).where(loops.c.state != "closed")
    old = (
        allocations.c.allocated_on < before,
        allocations.c.state.not_in(OPEN_STATES),
        allocations.c.reference.not_in(open_loop),
        allocations.c.practitioner != "",
    )
    references = list(session.execute(sa.select(allocations.c.reference).where(*old)).scalars())
    for start in range(0, len(references), _MANY):
        some = references[start : start + _MANY]
        # A case reference that is nobody's: the key of post, month and case stays unique.
        gone = {"case_ref": _GONE + allocations.c.reference, "practitioner": "", "why": {}}
        session.execute(sa.update(allocations).where(allocations.c.reference.in_(some)).values(gone))
        session.execute(sa.update(loops).where(loops.c.subject.in_(some)).values(practitioner=""))
    runs = (allocation_runs.c.month < before, allocation_runs.c.state != PROPOSED)
    _blank_runs(session, *runs)
    return len(references)


def _blank_runs(session: Session, *which: Any) -> int:
    """Leave of a run what counts: how many, whom it could not serve and why, never whom it drew."""
    columns = (allocation_runs.c.id, allocation_runs.c.detail)
    full = [row for row in session.execute(sa.select(*columns).where(*which)) if _holds_picks(row.detail)]
    for row in full:
        kept = {**row.detail, "picks": [], "late_because": ""}
        session.execute(sa.update(allocation_runs).where(allocation_runs.c.id == row.id).values(detail=kept))
    return len(full)


def _holds_picks(detail: dict[str, Any]) -> bool:
    return bool(detail.get("picks") or detail.get("late_because"))


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
    session.execute(sa.update(red_flags).where(red_flags.c.reference.in_(old)).values(told={}))
    decided = (requests.c.asked_at < before, requests.c.state != "asked")
    session.execute(sa.update(requests).where(*decided).values(note="", because=""))
    return blanked

"""What the auditor reads: every learning space in pages, with what was said about it and what was kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.casework import actions
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace, after_reference, by_reference, by_references
from storage.casework.more_time import holds_of
from storage.engine.session import Session
from storage.outbox.notices import Notice
from storage.schema import tables

PAGE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One learning space and everything the database holds about it."""

    item: LearningSpace
    notices: tuple[Notice, ...]
    has_answers: bool
    has_loop: bool
    has_red_flag: bool
    held_step: str = ""
    """The step that was held, and the day it speaks."""
    held_until: date | None = None


def walk(session: Session, after: str = "", most: int | None = None) -> Iterator[Kept]:
    """Every learning space in order of reference, a page at a time; from a reference on, and at most so many."""
    reference, left = after, most
    while items := after_reference(session, reference, PAGE if left is None else min(PAGE, left)):
        yield from _kept(session, items)
        reference, left = items[-1].reference, None if left is None else left - len(items)


def some(session: Session, references: Collection[str]) -> Iterator[Kept]:
    """Certain learning spaces; a reference that is none's is left out."""
    return _kept(session, list(by_references(session, references).values()))


def one(session: Session, reference: str) -> Kept | None:
    """One learning space and everything about it, or None."""
    item = by_reference(session, reference)
    return next(_kept(session, [item]), None) if item else None


def _kept(session: Session, items: list[LearningSpace]) -> Iterator[Kept]:
    references = [item.reference for item in items]
    said: dict[str, list[Notice]] = {}
    for row in session.execute(sa.select(tables.notices).where(tables.notices.c.subject.in_(references))):
        notice = Notice(*row)
        said.setdefault(notice.subject, []).append(notice)
    answered = _among(session, tables.answers.c.reference, references)
    looped = _among(session, tables.loops.c.subject, references)
    flagged = _among(session, tables.red_flags.c.reference, references)
    held = holds_of(session, references)
    for item in items:
        key = item.reference
        hold = held.get(key)
        yield Kept(
            item,
            tuple(said.get(key, ())),
            key in answered,
            key in looped,
            key in flagged,
            hold.step if hold else "",
            hold.until if hold else None,
        )


MOVED = ("action_date_agreed", "action_moved")
"""What history calls it when an action gets another date."""


@dataclass(frozen=True, slots=True)
class KeptAction:
    """One action and everything the database holds about it."""

    action: Action
    notices: tuple[Notice, ...]
    moved_at: datetime | None
    """When it last got another due date; None if it has its first."""


def walk_actions(session: Session, after: str = "", most: int | None = None) -> Iterator[KeptAction]:
    """Every action in order of reference, a page at a time; from a reference on, and at most so many."""
    reference, left = after, most
    while found := actions.after_reference(session, reference, PAGE if left is None else min(PAGE, left)):
        yield from _kept_actions(session, found)
        reference, left = found[-1].reference, None if left is None else left - len(found)


def some_actions(session: Session, references: Collection[str]) -> Iterator[KeptAction]:
    """Certain actions; a reference that is none's is left out."""
    return _kept_actions(session, list(actions.by_references(session, references).values()))


def falls_due_by(session: Session, at: datetime) -> list[str]:
    """References of every learning space and action that has a step due by an instant."""
    found: list[str] = []
    for table in (tables.allocations, tables.actions):
        soon = sa.select(table.c.reference).where(table.c.next_step_at.is_not(None), table.c.next_step_at <= at)
        found += session.execute(soon).scalars()
    return found


def changed_between(session: Session, after: int, upto: int) -> list[str]:
    """What the rows of history after one number, up to another, are about."""
    rows = tables.history
    about = sa.select(rows.c.subject).where(rows.c.seq > after, rows.c.seq <= upto).distinct()
    return list(session.execute(about).scalars())


def one_action(session: Session, reference: str) -> KeptAction | None:
    """One action and everything about it, or None."""
    action = actions.by_reference(session, reference)
    return next(_kept_actions(session, [action]), None) if action else None


def _kept_actions(session: Session, found: list[Action]) -> Iterator[KeptAction]:
    references = [action.reference for action in found]
    said: dict[str, list[Notice]] = {}
    for row in session.execute(sa.select(tables.notices).where(tables.notices.c.subject.in_(references))):
        notice = Notice(*row)
        said.setdefault(notice.subject, []).append(notice)
    moved = dict(
        tuple(row)
        for row in session.execute(
            sa.select(tables.history.c.subject, sa.func.max(tables.history.c.at))
            .where(tables.history.c.subject.in_(references), tables.history.c.verb.in_(MOVED))
            .group_by(tables.history.c.subject)
        )
    )
    for action in found:
        yield KeptAction(action, tuple(said.get(action.reference, ())), moved.get(action.reference))


def loops_without(session: Session, event: str) -> list[str]:
    """References of loops about which an event was never written."""
    loops, notices = tables.loops, tables.notices
    said = sa.select(notices.c.id).where(notices.c.subject == loops.c.reference, notices.c.event == event).exists()
    return list(session.execute(sa.select(loops.c.reference).where(~said).order_by(loops.c.reference)).scalars())


def waiting_since(session: Session, before: datetime) -> list[Notice]:
    """Notices that could have been tried before an instant and still wait, longest first."""
    notices = tables.notices
    rows = session.execute(
        sa.select(notices)
        .where(
            sa.or_(
                sa.and_(notices.c.state == "pending", notices.c.not_before <= before),
                sa.and_(notices.c.state == "leased", notices.c.lease_until <= before),
            )
        )
        .order_by(notices.c.not_before, notices.c.id)
    )
    return [Notice(*row) for row in rows]


def last_import(session: Session) -> datetime | None:
    """When an import last changed the establishment."""
    history = tables.history
    found: datetime | None = session.execute(
        sa.select(history.c.at)
        .where(history.c.subject == "establishment", history.c.verb == "imported")
        .order_by(history.c.seq.desc())
        .limit(1)
    ).scalar()
    return found


def _among(session: Session, column: sa.Column[Any], keys: Collection[str]) -> set[str]:
    return set(session.execute(sa.select(column).where(column.in_(keys))).scalars())

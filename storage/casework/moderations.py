"""Moderations as rows: one for each learning space that is looked at a second time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import allocations, moderations, notices

SELECTED, GRADED, DISCUSSED, DISPUTED, CLOSED = "selected", "graded", "discussed", "disputed", "closed"
IN_HAND = (SELECTED, GRADED, DISCUSSED)
"""States in which a moderation waits for its moderator."""


@dataclass(frozen=True, slots=True)
class Moderation:
    """One row of `moderations`. Its states are `policy.lifecycle.MODERATION`."""

    reference: str
    """'MO-2026Q3-004'."""
    token: str
    """Opaque; what cards carry."""
    subject: str
    """The learning space."""
    why: str
    """inadequate, random, soft_check or requested."""
    draw: dict[str, Any]
    """With random: the seed, the stratum and the place, so that the draw can be repeated."""
    moderator: str
    """The person who looks again. Empty while nobody may."""
    state: str
    selected_at: datetime
    original_grade: str
    """The auditor's, as it was when this was selected. Never shown before `moderated_grade` is there."""
    original_impact: str
    moderated_grade: str = ""
    moderated_impact: str = ""
    graded_at: datetime | None = None
    booked_on: date | None = None
    form: dict[str, Any] = field(default_factory=dict)
    """The answers of the form by part ('grading', 'talk') and what was decided in a dispute ('settled')."""
    outcome: str = ""
    discussed_on: date | None = None
    stale: bool = False
    """The learning space's form has changed since."""
    decided_by: str = ""
    closed_at: datetime | None = None
    steps_done: tuple[str, ...] = ()
    next_step_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A learning space returned in a time: what a draw looks at, and its reason if it is moderated already."""

    reference: str
    function: str
    auditor: str
    submitted_at: datetime
    why: str
    state: str
    selected_at: datetime | None


_NAMES = tuple(one.name for one in fields(Moderation))
_SELECT = sa.select(*(moderations.c[name] for name in _NAMES))
_BY_TOKEN = _SELECT.where(moderations.c.token == sa.bindparam("wanted"))
_BY_REFERENCE = _SELECT.where(moderations.c.reference == sa.bindparam("wanted"))
_OF_SUBJECT = _SELECT.where(moderations.c.subject == sa.bindparam("wanted"))
_DUE = (
    _SELECT.where(moderations.c.next_step_at.is_not(None), moderations.c.next_step_at <= sa.bindparam("now"))
    .order_by(moderations.c.next_step_at, moderations.c.reference)
    .limit(sa.bindparam("most"))
)
_IN_STATES = _SELECT.where(moderations.c.state.in_(sa.bindparam("states", expanding=True))).order_by(
    moderations.c.reference
)
_OF_MODERATOR = _IN_STATES.where(moderations.c.moderator == sa.bindparam("person"))
_UPDATE = sa.update(moderations).where(moderations.c.reference == sa.bindparam("which"))
_RETURNED = (
    sa.select(
        allocations.c.reference,
        allocations.c.case_function,
        allocations.c.person,
        allocations.c.submitted_at,
        sa.func.coalesce(moderations.c.why, ""),
        sa.func.coalesce(moderations.c.state, ""),
        moderations.c.selected_at,
    )
    .select_from(allocations.outerjoin(moderations, moderations.c.subject == allocations.c.reference))
    .where(
        allocations.c.state == "submitted",
        allocations.c.submitted_at >= sa.bindparam("start"),
        allocations.c.submitted_at < sa.bindparam("end"),
    )
    .order_by(allocations.c.reference)
)


def _row(moderation: Moderation) -> dict[str, Any]:
    values = {name: getattr(moderation, name) for name in _NAMES}
    values["steps_done"] = list(moderation.steps_done)
    return values


def _read(session: Session, statement: sa.Select[Any], **bound: Any) -> list[Moderation]:
    found = []
    for row in session.execute(statement, bound):
        values = dict(row._mapping)
        values["steps_done"] = tuple(values["steps_done"])
        found.append(Moderation(**values))
    return found


def _first(found: list[Moderation]) -> Moderation | None:
    return found[0] if found else None


def insert(session: Session, moderation: Moderation) -> None:
    """Insert one. A second moderation of one learning space breaks the unique key."""
    session.execute(sa.insert(moderations).values(_row(moderation)))


def by_token(session: Session, token: str) -> Moderation | None:
    """The moderation a card's opaque token stands for, or None."""
    return _first(_read(session, _BY_TOKEN, wanted=token))


def by_reference(session: Session, reference: str) -> Moderation | None:
    """The moderation of a reference like 'MO-2026Q3-004', or None."""
    return _first(_read(session, _BY_REFERENCE, wanted=reference))


def of_subject(session: Session, subject: str) -> Moderation | None:
    """The moderation of a learning space, or None."""
    return _first(_read(session, _OF_SUBJECT, wanted=subject))


def due(session: Session, now: datetime, limit: int) -> list[Moderation]:
    """Those with a step due at `now`, longest due first. Reads the partial index and nothing else."""
    return _read(session, _DUE, now=now, most=limit)


def of_moderator(session: Session, person: str, states: Collection[str]) -> list[Moderation]:
    """What one person has in hand, oldest first."""
    return _read(session, _OF_MODERATOR, person=person, states=list(states))


def in_states(session: Session, states: Collection[str]) -> list[Moderation]:
    """Every moderation in one of these states, oldest first."""
    return _read(session, _IN_STATES, states=list(states))


def selected_since(session: Session, since: datetime) -> list[Moderation]:
    """Every moderation selected since an instant, whatever its state, oldest first."""
    return _read(session, _SELECT.where(moderations.c.selected_at >= since).order_by(moderations.c.reference))


def load(session: Session, since: datetime) -> dict[str, int]:
    """How many each person was given since an instant: who has fewest is asked next."""
    rows = session.execute(
        sa.select(moderations.c.moderator, sa.func.count())
        .where(moderations.c.selected_at >= since)
        .group_by(moderations.c.moderator)
    )
    return {person: int(count) for person, count in rows}


def update(session: Session, reference: str, **columns: Any) -> None:
    """Change named columns of one. KeyError if there is no such moderation."""
    if "steps_done" in columns:
        columns["steps_done"] = list(columns["steps_done"])
    if session.execute(_UPDATE, {"which": reference, **columns}).rowcount != 1:
        raise KeyError(reference)


def returned_between(session: Session, start: datetime, end: datetime) -> list[ReturnedRow]:
    """Every learning space submitted from `start` up to, not at, `end`, with its moderation if it has one."""
    return [ReturnedRow(*row) for row in session.execute(_RETURNED, {"start": start, "end": end})]


def grade_pairs(session: Session, start: datetime, end: datetime) -> list[tuple[str, str]]:
    """Original and moderated grade of everything graded a second time from `start` up to, not at, `end`."""
    rows = session.execute(
        sa.select(moderations.c.original_grade, moderations.c.moderated_grade).where(
            moderations.c.graded_at >= start, moderations.c.graded_at < end
        )
    )
    return [(row[0], row[1]) for row in rows]


def without_notice(session: Session, event: str) -> list[str]:
    """References of moderations about which an event was never written."""
    said = sa.select(notices.c.id).where(notices.c.subject == moderations.c.reference, notices.c.event == event)
    rows = session.execute(sa.select(moderations.c.reference).where(~said.exists()).order_by(moderations.c.reference))
    return list(rows.scalars())


def certain_without(session: Session, grades: Collection[str]) -> list[str]:
    """References of submitted learning spaces with one of these grades, or flagged, that nobody looks at again."""
    rows = session.execute(
        sa.select(allocations.c.reference)
        .select_from(allocations.outerjoin(moderations, moderations.c.subject == allocations.c.reference))
        .where(
            allocations.c.state == "submitted",
            sa.or_(allocations.c.grade.in_(grades), allocations.c.moderation_flag != ""),
            moderations.c.reference.is_(None),
        )
        .order_by(allocations.c.reference)
    )
    return list(rows.scalars())

"""The action tracker's rows: what was agreed, whose it is, by when, and how it is known to be done (R96)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.schema.tables import actions

OPEN = "open"
IN_PROGRESS = "in_progress"
BLOCKED = "blocked"
DONE = "done"
NOT_NEEDED = "not_needed"
OPEN_STATES = (OPEN, IN_PROGRESS, BLOCKED)


@dataclass(frozen=True, slots=True)
class Action:
    """One row of `actions`. Its states are `policy.lifecycle.ACTION`."""

    reference: str
    """'AC-2026Q3-031'."""
    subject: str
    """The learning space it came from."""
    owner: str
    """The person who does it. Empty only when nobody held the post it was given to."""
    what: str
    """The words of whoever set it; shown in the opened card, never in a notice."""
    kind: str
    due_on: date
    state: str
    created_at: datetime
    evidence_on: date | None = None
    token: str = ""
    """Opaque; what cards carry."""
    set_by: str = ""
    """The person who set it, and agrees to another date."""
    evidence_kind: str = ""
    note: str = ""
    """Why it is blocked or no longer needed, in the owner's words; shown in the opened card alone."""
    asked_due_on: date | None = None
    """The new date its owner asks for, while nobody has answered."""
    moved_from: date | None = None
    """The due date it had before the last one agreed; None while it has its first."""
    ladder_key: str = ""
    """The ladder of the framework file it climbs; empty for one that climbs none."""
    steps_done: tuple[str, ...] = ()
    next_step_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether its owner still owes it."""
        return self.state in OPEN_STATES


_NAMES = tuple(field.name for field in fields(Action))
_SELECT = sa.select(*(actions.c[name] for name in _NAMES))
_STEPS_DONE = _NAMES.index("steps_done")
_INSERT = sa.insert(actions)
_BY_TOKEN = _SELECT.where(actions.c.token == sa.bindparam("wanted"), actions.c.token != "")
_BY_REFERENCE = _SELECT.where(actions.c.reference == sa.bindparam("wanted"))
_OPEN_OF = _SELECT.where(actions.c.owner == sa.bindparam("wanted"), one_of(actions.c.state, OPEN_STATES)).order_by(
    actions.c.due_on, actions.c.reference
)
_ASKED_OF = _SELECT.where(actions.c.asked_due_on.is_not(None), one_of(actions.c.state, OPEN_STATES)).order_by(
    actions.c.due_on, actions.c.reference
)
# Spelt as the partial index is, so that a database sees that it will do.
_DUE = (
    _SELECT.where(actions.c.next_step_at.is_not(None), actions.c.next_step_at <= sa.bindparam("at_latest"))
    .order_by(actions.c.next_step_at, actions.c.reference)
    .limit(sa.bindparam("most"))
)


def _action(row: Sequence[Any]) -> Action:
    values = list(row)
    values[_STEPS_DONE] = tuple(values[_STEPS_DONE])
    return Action(*values)


def _read(session: Session, statement: sa.Select[Any], **given: Any) -> list[Action]:
    return [_action(row) for row in session.execute(statement, given)]


def _ordered(*conditions: Any) -> sa.Select[Any]:
    return _SELECT.where(*conditions).order_by(actions.c.due_on, actions.c.reference)


def insert_many(session: Session, rows: Sequence[Action]) -> None:
    """Insert many in one statement; a reference given twice breaks the primary key."""
    if rows:
        session.execute(_INSERT, [_row(row) for row in rows])


def _row(row: Action) -> dict[str, Any]:
    return {name: list(row.steps_done) if name == "steps_done" else getattr(row, name) for name in _NAMES}


def update(session: Session, reference: str, **columns: Any) -> None:
    """Change named columns of one action. KeyError if there is no such action."""
    if "steps_done" in columns:
        columns["steps_done"] = list(columns["steps_done"])
    done = session.execute(sa.update(actions).where(actions.c.reference == reference).values(columns))
    if done.rowcount != 1:
        raise KeyError(reference)


def of_subject(session: Session, subject: str) -> list[Action]:
    """The actions of a learning space, soonest due first."""
    return _read(session, _ordered(actions.c.subject == subject))


def open_of(session: Session, owner: str) -> list[Action]:
    """A person's actions that still wait for them, soonest due first."""
    return _read(session, _OPEN_OF, wanted=owner)


def open_of_any(session: Session, owners: Collection[str]) -> list[Action]:
    """The open actions of several people, soonest due first."""
    found: list[Action] = []
    wanted = sorted(owners)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found += _read(session, _ordered(actions.c.owner.in_(part), actions.c.state.in_(OPEN_STATES)))
    return sorted(found, key=lambda one: (one.due_on, one.reference))


def owners_of_open(session: Session) -> frozenset[str]:
    """Everyone who has an open action."""
    rows = session.execute(sa.select(actions.c.owner).where(actions.c.state.in_(OPEN_STATES)).distinct())
    return frozenset(row[0] for row in rows)


def dates_asked(session: Session) -> list[Action]:
    """The open actions whose owner has asked for a new date and has no answer yet, soonest due first."""
    return _read(session, _ASKED_OF)


def by_reference(session: Session, reference: str) -> Action | None:
    """The action of a reference like 'AC-2026Q3-031', or None."""
    found = _read(session, _BY_REFERENCE, wanted=reference)
    return found[0] if found else None


def by_references(session: Session, references: Iterable[str]) -> dict[str, Action]:
    """Many at once, by reference; unknown ones are simply absent."""
    wanted = sorted(set(references))
    if not wanted:
        return {}
    return {one.reference: one for one in _read(session, _ordered(actions.c.reference.in_(wanted)))}


def by_token(session: Session, token: str) -> Action | None:
    """The action a card's opaque token stands for, or None."""
    found = _read(session, _BY_TOKEN, wanted=token)
    return found[0] if found else None


def due(session: Session, now: datetime, limit: int) -> list[Action]:
    """Open actions with a ladder step due at `now`, longest due first. Reads the partial index and nothing else."""
    return _read(session, _DUE, at_latest=now, most=limit)


def after_reference(session: Session, reference: str, limit: int) -> list[Action]:
    """The next actions in order of reference, whatever their state, for going through them all."""
    rows = session.execute(_SELECT.where(actions.c.reference > reference).order_by(actions.c.reference).limit(limit))
    return [_action(row) for row in rows]

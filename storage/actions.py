"""The action tracker's rows: what was agreed in a learning space, whose it is and by when (R96)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.session import Session
from storage.tables import actions

OPEN = "open"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Action:
    """One row of `actions`."""

    reference: str
    """'AC-2026Q3-031'."""
    subject: str
    """The learning space it came from."""
    owner: str
    """The person who does it. Empty only when nobody held the post it was given to."""
    what: str
    """The words of the auditor; shown to the owner and the QA team, never in a notice."""
    kind: str
    due_on: date
    state: str
    created_at: datetime
    evidence_on: date | None = None


_NAMES = tuple(field.name for field in fields(Action))
_COLUMNS = tuple(actions.c[name] for name in _NAMES)
_INSERT = sa.insert(actions)


def _read(session: Session, *conditions: Any) -> list[Action]:
    rows = session.execute(sa.select(*_COLUMNS).where(*conditions).order_by(actions.c.due_on, actions.c.reference))
    return [Action(**row._mapping) for row in rows]


def insert_many(session: Session, rows: Sequence[Action]) -> None:
    """Insert many in one statement; a reference given twice breaks the primary key."""
    if rows:
        session.execute(_INSERT, [{name: getattr(row, name) for name in _NAMES} for row in rows])


def of_subject(session: Session, subject: str) -> list[Action]:
    """The actions of a learning space, soonest due first."""
    return _read(session, actions.c.subject == subject)


def open_of(session: Session, owner: str) -> list[Action]:
    """A person's actions that are not done, soonest due first."""
    return _read(session, actions.c.owner == owner, actions.c.state != DONE)


def by_reference(session: Session, reference: str) -> Action | None:
    """The action of a reference like 'AC-2026Q3-031', or None."""
    found = _read(session, actions.c.reference == reference)
    return found[0] if found else None

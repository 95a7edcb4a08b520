"""Closing-the-loop records as rows: opened by an inadequate grade, one for each learning space that has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import allocations, loops, moderations

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Loop:
    """One row of `loops`. Its states are `policy.lifecycle.LOOP`."""

    reference: str
    """'CL-2026Q3-003'."""
    token: str
    """Opaque; what cards carry."""
    subject: str
    """The learning space that was graded inadequate."""
    practitioner: str
    state: str
    opened_at: datetime
    meet_by: date
    """By when the senior manager meets with the practitioner and their manager (A19)."""
    return_by: date
    """By when the form is back with the QA team (A19)."""
    met_on: date | None = None
    submitted_at: datetime | None = None
    authorised_by: str = ""
    authorised_at: datetime | None = None
    reaudit_due_on: date | None = None
    reaudit_reference: str = ""
    """The learning space that looks whether practice has changed; several loops of one worker may share it (A38)."""
    result: str = ""
    """'embedded', 'partly', 'not_yet', 'not_testable' or 'stood_down' once it is closed."""
    next_step_at: datetime | None = None
    steps_done: tuple[str, ...] = ()
    """Names of the steps already judged, as `policy.follow_up.loop_steps` names them."""
    form: dict[str, Any] = field(default_factory=dict)
    """The closing-the-loop form as it was last sent: field -> answer."""
    filled_by: str = ""
    """Who filled it in; never the one who authorises it."""
    returned_because: str = ""
    """Why it was sent back; shown in the opened form only."""
    closed_because: str = ""
    closed_at: datetime | None = None
    submissions: int = 0
    """How often the form was sent in."""
    own_reaudit: bool = False
    """Whether the QA lead wants a re-audit for this loop alone (A38)."""
    meeting_at: datetime | None = None
    """The meeting that is booked, until it is held or called off."""
    meeting_number: int = 0
    """How often one was booked: each has news of its own."""
    meeting_heard: int = 0
    """The last of them the practitioner was told of; before the release they are told of none (4.2 rule 3)."""

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come."""
        return self.state != CLOSED


_NAMES = tuple(one.name for one in fields(Loop))
_COLUMNS = tuple(loops.c[name] for name in _NAMES)
_SELECT = sa.select(*_COLUMNS).order_by(loops.c.reference)
_BY = {name: _SELECT.where(loops.c[name] == sa.bindparam("wanted")) for name in ("subject", "reference", "token")}
_STILL_OPEN = _SELECT.where(loops.c.state != CLOSED)
_UPDATE = sa.update(loops).where(loops.c.reference == sa.bindparam("which"))
_DUE = (
    sa.select(*_COLUMNS)
    .where(loops.c.next_step_at.is_not(None), loops.c.next_step_at <= sa.bindparam("now"))
    .order_by(loops.c.next_step_at, loops.c.reference)
    .limit(sa.bindparam("most"))
)


def _loop(row: Any) -> Loop:
    values = dict(row._mapping)
    values["steps_done"] = tuple(values["steps_done"])
    return Loop(**values)


def _read(session: Session, *conditions: Any) -> list[Loop]:
    return [_loop(row) for row in session.execute(_SELECT.where(*conditions))]


def _one(session: Session, by: str, wanted: str) -> Loop | None:
    row = session.execute(_BY[by], {"wanted": wanted}).first()
    return _loop(row) if row else None


def insert(session: Session, loop: Loop) -> None:
    """Insert one. A second loop for one learning space breaks the unique key."""
    row = {name: getattr(loop, name) for name in _NAMES}
    session.execute(sa.insert(loops).values({**row, "steps_done": list(loop.steps_done)}))


def update(session: Session, reference: str, /, **columns: Any) -> None:
    """Change named columns of one loop. KeyError if there is no such loop."""
    if "steps_done" in columns:
        columns["steps_done"] = list(columns["steps_done"])
    if session.execute(_UPDATE, {"which": reference, **columns}).rowcount != 1:
        raise KeyError(reference)


def of_subject(session: Session, subject: str) -> Loop | None:
    """The loop of a learning space, or None."""
    return _one(session, "subject", subject)


def by_reference(session: Session, reference: str) -> Loop | None:
    """The loop of a reference like 'CL-2026Q3-003', or None."""
    return _one(session, "reference", reference)


def by_token(session: Session, token: str) -> Loop | None:
    """The loop a card's opaque token stands for, or None."""
    return _one(session, "token", token)


def still_open(session: Session) -> list[Loop]:
    """Every loop that is not closed, oldest reference first."""
    return [_loop(row) for row in session.execute(_STILL_OPEN)]


def of_practitioner(session: Session, practitioner: str) -> list[Loop]:
    """Every loop a practitioner has had, oldest reference first."""
    return _read(session, loops.c.practitioner == practitioner)


def of_reaudit(session: Session, reference: str) -> list[Loop]:
    """The loops a re-audit serves, usually one (A38)."""
    return _read(session, loops.c.reaudit_reference == reference)


def due(session: Session, now: datetime, limit: int) -> list[Loop]:
    """Loops with a step due at `now`, longest due first."""
    return [_loop(row) for row in session.execute(_DUE, {"now": now, "most": limit})]


def practitioners_in_a_loop(session: Session) -> frozenset[str]:
    """The practitioners with a loop that is not closed (G8: only they may be drawn again within the year)."""
    rows = session.execute(sa.select(loops.c.practitioner).where(loops.c.state != CLOSED).distinct())
    return frozenset(row[0] for row in rows)


def released_at(session: Session, reference: str) -> datetime | None:
    """When the practitioner was let see the result of a learning space, or None (4.2 rule 3)."""
    found: datetime | None = session.execute(
        sa.select(allocations.c.released_at).where(allocations.c.reference == reference)
    ).scalar()
    return found


def lowered_without_one(session: Session, grades: Sequence[str]) -> list[str]:
    """Learning spaces that were moderated down to one of these grades and have no loop (A32)."""
    has_one = sa.select(loops.c.reference).where(loops.c.subject == moderations.c.subject).exists()
    rows = session.execute(
        sa.select(moderations.c.subject)
        .where(moderations.c.moderated_grade.in_(list(grades)), moderations.c.outcome == "lowered", ~has_one)
        .order_by(moderations.c.subject)
    )
    return [row[0] for row in rows]

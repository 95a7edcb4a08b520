"""What the sweep reads and writes in bulk: due items moved on, and waiting notices that a later step overtakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.session import Session
from storage.tables import allocations, notices


@dataclass(frozen=True, slots=True)
class DueItem:
    """As much of a learning space as judging it takes."""

    reference: str
    post: str
    person: str
    function: str
    case_function: str
    practitioner: str
    due_on: date
    ladder: str
    """The ladder it was promised, as JSON: items allocated together have the same one, so it is parsed once."""
    steps_done: str
    """The steps already judged, as JSON."""


_AS_TEXT = ("ladder", "steps_done")
_DUE = [
    sa.cast(allocations.c[field.name], sa.Text) if field.name in _AS_TEXT else allocations.c[field.name]
    for field in fields(DueItem)
]


def due(session: Session, now: datetime, limit: int) -> list[DueItem]:
    """Open items with a ladder step due at `now`, longest due first. Reads the partial index and nothing else."""
    rows = session.execute(
        sa.select(*_DUE)
        .where(allocations.c.next_step_at.is_not(None), allocations.c.next_step_at <= now)
        .order_by(allocations.c.next_step_at, allocations.c.reference)
        .limit(limit)
    )
    return [DueItem(*row) for row in rows]


def advance(session: Session, references: Sequence[str], done: Sequence[str] | None, next_at: datetime | None) -> None:
    """Move items on together: the steps judged (None leaves them as they are) and when to look again.

    An item that has closed meanwhile keeps no next step.
    """
    values: dict[str, Any] = {"next_step_at": next_at}
    if done is not None:
        values["steps_done"] = list(done)
    session.execute(
        sa.update(allocations)
        .where(allocations.c.reference.in_(references), allocations.c.next_step_at.is_not(None))
        .values(values)
    )


def drop_overtaken(session: Session, pairs: Sequence[tuple[str, str]], *, keep_event: str, reason: str) -> None:
    """Cancel the steps still waiting to be said about an item (reference) to a person who now hears of a later one.

    `keep_event` is no step of a ladder, although it uses that column.
    """
    if not pairs:
        return
    session.execute(
        sa.update(notices)
        .where(
            notices.c.subject == sa.bindparam("about"),
            notices.c.recipient == sa.bindparam("whom"),
            notices.c.step != "",
            notices.c.event != keep_event,
            notices.c.state == "pending",
        )
        .values(state="cancelled", reason=reason),
        [{"about": subject, "whom": recipient} for subject, recipient in pairs],
    )

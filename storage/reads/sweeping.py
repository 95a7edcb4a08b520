"""What the sweep reads and writes in bulk: due items moved on, and waiting notices that a later step overtakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import allocations, holds, notices


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
    paused_days: int = 0
    """See `LearningSpace`."""
    held_step: str = ""
    """The step the QA lead holds or held, and the day it speaks; empty and None without a hold."""
    held_until: date | None = None

    @property
    def counts_from(self) -> date:
        """The date its ladder and its days late count from."""
        return self.due_on + timedelta(days=self.paused_days)

    @property
    def held(self) -> dict[str, date]:
        """The hold as the ladder reads it."""
        return {self.held_step: self.held_until} if self.held_until else {}


_AS_TEXT = ("ladder", "steps_done")
_OF_THE_HOLD = {"held_step": sa.func.coalesce(holds.c.step, ""), "held_until": holds.c.until}
_DUE = [
    sa.cast(allocations.c[name], sa.Text)
    if name in _AS_TEXT
    else _OF_THE_HOLD[name]
    if name in _OF_THE_HOLD
    else allocations.c[name]
    for name in (field.name for field in fields(DueItem))
]
_WITH_HOLD = allocations.outerjoin(holds, holds.c.reference == allocations.c.reference)
_DUE_NOW = (
    sa.select(*_DUE)
    .select_from(_WITH_HOLD)
    .where(allocations.c.next_step_at.is_not(None), allocations.c.next_step_at <= sa.bindparam("now"))
    .order_by(allocations.c.next_step_at)
    .limit(sa.bindparam("most"))
)
"""Built once: every sweep asks it."""


def due(session: Session, now: datetime, limit: int) -> list[DueItem]:
    """Open items with a ladder step due at `now`, longest due first. Reads the partial index and nothing else.

    Those due at one instant come in no order: sorting them would read all of them again for every batch.
    """
    return [DueItem(*row) for row in session.execute(_DUE_NOW, {"now": now, "most": limit})]


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


def drop_overtaken(
    session: Session, pairs: Sequence[tuple[str, str]], *, keep_events: Collection[str], reason: str
) -> None:
    """Cancel the steps still waiting to be said about an item (reference) to a person who now hears of a later one.

    `keep_events` are no steps of a ladder, although they use that column.
    """
    if not pairs:
        return
    session.execute(
        sa.update(notices)
        .where(
            notices.c.subject == sa.bindparam("about"),
            notices.c.recipient == sa.bindparam("whom"),
            notices.c.step != "",
            *(notices.c.event != event for event in keep_events),
            notices.c.state == "pending",
            notices.c.urgent.is_(False),  # the red route is no step of a ladder either
        )
        .values(state="cancelled", reason=reason),
        [{"about": subject, "whom": recipient} for subject, recipient in pairs],
    )

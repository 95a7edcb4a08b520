"""Give an open learning space a new due date: its own ladder counts from there, what no longer holds is taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Protocol

from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json, next_step_at, step_due_at
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.engine.session import Session


class Movable(Protocol):
    """As much of a learning space as moving it takes."""

    @property
    def reference(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def ladder(self) -> Any: ...


def move_due(
    session: Session,
    framework: Framework,
    item: Movable,
    due_on: date,
    *,
    reason: str,
    now: datetime,
    done: Collection[str] | None = None,
    **columns: Any,
) -> None:
    """Move the due date. Steps whose time has passed, counted from the new date, are not said again; later ones are.

    `done` are the steps that are done instead, whatever the new date says. Notices still waiting about the old date
    are cancelled for `reason`. `columns` are changed with it.
    """
    calendar = Calendar.of(framework)
    ladder = ladder_from_json(item.ladder)
    more_time.retire_steps(
        session, item.reference, {step.event for step in ladder.steps}, was_due_on=item.due_on, reason=reason
    )
    holding = more_time.held_until(session, item.reference)
    if done is None:
        done = [step.name for step in ladder.steps if step_due_at(step, due_on, calendar) <= now]
    learning_spaces.update(
        session,
        item.reference,
        due_on=due_on,
        deadline_at=calendar.deadline_at(due_on),
        steps_done=list(done),
        next_step_at=next_step_at(ladder, due_on, done, calendar, holding),
        **columns,
    )


def climbs_on_at(session: Session, framework: Framework, item: LearningSpace) -> datetime | None:
    """When the next step of an open item falls due by its own dates, the steps done and what is held; None for none."""
    holding = more_time.held_until(session, item.reference)
    ladder = ladder_from_json(item.ladder)
    return next_step_at(ladder, item.counts_from, item.steps_done, Calendar.of(framework), holding)

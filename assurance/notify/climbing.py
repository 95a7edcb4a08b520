"""What a rung of any ladder becomes: notices for the step that speaks, and rows for those it speaks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assurance.notify.tell import notices
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Resolution, Subject, resolve
from policy.framework.framework import Framework, Ladder
from policy.lifecycle.ladder import Anchor, DueStep, Judgement, judge, next_step_at, steps_due
from storage.outbox.notices import NewNotice


@dataclass(frozen=True)
class Reached:
    """How far an item has climbed by now."""

    judgements: tuple[Judgement, ...]
    """One for each date the steps count from: a reminder by the due date is not silenced by weeks since the start."""
    done: tuple[str, ...]
    """Every step judged by now, those of earlier passes included."""
    next_at: datetime | None


def reached(ladder: Ladder, anchor: Anchor, before: Collection[str], now: datetime, calendar: Calendar) -> Reached:
    """The steps that speak at `now`, those only recorded, and when to look again."""
    due = steps_due(ladder, anchor, before, now, calendar)
    done = (*before, *(each.step.name for each in due))
    counted_from = dict.fromkeys(each.step.anchor or ladder.anchor for each in due)
    judgements = tuple(
        judge([each for each in due if (each.step.anchor or ladder.anchor) == name]) for name in counted_from
    )
    return Reached(judgements, done, next_step_at(ladder, anchor, done, calendar))


def who_hears(
    due: DueStep, subject: Subject, establishment: Establishment, framework: Framework, *, on: date, copies: bool = True
) -> Resolution:
    """The people a step tells on a day; without `copies` only those it tells to act."""
    step = due.step
    copy_to = step.copy_to if copies else ()
    return resolve(step.tell, copy_to, subject, establishment, framework, on=on, escalation=step.escalation)


def spoken(
    framework: Framework,
    due: DueStep,
    told: Resolution,
    *,
    reference: str,
    not_before: datetime,
    facts: Mapping[str, Any],
    named: Callable[[str], str] = str,
) -> list[NewNotice]:
    """The notices of the step that speaks. `named` gives a step the name its notices are kept under."""
    return notices(
        framework,
        due.step.event,
        told.recipients,
        subject=reference,
        step=named(due.step.name),
        due_at=due.due_at,
        not_before=not_before,
        facts={**facts, "reference": reference},
    )


def only_recorded(
    framework: Framework,
    steps: Iterable[tuple[DueStep, Resolution]],
    *,
    reference: str,
    spoke: DueStep,
    named: Callable[[str], str] = str,
) -> list[NewNotice]:
    """The rows of steps a higher one spoke for: kept, and never sent."""
    return [
        notice
        for due, told in steps
        for notice in notices(
            framework,
            due.step.event,
            told.recipients,
            subject=reference,
            step=named(due.step.name),
            due_at=due.due_at,
            not_before=due.due_at,
            facts={"reference": reference},
            state="recorded",
            reason=f"the later step {spoke.step.name} says it instead",
        )
    ]

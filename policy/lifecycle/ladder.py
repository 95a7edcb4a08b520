"""The ladder engine: which steps around an anchor date are due, which one speaks, and what comes if nothing happens.

Every kind of item uses these few functions. They are given the time; none of them asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework, Ladder, LadderStep

Anchor = date | Mapping[str, date]
"""What a ladder counts from: one date, or where its steps count from several, each by its name ('due_on', 'set_on')."""

Held = Mapping[str, date]
"""Steps held back by name, and the day each speaks instead (A22)."""
NOTHING_HELD: Held = {}


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step and the instant it falls due (aware UTC)."""

    step: LadderStep
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of the steps that have fallen due together, the one that speaks and those that are only recorded."""

    say: DueStep | None
    superseded: tuple[DueStep, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """On a day, management of these roles is told. For the line "if nothing happens"."""

    on: date
    """The day the message goes out, already moved to a working day."""
    roles: tuple[str, ...]
    step: LadderStep


def step_due_at(step: LadderStep, anchor: date, calendar: Calendar) -> datetime:
    """When a step falls due: `days` from the anchor, sent that day at 09:00 or on the next working day (A27).

    A reminder before the anchor goes out on the working day before instead: later, the day itself would speak for it.
    """
    day = anchor + timedelta(days=step.days)
    return calendar.remind_at(day) if step.days < 0 else calendar.send_at(day)


def rolled_forward_at(step: LadderStep, anchor: date, calendar: Calendar) -> datetime:
    """When a step was sent while reminders, too, waited for the next working day: notices of that time are right."""
    return calendar.send_at(anchor + timedelta(days=step.days))


def anchor_of(ladder: Ladder, step: LadderStep, anchor: Anchor) -> date:
    """The date a step counts from. KeyError when its anchor is not among the dates given."""
    return anchor if isinstance(anchor, date) else anchor[step.anchor or ladder.anchor]


def steps_due(
    ladder: Ladder,
    anchor: Anchor,
    done: Collection[str],
    now: datetime,
    calendar: Calendar,
    held: Held = NOTHING_HELD,
) -> tuple[DueStep, ...]:
    """The steps that have fallen due by `now` and are not `done` (by name), lowest first.

    A held step waits for its day, unless a higher one has fallen due meanwhile: then that one speaks for it.
    """
    still_open = _open_steps(ladder, anchor, done, calendar, held)
    reached = max((due.step.days for due in still_open if due.due_at <= now), default=None)
    return tuple(
        due
        for due in still_open
        if due.due_at <= now or (due.step.name in held and reached is not None and due.step.days < reached)
    )


def next_step_at(
    ladder: Ladder, anchor: Anchor, done: Collection[str], calendar: Calendar, held: Held = NOTHING_HELD
) -> datetime | None:
    """When to look at an item again: the earliest step not `done`, in the past too; None when the ladder is climbed."""
    return min((due.due_at for due in _open_steps(ladder, anchor, done, calendar, held)), default=None)


def held_due_at(step: LadderStep, anchor: date, calendar: Calendar, held: Held = NOTHING_HELD) -> datetime:
    """When a step falls due: on its day, or when it is held at the send hour of the day the hold ends."""
    at = step_due_at(step, anchor, calendar)
    return max(at, calendar.send_at(held[step.name])) if step.name in held else at


def judge(due: Sequence[DueStep]) -> Judgement:
    """The highest step reached speaks, the others are recorded and say nothing: a week of downtime is one message."""
    if not due:
        return Judgement(None, ())
    in_order = sorted(due, key=lambda each: each.step.days)
    return Judgement(in_order[-1], tuple(in_order[:-1]))


def what_happens(
    ladder: Ladder, anchor: Anchor, calendar: Calendar, framework: Framework | None = None, auditor_role: str = ""
) -> tuple[Rung, ...]:
    """The escalations to come, in order. With the auditor's role, as that person will meet them (A29).

    A late Head of Service then reads that the Director is told on day two, not that they are told of themselves.
    """
    rungs = []
    for step in ladder.steps:
        if not step.escalation:
            continue
        roles = tuple(dict.fromkeys(expression.rpartition(".")[2] for expression in step.tell))
        if framework and auditor_role:
            roles = roles_above(roles, auditor_role, framework)
        rungs.append(Rung(calendar.local_date(_due_at(ladder, step, anchor, calendar)), roles, step))
    return tuple(rungs)


def roles_above(roles: Sequence[str], own: str, framework: Framework) -> tuple[str, ...]:
    """The roles above the late person's own; if none is left, the next role of the line up (A29)."""
    levels = framework.levels
    level = levels.get(own)
    if level is None:
        return tuple(roles)
    kept = tuple(role for role in roles if (rung := levels.get(role)) is None or rung > level)
    return kept or next_roles_up(level, framework)


def next_roles_up(level: int, framework: Framework) -> tuple[str, ...]:
    """The roles of the lowest level above `level`; empty above the top."""
    above = {role: step for role, step in framework.levels.items() if step is not None and step > level}
    lowest = min(above.values(), default=None)
    return tuple(role for role, step in above.items() if step == lowest)


def ladder_to_json(ladder: Ladder) -> dict[str, Any]:
    """The ladder as an item keeps it: what it was promised, whatever the file says later."""
    return ladder.model_dump(mode="json")


def ladder_from_json(data: dict[str, Any]) -> Ladder:
    """The ladder an item was promised."""
    return Ladder.model_validate(data)


def _open_steps(ladder: Ladder, anchor: Anchor, done: Collection[str], calendar: Calendar, held: Held) -> list[DueStep]:
    return [
        DueStep(step, held_due_at(step, anchor_of(ladder, step, anchor), calendar, held))
        for step in ladder.steps
        if step.name not in done
    ]


def _due_at(ladder: Ladder, step: LadderStep, anchor: Anchor, calendar: Calendar) -> datetime:
    return step_due_at(step, anchor_of(ladder, step, anchor), calendar)

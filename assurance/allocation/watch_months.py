"""A month that is not allocated by its second working day is told to the QA lead, and then further up (E93, E94)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from assurance.notify.tell import notices
from policy.allocation.months import MONTH_LADDER, asks_any, begins_on, month_reference
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.recipients import Subject, resolve
from policy.framework.framework import Framework, LadderStep
from policy.lifecycle.ladder import (
    DueStep,
    judge,
    ladder_from_json,
    ladder_to_json,
    next_step_at,
    step_due_at,
    steps_due,
)
from storage.casework import allocation_months, allocation_runs
from storage.casework.allocation_months import AllocationMonth
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

SWEEP = Actor.system("sweep")


def watch_months(session: Session, framework: Framework, now: datetime) -> int:
    """Begin the month that has come, and say of every month that is not allocated what has fallen due.

    Returns how many notices that wrote. Harmless when repeated.
    """
    today = Calendar.of(framework).local_date(now)
    begin_month(session, framework, today.replace(day=1))
    return sum(_look(session, framework, month, now) for month in allocation_months.due(session, now))


def begin_month(session: Session, framework: Framework, month: date) -> AllocationMonth | None:
    """The row of a month, begun if it was not; None where the framework asks nothing of anybody in it."""
    there = allocation_months.of(session, month)
    if there is not None:
        return there
    first = history.read(session, limit=1)
    if not first or not asks_any(framework, establishments.current(session), month):
        return None
    ladder = framework.ladder(MONTH_LADDER)
    calendar = Calendar.of(framework)
    starts = begins_on(framework, month, calendar.local_date(first[0].at))
    drawn = allocation_runs.first_draw_of(session, month)
    row = AllocationMonth(
        month=month,
        begins_on=starts,
        ladder=ladder_to_json(ladder),
        next_step_at=None if drawn else next_step_at(ladder, starts, (), calendar),
        given_out_at=drawn.decided_at if drawn else None,
    )
    allocation_months.save(session, row)
    return row


def given_out(session: Session, framework: Framework, month: date, *, now: datetime) -> None:
    """A month's first draw was approved: nothing more is said about it, and what still waits is not sent."""
    row = begin_month(session, framework, month)
    if row is not None and (row.given_out_at is None or row.next_step_at is not None):
        allocation_months.save(session, replace(row, given_out_at=row.given_out_at or now, next_step_at=None))
        outbox.cancel_for(session, month_reference(month), at=now, reason="the month was allocated")


def _look(session: Session, framework: Framework, row: AllocationMonth, now: datetime) -> int:
    calendar = Calendar.of(framework)
    ladder = ladder_from_json(row.ladder)
    due = steps_due(ladder, row.begins_on, row.steps_done, now, calendar)
    judged = judge(due)
    done = (*row.steps_done, *(each.step.name for each in due))
    after = next_step_at(ladder, row.begins_on, done, calendar)
    allocation_months.save(session, replace(row, steps_done=done, next_step_at=after))
    if judged.say is None:
        return 0
    written = 0
    for step in judged.superseded:
        written += say_step(session, framework, row, step, now, instead=judged.say.step.name)
    written += say_step(session, framework, row, judged.say, now)
    detail = {"said": judged.say.step.name, "recorded": [each.step.name for each in judged.superseded]}
    subject = month_reference(row.month)
    history.append(session, at=now, actor=SWEEP, verb="month_chased", subject=subject, detail=detail)
    return written


def say_step(
    session: Session, framework: Framework, row: AllocationMonth, due: DueStep, now: datetime, instead: str = ""
) -> int:
    """Write the notices of one step; only recorded where a later one says it instead."""
    calendar = Calendar.of(framework)
    nobodys, on = Subject("", "", "", ""), calendar.local_date(now)
    everybody = establishments.current(session)
    told = resolve(due.step.tell, due.step.copy_to, nobodys, everybody, framework, on=on, escalation=False)
    fresh = notices(
        framework,
        due.step.event,
        told.recipients,
        subject=month_reference(row.month),
        step=due.step.name,
        due_at=due.due_at,
        not_before=calendar.next_send(now),
        facts=_facts(row, due.step, calendar),
        state="recorded" if instead else "pending",
        reason=f"the later step {instead} says it instead" if instead else "",
    )
    return outbox.add(session, fresh, at=now)


def _facts(row: AllocationMonth, step: LadderStep, calendar: Calendar) -> dict[str, Any]:
    """The month, the day it was to be allocated, and on which day somebody else hears if it still is not."""
    facts: dict[str, Any] = {"month": row.month.isoformat(), "begins_on": row.begins_on.isoformat()}
    for later in ladder_from_json(row.ladder).steps:
        if later.days > step.days and later.event != step.event:
            on = calendar.local_date(step_due_at(later, row.begins_on, calendar))
            return facts | {"next_on": on.isoformat(), "next_told": list(later.tell)}
    return facts

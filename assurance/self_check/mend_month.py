"""Mending a month: it is watched, its next step is the ladder's, and what was to be said about it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from assurance.allocation.watch_months import begin_month, given_out, say_step, watch_months
from assurance.self_check.verify_item import Finding
from assurance.self_check.verify_month import findings_of
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import DueStep, ladder_from_json, next_step_at, step_due_at
from storage.casework import allocation_months, allocation_runs
from storage.casework.allocation_months import AllocationMonth
from storage.engine.session import Session


def missing_month(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """The month that has begun is watched from now on, and what has fallen due is said."""
    month = _month(finding)
    if allocation_months.of(session, month) is not None or begin_month(session, framework, month) is None:
        return ""
    watch_months(session, framework, now)
    return "watched"


def next_step(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """Its next step again as its ladder has it, or none once it was allocated."""
    row = _still_so(session, framework, finding, now)
    if row is None:
        return ""
    if allocation_runs.first_draw_of(session, row.month) is not None:
        given_out(session, framework, row.month, now=now)
        return "given out"
    after = next_step_at(ladder_from_json(row.ladder), row.begins_on, row.steps_done, Calendar.of(framework))
    allocation_months.save(session, replace(row, next_step_at=after))
    return "next step"


def missing_notice(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """A step that was judged and left no notice is said; one that was never judged is left to the next sweep."""
    row = _still_so(session, framework, finding, now)
    if row is None:
        return ""
    calendar, ladder = Calendar.of(framework), ladder_from_json(row.ladder)
    step = next((one for one in ladder.steps if one.name == finding.about), None)
    if step is None:
        return ""
    if step.name not in row.steps_done:
        after = next_step_at(ladder, row.begins_on, row.steps_done, calendar)
        allocation_months.save(session, replace(row, next_step_at=after))
        return "to be judged" if watch_months(session, framework, now) else ""
    due = DueStep(step, step_due_at(step, row.begins_on, calendar))
    return "said" if say_step(session, framework, row, due, now) else ""


def _month(finding: Finding) -> date:
    return date.fromisoformat(f"{finding.subject.partition('-')[2]}-01")


def _still_so(session: Session, framework: Framework, finding: Finding, now: datetime) -> AllocationMonth | None:
    row = allocation_months.of(session, _month(finding))
    if row is None or row.given_out_at is not None:
        return None
    return row if finding in tuple(findings_of(session, framework, row, now)) else None

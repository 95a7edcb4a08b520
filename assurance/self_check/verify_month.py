"""The auditor on months: the month that has begun is watched, and of one that is not allocated all was said.

What must have been said by now is worked out again from the month's own ladder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from assurance.self_check.verify_item import NEXT, Finding
from policy.allocation.months import asks_any, month_reference
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json, next_step_at, step_due_at
from storage.casework import allocation_months, allocation_runs
from storage.casework.allocation_months import AllocationMonth
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import notices

GRACE = timedelta(hours=1)
"""How late the service may look before somebody should ask why."""
BEGUN = "begun"


def month_findings(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """Every difference between the months as they are and as they must be. Reads only."""
    calendar = Calendar.of(framework)
    first = calendar.local_date(now).replace(day=1)
    started = calendar.send_at(calendar.first_working_day(first))
    if started + GRACE <= now and allocation_months.of(session, first) is None:
        everybody = establishments.current(session)
        if everybody.posts and asks_any(framework, everybody, first):
            yield Finding("missing_month", month_reference(first), "Nobody watches whether it is allocated.", BEGUN)
    for row in allocation_months.not_given_out(session):
        yield from findings_of(session, framework, row, now)


def findings_of(session: Session, framework: Framework, row: AllocationMonth, now: datetime) -> Iterator[Finding]:
    """Everything wrong with one month that is not allocated."""
    subject = month_reference(row.month)
    if allocation_runs.first_draw_of(session, row.month) is not None:
        yield Finding("wrong_next_step", subject, "It was allocated and is watched as if it were not.", NEXT)
        return
    calendar, ladder = Calendar.of(framework), ladder_from_json(row.ladder)
    said = {notice.step for notice in notices.about(session, subject)}
    for step in ladder.steps:
        if step_due_at(step, row.begins_on, calendar) + GRACE > now:
            continue
        if step.name not in row.steps_done:
            yield Finding("missing_notice", subject, f"{step.name} fell due and was not judged.", step.name)
        elif step.name not in said:
            yield Finding("missing_notice", subject, f"{step.name} was judged and nobody was to be told.", step.name)
    if row.next_step_at != next_step_at(ladder, row.begins_on, row.steps_done, calendar):
        yield Finding("wrong_next_step", subject, "Its next step is down for another time than its ladder's.", NEXT)

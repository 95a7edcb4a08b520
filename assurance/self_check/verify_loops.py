"""The auditor on closing the loop: loops that must exist, re-audits that must be open, nobody their own judge.

It works the dates out again from the loop and the framework, and shares with the sweep only the rules of policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from assurance.loop.loop_moves import dates_of, steps_left
from assurance.self_check.verify_item import LOOP, NEXT, Finding
from policy.calendar.calendar import Calendar
from policy.follow_up.loop_steps import loop_steps, reaudit_due_on
from policy.framework.framework import Framework
from storage.casework import learning_spaces, loops
from storage.casework.loops import Loop
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

REAUDIT, RE_AUDIT_DUE = "reaudit", "re_audit_due"
GRACE = timedelta(hours=1)
"""How late the service may look before somebody should ask why."""


def loop_findings(session: Session, framework: Framework, *, now: datetime) -> list[Finding]:
    """Every difference between the loops as they are and as they must be; empty when all is well. Reads only."""
    triggers = [grade.key for grade in framework.grades if grade.triggers_loop]
    found = [
        Finding("missing_loop", reference, "It was moderated down to a grade that opens a loop, and none is.", LOOP)
        for reference in loops.lowered_without_one(session, triggers)
    ]
    for loop in loops.still_open(session):
        found += loop_findings_of(session, framework, loop, now)
    return found


def loop_findings_of(session: Session, framework: Framework, loop: Loop, now: datetime) -> Iterator[Finding]:
    """Everything wrong with one loop that is open."""
    if loop.authorised_by:
        item = learning_spaces.by_reference(session, loop.subject)
        if loop.authorised_by == loop.filled_by or (item and loop.authorised_by == item.submitted_by):
            yield Finding("own_judge", loop.reference, "It was authorised by the auditor or by who filled it in.")
    if loop.authorised_at:
        authorised_on = Calendar.of(framework).local_date(loop.authorised_at)
        due_on = reaudit_due_on(framework, authorised_on)
        if loop.reaudit_due_on != due_on:
            yield Finding("wrong_date", loop.reference, f"It is due on {due_on}, not {loop.reaudit_due_on}.")
        if loop.state == "with_qa" and Calendar.of(framework).send_at(due_on) + GRACE <= now:
            what = f"The re-audit was due on {due_on} and is not open."
            yield Finding("missing_reaudit", loop.reference, what, REAUDIT)
    if loop.state == RE_AUDIT_DUE:
        tried = any(entry.verb == "reaudit_not_opened" for entry in history.read(session, subject=loop.reference))
        if not loop.reaudit_reference and not tried:
            yield Finding("missing_reaudit", loop.reference, "The re-audit is due, and nothing was tried.", REAUDIT)
        if loop.reaudit_reference and learning_spaces.by_reference(session, loop.reaudit_reference) is None:
            yield Finding("missing_reaudit", loop.reference, "Its re-audit does not exist.", REAUDIT)
    yield from _unsaid(session, framework, loop, now)
    yield from _next_step(framework, loop)


def _unsaid(session: Session, framework: Framework, loop: Loop, now: datetime) -> Iterator[Finding]:
    """Steps of its state that fell due a while ago and were never judged, or were judged and left no notice."""
    said = {f"{notice.event}{notice.step}" for notice in notices.about(session, loop.reference)}
    for step in loop_steps(framework, dates_of(framework, loop)):
        if step.due_at + GRACE > now:
            continue
        if step.name not in loop.steps_done:
            yield Finding("missing_notice", loop.reference, f"{step.name} fell due and was not judged.", step.name)
        elif step.name not in said and loop.state != "returned_for_change":
            what = f"{step.name} was judged and nobody was to be told."
            yield Finding("missing_notice", loop.reference, what, step.name)


def _next_step(framework: Framework, loop: Loop) -> Iterator[Finding]:
    """Whether it is looked at again when it must be; a loop that waits for its re-audit is tried every week."""
    if loop.state == RE_AUDIT_DUE:
        if loop.next_step_at is None and not loop.reaudit_reference:
            yield Finding("wrong_next_step", loop.reference, "It waits for a re-audit and is never looked at.", NEXT)
        return
    left = steps_left(framework, loop)
    expected = left[0].due_at if left else None
    if loop.next_step_at != expected:
        says = f"{loop.next_step_at:%Y-%m-%d %H:%M} UTC" if loop.next_step_at else "nothing"
        wants = f"{expected:%Y-%m-%d %H:%M} UTC" if expected else "nothing"
        yield Finding("wrong_next_step", loop.reference, f"Its next step is down for {says}, not for {wants}.", NEXT)

"""What every change of a closing-the-loop record has in common: its next step, what it tells, what it stops saying."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from assurance.notify.tell import name_of, notices
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.follow_up.loop_steps import LoopDates, LoopStep, loop_steps
from policy.framework.framework import Framework
from storage.casework import loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.engine.session import Session
from storage.outbox import notices as outbox

EVENTS = ("E17", "E26", "E27", "E28", "E29", "E30", "E31", "E32", "E98", "E65")
"""Everything that is ever said about a loop."""


def dates_of(framework: Framework, loop: Loop) -> LoopDates:
    """What the steps of a loop are counted from, in the council's own days."""
    local = Calendar.of(framework).local_date
    return LoopDates(
        state=loop.state,
        opened_on=local(loop.opened_at),
        return_by=loop.return_by,
        submitted_on=local(loop.submitted_at) if loop.submitted_at else None,
        submissions=loop.submissions,
        reaudit_due_on=loop.reaudit_due_on,
    )


def steps_left(framework: Framework, loop: Loop) -> tuple[LoopStep, ...]:
    """The steps of its state that have not been judged, soonest first."""
    return tuple(step for step in loop_steps(framework, dates_of(framework, loop)) if step.name not in loop.steps_done)


def change(session: Session, framework: Framework, loop: Loop, **changes: Any) -> Loop:
    """Write changes, and when to look at the loop again unless the caller says when."""
    changed = replace(loop, **changes)
    if "next_step_at" not in changes:
        left = steps_left(framework, changed)
        changes["next_step_at"] = left[0].due_at if left else None
        changed = replace(changed, next_step_at=changes["next_step_at"])
    loops.update(session, loop.reference, **changes)
    return changed


def facts_of(establishment: Establishment, loop: Loop, item: LearningSpace, on: date, **more: Any) -> dict[str, Any]:
    """What a message about a loop may hold: references, dates, days, and the auditor's name."""
    days = (on - loop.return_by).days
    return {
        "reference": loop.reference,
        "learning_space": item.reference,
        "auditor": name_of(establishment, item.person),
        "meet_by": loop.meet_by.isoformat(),
        "return_by": loop.return_by.isoformat(),
        "token": loop.token,
        **({"days_overdue": days} if days > 0 else {}),
        **more,
    }


def say(
    session: Session,
    framework: Framework,
    event: str,
    loop: Loop,
    recipients: Iterable[Recipient],
    *,
    facts: Mapping[str, Any],
    now: datetime,
    step: str = "",
    due_at: datetime | None = None,
    state: str = "pending",
    reason: str = "",
) -> int:
    """Put an event about a loop in the outbox, for the next send window; how many notices were new."""
    return outbox.add(
        session,
        notices(
            framework,
            event,
            recipients,
            subject=loop.reference,
            step=step,
            due_at=due_at or now,
            not_before=Calendar.of(framework).next_send(now),
            facts=facts,
            state=state,
            reason=reason,
        ),
        at=now,
    )


def say_no_more(session: Session, loop: Loop, events: Collection[str], *, reason: str, now: datetime) -> None:
    """Cancel what still waits to be said of these events: it has had its day."""
    keep = tuple(event for event in EVENTS if event not in events)
    outbox.cancel_for(session, loop.reference, at=now, reason=reason, keep_events=keep)

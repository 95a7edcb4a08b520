"""What falls due by itself in closing the loop: reminders, the late form, and the re-audit (E26-E28, E31, E32)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assurance.access.loop_people import authorisers, told, told_of_a_late_form
from assurance.loop.loop_close import tell_practitioner_of_result
from assurance.loop.loop_moves import change, facts_of, say, steps_left
from assurance.loop.reaudit import open_reaudit
from assurance.notify.tell import roles_told
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.follow_up.loop_steps import FOR_AUTHORISATION, FORM_DUE, ON_THE_DAY, REAUDIT_DUE, LoopStep
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LOOP, move
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import EXCLUDED, WITHDRAWN, LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

SWEEP = Actor.system("sweep")
MOST = 1_000
"""Loops looked at in one pass; what is left comes at the next poke."""
TRY_AGAIN = timedelta(days=7)
"""How soon a re-audit that found no case or nobody independent is tried again."""


def chase_loops(session: Session, framework: Framework, now: datetime) -> int:
    """Look at every loop with a step due; how many notices were written. Harmless when repeated."""
    written = 0
    for loop in loops.due(session, now, MOST):
        item = learning_spaces.by_reference(session, loop.subject)
        if item is not None:
            written += _look(session, framework, loop, item, now)
    return written


def _look(session: Session, framework: Framework, loop: Loop, item: LearningSpace, now: datetime) -> int:
    if not loop.is_open:
        return tell_practitioner_of_result(session, framework, loop, item, now=now)
    if loop.state == "re_audit_due":
        return _try_again(session, framework, loop, item, now)
    due = [step for step in steps_left(framework, loop) if step.due_at <= now]
    if not due:
        change(session, framework, loop)
        return 0
    done = (*loop.steps_done, *(step.name for step in due))
    if any((step.event, step.step) == (REAUDIT_DUE, ON_THE_DAY) for step in due):
        return _fall_due(session, framework, loop, item, due, done, now)
    loop = change(session, framework, loop, steps_done=done)
    written = 0
    recipients = _recipients(session, framework, loop, item, due[-1], now)
    for earlier in due[:-1]:
        written += _speak(session, framework, loop, item, earlier, recipients, now, instead=due[-1])
    written += _speak(session, framework, loop, item, due[-1], recipients, now)
    history.append(
        session,
        at=now,
        actor=SWEEP,
        verb="loop_chased",
        subject=loop.reference,
        detail={
            "said": due[-1].name,
            "recorded": [step.name for step in due[:-1]],
            "told": roles_told(recipients),
        },
    )
    return written


def _recipients(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, step: LoopStep, now: datetime
) -> tuple[Recipient, ...]:
    establishment = establishments.current(session)
    calendar = Calendar.of(framework)
    on = calendar.local_date(calendar.next_send(now))
    if step.event == FOR_AUTHORISATION:
        return authorisers(framework, establishment, loop, item, on)
    tell = step.tell or framework.event(step.event).tell
    hears = told_of_a_late_form if step.event == FORM_DUE else _told
    first = hears(framework, establishment, item, tell, on)
    copied = told(framework, establishment, item, step.copy_to, on).recipients if step.copy_to else ()
    known = {one.person for one in first}
    return (*first, *(one for one in copied if one.person not in known))


def _told(
    framework: Framework, establishment: Establishment, item: LearningSpace, tell: Sequence[str], on: date
) -> tuple[Recipient, ...]:
    return told(framework, establishment, item, tell, on).recipients


def _speak(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    step: LoopStep,
    recipients: tuple[Recipient, ...],
    now: datetime,
    *,
    instead: LoopStep | None = None,
    **more: object,
) -> int:
    calendar = Calendar.of(framework)
    on = calendar.local_date(calendar.next_send(now))
    facts = facts_of(establishments.current(session), loop, item, on, **more)
    if loop.reaudit_due_on:
        facts["reaudit_due_on"] = loop.reaudit_due_on.isoformat()
    if loop.submitted_at and step.event == FOR_AUTHORISATION:
        facts["submitted_on"] = calendar.local_date(loop.submitted_at).isoformat()
    return say(
        session,
        framework,
        step.event,
        loop,
        recipients,
        facts=facts,
        now=now,
        step=step.step,
        due_at=step.due_at,
        state="recorded" if instead else "pending",
        reason=f"the later step {instead.step or instead.event} says it instead" if instead else "",
    )


def _fall_due(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    due: list[LoopStep],
    done: tuple[str, ...],
    now: datetime,
) -> int:
    """The day of the re-audit: it is allocated, and the QA team hears how that went."""
    loop = change(session, framework, loop, state=move(LOOP, loop.state, "fall_due"), steps_done=done)
    outcome = open_reaudit(session, framework, loop, item, actor=SWEEP, now=now)
    loop = change(session, framework, outcome.loop, next_step_at=now + TRY_AGAIN)
    if outcome.item is None:
        detail = {"because": outcome.reason}
        history.append(session, at=now, actor=SWEEP, verb="reaudit_not_opened", subject=loop.reference, detail=detail)
    step = next(one for one in due if one.step == ON_THE_DAY)
    recipients = _recipients(session, framework, loop, item, step, now)
    reference = outcome.item.reference if outcome.item else ""
    written = _speak(
        session, framework, loop, item, step, recipients, now, reaudit=reference, none_because=outcome.reason
    )
    for earlier in (one for one in due if one is not step):
        written += _speak(session, framework, loop, item, earlier, recipients, now, instead=step)
    return written


def _try_again(session: Session, framework: Framework, loop: Loop, item: LearningSpace, now: datetime) -> int:
    """A re-audit that could not be opened before, or was taken back: a case or an independent auditor may turn up."""
    if loop.reaudit_reference:
        found = learning_spaces.by_reference(session, loop.reaudit_reference)
        if found is not None and found.state not in (EXCLUDED, WITHDRAWN):
            change(session, framework, loop, next_step_at=now + TRY_AGAIN if found.is_open else None)
            return 0
        loop = change(session, framework, loop, reaudit_reference="")
    outcome = open_reaudit(session, framework, loop, item, actor=SWEEP, now=now)
    if outcome.item is None:
        change(session, framework, outcome.loop, next_step_at=now + TRY_AGAIN)
        return 0
    change(session, framework, outcome.loop, next_step_at=now + TRY_AGAIN)
    step = LoopStep(REAUDIT_DUE, outcome.item.reference, now)
    recipients = _recipients(session, framework, outcome.loop, item, step, now)
    return _speak(session, framework, outcome.loop, item, step, recipients, now, reaudit=outcome.item.reference)

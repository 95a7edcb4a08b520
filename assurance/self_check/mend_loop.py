"""Mending what follows a grade: the loop, its steps and its re-audit; the second look, its draw and its moderator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from assurance.access.loop_people import told
from assurance.common.refusals import NotFound
from assurance.loop.loop_moves import change, dates_of, facts_of, say
from assurance.loop.open_loop import OPENED, open_loop, prompt
from assurance.moderation.moderation_draw import redraw
from assurance.moderation.moderation_selection import CHOSEN, select, tell_chosen
from assurance.self_check.mend_item import TOO_LATE
from assurance.self_check.verify_item import Finding
from assurance.self_check.verify_loops import loop_findings_of
from assurance.self_check.verify_moderation import DRAWN as DRAWN
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_steps import LoopStep, loop_steps
from policy.follow_up.moderation import INADEQUATE, RANDOM
from policy.framework.framework import Framework
from storage.casework import learning_spaces, loops, moderations
from storage.casework.learning_spaces import SUBMITTED
from storage.casework.loops import Loop
from storage.casework.moderations import CLOSED as MODERATED
from storage.casework.moderations import SELECTED
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

VERIFY = Actor.system("verify")


def missing_loop(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """The loop is opened now; its days count from today, for nobody knew of it before."""
    item = learning_spaces.by_reference(session, finding.subject)
    if item is None or item.state != SUBMITTED or loops.of_subject(session, item.reference):
        return ""
    open_loop(session, framework, item, actor=VERIFY, now=now)
    return "loop_opened"


def missing_notice(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """Of its opening: said now. Of a step: judged again, or only kept where a later one has been said since."""
    loop = _still(session, framework, finding, now)
    item = learning_spaces.by_reference(session, loop.subject) if loop else None
    if loop is None or item is None:
        return ""
    if finding.about == OPENED:
        if not loop.is_open:
            return ""
        prompt(session, framework, item, loop, actor=VERIFY, now=now)
        return "told"
    steps = loop_steps(framework, dates_of(framework, loop))
    step = next((one for one in steps if one.name == finding.about), None)
    if step is None:
        return ""
    if step.name in loop.steps_done and _spoken_since(loop, steps, step):
        establishment = establishments.current(session)
        on = Calendar.of(framework).local_date(now)
        people = told(framework, establishment, item, step.tell or framework.event(step.event).tell, on).recipients
        facts = facts_of(establishment, loop, item, on)
        kept = say(
            session,
            framework,
            step.event,
            loop,
            people,
            facts=facts,
            now=now,
            step=step.step,
            due_at=step.due_at,
            state="recorded",
            reason=TOO_LATE,
        )
        return "recorded" if kept else ""
    change(session, framework, loop, steps_done=tuple(one for one in loop.steps_done if one != step.name))
    return "judged_again"


def next_step(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """When to look at the loop again is worked out anew."""
    loop = _still(session, framework, finding, now)
    if loop is None:
        return ""
    if loop.state == "re_audit_due":
        change(session, framework, loop, next_step_at=now)
    else:
        change(session, framework, loop)
    return "next_step_set"


def missing_reaudit(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """The next sweep opens it; a reference to a re-audit that does not exist is taken away first."""
    loop = _still(session, framework, finding, now)
    if loop is None:
        return ""
    if loop.state == "re_audit_due":
        change(session, framework, loop, reaudit_reference="", next_step_at=now)
    else:
        left = {step.name for step in loop_steps(framework, dates_of(framework, loop))}
        change(session, framework, loop, steps_done=tuple(one for one in loop.steps_done if one not in left))
    return "next_step_set"


def missing_moderation(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """One that is always moderated is selected now."""
    item = learning_spaces.by_reference(session, finding.subject)
    if item is None or item.state != SUBMITTED or moderations.of_subject(session, item.reference):
        return ""
    select(session, framework, item, why=item.moderation_flag or INADEQUATE, actor=VERIFY, now=now)
    return "selected"


def missing_draw(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """What a month's draw drew and is not there is selected again: the draw is worked out from its stored seed."""
    month = date.fromisoformat(f"{finding.subject}-01")
    entry = next(
        (one for one in history.read(session, subject=finding.subject) if one.verb == "moderation_drawn"), None
    )
    try:
        drawn = {one.reference: one for one in redraw(session, framework, month)}
    except NotFound:
        return ""  # this month was never drawn; the sweep has to say why
    wanted = [reference for reference in (entry.detail["drawn"] if entry else ()) if reference in drawn]
    added = 0
    for reference in wanted:
        item = learning_spaces.by_reference(session, reference)
        if item is None or item.state != SUBMITTED or moderations.of_subject(session, reference):
            continue
        one = drawn[reference]
        draw = {
            "seed": entry.detail["seed"] if entry else 0,
            "month": finding.subject,
            "place": one.place,
            "function": one.function,
            "auditor": one.auditor,
        }
        select(session, framework, item, why=RANDOM, draw=draw, actor=VERIFY, now=now)
        added += 1
    return "selected" if added else ""


def missing_moderation_notice(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """Its moderator is told now; one that has been closed since is only noted."""
    moderation = moderations.by_reference(session, finding.subject)
    item = learning_spaces.by_reference(session, moderation.subject) if moderation else None
    if moderation is None or item is None:
        return ""
    if any(one.event == CHOSEN for one in notices.about(session, moderation.reference)):
        return ""
    if moderation.state == MODERATED:
        return ""
    return "told" if tell_chosen(session, framework, moderation, item, now=now) else ""


def moderation_next_step(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """The reminder of the talk is counted from the day it was selected."""
    moderation = moderations.by_reference(session, finding.subject)
    if moderation is None or moderation.state != SELECTED or moderation.next_step_at or moderation.steps_done:
        return ""
    calendar = Calendar.of(framework)
    days = framework.moderation.discussion_within_working_days
    due = calendar.add_working_days(calendar.local_date(moderation.selected_at), days)
    moderations.update(session, moderation.reference, next_step_at=calendar.send_at(due))
    return "next_step_set"


def _still(session: Session, framework: Framework, finding: Finding, now: datetime) -> Loop | None:
    """The loop, if what was found of it is so still."""
    loop = loops.by_reference(session, finding.subject)
    if loop is None:
        return None
    if finding.about == OPENED:
        return None if any(one.event == OPENED for one in notices.about(session, loop.reference)) else loop
    found = loop_findings_of(session, framework, loop, now)
    return loop if any((one.kind, one.key) == (finding.kind, finding.key) for one in found) else None


def _spoken_since(loop: Loop, steps: Iterable[LoopStep], step: LoopStep) -> bool:
    return any(one.due_at > step.due_at and one.name in loop.steps_done for one in steps)

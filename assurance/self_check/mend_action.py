"""Mending one action of the tracker: the same as with a learning space, on its own ladder."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from assurance.actions.action_ladder import action_header, anchors_of, ladder_of, subject_of_action
from assurance.actions.assign_action import announce_action
from assurance.actions.judge_actions import rungs_told, step_name
from assurance.notify.climbing import spoken, who_hears
from assurance.notify.tell import roles_told
from assurance.self_check.mend_item import write_fresh
from assurance.self_check.verify_action import ASSIGNED, ActionAuditor
from assurance.self_check.verify_item import Finding
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import DueStep, anchor_of, next_step_at, step_due_at
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads import verifying


def next_step(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """When to look at it again is worked out anew."""
    action = _still(session, framework, finding, now)
    if action is None:
        return ""
    at = _next(framework, action, action.steps_done) if action.is_open else None
    actions.update(session, action.reference, next_step_at=at)
    return "next_step_set"


def missing_notice(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """Its owner is told, or a step of its ladder is judged again, or said to the one who was left out."""
    action = _still(session, framework, finding, now)
    if action is None:
        return ""
    establishment = establishments.current(session)
    if finding.about == ASSIGNED:
        fresh = announce_action(framework, establishment, ASSIGNED, action, now=now)
        return write_fresh(session, fresh, now, useful=action.is_open)
    name, _, person = finding.about.partition("|")
    return _step(session, framework, action, name, person, now)


def _step(session: Session, framework: Framework, action: Action, name: str, person: str, now: datetime) -> str:
    calendar, ladder = Calendar.of(framework), ladder_of(framework, action)
    step = next((one for one in ladder.steps if one.name == name), None)
    if step is None:
        return ""
    anchors = anchors_of(calendar, action)
    counts_from = step.anchor or ladder.anchor
    later = (one for one in ladder.steps if (one.anchor or ladder.anchor) == counts_from and one.days > step.days)
    useful = action.is_open and not any(one.name in action.steps_done for one in later)
    if useful and not person:
        done = tuple(one for one in action.steps_done if one != name)
        actions.update(session, action.reference, steps_done=done, next_step_at=_next(framework, action, done))
        return "judged_again"
    establishment = establishments.current(session)
    due = DueStep(step, step_due_at(step, anchor_of(ladder, step, anchors), calendar))
    not_before = calendar.next_send(now)
    on = calendar.local_date(not_before)
    subject = subject_of_action(establishment, framework, action)
    told = who_hears(due, subject, establishment, framework, on=on)
    facts = action_header(framework, establishment, action, on=on)
    facts |= rungs_told(session, framework, establishment, action, step, on=on)
    facts["told"] = roles_told(told.recipients)
    facts["strict"] = counts_from == "set_on"
    named = partial(step_name, action)
    fresh = spoken(framework, due, told, reference=action.reference, not_before=not_before, facts=facts, named=named)
    return write_fresh(session, [one for one in fresh if person in ("", one.recipient)], now, useful=useful)


def _still(session: Session, framework: Framework, finding: Finding, now: datetime) -> Action | None:
    """The action, if what was found of it is so still."""
    kept = verifying.one_action(session, finding.subject)
    if kept is None:
        return None
    auditor = ActionAuditor(framework, establishments.current(session), verifying.last_import(session), now)
    same = any((one.kind, one.key) == (finding.kind, finding.key) for one in auditor.findings(kept))
    return kept.action if same else None


def _next(framework: Framework, action: Action, done: tuple[str, ...]) -> datetime | None:
    calendar = Calendar.of(framework)
    return next_step_at(ladder_of(framework, action), anchors_of(calendar, action), done, calendar)

"""What the owner says of an action: done with its evidence, in progress, blocked, no longer needed, or another date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from assurance.actions.action_ladder import action_header
from assurance.actions.action_view import (
    STEP,
    ActionView,
    build_action_view,
    context_of_update,
    deciders,
    setter_who_decides,
)
from assurance.actions.assign_action import announce_action
from assurance.common.refusals import NotFound, NotYours
from assurance.notify.tell import UNREACHABLE
from assurance.notify.tell import notices as notices_to
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.forms.forms import StepCheck, check_step
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ACTION, move
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

EVIDENCE_MISSING, DATE_ASKED = "E40", "E72"
OUTLIVES = ("E41", UNREACHABLE)
"""Events still worth sending once the action is closed."""
PATIENCE = timedelta(minutes=10)
"""The card asks for the evidence first; the message comes if it is left unanswered this long."""
_EVENTS = {"done": "finish", "in_progress": "start", "blocked": "block", "not_needed": "drop"}
_EVIDENCE = ("evidence_kind", "evidence_on")


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """What came of an update."""

    state: Literal["kept", "asked", "incomplete", "already"]
    """kept: it stands. asked: a new date waits for an answer. incomplete: the card asks for more. already: the action
    was closed before."""
    view: ActionView


def update_action(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> UpdateOutcome:
    """Keep what the owner says. Nothing is kept while an answer is missing; a second press has no second effect.

    Only the owner may; NotYours for everyone else, their manager too. Done without evidence is asked for (E40).
    """
    action = actions.by_token(session, token)
    if action is None:
        raise NotFound(token)
    if not actor.person_id or actor.person_id != action.owner:
        raise NotYours(action.reference)
    establishment = establishments.current(session)
    if not action.is_open:
        return UpdateOutcome("already", build_action_view(session, framework, action, actor=actor, now=now))
    today = Calendar.of(framework).local_date(now)
    view = build_action_view(session, framework, action, actor=actor, now=now)
    check = check_step(view.form, STEP, raw, context_of_update(framework, action, today=today), framework)
    if check.problems:
        _ask_for_evidence(session, framework, establishment, action, check, now=now)
        found = build_action_view(session, framework, action, actor=actor, now=now, **_found(check))
        return UpdateOutcome("incomplete", found)
    if check.answers["update"] == "new_date":
        asked = date.fromisoformat(check.answers["new_date"])
        after = _ask_date(session, framework, establishment, action, asked, actor=actor, now=now)
        return UpdateOutcome("asked", build_action_view(session, framework, after, actor=actor, now=now))
    after = _keep(session, action, check.answers, actor=actor, now=now)
    return UpdateOutcome("kept", build_action_view(session, framework, after, actor=actor, now=now))


def _found(check: StepCheck) -> dict[str, Any]:
    return {
        "answers": check.draft,
        "problems": check.problems,
        "warnings": check.warnings,
        "entered": check.entered,
        "newly_asked": check.newly_asked,
    }


def _keep(session: Session, action: Action, answers: Mapping[str, Any], *, actor: Actor, now: datetime) -> Action:
    state = move(ACTION, action.state, _EVENTS[answers["update"]])
    evidence_on = answers.get("evidence_on")
    changes: dict[str, Any] = {
        "state": state,
        "note": answers.get("note") or "",
        "evidence_kind": answers.get("evidence_kind") or "",
        "evidence_on": date.fromisoformat(evidence_on) if evidence_on else None,
    }
    if state not in actions.OPEN_STATES:
        changes |= {"closed_at": now, "next_step_at": None, "asked_due_on": None}
        why = f"the action is {state.replace('_', ' ')}"
        outbox.cancel_for(session, action.reference, at=now, reason=why, keep_events=OUTLIVES)
    after = replace(action, **changes)
    if after == action:
        return action
    actions.update(session, action.reference, **changes)
    detail = {"state": state, "evidence_kind": after.evidence_kind, "evidence_on": evidence_on or ""}
    history.append(session, at=now, actor=actor, verb="action_updated", subject=action.reference, detail=detail)
    return after


def _ask_for_evidence(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    check: StepCheck,
    *,
    now: datetime,
) -> None:
    """Done was said and the evidence is missing: ask, once. Giving it on the card takes the question back."""
    if check.draft.get("update") != "done" or not any(key in check.problems for key in _EVIDENCE):
        return
    told = announce_action(framework, establishment, EVIDENCE_MISSING, action, now=now, not_before=now + PATIENCE)
    outbox.add(session, told, at=now)


def _ask_date(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    asked: date,
    *,
    actor: Actor,
    now: datetime,
) -> Action:
    """Keep the wish; a later one takes its place. Whoever set the action is asked, or who answers in their stead."""
    if asked in (action.asked_due_on, action.due_on):
        return action
    after = replace(action, asked_due_on=asked)
    actions.update(session, action.reference, asked_due_on=asked)
    detail = {"asked_due_on": asked.isoformat(), "due_on": action.due_on.isoformat()}
    history.append(session, at=now, actor=actor, verb="action_date_asked", subject=action.reference, detail=detail)
    calendar = Calendar.of(framework)
    at = calendar.next_send(now)
    people = sorted(deciders(framework, establishment, action, on=calendar.local_date(at)))
    roles = ("setter",) if setter_who_decides(establishment, action) else framework.actions.dates_agreed_by
    outbox.supersede(session, DATE_ASKED, action.reference, people, reason="another date is asked for")
    told = notices_to(
        framework,
        DATE_ASKED,
        [Recipient(person, roles, "holder") for person in people],
        subject=action.reference,
        step=asked.isoformat(),
        due_at=now,
        not_before=at,
        facts=date_facts(framework, establishment, after, asked, on=calendar.local_date(at)),
    )
    outbox.add(session, told, at=now)
    return after


def date_facts(
    framework: Framework, establishment: Establishment, action: Action, asked: date, *, on: date
) -> dict[str, Any]:
    """The header of an action and the date asked for."""
    return {**action_header(framework, establishment, action, on=on), "asked_due_on": asked.isoformat()}

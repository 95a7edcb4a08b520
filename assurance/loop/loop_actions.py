"""What the closing-the-loop form says of the remedial actions, carried over to the action tracker (R91, R96)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assurance.actions.action_ladder import standing_at
from policy.council.actor import Actor
from policy.follow_up.loop_form import ActionAnswer, action_answers
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ACTION, move
from storage.casework import actions
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

DONE, NOT_DONE, NO_LONGER_NEEDED = "done", "not_done", "no_longer_needed"


def answers_by_action(
    session: Session, item: LearningSpace, answers: Mapping[str, Any]
) -> tuple[tuple[Action, ActionAnswer], ...]:
    """Each action of a learning space with what the form says of it."""
    given = sorted(actions.of_subject(session, item.reference), key=lambda action: action.reference)
    said = action_answers(answers, [action.reference for action in given])
    return tuple(zip(given, said, strict=True))


def take_over_states(
    session: Session, item: LearningSpace, answers: Mapping[str, Any], *, actor: Actor, now: datetime
) -> int:
    """What the authorised form says is done, or not needed any more, leaves the tracker; how many that was (R93).

    Not before: a form that is sent back has done nothing.
    """
    settled = 0
    for action, said in answers_by_action(session, item, answers):
        if not action.is_open or said.state not in (DONE, NO_LONGER_NEEDED):
            continue
        event = "finish" if said.state == DONE else "drop"
        actions.update(
            session,
            action.reference,
            state=move(ACTION, action.state, event),
            evidence_kind=said.evidence,
            evidence_on=said.evidence_on,
            asked_due_on=None,
            next_step_at=None,
            closed_at=now,
        )
        outbox.cancel_for(session, action.reference, at=now, reason="the action is closed", keep_events=("E65",))
        _note(session, action, f"action_{said.state}", {"from": item.reference}, actor=actor, now=now)
        settled += 1
    return settled


def take_over_dates(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """The new dates of what is not done yet count from the authorisation on; how many that was."""
    moved = 0
    for action, said in answers_by_action(session, item, answers):
        if not action.is_open or said.state != NOT_DONE or said.new_date in (None, action.due_on):
            continue
        later = replace(action, due_on=said.new_date, asked_due_on=None, moved_from=action.due_on)
        actions.update(
            session,
            action.reference,
            due_on=said.new_date,
            asked_due_on=None,
            moved_from=action.due_on,
            **standing_at(framework, later, now=now),
        )
        outbox.cancel_for(session, action.reference, at=now, reason="it has another date", keep_events=("E34", "E65"))
        detail = {"from": action.due_on.isoformat(), "to": later.due_on.isoformat()}
        _note(session, action, "action_moved", detail, actor=actor, now=now)
        moved += 1
    return moved


def undated(session: Session, item: LearningSpace, answers: Mapping[str, Any]) -> list[str]:
    """Actions that stand in the way of authorising: not answered, or not done and without a new date (3.2)."""
    return [
        action.reference
        for action, said in answers_by_action(session, item, answers)
        if action.is_open and (said.state not in (DONE, NO_LONGER_NEEDED) and said.new_date is None)
    ]


def _note(session: Session, action: Action, verb: str, detail: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    history.append(session, at=now, actor=actor, verb=verb, subject=action.reference, detail=detail)

"""Agree to the new date an action's owner asks for, or decline it: for whoever set the action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from assurance.actions.action_ladder import LADDER_EVENTS, standing_at
from assurance.actions.action_view import deciders, may_read
from assurance.actions.assign_action import announce_action
from assurance.common.refusals import NotFound, NotYours
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

DECIDED = "E73"


@dataclass(frozen=True, slots=True)
class DateDecision:
    """How the wish for another date ended."""

    action: Action
    """As it stands afterwards."""
    agreed: bool
    already: bool
    """Nothing was waiting any more: it was answered, or the action was closed, before."""


def decide_action_date(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    agree: bool,
    asked_due_on: date | None = None,
    now: datetime,
) -> DateDecision:
    """Agree or decline. A date agreed begins the ladder again around it; the weeks since it was set go on counting.

    `asked_due_on` is the date on the card: if the owner has asked for another since, nothing is decided. NotYours for
    everyone but those it was asked of, the owner and their managers too.
    """
    action = actions.by_token(session, token)
    if action is None:
        raise NotFound(token)
    establishment = establishments.current(session)
    today = Calendar.of(framework).local_date(now)
    if actor.person_id not in deciders(framework, establishment, action, on=today):
        known = may_read(session, framework, establishment, action, actor.person_id, now=now)
        raise NotYours(action.reference if known else "")
    asked = action.asked_due_on
    if asked is None or not action.is_open or asked_due_on not in (None, asked):
        return DateDecision(action, agreed=False, already=True)
    agreed = agree and asked > today
    after = replace(action, asked_due_on=None)
    if agreed:
        after = replace(after, due_on=asked, moved_from=action.due_on)
        after = replace(after, **standing_at(framework, after, now=now))
        _drop_waiting(session, action)
    actions.update(
        session,
        action.reference,
        asked_due_on=None,
        due_on=after.due_on,
        moved_from=after.moved_from,
        steps_done=after.steps_done,
        next_step_at=after.next_step_at,
    )
    told = announce_action(
        framework,
        establishment,
        DECIDED,
        after,
        now=now,
        step=asked.isoformat(),
        agreed=agreed,
        asked_due_on=asked.isoformat(),
    )
    outbox.add(session, told, at=now)
    history.append(
        session,
        at=now,
        actor=actor,
        verb="action_date_agreed" if agreed else "action_date_declined",
        subject=action.reference,
        detail={"asked_due_on": asked.isoformat(), "due_on": after.due_on.isoformat()},
    )
    return DateDecision(after, agreed=agreed, already=False)


def _drop_waiting(session: Session, action: Action) -> None:
    """Steps of the old date that still wait for managers are no longer true either."""
    waiting = {one.recipient for one in outbox.about(session, action.reference) if one.state == "pending"}
    for event in LADDER_EVENTS:
        outbox.supersede(session, event, action.reference, waiting, reason="a new date was agreed")

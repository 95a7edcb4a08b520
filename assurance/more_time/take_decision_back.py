"""A decision about more time is taken back within its minute: the request waits as before (docs/adr/0032)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from assurance.common.more_time_refusals import TooLateToAsk
from assurance.common.quiet import NOTHING_DONE
from assurance.common.refusals import NotYours, TooLateToTakeBack
from assurance.escalation.move_due import climbs_on_at
from assurance.more_time.ask_more_time import still_in_time
from assurance.more_time.decide_more_time import (
    DECIDED,
    HAD_DONE,
    MORE_TIME_AGREED,
    TAKEN_OFF,
    WAS_DUE,
    RequestView,
    request_and_item,
    see_request,
    view_of,
)
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.taking_back import can_be_taken_back
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json
from policy.lifecycle.lifecycle import LEARNING_SPACE, REQUEST, move
from storage.casework import learning_spaces, loops, more_time, sent_forms
from storage.casework.learning_spaces import EXCLUDED, LearningSpace
from storage.casework.more_time import AGREED, ASKED, EXTENSION, Request
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import unsaid
from storage.outbox.unsaid import Written

JUDGED = "steps_judged"


@dataclass(frozen=True, slots=True)
class DecisionTakenBack:
    """The request as it waits again."""

    view: RequestView
    already: bool = False
    """Whether it waited already, so that this press changed nothing."""


def take_decision_back(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime
) -> DecisionTakenBack:
    """Take back what one decided: the due date, the ladder and what waits to be said are as before.

    Raises NotFound, NotYours for anybody but who decided, TooLateToTakeBack when the minute is over or somebody has
    gone on with it, and TooLateToAsk when its deadline came meanwhile, for then nobody could decide any more.
    """
    request, item = request_and_item(session, token)
    if request.state == ASKED:
        return DecisionTakenBack(see_request(session, framework, token, actor=actor, now=now), already=True)
    if not request.decided_by or actor.person_id != request.decided_by or request.decided_at is None:
        raise NotYours(item.reference)
    late = TooLateToTakeBack(item.reference, what="decided", at=request.decided_at)
    if not can_be_taken_back(framework, request.decided_at, now):
        raise late
    was = _as_it_was(session, framework, item, request)
    if was is None or _acted_on(session, item, request, request.decided_at):
        late.acted = True
        raise late
    if not still_in_time(was, now):
        raise TooLateToAsk(item.reference, due_on=was.due_on, deciding=True)
    _put_back(session, framework, item, was)
    said = Written([item.reference], [DECIDED], request.decided_at)
    unsaid.take_back(session, said, reason="the decision was taken back")
    more_time.reopen(session, request.token, move(REQUEST, request.state, "take_back"))
    history.append(session, at=now, actor=actor, verb="more_time_taken_back", subject=item.reference)
    waits = replace(request, state=ASKED, decided_by="", decided_at=None, because="")
    return DecisionTakenBack(view_of(session, establishments.current(session), was, waits))


def _as_it_was(session: Session, framework: Framework, item: LearningSpace, request: Request) -> LearningSpace | None:
    """The learning space before the decision; None where something else has changed it since."""
    if request.state != AGREED:
        return item
    if request.kind != EXTENSION:
        if item.state != EXCLUDED:
            return None
        event = "take_back_opened" if item.opened_at is not None else "take_back"
        item = replace(item, state=move(LEARNING_SPACE, item.state, event))
        return replace(item, next_step_at=climbs_on_at(session, framework, item))
    rows = history.read(session, subject=item.reference)
    detail: Mapping[str, Any] = next(
        (row.detail for row in rows if row.verb == "more_time_agreed" and row.at == request.decided_at), {}
    )
    if not detail or detail.get("due_on") != item.due_on.isoformat():
        return None
    due_on = date.fromisoformat(str(detail[WAS_DUE]))
    was = replace(
        item,
        due_on=due_on,
        deadline_at=Calendar.of(framework).deadline_at(due_on),
        steps_done=tuple(detail[HAD_DONE]),
        extended_from=None if item.extended_from == due_on else item.extended_from,
    )
    return replace(was, next_step_at=climbs_on_at(session, framework, was))


def _acted_on(session: Session, item: LearningSpace, request: Request, decided_at: datetime) -> bool:
    """Whether anybody, or the ladder, has gone on from what was decided."""
    if unsaid.any_begun(session, Written([item.reference], [DECIDED], decided_at)):
        return True
    judged = request.state == AGREED and request.kind == EXTENSION  # a step of the new date would be said twice
    since = [row.verb for row in history.read(session, subject=item.reference) if row.at > decided_at]
    if any(verb not in NOTHING_DONE or (judged and verb == JUDGED) for verb in since):
        return True
    # A re-audit that was taken off may have been replaced by another one.
    return bool(item.parent_loop) and request.state == AGREED and not loops.of_reaudit(session, item.reference)


def _put_back(session: Session, framework: Framework, item: LearningSpace, was: LearningSpace) -> None:
    if was == item:
        return
    names = ("state", "due_on", "deadline_at", "steps_done", "extended_from", "next_step_at")
    learning_spaces.update(session, item.reference, **{name: getattr(was, name) for name in names})
    sent_forms.give_drafts_back(session, item.reference)
    unsaid.revive(session, item.reference, cancelled_because=TAKEN_OFF)
    if was.due_on != item.due_on:
        events = {step.event for step in ladder_from_json(item.ladder).steps}
        more_time.count_again(
            session, item.reference, events, was_due_on=was.due_on, cancelled_because=MORE_TIME_AGREED
        )

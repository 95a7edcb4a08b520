"""How a loop ends: with the result of its re-audit, as not testable, or stood down (R94, A21, A32, A38)."""

from __future__ import annotations

from datetime import datetime

from assurance.access.loop_people import RUNS_IT, in_team, loop_and_item, told
from assurance.common.refusals import NotReady, NotYours
from assurance.loop.loop_decide import Decided, answer_to
from assurance.loop.loop_meeting import drop_meeting
from assurance.loop.loop_moves import EVENTS, change, facts_of, say, say_no_more
from assurance.loop.loop_view import is_released, waits_for_a_result
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import FORM
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LOOP, NotAllowed, move
from storage.casework import form_drafts, learning_spaces, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

RESULT = "E32"
NOT_TESTABLE, STOOD_DOWN = "not_testable", "stood_down"
PRACTITIONER = "practitioner"


def record_result(
    session: Session, framework: Framework, token: str, *, result: object, actor: Actor, now: datetime
) -> Decided:
    """The QA lead says whether the learning is embedded; every loop the re-audit serves is closed with it (R94, A38).

    The practitioner hears once the newer learning space is released to them. A second press changes nothing.
    Raises NotFound, NotYours, NotReady before the re-audit is in, NotAnAnswer.
    """
    loop, item = loop_and_item(session, token)
    _runs_it(session, framework, loop, actor, now)
    if not loop.is_open and loop.result:
        return Decided(loop, already=True)
    if not waits_for_a_result(session, loop):
        raise NotReady(loop.reference)
    answer = answer_to(framework, loop, "result", "reaudit_result", result, now=now)
    for each in loops.of_reaudit(session, loop.reaudit_reference):
        about = learning_spaces.by_reference(session, each.subject)
        if each.state == loop.state and about is not None:
            closed = _close(session, framework, each, "record_result", answer, "", actor=actor, now=now)
            _tell_result(session, framework, closed, about, now=now)
            loop = closed if closed.reference == loop.reference else loop
    tell_practitioner_of_result(session, framework, loop, item, now=now)
    return Decided(loop)


def end_as_not_testable(
    session: Session, framework: Framework, token: str, *, reason: object, actor: Actor, now: datetime
) -> Decided:
    """The QA lead ends a loop that no re-audit can test: the practitioner has left, or has no suitable case (A21)."""
    loop, item = loop_and_item(session, token)
    _runs_it(session, framework, loop, actor, now)
    if not loop.is_open:
        return Decided(loop, already=True)
    because = answer_to(framework, loop, "not_testable", "not_testable_because", reason, now=now)
    loop = _close(session, framework, loop, "not_testable", NOT_TESTABLE, because, actor=actor, now=now)
    _tell_result(session, framework, loop, item, now=now)
    return Decided(loop)


def stand_down(
    session: Session, framework: Framework, reference: str, *, reason: object, actor: Actor, now: datetime
) -> Decided:
    """The QA lead ends a loop whose grade was moderated up, with a reason; the Head of Service is told (A32).

    `reference` is the loop's, or its token. Raises NotFound, NotYours, NotReady once the re-audit is open, NotAnAnswer.
    """
    loop, item = loop_and_item(session, reference)
    _runs_it(session, framework, loop, actor, now)
    if not loop.is_open:
        return Decided(loop, already=True)
    because = answer_to(framework, loop, "stand_down", "stand_down_because", reason, now=now)
    loop = _close(session, framework, loop, "stand_down", STOOD_DOWN, because, actor=actor, now=now)
    _tell_result(session, framework, loop, item, now=now)
    return Decided(loop)


def ask_for_own_reaudit(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> Decided:
    """The QA lead wants a re-audit for this loop alone, although another of the practitioner's could serve it (A38)."""
    loop, _ = loop_and_item(session, reference)
    _runs_it(session, framework, loop, actor, now)
    if loop.own_reaudit:
        return Decided(loop, already=True)
    if loop.reaudit_reference or not loop.is_open:
        raise NotReady(loop.reference)
    loop = change(session, framework, loop, own_reaudit=True, next_step_at=loop.next_step_at)
    history.append(session, at=now, actor=actor, verb="own_reaudit_asked", subject=loop.reference)
    return Decided(loop)


def tell_practitioner_of_result(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, now: datetime
) -> int:
    """E32 to the practitioner as soon as the newer learning space is released to them; until then look again daily."""
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    newer = learning_spaces.by_reference(session, loop.reaudit_reference) if loop.reaudit_reference else None
    if newer is None or loop.result in (NOT_TESTABLE, STOOD_DOWN):
        change(session, framework, loop, next_step_at=None)
        return 0
    if not is_released(session, framework, newer, on=on):
        tomorrow = calendar.send_at(calendar.add_working_days(on, 1))
        change(session, framework, loop, next_step_at=tomorrow)
        return 0
    change(session, framework, loop, next_step_at=None)
    establishment = establishments.current(session)
    resolution = told(framework, establishment, item, (PRACTITIONER,), on)
    people = [one for one in resolution.recipients if one.person in establishment.people]
    facts = facts_of(establishment, loop, item, on, result=loop.result, reaudit=loop.reaudit_reference)
    return say(session, framework, RESULT, loop, people, facts=facts, now=now)


def _tell_result(session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, now: datetime) -> None:
    """E32 to all but the practitioner, whose turn comes with the release."""
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    tell = tuple(text for text in framework.event(RESULT).tell if text != PRACTITIONER)
    resolution = told(framework, establishment, item, tell, on)
    facts = facts_of(establishment, loop, item, on, result=loop.result, reaudit=loop.reaudit_reference)
    say(session, framework, RESULT, loop, resolution.recipients, facts=facts, now=now)


def _close(
    session: Session,
    framework: Framework,
    loop: Loop,
    event: str,
    result: str,
    because: str,
    *,
    actor: Actor,
    now: datetime,
) -> Loop:
    try:
        state = move(LOOP, loop.state, event)
    except NotAllowed as refused:
        raise NotReady(loop.reference) from refused
    say_no_more(session, loop, EVENTS[:-1], reason="the loop is closed", now=now)
    form_drafts.delete(session, loop.reference, FORM)
    closed = change(
        session, framework, loop, state=state, result=result, closed_because=because, closed_at=now, next_step_at=None
    )
    closed = drop_meeting(session, framework, closed, by=actor.person_id, now=now)
    detail = {"result": result, "from": loop.state}
    history.append(session, at=now, actor=actor, verb="loop_closed", subject=loop.reference, detail=detail)
    return closed


def _runs_it(session: Session, framework: Framework, loop: Loop, actor: Actor, now: datetime) -> None:
    on = Calendar.of(framework).local_date(now)
    if not actor.is_operator and not in_team(establishments.current(session), actor.person_id, RUNS_IT, on):
        raise NotYours(loop.reference)

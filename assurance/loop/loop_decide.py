"""Authorise a closing-the-loop form or send it back: by the relevant Head of Service, never by who filled it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.access.loop_people import barred_from_authorising, loop_and_item, may_authorise, told
from assurance.common.refusals import AlreadyDone, NotReady, NotYours, Refused
from assurance.loop.loop_actions import take_over_dates, take_over_states, undated
from assurance.loop.loop_moves import change, facts_of, say, say_no_more, steps_left
from assurance.notify.tell import name_of, roles_told
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import DECISIONS, FORM, NOT_SAFE, SAFE_NOW
from policy.follow_up.loop_steps import FOR_AUTHORISATION, again, reaudit_due_on
from policy.forms.form_values import check_value
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import FormField, Framework
from policy.lifecycle.lifecycle import LOOP, move
from storage.casework import form_drafts
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

SENT_BACK, AUTHORISED = "E29", "E30"


class OwnForm(Refused):
    """Whoever filled in the form, or did the learning space, never authorises it."""


class ActionWithoutDate(Refused):
    """An action is not done and has no new date, so the form cannot be authorised yet."""


class ChildNotSafe(Refused):
    """The form says that the child is not safe now, so whoever authorises it is asked once more (G1)."""


class NotAnAnswer(Refused):
    """What was typed cannot be kept as it is."""

    def __init__(self, subject: str, field: FormField, problem: Problem) -> None:
        self.field = field
        self.problem = problem
        super().__init__(subject, problem.code)


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision about a loop."""

    loop: Loop
    already: bool = False


def authorise_loop(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, version: int | None = None
) -> Decided:
    """Authorise the form; it is with the QA team at once, and the re-audit has its date (R92-R94, A20, A21).

    What the form says of the actions counts from here on. A second press changes nothing. `version` is the round the
    card showed: a form sent in anew since is NotReady. Raises NotFound, OwnForm, NotYours, ActionWithoutDate, NotReady,
    AlreadyDone by somebody else, and ChildNotSafe where the form says so: that is asked about once more.
    """
    loop, item = loop_and_item(session, token)
    if loop.authorised_at is None and loop.form.get(SAFE_NOW) == NOT_SAFE and not undated(session, item, loop.form):
        _may_decide(session, framework, loop, item, actor=actor, now=now)
        if version in (None, loop.submissions):
            raise ChildNotSafe(loop.reference)
    return authorise_once_asked(session, framework, token, actor=actor, now=now, version=version)


def authorise_once_asked(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, version: int | None = None
) -> Decided:
    """The same by somebody who was asked once more, because the child is not safe now, and authorises it (G1)."""
    loop, item = loop_and_item(session, token)
    if loop.authorised_at is not None:
        return _already(session, loop, actor)
    _may_decide(session, framework, loop, item, actor=actor, now=now)
    if version is not None and version != loop.submissions:
        raise NotReady(loop.reference)
    if waiting := undated(session, item, loop.form):
        raise ActionWithoutDate(loop.reference, ", ".join(waiting))
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    settled = take_over_states(session, item, loop.form, actor=actor, now=now)
    moved = take_over_dates(session, framework, item, loop.form, actor=actor, now=now)
    authorised = move(LOOP, loop.state, "authorise")
    loop = change(
        session,
        framework,
        loop,
        state=move(LOOP, authorised, "receive"),
        authorised_by=actor.person_id,
        authorised_at=now,
        reaudit_due_on=reaudit_due_on(framework, on),
        returned_because="",
    )
    form_drafts.delete(session, loop.reference, FORM)
    say_no_more(session, loop, (FOR_AUTHORISATION, SENT_BACK), reason="it is authorised", now=now)
    establishment = establishments.current(session)
    resolution = told(framework, establishment, item, framework.event(AUTHORISED).tell, on)
    due = loop.reaudit_due_on.isoformat() if loop.reaudit_due_on else ""
    facts = facts_of(establishment, loop, item, on, reaudit_due_on=due)
    # Before the release the practitioner is not to know that there is a loop; their opened result tells them of it.
    hear = tuple(
        one for one in resolution.recipients if item.released_at is not None or one.person != item.practitioner
    )
    say(session, framework, AUTHORISED, loop, hear, facts=facts, now=now)
    detail = {"reaudit_due_on": due, "actions_settled": settled, "actions_moved": moved, "told": roles_told(hear)}
    if loop.form.get(SAFE_NOW) == NOT_SAFE:
        detail["child_safe_now"] = NOT_SAFE
    history.append(session, at=now, actor=actor, verb="loop_authorised", subject=loop.reference, detail=detail)
    received = {"state": loop.state, "notes": list(resolution.notes)}
    history.append(
        session, at=now, actor=Actor.system("loop"), verb="loop_received", subject=loop.reference, detail=received
    )
    return Decided(loop)


def send_loop_back(
    session: Session,
    framework: Framework,
    token: str,
    *,
    reason: object,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Decided:
    """Send the form back with what has to change; the reason is shown in the opened form alone (E29).

    A second press changes nothing. Raises NotFound, OwnForm, NotYours, NotAnAnswer, NotReady, AlreadyDone.
    """
    loop, item = loop_and_item(session, token)
    if loop.authorised_at is not None:
        return _already(session, loop, actor)
    if loop.state == "returned_for_change" and may_decide(session, framework, loop, item, actor=actor, now=now):
        return Decided(loop, already=True)
    _may_decide(session, framework, loop, item, actor=actor, now=now)
    if version is not None and version != loop.submissions:
        raise NotReady(loop.reference)
    because = answer_to(framework, loop, "send_back", "because", reason, now=now)
    loop = change(
        session,
        framework,
        loop,
        state=move(LOOP, loop.state, "return"),
        returned_because=because,
    )
    # While it lay with the authoriser its own date went by: nobody is chased for days that were not theirs.
    gone_by = tuple(step.name for step in steps_left(framework, loop) if step.due_at <= now)
    loop = change(session, framework, loop, steps_done=(*loop.steps_done, *gone_by))
    say_no_more(session, loop, (FOR_AUTHORISATION,), reason="it was sent back", now=now)
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    resolution = told(framework, establishment, item, framework.event(SENT_BACK).tell, on)
    facts = facts_of(establishment, loop, item, on, sent_back_by=name_of(establishment, actor.person_id))
    step = again("", loop.submissions)
    say(session, framework, SENT_BACK, loop, resolution.recipients, facts=facts, now=now, step=step)
    history.append(
        session,
        at=now,
        actor=actor,
        verb="loop_sent_back",
        subject=loop.reference,
        detail={"round": loop.submissions, "told": roles_told(resolution.recipients), "notes": list(resolution.notes)},
    )
    return Decided(loop)


def answer_to(framework: Framework, loop: Loop, step: str, key: str, raw: object, *, now: datetime) -> str:
    """The answer to a decision's one question, checked like any form's. NotAnAnswer says what is wrong with it."""
    field = next(one for one in framework.form(DECISIONS).step(step).fields if one.key == key)
    today = Calendar.of(framework).local_date(now)
    checked = check_value(field, raw, FormContext.of(framework, allocated_on=today, today=today), framework)
    problem = checked.problem or (None if checked.value else Problem("required"))
    if problem:
        raise NotAnAnswer(loop.reference, field, problem)
    return str(checked.value)


def may_decide(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, actor: Actor, now: datetime
) -> bool:
    """Whether this person is the one to authorise or send back."""
    on = Calendar.of(framework).local_date(now)
    return may_authorise(framework, establishments.current(session), loop, item, actor.person_id, on)


def _may_decide(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, actor: Actor, now: datetime
) -> None:
    if loop.submissions and actor.person_id in barred_from_authorising(loop, item):
        raise OwnForm(loop.reference)
    if not may_decide(session, framework, loop, item, actor=actor, now=now):
        raise NotYours(loop.reference)
    if loop.state != "submitted":
        raise NotReady(loop.reference)


def _already(session: Session, loop: Loop, actor: Actor) -> Decided:
    if loop.authorised_by == actor.person_id:
        return Decided(loop, already=True)
    by_name = name_of(establishments.current(session), loop.authorised_by)
    raise AlreadyDone(loop.reference, by=loop.authorised_by, by_name=by_name, at=loop.authorised_at or loop.opened_at)

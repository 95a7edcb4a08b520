"""The QA lead's discretion: what it takes to hold one escalation of a learning space (R97, A22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assurance.access.authority import require_role
from assurance.common.more_time_refusals import HeldAlready, NothingToHold, OnlyQaLead
from assurance.common.refusals import NotFound, NotYours, Withdrawn
from assurance.forms.form_view import refuse_if_submitted
from assurance.notify.tell import header, name_of, notices, subject_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient, resolve
from policy.follow_up.more_time import hold_ends
from policy.forms.forms import FormContext, Problem, check_step
from policy.framework.framework import Framework, Ladder
from policy.lifecycle.ladder import DueStep, held_due_at, ladder_from_json, next_step_at
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.casework.more_time import Hold
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

HOLDS = ("qa_lead",)
HELD = "E14"
FORM = "hold"


@dataclass(frozen=True, slots=True)
class HoldMade:
    """A step that is held now."""

    item: LearningSpace
    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldRefused:
    """The answers do not stand yet: what is wrong with which."""

    item: LearningSpace
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)


def require_qa_lead(session: Session, framework: Framework, actor: Actor, *, now: datetime) -> Establishment:
    """The establishment, for a QA lead or their deputy; OnlyQaLead for anybody else."""
    establishment = establishments.current(session)
    try:
        require_role(establishment, actor, HOLDS, on=Calendar.of(framework).local_date(now))
    except NotYours:
        raise OnlyQaLead from None
    return establishment


def to_be_held(session: Session, establishment: Establishment, named: str) -> LearningSpace:
    """The open learning space of a token or a reference that has not had its hold.

    NotFound; Withdrawn and AlreadyDone for one that is closed; HeldAlready for the second time.
    """
    item = (learning_spaces.by_token(session, named) if named else None) or learning_spaces.by_reference(session, named)
    if item is None:
        raise NotFound(named)
    refuse_if_submitted(session, item)
    if not item.is_open:
        raise Withdrawn(item.reference)
    known = more_time.hold_of(session, item.reference)
    if known is not None:
        raise HeldAlready(item.reference, by_name=name_of(establishment, known.held_by), until=known.until)
    return item


def make_hold(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    *,
    actor: Actor,
    raw: Mapping[str, object],
    now: datetime,
) -> HoldMade | HoldRefused:
    """Hold the next escalation of an item that may be held for some working days, with a reason; nobody is told yet.

    The deadline does not move. NothingToHold when no escalation is still to come.
    """
    calendar = Calendar.of(framework)
    ladder = ladder_from_json(item.ladder)
    coming = next_escalation(ladder, item, calendar)
    if coming is None:
        raise NothingToHold(item.reference)
    form = framework.form(FORM)
    context = FormContext.of(framework, allocated_on=item.allocated_on, today=calendar.local_date(now))
    check = check_step(form, form.steps[0].key, raw, context, framework)
    problems = dict(check.problems)
    days = str(check.answers.get("working_days") or "")
    if days and not (days.isdigit() and 1 <= int(days) <= framework.discretion.max_working_days):
        problems["working_days"] = Problem("not_a_choice")
    if problems:
        return HoldRefused(item, check.entered, problems)
    until = hold_ends(calendar.local_date(coming.due_at), int(days), calendar)
    hold = Hold(item.reference, coming.step.name, until, check.answers["reason"], actor.person_id, now)
    more_time.hold_once(session, hold)
    next_at = next_step_at(ladder, item.counts_from, item.steps_done, calendar, {hold.step: until})
    learning_spaces.update(session, item.reference, next_step_at=next_at)
    detail = {"step": hold.step, "until": until.isoformat(), "reason": hold.reason}
    history.append(session, at=now, actor=actor, verb="step_held", subject=item.reference, detail=detail)
    return HoldMade(item, hold)


def next_escalation(ladder: Ladder, item: LearningSpace, calendar: Calendar) -> DueStep | None:
    """The lowest rung of management that has not been judged yet, and when it falls due; None when all have."""
    rungs = [step for step in ladder.steps if step.escalation and step.name not in item.steps_done]
    if not rungs:
        return None
    lowest = min(rungs, key=lambda step: step.days)
    return DueStep(lowest, held_due_at(lowest, item.counts_from, calendar))


def _hears_of(
    framework: Framework, establishment: Establishment, item: LearningSpace, *, on: date
) -> Iterator[Recipient]:
    """The Head of Service (for their own item who is above them) and the QA leads."""
    for expression in framework.event(HELD).tell:
        # One by one: an empty rung of management goes a level up although the QA lead is told as well.
        told = resolve((expression,), (), subject_of(item), establishment, framework, on=on, escalation=True)
        yield from told.recipients


def tell_of(
    session: Session, framework: Framework, made: HoldMade, *, actor: Actor, now: datetime, said_in: str = ""
) -> list[Recipient]:
    """E14 for everyone who hears of one hold; who held it sees it on the card. `said_in` is a message of several.

    Returns who hears of it, but for whoever held it.
    """
    establishment, calendar = establishments.current(session), Calendar.of(framework)
    item, hold = made.item, made.hold
    not_before = calendar.next_send(now)
    facts = {
        **header(framework, establishment, item, on=calendar.local_date(not_before)),
        "step": hold.step,
        "until": hold.until.isoformat(),
        "reason": hold.reason,
        "by": name_of(establishment, hold.held_by),
    }
    hear = list(_hears_of(framework, establishment, item, on=calendar.local_date(now)))
    for recipient in hear:
        own = recipient.person == actor.person_id
        notice = notices(
            framework,
            HELD,
            (recipient,),
            subject=item.reference,
            step=hold.step,
            due_at=now,
            not_before=not_before,
            facts=facts,
            state="recorded" if own or said_in else "pending",
            reason="shown on the card they pressed" if own else said_in,
        )
        outbox.add(session, notice, at=now)
    return [one for one in hear if one.person != actor.person_id]

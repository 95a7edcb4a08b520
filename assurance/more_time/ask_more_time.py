"""Ask for more time, or to be taken off: by the auditor, with a reason, until the deadline (R101, A23)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from assurance.common.more_time_refusals import AskedAlready, ExtendedAlready, NoLaterDate, TooLateToAsk
from assurance.common.refusals import NotFound
from assurance.forms.form_view import own_item, refuse_if_submitted
from assurance.notify.tell import header, notices, roles_told, subject_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Resolution
from policy.follow_up.more_time import Deciders, deciders, fitting_new_date, in_time, latest_new_date
from policy.forms.forms import FormContext, Problem, StepCheck, check_step
from policy.framework.framework import Form, Framework
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.casework.more_time import AGREED, ASKED, EXCLUSION, EXTENSION, Request
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

ASKS = "E8"
WAS_ASKED, ASKED_FOR = "more_time_asked", "asked_for"
"""In the history: that it was asked for, and the date that was named where it is not the one that was set."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """A request while it is being written, with everything the card needs."""

    item: LearningSpace
    kind: str
    form: Form
    context: FormContext
    latest: date
    """The last date that could be agreed."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    decides: tuple[str, ...] = ()
    """The roles that will decide; empty when nobody is in post for it."""
    told_too_late: datetime | None = None
    """When they will be told, where that is after the deadline: nobody can be counted on to read it before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been made."""

    item: LearningSpace
    request: Request
    told: tuple[str, ...]
    """The roles that decide; empty when there is nobody and the QA lead was told why."""
    asked_for: date | None = None
    """The date they named, where that was no working day and so the request is for the next one."""
    told_too_late: datetime | None = None
    """When they will be told, where that is after the deadline."""


def request_form(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, kind: str = EXTENSION
) -> RequestForm:
    """The empty request of an item's own auditor. Reads only.

    NotFound, NotYours, Withdrawn, AlreadyDone as for its form; TooLateToAsk after the deadline, AskedAlready while a
    request waits, ExtendedAlready and NoLaterDate when no new date is possible.
    """
    item = own_item(session, token, actor)
    refuse_if_submitted(session, item)
    _refuse_if_closed(session, framework, item, kind, now=now)
    today = Calendar.of(framework).local_date(now)
    return RequestForm(
        item=item,
        kind=kind,
        form=framework.form(kind),
        context=FormContext.of(framework, allocated_on=item.allocated_on, today=today),
        latest=latest_new_date(framework, item.due_on, item.quarter),
        decides=_deciding(who_decides(framework, establishments.current(session), item, now=now).asked),
        told_too_late=_too_late_to_be_read(framework, item, now=now),
    )


def ask(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    kind: str,
    raw: Mapping[str, object],
    now: datetime,
) -> Asked | RequestForm:
    """Make a request and tell who decides at once, in send hours. With something wrong in it, the form comes back."""
    if kind not in (EXTENSION, EXCLUSION):
        raise NotFound(token)
    form = request_form(session, framework, token, actor=actor, now=now, kind=kind)
    item = form.item
    check, new_due = check_request(framework, form, raw)
    if check.problems:
        return replace(form, answers={**check.entered}, problems=check.problems, warnings=check.warnings)
    request = Request(
        token=uuid.uuid4().hex,
        reference=item.reference,
        kind=kind,
        reason=check.answers["reason"],
        note=check.answers.get("note") or "",
        new_due_on=new_due,
        asked_by=actor.person_id,
        asked_at=now,
    )
    more_time.insert(session, request)
    asked_for = moved_from(check, new_due)
    told = _tell(session, framework, item, request, asked_for, now=now)
    detail = {
        "kind": kind,
        "reason": request.reason,
        "new_due_on": new_due.isoformat() if new_due else "",
        ASKED_FOR: asked_for.isoformat() if asked_for else "",
        "told": roles_told(told.recipients),
        "notes": list(told.notes),
    }
    history.append(session, at=now, actor=actor, verb=WAS_ASKED, subject=item.reference, detail=detail)
    return Asked(item, request, _deciding(told), asked_for, form.told_too_late)


def _too_late_to_be_read(framework: Framework, item: LearningSpace, *, now: datetime) -> datetime | None:
    """When those who decide are told, if their send hours begin only after the deadline."""
    told_at = Calendar.of(framework).next_send(now)
    return told_at if item.paused_on is None and told_at > item.deadline_at else None


def _deciding(told: Resolution) -> tuple[str, ...]:
    """The roles of those who decide; whoever hears because a post is vacant is not among them."""
    roles = [role for one in told.recipients if one.via != "qa_for_vacancy" for role in one.roles]
    return tuple(dict.fromkeys(roles))


def check_request(framework: Framework, form: RequestForm, raw: Mapping[str, object]) -> tuple[StepCheck, date | None]:
    """What is wrong with a request as it would be made, and the date it would set. Asks nobody."""
    check = check_step(form.form, form.form.steps[0].key, raw, form.context, framework)
    if form.kind != EXTENSION or not check.answers.get("new_date"):
        return check, None
    item = form.item
    wanted = date.fromisoformat(check.answers["new_date"])
    new_due = fitting_new_date(framework, item.due_on, item.quarter, wanted)
    if new_due is None:
        early = wanted <= item.due_on
        problem = Problem("not_after_due", item.due_on.isoformat()) if early else _too_late(form)
        check = replace(check, problems={**check.problems, "new_date": problem})
    return check, new_due


def moved_from(check: StepCheck, new_due: date | None) -> date | None:
    """The date that was named, if the one it would set is another: the working day after it."""
    named = check.answers.get("new_date")
    wanted = date.fromisoformat(named) if named and new_due else None
    return wanted if wanted != new_due else None


def still_in_time(item: LearningSpace, now: datetime) -> bool:
    """Whether the deadline of an item has not passed; while its clock stands it does not pass."""
    paused = None if item.paused_on is None else item.due_on < item.paused_on
    return in_time(item.deadline_at, now, late_before_pause=paused)


def who_decides(framework: Framework, establishment: Establishment, item: LearningSpace, *, now: datetime) -> Deciders:
    """Who is asked about an item's due date, and who may decide, on the day of `now`."""
    on = Calendar.of(framework).local_date(now)
    return deciders(framework, establishment, subject_of(item), on=on)


def _refuse_if_closed(session: Session, framework: Framework, item: LearningSpace, kind: str, *, now: datetime) -> None:
    earlier = more_time.of(session, item.reference)
    waiting = next((one for one in earlier if one.state == ASKED), None)
    if not still_in_time(item, now):
        raise TooLateToAsk(item.reference, due_on=item.due_on)
    if waiting is not None:
        raise AskedAlready(item.reference, kind=waiting.kind, at=waiting.asked_at)
    if kind != EXTENSION:
        return
    agreed = sum(one.kind == EXTENSION and one.state == AGREED for one in earlier)
    if agreed >= framework.more_time.max_count:
        raise ExtendedAlready(item.reference, due_on=item.due_on, token=item.token)
    calendar = Calendar.of(framework)
    if calendar.add_working_days(item.due_on, 1) > latest_new_date(framework, item.due_on, item.quarter):
        raise NoLaterDate(item.reference, due_on=item.due_on, token=item.token)


def _too_late(form: RequestForm) -> Problem:
    return Problem("too_late", form.latest.isoformat())


def _tell(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    request: Request,
    asked_for: date | None,
    *,
    now: datetime,
) -> Resolution:
    establishment = establishments.current(session)
    told = who_decides(framework, establishment, item, now=now).asked
    facts = {
        "new_due_on": request.new_due_on.isoformat() if request.new_due_on else "",
        ASKED_FOR: asked_for.isoformat() if asked_for else "",
        "request": request.token,
        "has_note": bool(request.note),
    }
    tell_of(session, framework, establishment, ASKS, request, item, told, facts, now=now)
    return told


def tell_of(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    event: str,
    request: Request,
    item: LearningSpace,
    told: Resolution,
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> int:
    """Say something of a request, at once in send hours; how many notices that wrote. No note is ever in one."""
    calendar = Calendar.of(framework)
    not_before = calendar.next_send(now)
    shared = {
        **header(framework, establishment, item, on=calendar.local_date(not_before)),
        "kind": request.kind,
        "reason": request.reason,
    }
    fresh = notices(
        framework,
        event,
        told.recipients,
        subject=item.reference,
        step=step_of(session, item.reference),
        due_at=now,
        not_before=not_before,
        facts={**shared, **facts},
    )
    return outbox.add(session, fresh, at=now)


def step_of(session: Session, reference: str) -> str:
    """What tells the messages about one request from those about another: its number."""
    return f"request {len(more_time.of(session, reference))}"

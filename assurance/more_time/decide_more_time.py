"""Decide a request for more time: by the auditor's Head of Service until the deadline; after it the request expires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from assurance.common.decision import Decision
from assurance.common.more_time_refusals import DecidedAlready, NoLaterDate, TooLateToAsk
from assurance.common.refusals import NotFound, NotReady, NotYours, Withdrawn
from assurance.common.until_it_stands import put_drafts_aside, say_when_it_stands
from assurance.escalation.move_due import move_due
from assurance.forms.form_view import refuse_if_submitted
from assurance.more_time.ask_more_time import ASKED_FOR, WAS_ASKED, still_in_time, tell_of, who_decides
from assurance.notify.tell import OUTLIVES_SUBMISSION, hearers, name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.follow_up.more_time import fitting_new_date
from policy.forms.forms import FormContext, Problem, check_step
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LEARNING_SPACE, REQUEST, move
from storage.casework import learning_spaces, more_time, sent_forms
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.casework.more_time import ASKED, EXPIRED, EXTENSION, Request
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

DECIDED = "E9"
DECLINE, BECAUSE = "decline", "because"
"""The form that declining asks, and its one question."""
MORE_TIME_AGREED, TAKEN_OFF = "more time was agreed", "the learning space is excluded"
"""Why notices of the old date are cancelled, and those of a learning space that was taken off."""
WAS_DUE, HAD_DONE = "was_due_on", "steps_done"
"""In the history of a decision: what it changed, for whoever takes it back."""
SYSTEM = Actor.system("sweep")


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as whoever decides it sees it."""

    item: LearningSpace
    request: Request
    auditor: str
    """The name of who asks."""
    asked_for: date | None = None
    """The date they named, where that was no working day and so the request is for the next one."""


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """What was decided, and what came of it."""

    item: LearningSpace
    request: Request
    due_on: date
    """The due date from now on."""
    take_back: bool = False
    """Whether it can be taken back for a minute (docs/adr/0032)."""


@dataclass(frozen=True, slots=True)
class Declining:
    """A request that is not declined yet: the reason is missing, or does not stand."""

    view: RequestView
    entered: Mapping[str, Any]
    problems: Mapping[str, Problem]
    """Empty where the reason was not asked for yet."""


def see_request(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> RequestView:
    """A request for who may decide it, with the note its auditor wrote. Reads only.

    NotFound, NotYours, and the same refusals as deciding when it is settled or too late.
    """
    establishment = establishments.current(session)
    request, item = _theirs(session, framework, establishment, token, actor=actor, now=now)
    return view_of(session, establishment, item, request)


def request_and_item(session: Session, token: str) -> tuple[Request, LearningSpace]:
    """A request, and the learning space it is about. NotFound. Reads only."""
    request = more_time.by_token(session, token) if token else None
    item = learning_spaces.by_reference(session, request.reference) if request else None
    if request is None or item is None:
        raise NotFound(token)
    return request, item


def view_of(session: Session, establishment: Establishment, item: LearningSpace, request: Request) -> RequestView:
    """A request as whoever decides it sees it. Reads only."""
    return RequestView(item, request, name_of(establishment, request.asked_by), _date_named(session, request))


def _date_named(session: Session, request: Request) -> date | None:
    """The date they named, where that was no working day and so the request is for the next one. Reads only."""
    about = history.read(session, subject=request.reference)
    asked = next((entry for entry in about if entry.verb == WAS_ASKED and entry.at == request.asked_at), None)
    named = str(asked.detail.get(ASKED_FOR, "")) if asked else ""
    return date.fromisoformat(named) if named else None


def read_decision(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> RequestView:
    """A request that was declined, with the reason, for who asked and who decided. Reads only.

    NotFound, NotYours, and NotReady while it is not declined.
    """
    request, item = request_and_item(session, token)
    if actor.person_id not in (request.asked_by, request.decided_by):
        raise NotYours(item.reference)
    if not request.because:
        raise NotReady(item.reference)
    return RequestView(item, request, name_of(establishments.current(session), request.decided_by))


def agree_request(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> DecisionMade:
    """Agree. The first decision stands: a second raises DecidedAlready with who and when.

    Agreeing more time moves the due date; agreeing to take it off ends the learning space. TooLateToAsk after the
    deadline, Withdrawn and AlreadyDone when there is nothing left to decide.
    """
    request, item = _theirs(session, framework, establishments.current(session), token, actor=actor, now=now)
    due_on = item.due_on
    if request.kind == EXTENSION:
        fits = fitting_new_date(framework, item.due_on, item.quarter, request.new_due_on or item.due_on)
        if fits is None:
            raise NoLaterDate(item.reference, due_on=item.due_on)
        due_on = fits
    decided = _settle(session, request, "agree", actor=actor, now=now)
    if request.kind == EXTENSION:
        move_due(
            session,
            framework,
            item,
            due_on,
            reason=MORE_TIME_AGREED,
            now=now,
            extended_from=item.extended_from or item.due_on,
        )
    else:
        _take_off(session, framework, item, now=now)
    return _made(session, framework, item, decided, due_on, actor=actor, now=now)


def decline_request(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> DecisionMade | Declining:
    """Decline, with a reason in words that its asker can open. One that does not stand comes back as it was typed.

    Refuses like `agree_request`.
    """
    establishment = establishments.current(session)
    request, item = _theirs(session, framework, establishment, token, actor=actor, now=now)
    form = framework.form(DECLINE)
    context = FormContext.of(framework, allocated_on=item.allocated_on, today=Calendar.of(framework).local_date(now))
    check = check_step(form, form.steps[0].key, raw, context, framework)
    if check.problems:
        view = view_of(session, establishment, item, request)
        return Declining(view, check.entered, check.problems if BECAUSE in raw else {})
    because = str(check.answers.get(BECAUSE) or "")
    decided = _settle(session, request, "decline", actor=actor, now=now, because=because)
    return _made(session, framework, item, decided, item.due_on, actor=actor, now=now)


def _settle(
    session: Session, request: Request, event: str, *, actor: Actor, now: datetime, because: str = ""
) -> Request:
    state = move(REQUEST, request.state, event)
    if not more_time.decide(session, request.token, state, by=actor.person_id, at=now, because=because):
        known = more_time.by_token(session, request.token) or request
        raise _settled(establishments.current(session), known, actor)
    return replace(request, state=state, decided_by=actor.person_id, decided_at=now, because=because)


def _made(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    request: Request,
    due_on: date,
    *,
    actor: Actor,
    now: datetime,
) -> DecisionMade:
    """Those concerned are told when it can no longer be taken back. `item` is as it was."""
    establishment = establishments.current(session)
    after = learning_spaces.by_reference(session, item.reference) or item
    _tell(session, framework, establishment, after, request, request.state, by=actor.person_id, now=now)
    can_go_back = say_when_it_stands(session, framework, [item.reference], [DECIDED], now=now)
    history.append(
        session,
        at=now,
        actor=actor,
        verb=f"more_time_{request.state}",
        subject=item.reference,
        detail={
            "kind": request.kind,
            "reason": request.reason,
            WAS_DUE: item.due_on.isoformat(),
            "due_on": due_on.isoformat(),
            **({HAD_DONE: list(item.steps_done)} if due_on != item.due_on else {}),
        },
    )
    return DecisionMade(after, request, due_on, can_go_back)


def expire_requests(session: Session, framework: Framework, now: datetime) -> int:
    """What nobody decided by the deadline expires and both sides hear (E9); how many notices that wrote.

    A request about something sent in or taken back meanwhile ends without a word: it has had its day.
    """
    establishment = establishments.current(session)
    written = 0
    for request in more_time.undecided(session):
        item = learning_spaces.by_reference(session, request.reference)
        if item is None or (item.is_open and still_in_time(item, now)):
            continue
        until = sent_forms.final_at(session, item.reference)
        if item.state == SUBMITTED and until is not None and now < until:
            continue  # sent in a moment ago, and perhaps taken back
        more_time.decide(session, request.token, move(REQUEST, request.state, "expire"), by="", at=now)
        if item.is_open:
            written += _tell(session, framework, establishment, item, request, EXPIRED, by="", now=now)
        detail = {"kind": request.kind, "reason": request.reason}
        history.append(session, at=now, actor=SYSTEM, verb="more_time_expired", subject=item.reference, detail=detail)
    return written


def requests_to_decide(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """The requests a person may decide, for their list."""
    found = []
    for request in more_time.undecided(session):
        item = learning_spaces.by_reference(session, request.reference)
        if item is None or not item.is_open or not still_in_time(item, now):
            continue
        if person in who_decides(framework, establishment, item, now=now).may:
            found.append(
                Decision(
                    "decide_more_time",
                    item.reference,
                    by_when=item.due_on,
                    token=request.token,
                    who=name_of(establishment, request.asked_by),
                    until=request.new_due_on,
                    because=request.reason,
                    asks=request.kind,
                    has_note=bool(request.note),
                )
            )
    return found


def _theirs(
    session: Session, framework: Framework, establishment: Establishment, token: str, *, actor: Actor, now: datetime
) -> tuple[Request, LearningSpace]:
    request, item = request_and_item(session, token)
    allowed = actor.person_id in who_decides(framework, establishment, item, now=now).may
    if not allowed and actor.person_id != request.decided_by:
        raise NotYours(item.reference)
    if request.state != ASKED:
        raise _settled(establishment, request, actor)
    refuse_if_submitted(session, item)
    if not item.is_open:
        raise Withdrawn(item.reference)
    if not still_in_time(item, now):
        raise TooLateToAsk(item.reference, due_on=item.due_on, deciding=True)
    return request, item


def _settled(establishment: Establishment, request: Request, actor: Actor) -> DecidedAlready:
    return DecidedAlready(
        request.reference,
        state=request.state,
        by_name=name_of(establishment, request.decided_by) if request.decided_by else "",
        yours=bool(request.decided_by) and request.decided_by == actor.person_id,
        at=request.decided_at or request.asked_at,
    )


def _take_off(session: Session, framework: Framework, item: LearningSpace, *, now: datetime) -> None:
    state = move(LEARNING_SPACE, item.state, "exclude")
    learning_spaces.update(session, item.reference, state=state, next_step_at=None, paused_on=None)
    put_drafts_aside(session, framework, item.reference, now=now)
    outbox.cancel_for(session, item.reference, at=now, reason=TAKEN_OFF, keep_events=OUTLIVES_SUBMISSION)


def _tell(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    request: Request,
    state: str,
    *,
    by: str,
    now: datetime,
) -> int:
    told = hearers(framework, establishment, DECIDED, item, now=now)
    facts = {"outcome": state, "by": name_of(establishment, by) if by else ""}
    if request.because:
        facts["request"] = request.token  # its asker opens the reason; no message holds it
    return tell_of(session, framework, establishment, DECIDED, request, item, told, facts, now=now)

"""What a card says now: how its subject stands for the person who holds it, by header facts alone (domain 4.2).

Nothing of a form, no practitioner, no case and no grade: a card in the chat is no opened form.
"""

from __future__ import annotations

from datetime import datetime

from assurance.cards.how_it_stands import Begun, Look, Present
from assurance.cards.listed import list_stands
from assurance.cards.present_follow_up import action_stands, begun_at, loop_stands, second_look_stands
from assurance.forms.form_view import form_of
from assurance.more_time.ask_more_time import still_in_time, who_decides
from assurance.more_time.decide_more_time import view_of
from assurance.notify.tell import function_title, rungs_ahead
from policy.council.establishment import Establishment
from policy.forms.forms import visible_steps
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json
from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION
from storage.casework import corrections, learning_spaces, more_time, red_flags, sent_forms
from storage.casework.learning_spaces import OPENED, SUBMITTED, LearningSpace
from storage.casework.more_time import ASKED, EXPIRED, Request
from storage.engine.session import Session
from storage.outbox.bundles import bundle_of

RED_ROUTE, ASKS = "E16", "E8"
FOR_THE_AUDITOR = ("E1", "E3", "E4", "E5", "E6", "E7")
"""Events only whoever does a learning space hears of; on the card of anybody else it has gone to someone else."""
FORM_IS_IN, ENDED = "form_is_in", "ended"
"""How a request stands that nobody decided, because what it was about is over."""


def present(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    person: str,
    subject: str,
    event: str,
    *,
    now: datetime,
) -> Present | None:
    """How a subject stands for the holder of a card that showed an event; None when the card may stay. Reads only."""
    look = Look(session, framework, establishment, person, now)
    if bundle_of(subject):
        return list_stands(look, subject, event)
    match subject[:2]:
        case kind if kind == LEARNING_SPACE:
            return _learning_space(look, subject, event)
        case kind if kind == LOOP:
            return loop_stands(look, subject)
        case kind if kind == ACTION:
            return action_stands(look, subject)
        case kind if kind == MODERATION:
            return second_look_stands(look, subject)
    return None


def _learning_space(look: Look, reference: str, event: str) -> Present | None:
    """By what the card was about: the red route, a request, the item itself, or its header."""
    item = learning_spaces.by_reference(look.session, reference)
    if item is None:
        return None
    if event == RED_ROUTE:
        return _red_route(look, item)
    if event == ASKS and item.person != look.person:
        return _request(look, item)
    if item.person == look.person:
        return _own(look, item)
    if item.practitioner == look.person:
        state = "opened" if item.released_at is not None else item.state
        return Present("own_work", reference, state, who=look.name(item.person))
    if event in FOR_THE_AUDITOR:
        return Present("with_someone_else", reference)
    return _header(look, item)


def _own(look: Look, item: LearningSpace) -> Present:
    if item.state == SUBMITTED:
        return _own_sent_in(look, item)
    if not item.is_open:
        return Present("withdrawn", item.reference, item.state)
    ladder = ladder_from_json(item.ladder)
    return Present(
        "to_do",
        item.reference,
        item.state,
        item.token,
        function=function_title(look.framework, item.function),
        due_on=item.due_on,
        late=item.days_left(look.today) < 0,
        begun=_begun(look, item) if item.state == OPENED else None,
        rungs=rungs_ahead(look.framework, look.establishment, item, ladder, after=look.today),
        paused=item.paused_on is not None,
        asked=any(one.state == ASKED for one in more_time.of(look.session, item.reference)),
        finished=False,
    )


def _own_sent_in(look: Look, item: LearningSpace) -> Present:
    """Sent in; or open once more, to be corrected."""
    correction = corrections.asked(look.session, item.reference)
    if correction is not None:
        begun, due_on = _begun(look, item), correction.correct_by
        return Present("to_correct", item.reference, item.state, item.token, due_on=due_on, begun=begun, finished=False)
    by, yours = look.by(item.submitted_by or item.person)
    token = item.token if yours and item.released_at is None else ""
    until = sent_forms.final_at(look.session, item.reference) if token else None
    return Present(
        "sent_in",
        item.reference,
        item.state,
        token,
        by=by,
        yours=yours,
        at=item.submitted_at,
        take_back=until is not None and look.now < until,
    )


def _begun(look: Look, item: LearningSpace) -> Begun | None:
    """How far its auditor has come; None before the first answer."""
    draft = learning_spaces.load_draft(look.session, item.reference, look.person)
    if draft is None or not draft.version:
        return None
    asked = [one.key for one in visible_steps(form_of(look.framework, item), draft.answers)]
    return begun_at(draft.step, asked, Begun(draft.updated_at))


def _header(look: Look, item: LearningSpace) -> Present:
    return Present(
        "header",
        item.reference,
        item.state,
        who=look.name(item.person),
        function=function_title(look.framework, item.function),
        due_on=item.due_on,
        late=item.days_left(look.today) < 0,
        at=item.submitted_at if item.state == SUBMITTED else None,
        paused=item.paused_on is not None,
    )


def _red_route(look: Look, item: LearningSpace) -> Present | None:
    flag = red_flags.of(look.session, item.reference)
    if flag is None or not flag.acknowledged_by:
        return None
    by, yours = look.by(flag.acknowledged_by)
    return Present("taken_up", item.reference, by=by, yours=yours, at=flag.acknowledged_at)


def _request(look: Look, item: LearningSpace) -> Present | None:
    requests = more_time.of(look.session, item.reference)
    if not requests:
        return None
    newest = max(requests, key=lambda one: one.asked_at)
    if newest.state == ASKED and item.is_open and still_in_time(item, look.now):
        if look.person not in who_decides(look.framework, look.establishment, item, now=look.now).may:
            return Present("with_another_decider", item.reference, newest.state)
        view = view_of(look.session, look.establishment, item, newest)
        return Present("to_decide", item.reference, newest.state, newest.token, request=view, finished=False)
    by, yours = look.by(newest.decided_by)
    state = _how_it_ended(newest, item)
    at = item.submitted_at if state == FORM_IS_IN else newest.decided_at
    return Present("settled", item.reference, state, by=by, yours=yours, at=at)


def _how_it_ended(request: Request, item: LearningSpace) -> str:
    """A request that nobody decided ended with its deadline, unless what it was about was over before that."""
    if request.state not in (ASKED, EXPIRED):
        return request.state
    if item.submitted_at is not None and item.submitted_at <= item.deadline_at:
        return FORM_IS_IN
    return EXPIRED if item.is_open or item.state == SUBMITTED else ENDED

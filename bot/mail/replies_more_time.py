"""More time by email: asked by the auditor, decided by whoever may, each read back and done by YES alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assurance.channels.read_back import DECIDE, MORE_TIME
from assurance.forms.answer_by_mail import own_item_by_reference
from assurance.more_time.ask_more_time import Asked, RequestForm, ask, check_request, moved_from, request_form
from assurance.more_time.decide_more_time import (
    BECAUSE,
    DecisionMade,
    Declining,
    RequestView,
    agree_request,
    decline_request,
    see_request,
)
from bot.mail.turn import hear_into
from dialogs.letters import mail_replies
from dialogs.more_time import deciding, more_time
from dialogs.understand.reply_answers import Said
from dialogs.understand.reply_decisions import ReplyHeard
from dialogs.understand.spoken_answers import read_answer
from policy.forms.form_questions import Asked as Question
from policy.forms.form_questions import questions
from policy.forms.forms import Problem
from storage.casework.more_time import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.mail.turn import Outcome, Turn, Unread
    from policy.framework.framework import FormField
    from storage.casework.learning_spaces import LearningSpace

OTHER = "other"
"""The reason whose words are the asker's own."""


async def ask_from_words(turn: Turn, heard: ReplyHeard) -> Outcome:
    """'extend to 20 March because ...': the day, the reason it fits, or another reason in their words."""
    form = await _form(turn)
    fields = _fields(form)
    given: dict[str, Any] = {}
    unread = _day_into(given, heard, form)
    if heard.detail:
        reason = read_answer(fields["reason"], heard.detail, form.context, given)
        if reason.problem is None and reason.value:
            given["reason"] = reason.value
        else:
            given["reason"] = OTHER
            unread |= hear_into(
                given, ReplyHeard("answers", (Said("note", heard.detail),)), form.context, lambda: fields
            )
    return await _read_back(turn, form, given, unread)


async def go_on(turn: Turn, heard: ReplyHeard, facts: Mapping[str, Any]) -> Outcome:
    """Answers to what was still missing, or another date."""
    form = await _form(turn)
    fields = _fields(form)
    given = dict(facts.get("given", {}))
    unread = _day_into(given, heard, form) if heard.intent == "extend" else {}
    unread |= hear_into(given, heard, form.context, lambda: fields)
    return await _read_back(turn, form, given, unread)


def _day_into(given: dict[str, Any], heard: ReplyHeard, form: RequestForm) -> Unread:
    """The day of 'extend to ...', or the words where a day should have been."""
    words = next((one.text for one in heard.unclear if one.why == "which_day"), "")
    if heard.day:
        given["new_date"] = heard.day.isoformat()
    elif words:
        problem = read_answer(_fields(form)["new_date"], words, form.context, given).problem
        return {"new_date": (words, problem or Problem("not_a_date"))}
    return {}


async def send(turn: Turn, facts: Mapping[str, Any]) -> Outcome:
    """YES: ask. What has become impossible meanwhile is said as in Teams."""
    item: LearningSpace = await turn.read(own_item_by_reference, turn.subject, turn.person.id)
    made = await turn.write(ask, item.token, kind=EXTENSION, raw=dict(facts.get("given", {})))
    if isinstance(made, RequestForm):
        return await _read_back(turn, made, dict(facts.get("given", {})), {}, made.problems)
    assert isinstance(made, Asked)
    turn.talk.wake()
    await turn.forget()
    return turn.answer(more_time.asked_message(made, turn.talk.framework, turn.today))


async def decide_from_words(turn: Turn, plain: ReplyHeard) -> Outcome:
    """'agree', or 'decline because ...', to a request: read back first."""
    agree = plain.intent == "agree"
    token = str(turn.facts.get("request") or (turn.waits.facts.get("token") if turn.waits else "") or "")
    view: RequestView = await turn.talk.db.read(
        see_request, turn.talk.framework, token, actor=turn.actor, now=turn.talk.clock.now()
    )
    waits = {"token": token, "agree": agree, BECAUSE: plain.detail}
    if not agree and (turn.with_details or not plain.detail):
        why = mail_replies.decline_why_message(turn.subject, details=turn.with_details)
        return await turn.read_back(DECIDE, {**waits, BECAUSE: ""}, why)
    facts = [("From", view.auditor)]
    if view.request.new_due_on:
        facts.append(("New date", mail_replies.say_day(view.request.new_due_on, turn.today)))
    if not agree:
        facts.append(("Your reason", plain.detail))
    note = more_time.say_moved(view.asked_for, view.request.new_due_on, turn.talk.framework, turn.today)
    message = mail_replies.decision_read_back_message(turn.subject, facts, agree=agree, note=note)
    return await turn.read_back(DECIDE, waits, message)


async def decide(turn: Turn, facts: Mapping[str, Any]) -> Outcome:
    """YES: it is decided."""
    token, talk = str(facts.get("token", "")), turn.talk
    made: DecisionMade | Declining
    if facts.get("agree"):
        made = await turn.write(agree_request, token)
    else:
        made = await turn.write(decline_request, token, raw={BECAUSE: facts.get(BECAUSE, "")})
    if isinstance(made, Declining):
        return turn.answer(mail_replies.decline_why_message(turn.subject))
    talk.wake()
    await turn.forget()
    return turn.answer(deciding.decided_message(made, talk.framework, turn.today))


def asked_fields(turn: Turn) -> list[FormField]:
    """The questions of a request, in the order of their numbers."""
    return [field for step in turn.talk.framework.form(EXTENSION).steps for field in step.fields]


async def _form(turn: Turn) -> RequestForm:
    item: LearningSpace = await turn.read(own_item_by_reference, turn.subject, turn.person.id)
    form: RequestForm = await turn.talk.db.read(
        request_form, turn.talk.framework, item.token, actor=turn.actor, now=turn.talk.clock.now()
    )
    return form


async def _read_back(
    turn: Turn,
    form: RequestForm,
    given: dict[str, Any],
    unread: Unread,
    problems: Mapping[str, Problem] | None = None,
) -> Outcome:
    check, new_due = check_request(turn.talk.framework, form, given)
    found = check.problems if problems is None else problems
    kept = {key: value for key, value in given.items() if key not in found or not _identifies(found[key])}
    message = mail_replies.small_form_message(
        "More time for {}",
        turn.subject,
        [Question(form.form.steps[0], field) for field in _fields(form).values()],
        kept,
        found,
        form.context,
        does="ask for more time",
        unread=unread,
        note=more_time.say_moved(moved_from(check, new_due), new_due, turn.talk.framework, turn.today),
    )
    return await turn.read_back(MORE_TIME, {"given": kept}, message)


def _identifies(problem: Problem) -> bool:
    return problem.code.startswith("identifier:")


def _fields(form: RequestForm) -> dict[str, FormField]:
    return {one.field.key: one.field for one in questions(form.form, {})}

"""A learning space by email: questions out, answers in, read back, and sent in by YES alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.channels.read_back import FORM
from assurance.follow_up.submit import SubmitOutcome, submit
from assurance.forms.answer_by_mail import AnswersTaken, form_by_mail, save_answers_by_mail
from dialogs.learning_space import learning_space
from dialogs.letters import mail_replies
from dialogs.understand.reply_decisions import ReplyHeard
from dialogs.understand.reply_reading import read_reply
from dialogs.understand.spoken_answers import read_answer
from policy.forms.form_questions import questions
from policy.forms.forms import Problem
from policy.framework.framework import FormField

if TYPE_CHECKING:
    from assurance.forms.form_view import FormView
    from bot.mail.turn import Outcome, Turn
    from policy.framework.framework import Framework


async def open_form(turn: Turn) -> Outcome:
    """The questions, numbered, with the answers so far."""
    view = await _view(turn)
    facts = {"version": view.version, "asked": _asked(view)}
    return await turn.read_back(FORM, facts, mail_replies.form_questions_message(view))


async def hear(turn: Turn) -> tuple[FormView, ReplyHeard]:
    """What they said, by the numbers of the letter they answer."""
    view = await _view(turn)
    numbered = list(turn.waits.facts.get("asked", ())) if turn.waits and turn.waits.what == FORM else _asked(view)
    fields = {field.key: field for step in view.form.steps for field in step.fields}
    # A question the form has lost since keeps its number, so that no other one is answered in its place.
    asked = [fields.get(key) or FormField(key=key, label=f"({key})", kind="text") for key in numbered]
    heard = read_reply(turn.text, asked, today=turn.today, grades=turn.talk.framework.grades, quoted=turn.quoted)
    return view, heard


async def take_answers(turn: Turn, view: FormView, heard: ReplyHeard) -> Outcome:
    """Save what can be read, say what cannot, read everything back."""
    fields = {field.key: field for step in view.form.steps for field in step.fields}
    answers: dict[str, object] = {}
    unread: dict[str, tuple[str, Problem]] = {}
    for said in _said(view, heard, fields):
        key, words = said
        result = read_answer(fields[key], words, view.context, {**view.answers, **answers})
        if result.problem is not None:
            unread[key] = (words, result.problem)
        else:
            answers[key] = "" if result.skipped else result.value
    taken: AnswersTaken = await turn.write(save_answers_by_mail, turn.subject, answers=answers)
    taken = replace(taken, view=without_names(taken.view, turn.talk.framework))
    if taken.view.red_route:
        turn.talk.wake()
    echo = not turn.with_details
    gone = [one.text for one in heard.said if one.field and one.field not in fields]
    leftovers = [line for line in (*gone, *heard.leftovers) if line.strip()]
    message = mail_replies.form_read_back_message(
        taken, unread=unread, unclear=heard.unclear, leftovers=leftovers, echo=echo
    )
    return await turn.read_back(FORM, {"version": taken.view.version, "asked": _asked(taken.view)}, message)


async def send(turn: Turn, facts: dict[str, Any]) -> Outcome:
    """YES: send it in exactly as it was read back. What has changed since is read back again."""
    view = await _view(turn)
    outcome: SubmitOutcome = await turn.write(submit, view.item.token, version=int(facts.get("version", -1)))
    turn.talk.wake()
    if outcome.view is not None:
        again = await _view(turn)
        message = mail_replies.form_read_back_message(AnswersTaken(again), unread={}, not_sent=True)
        return await turn.read_back(FORM, {"version": again.version, "asked": _asked(again)}, message)
    await turn.forget()
    at = outcome.at or turn.talk.clock.now()
    reference, framework = outcome.item.reference, turn.talk.framework
    if outcome.state == "already":
        return turn.answer(learning_space.already_message(reference, at, framework))
    receipt = learning_space.Receipt(reference, at, outcome.red_route, answered="by_email", take_back=outcome.take_back)
    return turn.answer(learning_space.receipt_message(receipt, framework))


async def _view(turn: Turn) -> FormView:
    view: FormView = await turn.write(form_by_mail, turn.subject)
    return without_names(view, turn.talk.framework)


def without_names(view: FormView, framework: Framework) -> FormView:
    """The same with people called by their roles: an email names no practitioner, not even as a choice (design 10)."""
    titles = {role.key: role.title for role in framework.roles} | {"auditor": "I will"}
    owners = tuple(one.model_copy(update={"title": titles.get(one.key, one.key)}) for one in view.context.owners)
    return replace(view, context=replace(view.context, owners=owners))


def _asked(view: FormView) -> list[str]:
    return [one.field.key for one in questions(view.form, view.answers)]


def _said(view: FormView, heard: ReplyHeard, fields: dict[str, FormField]) -> list[tuple[str, str]]:
    """Question and words. A grade that stood alone is the overall grade, and what stood below it its reasons."""
    found = [(one.field, one.text) for one in heard.said if one.field in fields]
    if not heard.grade or not view.form.grade_field:
        return found
    grade = fields[view.form.grade_field]
    found.insert(0, (grade.key, heard.grade))
    reasons = _reasons_field(view)
    if heard.summary and reasons and not any(key == reasons for key, _ in found):
        found.insert(1, (reasons, heard.summary))
    return found


def _reasons_field(view: FormView) -> str:
    """The text that is asked beside the overall grade: what somebody means who writes "GOOD" and why below it."""
    for step in view.form.steps:
        if any(field.key == view.form.grade_field for field in step.fields):
            return next((field.key for field in step.fields if field.kind == "text"), "")
    return ""

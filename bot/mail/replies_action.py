"""An action by email: done with its evidence, in progress, blocked or not needed; read back, kept by YES alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assurance.actions.action_view import STEP, ActionView, open_action_by_reference
from assurance.actions.decide_action_date import DateDecision, decide_action_date
from assurance.actions.update_action import UpdateOutcome, update_action
from assurance.channels.read_back import ACTION, DATE
from bot.mail.turn import hear_into
from dialogs.actions import actions
from dialogs.letters import mail_answers, mail_replies
from policy.forms.form_questions import questions
from policy.forms.forms import check_step

if TYPE_CHECKING:
    from bot.mail.turn import Outcome, Turn, Unread
    from dialogs.understand.reply_decisions import ReplyHeard
    from policy.framework.framework import FormField

UPDATES = {"done": "done", "not_needed": "not_needed"}
"""What somebody may write, as the form has it; "not done" means in progress or blocked, so it is asked."""


async def update_from_words(turn: Turn, heard: ReplyHeard) -> Outcome:
    """'done, supervision note 3 March'."""
    view = await _view(turn)
    given: dict[str, Any] = {}
    if heard.intent in UPDATES:
        given["update"] = UPDATES[heard.intent]
    if heard.intent == "done":
        fields = _fields(view, given)
        if heard.day:
            given["evidence_on"] = heard.day.isoformat()
        if heard.detail and "evidence_kind" in fields:
            kind = _kind_in(fields["evidence_kind"], heard.detail)
            given |= {"evidence_kind": kind} if kind else {}
    return await _read_back(turn, view, given, {})


async def go_on(turn: Turn, heard: ReplyHeard, facts: Mapping[str, Any]) -> Outcome:
    """Answers to what was still missing."""
    view = await _view(turn)
    given = dict(facts.get("given", {}))
    unread = hear_into(given, heard, view.context, lambda: _fields(view, given))
    return await _read_back(turn, view, given, unread)


async def send(turn: Turn, facts: Mapping[str, Any]) -> Outcome:
    """YES: it is kept."""
    view = await _view(turn)
    outcome: UpdateOutcome = await turn.write(update_action, view.action.token, raw=dict(facts.get("given", {})))
    if outcome.state == "incomplete":
        return await _read_back(turn, view, dict(facts.get("given", {})), {})
    turn.talk.wake()
    await turn.forget()
    return turn.answer(actions.updated_message(outcome, turn.talk.framework))


async def decide_from_words(turn: Turn, plain: ReplyHeard) -> Outcome:
    """'agree' or 'decline' to another date for an action: read back first."""
    view, agree = await _view(turn), plain.intent == "agree"
    asked = view.action.asked_due_on
    if asked is None or not view.may_decide:
        return turn.answer(mail_answers.nothing_waits_message(turn.subject))
    facts = [("Owner", view.owner), ("New date", mail_replies.say_day(asked, turn.today))]
    note = "" if agree else mail_replies.NO_REASON_PASSED_ON
    message = mail_replies.decision_read_back_message(turn.subject, facts, agree=agree, note=note)
    return await turn.read_back(DATE, {"agree": agree, "asked": asked.isoformat()}, message)


async def decide(turn: Turn, facts: Mapping[str, Any]) -> Outcome:
    """YES: the date is decided, if it is still the one that was read back."""
    from datetime import date

    view = await _view(turn)
    decision: DateDecision = await turn.write(
        decide_action_date,
        view.action.token,
        agree=bool(facts.get("agree")),
        asked_due_on=date.fromisoformat(str(facts.get("asked"))),
    )
    turn.talk.wake()
    await turn.forget()
    return turn.answer(actions.date_decided_message(decision, turn.today))


def asked_fields(turn: Turn, facts: Mapping[str, Any]) -> list[FormField]:
    """The questions of an update as they were numbered."""
    given = dict(facts.get("given", {}))
    return [one.field for one in questions(turn.talk.framework.form("action_update"), given)]


async def _view(turn: Turn) -> ActionView:
    view: ActionView = await turn.talk.db.read(
        open_action_by_reference,
        turn.talk.framework,
        turn.subject,
        actor=turn.actor,
        now=turn.talk.clock.now(),
    )
    return view


async def _read_back(turn: Turn, view: ActionView, given: dict[str, Any], unread: Unread) -> Outcome:
    check = check_step(view.form, STEP, given, view.context, turn.talk.framework)
    kept = {key: value for key, value in given.items() if key not in check.problems}
    message = mail_replies.small_form_message(
        "Your action {}",
        turn.subject,
        questions(view.form, given),
        kept,
        check.problems,
        view.context,
        does="keep this",
        unread=unread,
    )
    return await turn.read_back(ACTION, {"given": kept}, message)


def _fields(view: ActionView, given: Mapping[str, Any]) -> dict[str, FormField]:
    return {one.field.key: one.field for one in questions(view.form, given)}


def _kind_in(field: FormField, words: str) -> str:
    """The one kind of evidence these words name ('supervision note'); empty when none or several do."""
    said = words.casefold()
    named = [choice.key for choice in field.choices if choice.title.casefold() in said]
    return named[0] if len(named) == 1 else ""

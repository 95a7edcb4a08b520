"""Deciding on more time: Agree, Decline with a reason, the minute to take it back, and the reason for who asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.message import Message
from dialogs.kit.minute import NOBODY_TOLD, minute_line
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_date
from dialogs.more_time.more_time import (
    AGREE,
    DECLINE,
    EXTENSION,
    READ_NOTE,
    asks_page,
    decision_facts,
)
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.more_time.decide_more_time import DecisionMade, Declining, RequestView
    from assurance.more_time.take_decision_back import DecisionTakenBack

Entered = Mapping[str, Any]
NOTHING: Entered = {}
SAY_WHY = "Please say why in a few words, then press Decline. Nothing has been decided yet."


def request_view_message(
    view: RequestView, framework: Framework, today: date, *, shows_note: bool = True, line: str = ""
) -> Message:
    """A request for who decides it. What they wrote is shown on asking alone; else there is the button to read it."""
    return _request(view, framework, today, shows_note=shows_note, line=line)


def declining_message(asked: Declining, framework: Framework, today: date) -> Message:
    """Declined without a reason, or with one that cannot be kept: the card again, with what was typed."""
    return _request(asked.view, framework, today, line=SAY_WHY, entered=asked.entered, problems=asked.problems)


def taken_back_message(done: DecisionTakenBack, framework: Framework, today: date) -> Message:
    """The decision was wrong: the request waits as before."""
    return _request(done.view, framework, today, line="" if done.already else NOBODY_TOLD)


def _request(
    view: RequestView,
    framework: Framework,
    today: date,
    *,
    shows_note: bool = True,
    line: str,
    entered: Entered = NOTHING,
    problems: Mapping[str, Problem] | None = None,
) -> Message:
    item, request = view.item, view.request
    heading, summary = asks_page(request.kind, item.reference)
    page = Page(heading, summary=summary)
    if line:
        page.begin_box("attention" if problems else "emphasis").para(line).end_box()
    decision_facts(
        page,
        framework,
        view.auditor,
        request.kind,
        request.reason,
        item.due_on,
        request.new_due_on,
        asked_for=view.asked_for,
        today=today,
    )
    if request.note and shows_note:
        page.spoken(Bold("Their note: "), request.note)
    ask_to_decide(page, request.token, framework, today, entered=entered, problems=problems or {})
    if request.note and not shows_note:
        page.button(READ_NOTE, "see_request", request.token, keep_answers=False)
    return page.message()


def ask_to_decide(
    page: Page,
    token: str,
    framework: Framework,
    today: date,
    *,
    entered: Entered = NOTHING,
    problems: Mapping[str, Problem] | None = None,
) -> Page:
    """The box for the reason, Agree and Decline."""
    form = framework.form("decline")
    context = FormContext.of(framework, allocated_on=today, today=today)
    for asked in form.steps[0].fields:
        # Agree sends no box along, so the client insists on it of whoever declines alone, as the server does.
        field = asked.model_copy(update={"help": "Only if you decline. Who asked can read it."})
        value, problem = entered.get(field.key), (problems or {}).get(field.key)
        Question(field, context, {}, value=value, problem=problem, text_hint=form.text_hint).put_on(page)
    page.button(AGREE, "agree_request", token, main=True, keep_answers=False)
    return page.button(DECLINE, "decline_request", token)


def decided_message(made: DecisionMade, framework: Framework, today: date) -> Message:
    """To who decided, in place of the card."""
    item, agreed = made.item, made.request.state == "agreed"
    word = "Agreed" if agreed else "Declined"
    page = Page(f"{word}: {item.reference}", summary=f"{word}: {item.reference}.")
    if not agreed:
        page.para(f"It stays due on {say_date(item.due_on, today)}. They and the QA team are told.")
        page.para("Who asked can open your reason. It stands in no message.")
    elif made.request.kind == EXTENSION:
        page.para(f"It is now due on {say_date(made.due_on, today)}. They and the QA team are told.")
    else:
        page.para("It has been taken off their list. They and the QA team are told.")
    if made.take_back:
        page.para(minute_line(framework))
        typed, seconds = f"undo {item.reference}", framework.two_voices.take_back_seconds
        page.button(wording.TAKE_BACK, "take_decision_back", made.request.token, typed=typed, seconds=seconds)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def reason_message(view: RequestView, today: date) -> Message:
    """Why it was declined, for who asked: opened, and in no message of ours."""
    item = view.item
    page = Page(f"Why not: {item.reference}", summary=f"The reason about {item.reference}.")
    page.spoken(Bold(view.auditor), " wrote:")
    page.spoken(inert(view.request.because), gap="Small")
    page.para(f"It stays due on {say_date(item.due_on, today)}." if item.is_open else "")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()

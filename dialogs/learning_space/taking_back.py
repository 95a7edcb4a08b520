"""Taking a learning space back: the QA lead's card that asks first, and what everyone concerned reads afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.learning_space.learning_space import About, begin
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Choice, FormField, Framework

if TYPE_CHECKING:
    from datetime import date

    from assurance.learning_space.take_back import TakenBack
    from storage.casework.learning_spaces import LearningSpace

REASON = "reason"
PRACTITIONER, AUDITOR = "practitioner", "auditor"
Facts = Mapping[str, Any]


def take_back_message(
    item: LearningSpace, auditor: str, framework: Framework, today: date, *, missing: bool = False
) -> Message:
    """Asks first: which one, whose, and why."""
    page = Page(f"Take {item.reference} back?", summary=f"Take {item.reference} back?")
    page.facts([("Manager", auditor), ("Due", say_date(item.due_on, today))])
    page.para("It ends here, without a result, and this cannot be undone. Answers saved so far are dropped.")
    page.para("The manager, the practitioner and the manager's Head of Service are told.")
    choices = tuple(Choice(key=key, title=title) for key, title in framework.taking_back.reasons.items())
    field = FormField(key=REASON, label="Why", kind="choice", required=True, choices=choices)
    context = FormContext.of(framework, allocated_on=item.allocated_on, today=today)
    Question(field, context, {}, problem=Problem("required") if missing else None).put_on(page)
    page.button("Take it back", "take_back", item.reference, main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def taken_back_message(done: TakenBack) -> Message:
    """It has been taken back."""
    reference = done.item.reference
    page = Page(f"Taken back: {reference}", summary=f"Learning space {reference} has been taken back.")
    page.para(f"{sentence(say_count(done.told, 'person is', 'people are'))} told. Reminders about it have stopped.")
    page.para("It no longer counts for the post, which may be given another one when the next month is allocated.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def reaudit_message(loop: str) -> Message:
    """A re-audit has a way of its own to end."""
    page = Page("This one tests a loop", summary="This one tests a loop.")
    page.para(f"It shows whether the learning of {loop} has lasted, so it ends with that loop.")
    return page.para(f"If it cannot be tested, type: open {loop}, and say why there.").message()


def _taken_back(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    if AUDITOR in roles:
        page = begin(f"Taken back: {about.reference}", f"Learning space {about.reference} has been taken back.", about)
        page.para("The QA lead has taken this learning space back. There is nothing left for you to do on it.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    if PRACTITIONER in roles:
        page = begin("Your learning space will not take place", "Your learning space will not take place.", about)
        page.spoken("The learning space with ", Bold(about.auditor), " will not take place.")
        return page.para("That says nothing about your work. There is nothing you need to do.").message()
    page = begin(f"Taken back: {about.reference}", f"Learning space {about.reference} has been taken back.", about)
    page.para("The QA lead has taken this learning space back. Nobody works on it any more.")
    page.facts(
        [("Manager", about.auditor), ("Function", about.function), ("Was due", say_date(about.due_on, about.today))]
    )
    return page.ask_qa("For the reason, please ask the QA lead.", quiet=True).message()


EVENTS: dict[str, Callable[[About, tuple[str, ...], Facts, Framework], Message]] = {"E76": _taken_back}

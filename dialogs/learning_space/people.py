"""The QA lead's cards about people: give a learning space to somebody else, and who cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_date
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Choice, FormField, Framework

if TYPE_CHECKING:
    from datetime import date

    from assurance.learning_space.hand_over import HandedOver
    from assurance.learning_space.reassign import Reassignment

REASON = "reason"


def reassign_message(asked: Reassignment, framework: Framework, today: date, *, missing: bool = False) -> Message:
    """Asks first: from whom, to whom, and why."""
    reference = asked.item.reference
    page = Page(f"Give {reference} to somebody else?", summary=f"Give {reference} to somebody else?")
    page.facts(
        [
            ("From", asked.from_name),
            ("To", asked.to_name),
            ("Post", asked.post_title),
            ("Due", say_date(asked.item.due_on, today)),
        ]
    )
    days = framework.people_change.least_working_days
    page.para(f"The new person starts with an empty form. They have at least {days} working days.")
    choices = tuple(Choice(key=key, title=title) for key, title in framework.people_change.reasons.items())
    field = FormField(key=REASON, label="Why", kind="choice", required=True, choices=choices)
    context = FormContext.of(framework, allocated_on=asked.item.allocated_on, today=today)
    Question(field, context, {}, problem=Problem("required") if missing else None).put_on(page)
    page.button("Give it to them", "reassign", reference, main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def reassigned_message(done: HandedOver, to_name: str, today: date) -> Message:
    """It has changed hands."""
    reference = done.item.reference
    page = Page(f"Changed hands: {reference}", summary=f"Learning space {reference} has changed hands.")
    page.spoken(
        Bold(to_name), " has been told. Messages that still waited for the person before them have been cancelled."
    )
    due = say_date(done.item.due_on, today)
    if done.moved_from:
        page.para(f"To give them time, the due date has moved from {say_date(done.moved_from, today)} to {due}.")
    else:
        page.para(f"It is still due on {due}.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def how_to_reassign_message(reference: str) -> Message:
    """The command without a person."""
    page = Page("Who should have it?", summary="Who should have it?")
    return page.para(f"Please type: reassign {reference} to, and the person's whole name or their id.").message()


def no_such_person_message() -> Message:
    """No name and no id like that, or more than one."""
    page = Page("I cannot tell who that is", summary="I cannot tell who that is.")
    page.para("Please type the whole name as the QA team has it, or the person's id.")
    return page.para("If two people have the same name, only the id tells them apart.").message()


def no_post_message() -> Message:
    """Someone without a post that does learning spaces."""
    page = Page("They have no post for it", summary="They have no post for it.")
    return page.para("This person holds no post that does learning spaces. Please choose somebody else.").message()


def too_close_message() -> Message:
    """The hard rules of allocation."""
    page = Page("They are too close to the work", summary="They are too close to the work.")
    page.para("It is their own work or their team's, or they review it, manage it or decide on it.")
    return page.para("Please choose somebody from outside that line.").message()


def not_open_message(reference: str) -> Message:
    """Only what is still open changes hands."""
    page = Page(f"Not open any more: {reference}", summary=f"Learning space {reference} is not open any more.")
    return page.para("It has been sent in or taken back, so there is nothing to give to anybody.").message()


def for_qa_lead_message() -> Message:
    """A command that is the QA lead's."""
    page = Page("The QA lead does that", summary="The QA lead does that.")
    return page.ask_qa("Please ask the QA lead. They can see it at once.").message()

"""Cards for the QA lead: everything of one person goes to another, and whom they may have meant by a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assurance.common.refusals import Refused
from assurance.learning_space.hand_over import NoPostForIt, TooClose
from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, sentence
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Choice, FormField, Framework

if TYPE_CHECKING:
    from datetime import date

    from assurance.common.find_person import Offered
    from assurance.establishment.leaver import Everything, Given

REASON = "reason"
WHO = "who"
MOST_NAMED = 12
"""References named before the rest is counted."""


def everything_message(asked: Everything, framework: Framework, today: date, *, missing: bool = False) -> Message:
    """Asks first: from whom, to whom, what goes, what cannot, and why."""
    if not (asked.going or asked.actions or asked.staying):
        page = Page("Nothing to hand over", summary="Nothing to hand over.")
        page.spoken(Bold(asked.from_name), " owes nothing now.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    page = Page("Hand over everything?", summary="Hand over everything?")
    page.facts(
        [
            ("From", asked.from_name),
            ("To", asked.to_name),
            ("Learning spaces that go", _named(asked.going)),
            ("Actions that go", _named(asked.actions)),
        ]
    )
    _staying(page, asked.staying)
    if asked.second_looks:
        looks = say_count(asked.second_looks, "moderation", "moderations")
        page.para(f"{sentence(looks)} of theirs will pass to another of the QA team by itself, once they have left.")
    if not (asked.going or asked.actions):
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    days = framework.people_change.least_working_days
    page.para(f"Forms begin empty for the new person. They have at least {days} working days for each.")
    choices = tuple(Choice(key=key, title=title) for key, title in framework.people_change.reasons.items())
    field = FormField(key=REASON, label="Why", kind="choice", required=True, choices=choices)
    context = FormContext.of(framework, allocated_on=today, today=today)
    Question(field, context, {}, problem=Problem("required") if missing else None).put_on(page)
    page.button("Hand it all over", "give_everything", main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def given_message(given: Given) -> Message:
    """What has changed hands, and what has not."""
    page = Page("Handed over", summary="Everything that could go has been handed over.")
    page.facts(
        [
            ("From", given.from_name),
            ("To", given.to_name),
            ("Learning spaces", _named([done.item.reference for done in given.spaces.done])),
            ("Actions", _named(given.actions)),
        ]
    )
    if not (given.spaces.done or given.actions):
        page.para("There was nothing left to hand over.")
    else:
        page.para("They have been told. Messages that still waited for the person before them have been cancelled.")
    _staying(page, given.spaces.left)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def to_whom_message() -> Message:
    """Half of the command."""
    page = Page("From whom, and to whom?", summary="From whom, and to whom?")
    return page.para("Please type: everything of, a whole name or an id, to, and a whole name or an id.").message()


def same_person_message() -> Message:
    """Both names are one person's."""
    page = Page("That is the same person", summary="That is the same person.")
    return page.para("Please name somebody else to take it over.").message()


def who_message(
    offered: Sequence[Offered], framework: Framework, today: date, *, several: bool = False, missing: bool = False
) -> Message:
    """Nobody of that whole name, or several: who it may be, to choose from. The card carries places, no names."""
    if not offered:
        page = Page("I cannot tell who that is", summary="I cannot tell who that is.")
        page.para("There is no name like that here. Please type the whole name as the QA team has it, or their id.")
        return page.message()
    page = Page("Who do you mean?", summary="Who do you mean?")
    page.para("More than one person has this name." if several else "Nobody here has exactly that name.")
    choices = tuple(
        Choice(key=str(place), title=f"{one.name}, {one.post}" if one.post else one.name)
        for place, one in enumerate(offered)
    )
    label = "Which one?" if several else "The nearest names"
    field = FormField(key=WHO, label=label, kind="choice", required=True, choices=choices)
    context = FormContext.of(framework, allocated_on=today, today=today)
    wrong = Problem("required") if missing else None
    Question(field, context, {}, problem=wrong, closed=True).put_on(page)
    page.button("That is who I mean", "who_meant", main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def _staying(page: Page, staying: Sequence[tuple[str, Refused]]) -> None:
    """What stays where it is, by the reason."""
    why = {TooClose: "they are too close to the work", NoPostForIt: "they hold no post that does it"}
    for kind, words in why.items():
        if references := [reference for reference, refused in staying if isinstance(refused, kind)]:
            page.facts([(f"Stays, because {words}", _named(references))])
    if staying:
        page.para("For those, name somebody else: reassign, the reference, to, and a name.")


def _named(references: Sequence[str]) -> str:
    shown = ", ".join(references[:MOST_NAMED])
    return shown + (f" and {len(references) - MOST_NAMED} more" if len(references) > MOST_NAMED else "")

"""A form as a conversation: one question at a time in words, where somebody is in it, and everything once more.

Only ever said to the person who fills the form in; the first line of each message names nobody and says no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from assurance.moderation.moderation_view import ModerationView
from dialogs.forms.form_parts import what_may_name_somebody
from dialogs.forms.question_text import question_text
from dialogs.kit import cards, wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.problems import say_warnings
from dialogs.kit.questions import say_answer
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.moderation.moderation_parts import STALE
from dialogs.typed.typed_about import (
    due_said,
    put_after_review,
    put_before_review,
    put_beside,
    put_due,
    put_header,
    ways_of,
)
from policy.forms.form_questions import still_needed
from policy.forms.forms import is_answered, visible_steps

if TYPE_CHECKING:
    from assurance.typed.typed_answer import Answered
    from assurance.typed.typed_begin import Typable
    from assurance.typed.typed_view import TypedPage

STEERING = "Type back, skip, later or where am I at any time. To put an answer right, type change and its number."
TAKEN_ELSEWHERE = (
    "Your answers have changed on a card meanwhile, so I have not taken that one. Here is the question as it stands."
)
FORM_CHANGED = "The form has changed since I asked. What you answered is kept. I go on with the next open question."
MANY = 8
"""Up to this many references are listed."""


def question_message(
    page: TypedPage, *, notes: Sequence[str] = (), began: bool = False, offered: bool = False
) -> Message:
    """The question asked now, with what is to be said first. At the end, everything once more."""
    if page.at_the_end or page.asked is None:
        return review_message(page, notes=notes)
    step, field = page.asked.step, page.asked.field
    position = f"question {page.number} of {len(page.questions)}"
    out = _begin(page, position, notes)
    if began:
        put_header(out, page)
    if offered:
        out.para(f"You were at {position}. Here it is again.")
    first = field.key == next(one.field.key for one in page.questions if one.step.key == step.key)
    if step.intro and step.notice and first:
        out.begin_box("attention").spoken(Bold(step.intro)).end_box()
    out.subheading(f"{sentence(position)}: {step.title}")
    if first and not step.notice:
        out.para(step.intro, gap="Small")
        put_beside(out, page, step.key)
    if field.choices_from == "grades" and field.key == page.form.grade_field:
        for grade in page.context.grades:
            out.spoken(Bold(f"{grade.title}: "), grade.help, gap="Small", quiet=True)
    _question(out, page)
    if began:
        out.small(STEERING)
    return out.message()


def review_message(page: TypedPage, *, notes: Sequence[str] = ()) -> Message:
    """Every answer once more with its number, and how to send or to change."""
    out = _begin(page, "check and send", notes)
    out.subheading("Check and send", gap="Small")
    needed = still_needed(page.form, page.answers)
    numbers = {one.field.key: number for number, one in enumerate(page.questions, 1)}
    missing = [key for fields in page.missing.values() for key in fields]
    if missing:
        out.begin_box("attention")
        is_are = "is" if len(missing) == 1 else "are"
        out.para(f"Before you can send this, {say_count(len(missing), 'answer')} {is_are} still needed.")
        out.para(f"Type change {numbers.get(missing[0], 1)} to begin with the first.", gap="Small").end_box()
    else:
        out.para(ways_of(page).read_it)
    put_before_review(out, page)
    what_may_name_somebody(out, page, visible_steps(page.form, page.answers), page.framework)
    last = ""
    for one in page.questions:
        if one.step.key != last:
            out.subheading(one.step.title, line=True)
            last = one.step.key
        value = page.answers.get(one.field.key)
        said = say_answer(one.field, value, page.context) if is_answered(value) else ""
        if not said:
            said = "still needed" if one in needed else "left empty"
        colon = " " if one.field.label.endswith("?") else ": "
        out.spoken(Bold(f"{numbers[one.field.key]}. {one.field.label}{colon}"), said, gap="Small")
    put_after_review(out, page)
    if not missing:
        ways, token = ways_of(page), page.place.subject
        carried: dict[str, Any] = {"v": page.view.version, **({"step": ways.form} if ways.form else {})}
        out.button(wording.SEND, ways.sends, token, typed="send", main=True, keep_answers=False, **carried)
    out.small("To change an answer, type change and its number, such as change 3. Or type later.")
    return replace(out.message(), holds_answers=True)


def covered_message() -> Message:
    """Stands where a list of answers stood."""
    words = "A list of your answers stood here. It is no longer shown in this chat."
    return Message(words, words)


def where_message(page: TypedPage) -> Message:
    """How far somebody is, and what is left."""
    total, needed = len(page.questions), len(still_needed(page.form, page.answers))
    answered = sum(is_answered(page.answers.get(one.field.key)) for one in page.questions)
    where = "at the end" if page.at_the_end else f"at question {page.number} of {total}"
    out = Page(_heading(page), summary=f"{_heading(page)}: where you are.")
    out.para(f"You are {where}. {sentence(say_count(answered, 'answer'))} {_is(answered)} saved.")
    if needed:
        out.para(f"{sentence(say_count(needed, 'more answer'))} {_is(needed)} needed before you can send it.")
    else:
        out.para("Nothing more is needed. Type review to read it through, and send to send it in.")
    put_due(out, page)
    return out.small("Type continue for the question, back for the one before, or later to stop.").message()


def later_message(page: TypedPage) -> Message:
    """Put aside: everything is kept, and this is how to go on."""
    out = Page(f"Saved for later: {page.reference}", summary=f"{page.reference} is saved for later.")
    out.para(f"Everything you have answered is saved. {wording.NOTHING_SENT_YET}")
    put_due(out, page)
    out.para(f"To go on here, type: type {page.reference}")
    verb, typed = ways_of(page).opens, f"open {page.reference}"
    out.button(wording.CARRY_ON, verb, page.place.subject, typed=typed, main=True)
    return out.window_button(wording.IN_A_WINDOW, verb, page.place.subject, typed=typed).message()


def long_ago_message(page: TypedPage) -> Message:
    """A line after a day away: it is not taken as an answer before its author knows what it would answer."""
    out = Page(_heading(page), summary=f"{_heading(page)}: shall we go on?")
    where = "at the end" if page.at_the_end else f"at question {page.number} of {len(page.questions)}"
    out.para(f"It has been more than a day. You were {where}, and what you answered is saved.")
    out.para("I have not taken your last message as an answer. Type continue to go on, or later to leave it.")
    put_due(out, page)
    return out.message()


def which_form_message(forms: Sequence[Typable], today: date) -> Message:
    """Several forms wait: which one?"""
    out = Page("Which one?", summary="Which one would you like to answer?")
    out.para("I can ask you one question at a time. Which one would you like to answer?")
    for one in forms[:MANY]:
        about = [f"due {say_date(one.due_on, today)}"] if one.due_on else []
        about += ["begun"] if one.begun else []
        out.spoken(Bold(f"type {one.reference}"), f" ({', '.join(about)})" if about else "", gap="Small")
    if len(forms) > MANY:
        out.small("Your list has the others.")
    return out.button(wording.SHOW_LIST, "home", typed="list").message()


def nothing_to_type_message() -> Message:
    """Nothing waits that could be answered by typing."""
    out = Page("Nothing to answer", summary="There is nothing to answer just now.")
    out.para("No form is waiting for you, so there is nothing to ask.")
    return out.button(wording.SHOW_LIST, "home", typed="list").message()


def not_by_typing_message(reference: str) -> Message:
    """A form that has its card and no conversation."""
    out = Page(f"Please use the card: {reference}", summary=f"{reference} is filled in on its card.")
    out.para(f"That one is filled in on its card, not by typing. To see the card, type: open {reference}")
    return out.button(wording.SHOW_LIST, "home", typed="list").message()


def gone_message(reference: str) -> Message:
    """The item went to somebody else, or off the list, between a question and its answer."""
    heading = f"No longer with you: {reference}" if reference else "No longer with you"
    out = Page(heading, summary="That is no longer on your list.")
    out.para("It has been taken off your list since I asked, so I did not keep your last message.")
    out.para("There is nothing more for you to answer on it.").ask_qa(wording.ASK_QA)
    return out.button(wording.SHOW_LIST, "home", typed="list").message()


def nothing_asked_message(reference: str, *, stale: bool, lost: bool = False) -> Message:
    """A moderation with nothing to answer now: it waits for something else, or has to begin once more."""
    out = Page(f"Nothing to answer: {reference}", summary=f"Nothing is asked on {reference} just now.")
    out.para(f"{STALE} The moderation begins once more." if stale else "Nothing is asked on it just now.")
    if lost:
        out.para("So I did not keep your last message.")
    out.para(f"To see where it stands, type: open {reference}")
    return out.button(wording.SHOW_LIST, "home", typed="list").message()


def kept_notes(answered: Answered) -> list[str]:
    """What is said of an answer that was kept: what was understood, and what to look at again.

    Grades, names and free texts are not said again, nor the word on a risk: they stand in the form, for its author.
    """
    field, page = answered.field, answered.page
    if field is None or page is None:
        return []
    ticked = field.kind in ("choice", "choices", "yes_no") and not field.choices_from
    plain = field.kind in ("date", "time") or (ticked and field.key != page.form.risk_field)
    said = say_answer(field, answered.value, page.context) if plain and is_answered(answered.value) else ""
    notes = [f"Kept: {said}." if said else "Kept." if is_answered(answered.value) else "I have taken it out."]
    return notes + _looked_at(answered)


def _looked_at(answered: Answered) -> list[str]:
    """Questions back about an answer that was kept, without the words they are about."""
    return [f"{said[:-1]}." if said.endswith(":") else said for said, _ in say_warnings(answered.warnings, "")]


def which_question_note(numbers: Sequence[int]) -> str:
    """A correction that fits no question, or several."""
    if numbers:
        listed = " or ".join(f"change {number}" for number in numbers[:4])
        return f"That fits more than one question. Please type its number: {listed}."
    return "I do not know which answer you mean. Type review to see them with their numbers."


def _begin(page: TypedPage, position: str, notes: Sequence[str]) -> Page:
    out = Page(_heading(page), summary=f"{_heading(page)}, {position}.")
    for note in notes:
        out.spoken(note, gap="Small")
    if page.due_moved and not isinstance(page.view, ModerationView):
        out.para(f"The date has changed: it is now due {due_said(page)}.")
    return out


def _heading(page: TypedPage) -> str:
    """The forms of a moderation are told apart by their steps, as on its cards."""
    return f"{page.form.title.partition(':')[0]} {page.reference}"


def _question(out: Page, page: TypedPage) -> None:
    """The question, one line below the other on the card and in the text."""
    assert page.field
    text = question_text(page.field, page.context, page.answers, text_hint=page.form.text_hint, show_answer=True)
    if is_answered(page.answers.get(page.field.key)):
        text += " Or next to keep it."
    first, *rest = text.split("\n")
    lines = [
        cards.spoken(Bold(first), gap="Small"),
        *(cards.spoken(line.strip(), gap="Small") for line in rest if line),
    ]
    out.add(cards.group(*lines, gap="Small"), text)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"

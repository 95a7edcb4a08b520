"""Setting an action out of a moderation or a loop: the questions, and what takes their place once it is set."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question, value_to_show
from dialogs.kit.speaking import say_date

if TYPE_CHECKING:
    from assurance.follow_up.set_action import ActionForm, ActionSet

SET = "Set an action"


def action_form_message(form: ActionForm, *, note: str = "", in_dialog: bool = False) -> Message:
    """The questions, for whoever may set one. `note` is a line of ours at the top."""
    page = Page(f"{SET}: {form.source}", summary=f"{SET}: {form.source}.", in_dialog=in_dialog)
    page.para(note)
    if form.problems:
        page.begin_box("attention").para("Something needs another look. Nothing has been set yet.").end_box()
    page.para("What will be done, who will do it and by when. The owner is told at once, and reads it here.")
    fresh = not form.problems
    for field in form.form.steps[0].fields:
        Question(
            field,
            form.context,
            form.answers,
            value=value_to_show(field, form.answers, form.answers, form.context, fresh=fresh),
            problem=form.problems.get(field.key),
            warnings=tuple(form.warnings.get(field.key, ())),
            text_hint=form.form.text_hint,
        ).put_on(page)
    page.button(SET, "action_set", form.token, main=True)
    verb = "moderate" if form.source.startswith("MO-") else "loop"
    return page.button(wording.BACK, verb, form.token, keep_answers=False).message()


def action_set_message(done: ActionSet, today: date) -> Message:
    """It is set: its reference, whose it is and by when; not a word of what it says."""
    reference, due = done.action.reference, say_date(done.action.due_on, today)
    page = Page(f"Action set: {reference}", summary=f"Action {reference} is set.")
    if done.already:
        page.para("This was set already, so nothing has changed.")
    page.spoken(Bold(done.owner), f" has it, due {due}. It stands in the action tracker.")
    page.button(wording.OPEN, "open_action", done.action.token, typed=f"open {reference}")
    return page.message()


def cannot_set_message(source: str) -> Message:
    """Too early in a moderation, or too late in a loop."""
    page = Page(f"Not now: {source}", summary=f"No action can be set out of {source} now.")
    if source.startswith("MO-"):
        return page.para("Please give your own view first. After that an action can be set.").message()
    return page.para("It is closed, so no action is set out of it any more.").message()

"""A moderation as cards: the moderator's own view, both side by side, the talk, the outcome, and the QA team's list.

The original grades are drawn from a view that does not have them before the moderator's own are stored.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dialogs.actions.set_action import SET
from dialogs.forms.form_card import FORM_CHANGED, OVERTAKEN
from dialogs.forms.form_parts import not_kept, put_questions, what_to_look_at
from dialogs.kit import wording
from dialogs.kit.cards import MOST_BUTTONS, Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.moderation.moderation_news import OUTCOMES
from dialogs.moderation.moderation_parts import (
    BOOKING_FORM,
    OWN_FORM,
    STALE,
    TALK_FORM,
    graded_fields,
    put_pair,
    put_talk,
    what_it_is,
    what_was_written,
)
from policy.follow_up.loop_form import DECISIONS
from policy.forms.forms import previous_step
from policy.framework.framework import FormStep, Framework

if TYPE_CHECKING:
    from assurance.home.waiting import Decision
    from assurance.moderation.moderation_list import Listed, ModerationList
    from assurance.moderation.moderation_view import ModerationView

REASONS = {
    "inadequate": "Every one of these is moderated.",
    "soft_check": "A question back in the form asked for it.",
    "random": "It was drawn by chance.",
    "requested": "Somebody of the QA team asked for it.",
}
"""Why it was chosen, once the first grades may be seen."""
STATES = {
    "selected": "own view to give",
    "graded": "talk to hold",
    "discussed": "outcome to confirm",
    "disputed": "not agreed, waits for a decision",
    "closed": "finished",
}
BOOK, RECORD, CONFIRM, STORE = "Book the talk", "Write down the talk", "Confirm", "Save and show both"
SECOND_STANDS, FIRST_STANDS, STAND_DOWN = "The second grade", "The first grade", "Stand the loop down"
LIST = "Show moderations"
AGAIN = "Look again"
MOST_LISTED = 10


def moderation_message(
    view: ModerationView, framework: Framework, *, note: str = "", in_dialog: bool = False
) -> Message:
    """The page the view is at."""
    page = Page(
        f"Moderation {view.moderation.reference}",
        summary=f"Moderation {view.moderation.reference} is open in front of you.",
        in_dialog=in_dialog,
    )
    page.para(note or (OVERTAKEN if view.overtaken else FORM_CHANGED if view.form_changed else ""))
    if view.moderation.stale:
        page.begin_box("warning").para(STALE).end_box()
        if view.is_moderator and view.moderation.state != "selected":
            page.button(AGAIN, "moderation_again", view.moderation.token, main=True, keep_answers=False)
            return _both(page, view, framework, acts=False).message()
    if view.form is not None and view.form.key == OWN_FORM:
        return _own_view(page, view, in_dialog=in_dialog).message()
    if view.form is not None and view.form.key == TALK_FORM:
        return _talk(page, view).message()
    if view.page == "status":
        return _status(page, view).message()
    return _both(page, view, framework).message()


def saved_message(view: ModerationView) -> Message:
    """A form is put aside; everything is kept, and this is how to go on."""
    moderation, talk = view.moderation, view.form is not None and view.form.key == TALK_FORM
    reference, token = moderation.reference, moderation.token
    page = Page(f"Saved for later: {reference}", summary=f"Moderation {reference} is saved for later.")
    page.para("Everything you have answered is saved. Come back when it suits you.")
    if moderation.next_step_at is not None and not moderation.booked_on:
        page.facts([("Book the talk by", say_date(moderation.next_step_at.date(), view.context.today))])
    verb, typed = "moderation_talk" if talk else "moderate", f"open {reference}"
    page.button(wording.CARRY_ON, verb, token, typed=typed, main=True)
    page.window_button(wording.IN_A_WINDOW, verb, token, typed=typed)
    page.button(wording.BY_TYPING, "type", token, typed=f"type {reference}")
    return page.message(closes=f"{reference} is saved for later.")


def stored_note(form: str, reference: str) -> str:
    """What is said above how it stands now, to somebody who typed."""
    said = {
        OWN_FORM: "Your own view is kept.",
        BOOKING_FORM: "The day is booked, and the manager hears of it.",
        TALK_FORM: "What was said is kept.",
    }
    goes_on = f" To book the talk here, type: type {reference}" if form == OWN_FORM else ""
    return said.get(form, "") + goes_on


def list_message(found: ModerationList, today: date) -> Message:
    """The QA team's list of what is open, one's own first."""
    count = len(found.lines)
    heading = f"{sentence(say_count(count, 'moderation'))} open"
    page = Page(heading, summary=f"{heading}.")
    page.spoken(f"By chance this quarter: {found.done} of {found.wanted} looked at again, of {found.returned} sent in.")
    mine = [line for line in found.lines if line.mine]
    for line in found.lines[:MOST_LISTED]:
        _line(page, line, today, can_open=line in mine[:MOST_BUTTONS])
    if count > MOST_LISTED:
        page.small(f"And {count - MOST_LISTED} more.")
    if count:
        page.small("To open another one, type open and its reference.")
    return page.message()


def not_for_you_message() -> Message:
    """The list is the QA team's."""
    page = Page("That list is the QA team's", summary="That list is kept by the QA team.")
    page.para("Moderation is the QA team's work, so the list is theirs.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def not_yet_message() -> Message:
    """Something else has to happen first."""
    page = Page("Not yet", summary="Something else comes first.")
    page.para("Your own view comes first, then the talk with the manager, and then the outcome.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


# -- pages ------------------------------------------------------------------------------------------------------------


def _own_view(page: Page, view: ModerationView, *, in_dialog: bool) -> Page:
    """A step of the form, with what the manager wrote and without any grade of theirs."""
    assert view.form is not None
    step = view.form.step(view.page)
    keys = [one.key for one in view.form.steps]
    page.subheading(f"Step {keys.index(step.key) + 1} of {len(keys)}: {step.title}", gap="Small")
    if step.key == keys[0]:
        what_it_is(page, view)
    page.para(step.intro)
    what_was_written(page, view, step.key)
    _questions(page, view, step)
    token, carried = view.moderation.token, _carried(view, step)
    last = step.key == keys[-1]
    page.button(STORE if last else wording.NEXT, "moderation_next", token, main=True, **carried)
    if previous_step(view.form, step.key, view.answers):
        page.button(wording.BACK, "moderation_back", token, **carried)
    elif not in_dialog:
        typed = f"type {view.moderation.reference}"
        page.button(wording.BY_TYPING, "moderation_type", token, typed=typed, **carried)
    return page.button(wording.LATER, "moderation_later", token, **carried)


def _both(page: Page, view: ModerationView, framework: Framework, *, acts: bool = True) -> Page:
    """Both views side by side, and what comes next for this person."""
    moderation, today = view.moderation, view.context.today
    page.facts([("Learning space", view.item.reference), ("Done by", view.auditor), ("Function", view.function)])
    page.para(REASONS.get(moderation.why, ""))
    page.subheading("Both views", line=True)
    for field in graded_fields(framework):
        put_pair(page, field, view)
    if moderation.discussed_on:
        put_talk(page, view, framework)
    elif moderation.booked_on:
        page.facts([("Talk", say_date(moderation.booked_on, today))])
    if not acts:
        return page
    match moderation.state:
        case "graded" if view.is_moderator:
            _to_book(page, view, framework)
        case "discussed" if view.is_moderator:
            _to_confirm(page, view)
        case "disputed":
            _to_settle(page, view)
        case "closed":
            _closed(page, view, framework)
    return page


def _status(page: Page, view: ModerationView) -> Page:
    """For a colleague in the QA team, while the moderator has not given their own view."""
    page.facts(
        [
            ("Learning space", view.item.reference),
            ("Done by", view.auditor),
            ("Function", view.function),
            ("Stands at", sentence(STATES[view.moderation.state])),
        ]
    )
    return page.para("The grades are shown once the moderator has given their own view.")


def _talk(page: Page, view: ModerationView) -> Page:
    assert view.form is not None
    step = view.form.step(view.page)
    page.subheading(step.title, gap="Small")
    what_it_is(page, view)
    _questions(page, view, step)
    token, carried = view.moderation.token, _carried(view, step)
    page.button(wording.SAVE, "moderation_talked", token, main=True, **carried)
    page.button(wording.BACK, "moderation_back", token, **carried)
    return page.button(wording.LATER, "moderation_later", token, **carried)


def _to_book(page: Page, view: ModerationView, framework: Framework) -> None:
    form = framework.form(BOOKING_FORM)
    booked = view.moderation.booked_on
    page.subheading("The talk", line=True)
    page.spoken("Please talk it through with ", Bold(view.auditor), ". Their view belongs to the outcome.")
    put_questions(page, view, form, form.steps[0])
    token = view.moderation.token
    page.button(BOOK, "moderation_book", token, main=not booked, step=form.steps[0].key, v=view.version)
    page.button(RECORD, "moderation_talk", token, main=bool(booked), keep_answers=False)
    _set_action(page, view)


def _to_confirm(page: Page, view: ModerationView) -> None:
    page.begin_box("emphasis").para(f"The outcome will be: {OUTCOMES[view.outcome]}.")
    if view.outcome == "not_agreed":
        page.para("The QA lead and the Head of Service will be asked to decide.", gap="Small")
    page.end_box()
    token = view.moderation.token
    page.button(CONFIRM, "moderation_close", token, main=True, keep_answers=False)
    page.button(wording.CHANGE, "moderation_talk", token, keep_answers=False)
    _set_action(page, view)


def _set_action(page: Page, view: ModerationView) -> None:
    """What comes of the talk may be an action, with an owner and a date (R96)."""
    moderation = view.moderation
    page.button(SET, "want_action", moderation.token, typed=f"action {moderation.reference}", keep_answers=False)


def _to_settle(page: Page, view: ModerationView) -> None:
    page.begin_box("warning").para("The manager and the moderator do not agree.")
    page.para("The QA lead and the Head of Service decide which grade stands.", gap="Small")
    page.end_box()
    open_seats = [seat for seat in view.seats if seat not in view.opinions]
    if view.seats and not open_seats:
        page.para("Your say is noted. The other one is still to come.")
    elif open_seats:
        page.para("Which one stands?")
        token = view.moderation.token
        page.button(SECOND_STANDS, "moderation_settle", token, keep_answers=False, step="moderated")
        page.button(FIRST_STANDS, "moderation_settle", token, keep_answers=False, step="original")


def _closed(page: Page, view: ModerationView, framework: Framework) -> None:
    page.begin_box("emphasis").para(f"Outcome: {OUTCOMES[view.outcome]}.")
    if view.outcome == "not_agreed":
        page.para(
            "They did not come to one view, so the first one stands and this is shown as not agreed.", gap="Small"
        )
    page.end_box()
    if view.loop and not view.may_stand_down:
        page.para(f"Closing the loop goes with it: {view.loop}.")
    if view.may_stand_down:
        page.para(f"Closing the loop {view.loop} was opened by a grade that no longer stands. You may stand it down.")
        step = framework.form(DECISIONS).step("stand_down")
        for field in step.fields:
            value = view.entered.get(field.key)
            Question(field, view.context, {}, value=value, problem=view.problems.get(field.key)).put_on(page)
        page.button(STAND_DOWN, "moderation_stand_down", view.moderation.token, step=step.key)


# -- parts ------------------------------------------------------------------------------------------------------------


def _carried(view: ModerationView, step: FormStep) -> dict[str, Any]:
    """What a button of a form carries: its page, and how old the answers on it are."""
    return {"step": step.key, "v": view.version}


def _questions(page: Page, view: ModerationView, step: FormStep) -> None:
    assert view.form is not None
    not_kept(page, view, view.form)
    what_to_look_at(page, view, view.form)
    put_questions(page, view, view.form, step, newly_asked=view.newly_asked)


def _line(page: Page, line: Listed, today: date, *, can_open: bool) -> None:
    moderation = line.moderation
    page.begin_box("emphasis", gap="Small")
    page.spoken(Bold(moderation.reference), f", {moderation.subject}")
    who = "you" if line.mine else line.moderator or "nobody yet"
    talk = f" Talk on {say_date(moderation.booked_on, today)}." if moderation.booked_on else ""
    stale = " The form has changed since." if moderation.stale else ""
    page.spoken(f"With {who}: {STATES[moderation.state]}.{talk}{stale}", gap="Small", quiet=True)
    if can_open:
        page.button_here(wording.OPEN, "moderate", moderation.token, typed=f"open {moderation.reference}")
    page.end_box()


# -- on the home card -------------------------------------------------------------------------------------------------


def moderate_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """One moderation that waits."""
    page.spoken(Bold(f"Moderation: {decision.reference}"))
    by = f" A day for the talk is wanted by {say_date(decision.by_when, today)}." if decision.by_when else ""
    page.para(f"It waits for you.{by}", gap="Small")
    return _button(page, decision, buttons)


def settle_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """A dispute that waits for this person's say."""
    page.spoken(Bold(f"Not agreed: {decision.reference}"))
    page.para("Please say which of the two stands.", gap="Small")
    return _button(page, decision, buttons)


def several_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """More than fit one by one."""
    page.spoken(Bold(sentence(say_count(decision.count, "moderation"))), " wait for you.")
    if not buttons:
        page.para("To see them, type: moderations", gap="Small")
        return 0
    page.button_here(LIST, "moderations", "", typed="moderations")
    return 1


def _button(page: Page, decision: Decision, buttons: int) -> int:
    typed = f"open {decision.reference}"
    if not buttons:
        page.para(f"To open it, type: {typed}", gap="Small")
        return 0
    page.button_here(wording.OPEN, "moderate", decision.token, typed=typed)
    return 1

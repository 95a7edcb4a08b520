"""Actions as cards: one opened, what came of an update, the tracker, and a new date to agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import MOST_BUTTONS, Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question, value_to_show
from dialogs.kit.rungs import LEVEL_BY_LEVEL, if_nothing_happens, told_of
from dialogs.kit.speaking import say_count, say_date, say_days, say_days_left, sentence
from policy.forms.forms import visible_fields
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.actions.action_view import ActionView
    from assurance.actions.decide_action_date import DateDecision
    from assurance.actions.tracker import Tracked, Tracker
    from assurance.actions.update_action import UpdateOutcome
    from assurance.home.waiting import Decision

MOST_SHOWN = 8
"""Lines of one part of the tracker; more are counted."""
STATES = {
    "open": "Not begun",
    "in_progress": "In progress",
    "blocked": "Blocked",
    "done": "Done",
    "not_needed": "No longer needed",
}
SHOW_ACTIONS = "Show my actions"
AGREE, DECLINE = "Agree", "Decline"


def action_message(view: ActionView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """One action, opened: the only place that shows what is to be done. Its owner can say how it is going."""
    action, today = view.action, view.today
    page = Page(
        f"Action {action.reference}", summary=f"Action {action.reference} is open in front of you.", in_dialog=in_dialog
    )
    page.para(note)
    page.spoken(Bold(action.what))
    page.facts(
        [
            ("Owner", "" if view.may_update else view.owner),
            ("Agreed with", view.set_by if action.set_by != action.owner else ""),
            ("Kind", _kind(action.kind, framework)),
            ("Due", say_date(action.due_on, today) if action.is_open else ""),
            ("How it is going", STATES.get(action.state, action.state)),
            ("Seen in", _evidence(view)),
        ]
    )
    if action.note:
        page.spoken("Why: ", action.note)
    if action.asked_due_on and action.is_open:
        page.para(f"Another date has been asked for: {say_date(action.asked_due_on, today)}.")
    if view.may_update:
        _questions(page, view)
        line = LEVEL_BY_LEVEL if view.rungs_kept_back else if_nothing_happens(told_of(view.rungs), framework)
        if line:
            page.begin_box("emphasis").para(line).end_box()
        page.button(wording.SAVE, "update_action", action.token, main=True, step="update")
    elif view.may_decide and action.asked_due_on:
        _date_buttons(page, action.token, action.asked_due_on)
    return page.button(SHOW_ACTIONS, "actions", typed="actions", keep_answers=False).message()


def updated_message(outcome: UpdateOutcome, framework: Framework, *, in_dialog: bool = False) -> Message:
    """What came of an update: the receipt, or the card again with what it still asks."""
    view = outcome.view
    action = view.action
    if outcome.state == "incomplete":
        return action_message(view, framework, note=_still_asked(view), in_dialog=in_dialog)
    if outcome.state == "already":
        return action_closed_message(action.reference, action.state)
    if outcome.state == "asked" and action.asked_due_on:
        page = Page(
            f"Another date is asked for: {action.reference}", summary=f"A date for {action.reference} is asked."
        )
        page.spoken("I have asked ", Bold(view.who_decides), f" for {say_date(action.asked_due_on, view.today)}.")
        page.para(f"Until they answer, {say_date(action.due_on, view.today)} stands.")
    else:
        said = STATES.get(action.state, action.state)
        page = Page(f"{said}: {action.reference}", summary=f"Action {action.reference} is up to date.")
        page.para("Thank you. This is noted in the action tracker." if not action.is_open else "Thank you. Noted.")
        if action.is_open:
            page.facts([("Due", say_date(action.due_on, view.today))])
    return page.button(SHOW_ACTIONS, "actions", typed="actions").message()


def action_closed_message(reference: str, state: str) -> Message:
    """A press on the card of an action that is closed."""
    said = STATES.get(state, state).lower()
    page = Page(f"Already {said}: {reference}", summary=f"Action {reference} is closed already.")
    page.para("This action was closed before, so there is nothing more to do. Thank you.")
    return page.button(SHOW_ACTIONS, "actions", typed="actions").message()


def date_decided_message(decision: DateDecision, today: date) -> Message:
    """To whoever agreed to a date, or declined it."""
    action = decision.action
    if decision.already:
        page = Page(f"Nothing to decide: {action.reference}", summary=f"{action.reference} needs no answer any more.")
        page.para("No new date waits for an answer any more, or the owner has asked for another one since.")
    elif decision.agreed:
        page = Page(f"Agreed: {action.reference}", summary=f"The new date for {action.reference} is agreed.")
        page.para(f"The action is now due {say_date(action.due_on, today)}. Its owner is told.")
    else:
        page = Page(f"Declined: {action.reference}", summary=f"The date for {action.reference} stays as it is.")
        page.para(f"The action stays due {say_date(action.due_on, today)}. Its owner is told.")
    return page.button(SHOW_ACTIONS, "actions", typed="actions").message()


def given_message(reference: str, owner: str) -> Message:
    """To the QA team: an action has a new owner."""
    page = Page(f"Given to someone else: {reference}", summary=f"Action {reference} has a new owner.")
    page.spoken("It is now with ", Bold(owner), ". They and whoever set it are told.")
    return page.button(SHOW_ACTIONS, "actions", typed="actions").message()


def nobody_message() -> Message:
    """The QA team named somebody we do not know, or several people."""
    page = Page("I do not know who that is", summary="I do not know who that is.")
    page.para("Please type the whole name, or the person id: reassign AC-2026Q3-031 to p-104")
    return page.message()


def tracker_message(tracker: Tracker, today: date) -> Message:
    """The action tracker: one's own, the dates to answer, and what is late in one's line. No text of any action."""
    own, buttons = tracker.own, MOST_BUTTONS - 1
    heading = f"{sentence(say_count(len(own), 'action'))} of yours" if own else "No action waits for you"
    page = Page(heading, summary=f"{heading}.").as_on(today)
    for entry in tracker.to_agree[:MOST_SHOWN]:
        page.begin_box("emphasis", gap="Small")
        _to_agree(page, entry.action.reference, entry.action.asked_due_on, today)
        if buttons:
            page.button_here(wording.OPEN, "open_action", entry.action.token, typed=f"open {entry.action.reference}")
            buttons -= 1
        page.end_box()
    for entry in own[:MOST_SHOWN]:
        page.begin_box("attention" if entry.days_left < 0 else "emphasis", gap="Small")
        page.spoken(Bold(entry.action.reference), f", {STATES.get(entry.action.state, '').lower()}")
        page.para(_due_line(entry, today), gap="Small")
        if buttons:
            page.button_here(wording.OPEN, "open_action", entry.action.token, typed=f"open {entry.action.reference}")
            buttons -= 1
        page.end_box()
    if len(own) > MOST_SHOWN:
        page.small(f"And {len(own) - MOST_SHOWN} more, due later.")
    if len(own) + len(tracker.to_agree) > MOST_BUTTONS - 1:
        page.small("To open another one, type open and its reference.")
    _line(page, tracker, today)
    if not own and not tracker.to_agree and not tracker.line_open:
        page.para("You are up to date. I will write when there is something for you.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


# -- the home card ----------------------------------------------------------------------------------------------------


def actions_due_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """Actions that are late or due within a week, as one entry with a button to the tracker."""
    many = decision.count > 1
    page.spoken(Bold(sentence(say_count(decision.count, "action")) + (" are due" if many else " is due")))
    if decision.by_when:
        first = "The first one" if many else decision.reference
        left = (decision.by_when - today).days
        page.para(
            f"{first}: {say_days_left(left).removeprefix('due ')}, {say_date(decision.by_when, today)}.", gap="Small"
        )
    return _to_the_tracker(page, many, buttons)


def actions_later_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """Actions that are open and not due soon, as one entry with a button to the tracker."""
    many = decision.count > 1
    page.spoken(Bold(sentence(say_count(decision.count, "open action"))), gap="Small")
    if decision.by_when:
        first = "The first one is due" if many else f"{decision.reference} is due"
        page.para(f"{first} {say_date(decision.by_when, today)}. There is time.", gap="Small")
    return _to_the_tracker(page, many, buttons)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _to_the_tracker(page: Page, many: bool, buttons: int) -> int:
    if buttons:
        page.button_here(SHOW_ACTIONS, "actions", "", typed="actions")
    else:
        page.para("To see them, type: actions" if many else "To see it, type: actions", gap="Small")
    return min(buttons, 1)


def _questions(page: Page, view: ActionView) -> None:
    step = view.form.step("update")
    for field in visible_fields(step, view.answers):
        fresh = not view.problems or field.key in view.newly_asked
        Question(
            field,
            view.context,
            view.answers,
            value=value_to_show(
                field, view.answers, view.entered, view.context, fresh=fresh or field.key == "new_date"
            ),
            problem=view.problems.get(field.key),
            warnings=tuple(view.warnings.get(field.key, ())),
            newly_asked=field.key in view.newly_asked,
            text_hint=view.form.text_hint,
        ).put_on(page)


def _still_asked(view: ActionView) -> str:
    if view.answers.get("update") == "done" and {"evidence_kind", "evidence_on"} & set(view.problems):
        return "Well done. Where can it be seen? It counts as done once that is noted."
    if set(view.problems) <= view.newly_asked:
        return "One more question, then it is saved."
    return "Please look at the answers below once more."


def _date_buttons(page: Page, token: str, asked: date) -> None:
    page.button(AGREE, "agree_date", token, main=True, keep_answers=False, step=asked.isoformat())
    page.button(DECLINE, "decline_date", token, keep_answers=False, step=asked.isoformat())


def _to_agree(page: Page, reference: str, asked: date | None, today: date) -> None:
    page.spoken(Bold(f"A new date for {reference}"))
    by = f": {say_date(asked, today)}" if asked else ""
    page.para(f"Its owner asks for another date{by}. Do you agree?", gap="Small")


def _line(page: Page, tracker: Tracker, today: date) -> None:
    if not tracker.line_open:
        return
    page.subheading("In your line")
    late = len(tracker.line)
    open_count = sentence(say_count(tracker.line_open, "open action"))
    page.para(f"{open_count}, {say_count(late, 'late one', 'late ones') if late else 'none late'}.")
    page.facts(_line_rows(tracker.line[:MOST_SHOWN], today))
    if late > MOST_SHOWN:
        page.small(f"And {late - MOST_SHOWN} more late ones.")


def _line_rows(entries: Sequence[Tracked], today: date) -> list[tuple[str, str]]:
    return [
        (entry.action.reference, f"{entry.owner or 'nobody'}, was due {say_date(entry.action.due_on, today)}")
        for entry in entries
    ]


def _due_line(entry: Tracked, today: date) -> str:
    due = say_date(entry.action.due_on, today)
    asked = " Another date is asked for." if entry.action.asked_due_on else ""
    if entry.days_left < 0:
        return f"Was due {due}: {say_days(-entry.days_left)} late.{asked}"
    return f"Due {due}, {_left(entry.action.due_on, today)}.{asked}"


def _left(due_on: date, today: date) -> str:
    return say_days_left((due_on - today).days).removeprefix("due ")


def _evidence(view: ActionView) -> str:
    action = view.action
    if not action.evidence_on:
        return ""
    titles = {choice.key: choice.title for choice in view.form.field("evidence_kind").choices}
    return f"{titles.get(action.evidence_kind, action.evidence_kind)}, {say_date(action.evidence_on, view.today)}"


def _kind(kind: str, framework: Framework) -> str:
    for form in framework.forms:
        for step in form.steps:
            for field in step.fields:
                for choice in field.choices:
                    if choice.key == kind and field.key.endswith("_kind"):
                        return choice.title
    return kind.replace("_", " ")

"""The QA lead's cards: what will be escalated with Hold, what is held, and the freeze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from microsoft_teams.cards import Choice, ChoiceSetInput

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.inert import one_line
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, say_date, say_days, sentence
from dialogs.more_time.more_time import reason_title, say_step, told_roles
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.more_time_refusals import FreezeStands, HeldAlready
    from assurance.escalation.freeze import Frozen
    from assurance.escalation.hold_step import HoldMade
    from assurance.escalation.preview import Preview

HOLD = "Hold"
ITEM = "hold_item"
"""The input that says which learning space."""
CHOOSE_ONE = "Please choose which one to hold. Nothing has been held yet."
HOLD_INTRO = "They go out at nine on that day, unless you hold one. Each learning space can be held once."
MOST_SHOWN = 12
WEEK = "practice_week"


def preview_message(
    preview: Preview,
    rows: Sequence[Mapping[str, Any]],
    framework: Framework,
    today: date,
    *,
    answers: Mapping[str, Any] | None = None,
    problems: Mapping[str, Problem] | None = None,
    note: str = "",
) -> Message:
    """What goes out next, read on asking. `rows` are the escalations as a notice keeps them."""
    day = say_date(preview.day, today)
    if preview.pause is not None:
        page = Page("The clock stands still", summary="The clock stands still, so nothing is escalated.")
        page.para(f"On {day} nothing is escalated: {_pause(preview.pause.kind)} stops the clock.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    if not rows:
        page = Page(f"Nothing to escalate on {day}", summary=f"Nothing will be escalated on {day}.")
        page.para(note)
        page.para("As things stand, nobody is told of anything late on that day.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    count = len(preview.coming)
    many = sentence(say_count(count, "escalation"))
    page = Page(f"{many} on {day}", summary=f"{many} on {day}.")
    page.para(note)
    page.para(HOLD_INTRO)
    listed(page, rows, count, framework)
    return hold_questions(page, rows, framework, today, answers=answers, problems=problems).message()


def listed(page: Page, rows: Sequence[Mapping[str, Any]], count: int, framework: Framework) -> Page:
    """The escalations: reference, manager, step, and who is told."""
    page.begin_box("emphasis")
    for row in rows[:MOST_SHOWN]:
        said = f", {row['auditor']}: {say_step(str(row['step']))}, to {told_roles(list(row['roles']), framework)}"
        page.spoken(Bold(str(row["reference"])), said, gap="Small")
    page.end_box()
    if count > MOST_SHOWN:
        page.small(f"And {count - MOST_SHOWN} more.")
    return page


def hold_questions(
    page: Page,
    rows: Sequence[Mapping[str, Any]],
    framework: Framework,
    today: date,
    *,
    answers: Mapping[str, Any] | None = None,
    problems: Mapping[str, Problem] | None = None,
) -> Page:
    """Which one, why, for how long, and one button. Those that have had their hold are not offered."""
    offered = [row for row in rows if row.get("can_hold")]
    if not offered:
        return page.para("Each of these has been held once already, so none can be held again.")
    given, wrong = dict(answers or {}), dict(problems or {})
    choices = [(str(row["token"]), one_line(str(row["reference"]))) for row in offered]
    page.add(
        ChoiceSetInput(
            id=ITEM,
            label="Which one?",
            error_message="Please choose a learning space.",
            choices=[Choice(title=title, value=token) for token, title in choices],
            style="compact",
            placeholder="Choose",
            value=str(given.get(ITEM) or "") or None,
            wrap=True,
        ),
        "\n".join(["Which one?", *(f"  {number}. {title}" for number, (_, title) in enumerate(choices, 1))]),
    )
    context = FormContext.of(framework, allocated_on=today, today=today)
    for field in framework.form("hold").steps[0].fields:
        Question(field, context, given, value=given.get(field.key), problem=wrong.get(field.key)).put_on(page)
    return page.button(HOLD, "hold", main=True)


def hold_made_message(made: HoldMade, framework: Framework, today: date) -> Message:
    """Held, with what that means."""
    item, hold = made.item, made.hold
    page = Page(f"Held: {item.reference}", summary=f"Held: {item.reference}.")
    page.facts(
        [
            ("Step", say_step(hold.step)),
            ("Held until", say_date(hold.until, today)),
            ("Reason", reason_title(framework, "hold", hold.reason)),
        ]
    )
    page.para("On that day it goes out, unless the learning space has come in. The due date does not move.")
    page.para("The Head of Service is told that you held it, and it shows in the report.")
    return page.button("Show the preview", "preview", typed="preview").message()


def held_already_message(no: HeldAlready, today: date) -> Message:
    """Once is once."""
    page = Page(f"Held before: {no.subject}", summary=f"Held before: {no.subject}.")
    page.spoken("This was held by ", Bold(no.by_name), f" until {say_date(no.until, today)}.")
    page.para("A learning space can be held once. The step goes out as the framework says.")
    return page.button("Show the preview", "preview", typed="preview").message()


def nothing_to_hold_message(reference: str) -> Message:
    """Too late: it has gone out, or there was none."""
    page = Page(f"Nothing to hold: {reference}", summary=f"Nothing to hold: {reference}.")
    page.para("Every escalation of this learning space has been sent, so there is nothing left to hold.")
    return page.button("Show the preview", "preview", typed="preview").message()


def only_qa_lead_message() -> Message:
    """Someone without that job."""
    page = Page("Only the QA lead can do that", summary="Only the QA lead can do that.")
    page.para("Holding a message and stopping the clock are for the QA lead. If you see a reason, please tell them.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


# -- the freeze -------------------------------------------------------------------------------------------------------


def freeze_message(state: Frozen, today: date) -> Message:
    """Before the clock is stopped or started: what will happen, and one press to do it."""
    items = say_count(state.open_items, "open learning space")
    if state.since is None:
        page = Page("Stop the clock?", summary="Stop the clock for an inspection?")
        page.para(f"No reminder and no escalation of the {items} goes out until you start it again.")
        page.para("Due dates then move by the days it stood. What was late before stays late, and gets no later.")
        if state.practice_week is not None:
            page.para("A practice week stops the clock at the moment. The freeze would go on after it.")
        return page.button("Stop the clock", "freeze", main=True).button(wording.NOT_NOW, "home").message()
    page = Page("Start the clock again?", summary="Start the clock again?")
    page.para(f"It has stood since {say_date(state.since, today)}.")
    page.para(f"The due dates of the {items} that were in time move by the days it stood. Then the messages go on.")
    return page.button("Start the clock", "unfreeze", main=True).button(wording.NOT_NOW, "home").message()


def frozen_message(state: Frozen) -> Message:
    """The clock stands."""
    page = Page("The clock stands still", summary="The clock stands still from today.")
    page.para("From today no reminder and no escalation of a learning space goes out. The red route goes on.")
    return page.para("To start it again, type: unfreeze").message()


def unfrozen_message(state: Frozen) -> Message:
    """The clock runs again."""
    page = Page("The clock runs again", summary="The clock runs again.")
    if state.days:
        page.para(f"It stood for {say_days(state.days)}, and due dates that were in time have moved by that.")
    else:
        page.para("It began today, so no date has moved.")
    if state.practice_week is not None:
        page.para("A practice week still stops it, until that is over.")
    return page.button("Show the preview", "preview", typed="preview").message()


def freeze_stands_message(no: FreezeStands, today: date) -> Message:
    """Pressed twice, or by two."""
    page = Page("The clock stands already", summary="The clock stands already.")
    page.para(f"It has stood since {say_date(no.since, today)}, so this press changed nothing.")
    return page.para("To start it again, type: unfreeze").message()


def no_freeze_message() -> Message:
    """There is nothing to end."""
    page = Page("The clock is running", summary="The clock is running.")
    page.para("There is no freeze to end. A practice week ends by itself, on the day the framework says.")
    return page.para("To stop the clock, type: freeze").message()


def _pause(kind: str) -> str:
    return "a practice week" if kind == WEEK else "the inspection freeze"

"""The QA lead's cards: what will be escalated with Hold, what is held, and the freeze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from microsoft_teams.cards import Choice, ChoiceSetInput

from assurance.escalation.preview import MOST_LISTED
from dialogs.kit import wording
from dialogs.kit.cards import Bold, in_one_piece
from dialogs.kit.inert import plain_name
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, say_date, say_days, sentence
from dialogs.more_time.more_time import reason_title, say_step, told_roles
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Framework
from policy.lifecycle.reference import find_reference

if TYPE_CHECKING:
    from assurance.common.more_time_refusals import FreezeStands, HeldAlready
    from assurance.escalation.freeze import Frozen
    from assurance.escalation.hold_step import HoldMade
    from assurance.escalation.hold_steps import HoldsMade
    from assurance.escalation.preview import Preview

HOLD = "Hold"
ITEM = "hold_item"
"""The input that says which learning spaces."""
CHOOSE_ONE = "Please tick the ones to hold. Nothing has been held yet."
TOO_MANY = "That is as many as one press can hold. Please hold these first."
HOLD_INTRO = "They go out at nine on that day. Tick those that are to wait. Each learning space can be held once."
GO_OUT = "They go out at nine on that day."
MOST_KEPT = 100
"""Learning spaces that may be ticked over several pages: every button carries them."""
WEEK = "practice_week"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What the buttons of a page of the preview carry: where the next page begins, and what is ticked elsewhere."""

    at: int = 0
    """The number of the first escalation on the page, from nought."""
    references: tuple[str, ...] = ()

    @classmethod
    def read(cls, step: object) -> Ticked:
        """From a button's data, whatever a client put there."""
        said = step[:10_000] if isinstance(step, str) else ""
        first, *named = said.split(" ")
        kept = [one for one in dict.fromkeys(named) if find_reference(one) == one]
        return cls(int(first) if first.isdecimal() and len(first) < 6 else 0, tuple(kept[:MOST_KEPT]))

    def write(self, at: int) -> str:
        """For a button that leads to the page beginning `at`."""
        return " ".join((str(at), *self.references))


@dataclass(frozen=True, slots=True)
class Holding:
    """A page of escalations to tick, and what came in with it."""

    rows: Sequence[Mapping[str, Any]]
    count: int
    """How many there are on all pages."""
    ticked: Ticked = field(default_factory=Ticked)
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)


def preview_message(preview: Preview, asked: Holding, framework: Framework, today: date, *, note: str = "") -> Message:
    """A page of what goes out next, read on asking."""
    day = say_date(preview.day, today)
    if preview.pause is not None:
        page = Page("The clock stands still", summary="The clock stands still, so nothing is escalated.")
        page.para(f"On {day} nothing is escalated: {_pause(preview.pause.kind)} stops the clock.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    if not asked.rows:
        page = Page(f"Nothing to escalate on {day}", summary=f"Nothing will be escalated on {day}.")
        page.para(note)
        page.para("As things stand, nobody is told of anything late on that day.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    many = sentence(say_count(asked.count, "escalation"))
    page = Page(f"{many} on {day}", summary=f"{many} on {day}.")
    page.para(note)
    return hold_questions(page, asked, framework, today).message()


def hold_one_message(
    preview: Preview,
    row: Mapping[str, Any],
    framework: Framework,
    today: date,
    *,
    answers: Mapping[str, Any] | None = None,
    problems: Mapping[str, Problem] | None = None,
) -> Message:
    """The next escalation of one learning space, asked for by its reference, whatever day it falls on."""
    reference = str(row["reference"])
    page = Page(f"Hold {reference}?", summary=f"Hold {reference}?")
    page.facts(
        [
            ("Manager", str(row["auditor"])),
            ("Post", str(row.get("post", ""))),
            ("Goes out", f"{say_date(preview.day, today)}, at nine"),
            ("Says", say_step(str(row["step"]))),
            ("To", told_roles(list(row["roles"]), framework)),
        ]
    )
    page.para("It can be held once. The due date does not move.")
    _why_and_how_long(page, framework, today, dict(answers or {}), dict(problems or {}))
    page.button(HOLD, "hold", reference, main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False).message()


def listed(page: Page, rows: Sequence[Mapping[str, Any]], count: int, framework: Framework) -> Page:
    """The escalations: the manager and their post, the reference, the step, and who is told."""
    page.begin_box("emphasis")
    for row in rows:
        page.spoken(Bold(str(row["auditor"])), _rest(row, framework, after=_post(row)), gap="Small")
    page.end_box()
    if count > len(rows):
        page.small(f"And {count - len(rows)} more.")
    return page


def hold_questions(page: Page, asked: Holding, framework: Framework, today: date) -> Page:
    """Which ones, why, for how long, and one button; with more than one page, the way to the others.

    Those that have had their hold are listed, and cannot be ticked.
    """
    rows, at = asked.rows[:MOST_LISTED], asked.ticked.at
    offered = [row for row in rows if row.get("can_hold")]
    others = [row for row in rows if not row.get("can_hold")]
    here = {str(row["reference"]) for row in offered}
    elsewhere = Ticked(at, tuple(one for one in asked.ticked.references if one not in here))
    page.para(HOLD_INTRO if offered or elsewhere.references else GO_OUT)
    if asked.count > len(rows):
        page.small(f"These are {at + 1} to {at + len(rows)} of {asked.count}, service by service.")
    if others:
        page.subheading("Held once already")
        listed(page, others, len(others), framework)
    if offered:
        _to_tick(page, offered, asked, framework)
    if elsewhere.references:
        page.small(f"{sentence(say_count(len(elsewhere.references), 'more is', 'more are'))} ticked on other pages.")
    if offered or elsewhere.references:
        _why_and_how_long(page, framework, today, asked.answers, asked.problems)
        page.button(HOLD, "hold", main=True, step=elsewhere.write(at))
    else:
        page.para("None of these can be held again.")
    left = asked.count - at - len(rows)
    if left > 0:
        page.button(f"Next {min(left, MOST_LISTED)}", "preview", typed="preview", step=elsewhere.write(at + len(rows)))
    if at > 0:
        before = max(0, at - MOST_LISTED)
        page.button(f"Back to {before + 1} to {at}", "preview", step=elsewhere.write(before))
    return page


def _to_tick(page: Page, offered: list[Mapping[str, Any]], asked: Holding, framework: Framework) -> None:
    label = "Which ones?" if len(offered) > 1 else "Hold this one?"
    # A list that stands open reads Markdown, so of a name only what names are made of is left.
    choices = [
        (str(row["token"]), plain_name(str(row["auditor"])) + _rest(row, framework, after=plain_name(_post(row))))
        for row in offered
    ]
    given = str(asked.answers.get(ITEM) or "").split(",")
    on = [
        str(row["token"])
        for row in offered
        if str(row["token"]) in given or str(row["reference"]) in (*given, *asked.ticked.references)
    ]
    page.add(
        ChoiceSetInput(
            id=ITEM,
            label=label,
            error_message="Please tick at least one.",
            choices=[Choice(title=in_one_piece(title), value=token) for token, title in choices],
            style="expanded",
            is_multi_select=True,
            value=",".join(on) or None,
            wrap=True,
        ),
        "\n".join([label, *(f"  {number}. {title}" for number, (_, title) in enumerate(choices, asked.ticked.at + 1))]),
    )


def _why_and_how_long(
    page: Page, framework: Framework, today: date, given: Mapping[str, Any], wrong: Mapping[str, Problem]
) -> None:
    context = FormContext.of(framework, allocated_on=today, today=today)
    for asked in framework.form("hold").steps[0].fields:
        Question(asked, context, dict(given), value=given.get(asked.key), problem=wrong.get(asked.key)).put_on(page)


def _post(row: Mapping[str, Any]) -> str:
    """', Team Manager, North Team'; nothing on a message from before posts were named in it."""
    return f", {row['post']}" if row.get("post") else ""


def _rest(row: Mapping[str, Any], framework: Framework, *, after: str) -> str:
    what = f"{say_step(str(row['step']))}, to {told_roles(list(row['roles']), framework)}"
    return f"{after}: {row['reference']}, {what}"


def holds_made_message(done: HoldsMade, framework: Framework, today: date) -> Message:
    """One receipt for all that one press held, with what it could not hold and why."""
    if len(done.made) == 1 and not done.left_out:
        return hold_made_message(done.made[0], framework, today)
    count = len(done.made)
    title = f"Held: {say_count(count, 'escalation')}" if count else "Nothing was held"
    page = Page(title, summary=f"{title}.")
    if done.made:
        page.facts([("Reason", reason_title(framework, "hold", done.made[0].hold.reason))])
        page.begin_box("emphasis")
        for one in done.made:
            said = f", {done.auditors[one.item.reference]}: {say_step(one.hold.step)}"
            page.spoken(Bold(one.item.reference), f"{said}, held until {say_date(one.hold.until, today)}", gap="Small")
        page.end_box()
        page.para("On that day it goes out, unless the learning space has come in. The due date does not move.")
        page.para("Each Head of Service is told once, in one message, and it shows in the report.")
    for left in done.left_out:
        page.spoken(Bold(left.reference), f" was not held: {LEFT_OUT[left.why]}.", gap="Small")
    return page.button("Show the preview", "preview", typed="preview").message()


LEFT_OUT = {
    "held_already": "it has been held once already",
    "nothing_to_hold": "everybody on its ladder has been told",
    "sent_in": "it has come in",
    "taken_back": "it was taken back",
}
"""Why one of several could not be held, by the code of `hold_steps`."""


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


def not_held_message(reference: str) -> Message:
    """Asked of something else than a learning space."""
    page = Page(f"Nothing to hold: {reference}", summary=f"Nothing to hold: {reference}.")
    page.para("Only an escalation of a learning space can be held. Nothing was done.")
    page.para(f"To see this one, type: open {reference}")
    return page.button("Show the preview", "preview", typed="preview").message()


def only_qa_lead_message() -> Message:
    """Someone without that job."""
    page = Page("Only the QA lead can do that", summary="Only the QA lead can do that.")
    page.ask_qa("Holding a message and stopping the clock are for the QA lead. If you see a reason, please tell them.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


# -- the freeze -------------------------------------------------------------------------------------------------------


def freeze_message(state: Frozen, today: date, *, named: str = "") -> Message:
    """Before the clock is stopped or started: what will happen, and one press to do it."""
    items = say_count(state.open_items, "open learning space")
    if state.since is None:
        page = Page("Stop the clock?", summary="Stop the clock for an inspection?")
        page.para(f"No reminder and no escalation of the {items} goes out until you start it again.")
        page.para("Due dates then move by the days it stood. What was late before stays late, and gets no later.")
        if state.practice_week is not None:
            page.para("A practice week stops the clock at the moment. The freeze would go on after it.")
        if named:
            page.para(f"That is the clock of all of them. For one alone, type: hold {named}")
        return page.button("Stop the clock", "freeze", main=True).button(wording.NOT_NOW, "home").message()
    page = Page("Start the clock again?", summary="Start the clock again?")
    page.para(f"It has stood since {say_date(state.since, today)}.")
    page.para(f"The due dates of the {items} that were in time move by the days it stood. Then the messages go on.")
    return page.button("Start the clock", "unfreeze", main=True).button(wording.NOT_NOW, "home").message()


def frozen_message(state: Frozen) -> Message:
    """The clock stands."""
    page = Page("The clock stands still", summary="The clock stands still for an inspection.")
    since = f"From {say_date(state.since, state.since)} on" if state.since else "From its first day on"
    page.para(f"{since} no reminder and no escalation of a learning space goes out.")
    page.para("Immediate attention goes on, at any hour.")
    return page.para("To start it again, type: unfreeze").message()


def unfrozen_message(state: Frozen) -> Message:
    """The clock runs again."""
    page = Page("The clock runs again", summary="The clock runs again.")
    if state.days:
        page.para(f"It stood for {say_days(state.days)}, and due dates that were in time have moved by that.")
    else:
        page.para("It ended on the day it began, so no date has moved.")
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

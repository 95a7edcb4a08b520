"""The practitioner's side of a learning space: their reflection, the opened result, and what the auditor releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.message import Message
from dialogs.kit.minute import NOBODY_TOLD, minute_line
from dialogs.kit.page import Page
from dialogs.kit.problems import say_warnings
from dialogs.kit.questions import Question, say_answer
from dialogs.kit.rungs import say_role
from dialogs.kit.speaking import say_count, say_date, say_late_on, say_list, sentence
from dialogs.learning_space.learning_space import say_instant
from policy.forms.forms import Problem, is_answered
from policy.framework.framework import FormField, FormStep, Framework

if TYPE_CHECKING:
    from assurance.common.decision import Decision
    from assurance.learning_space.press_release import Pressed
    from assurance.learning_space.read_result import HeaderOnly, NotReleased, Result
    from assurance.learning_space.reflect import ReflectionView
    from assurance.learning_space.reply_to_result import Reply

KEEP, SEND_REPLY = "Keep it", "Send my reply"
ACTIONS = "action_"
"""How the questions about actions begin; each owner reads their own in a message of its own."""


def reflection_message(view: ReflectionView) -> Message:
    """The one question, for the practitioner whose work it is."""
    reference = view.item.reference
    page = Page(f"{view.form.title}: {reference}", summary=f"Your reflection on {reference}.")
    page.spoken("This is your own voice in the learning space with ", Bold(view.auditor), ".")
    page.para("They read it before they send the form in. You can change it until then.", gap="Small")
    field = view.form.steps[0].fields[0]
    Question(
        field,
        view.context,
        {},
        value=view.text,
        problem=view.problem,
        text_hint=view.form.text_hint,
    ).put_on(page)
    return page.button(KEEP, "keep_reflection", reference, main=True).message()


def reflected_message(view: ReflectionView) -> Message:
    """It is kept; it is not said again, for the chat is no place for it."""
    reference = view.item.reference
    page = Page(f"Kept: {reference}", summary=f"Your reflection on {reference} is kept.")
    page.spoken("Thank you. ", Bold(view.auditor), " will read it before they send the form in.")
    for line, words in say_warnings(view.warnings, view.text):
        page.begin_box("warning").spoken(f"{line} ", Bold(words)).end_box()
    page.para("Until then you can change it.")
    return page.button("Change it", "reflect", reference, typed=f"reflect {reference}").message()


def grade_is_final_message(reference: str) -> Message:
    """The form has been sent in meanwhile."""
    page = Page(f"Already sent in: {reference}", summary=f"Learning space {reference} has already been sent in.")
    page.para("The form has been sent in, so nothing can be added to it any more.")
    return page.para("You can still say it: tell the manager you met, or your own manager.").message()


def not_released_message(refused: NotReleased, today: date) -> Message:
    """The practitioner asks too early: when it opens, and whom to ask meanwhile."""
    reference = refused.subject
    page = Page(f"Not yet: {reference}", summary=f"The result of {reference} is not open yet.")
    if refused.on is None:
        page.spoken(Bold(refused.auditor), " has not sent this learning space in yet, so there is no result to open.")
        page.para("You will hear from me when there is.")
        return page.message()
    page.spoken("Your result opens when ", Bold(refused.auditor), " has talked with you about it.")
    page.para(f"It opens on {say_date(refused.on, today)} at the latest, and I will write to you then.")
    return page.spoken("You can ask ", Bold(refused.auditor), " for the talk.").message()


def not_sent_in_message(reference: str) -> Message:
    """A reader, or a release, before there is anything to see."""
    page = Page(f"Not sent in yet: {reference}", summary=f"Learning space {reference} has not been sent in yet.")
    return page.para("There is no result yet. It comes when the form is sent in.").message()


def blind_message(reference: str) -> Message:
    """The moderator asks for the first grades before their own are stored."""
    page = Page(f"Your own view first: {reference}", summary=f"Your own view of {reference} comes first.")
    page.para("You are looking at this one a second time, so its grades open once your own are kept.")
    return page.para("To give yours, type: moderations").message()


def header_only_message(refused: HeaderOnly, framework: Framework, today: date) -> Message:
    """Somebody who may see that it is owed, and not what is in it: the header, and what would open the form."""
    reference = refused.subject
    page = Page(f"What you can see of {reference}", summary=f"What you can see of learning space {reference}.")
    page.facts(_header(refused.facts, refused.sent_in, today))
    grades = {
        "opens_a_loop": [grade.title for grade in framework.grades if grade.triggers_loop],
        "recognised": [grade.title for grade in framework.grades if grade.recognised],
    }
    whens = [
        *(f"it was graded {title.lower()}" for kind in refused.opens_when for title in grades.get(kind, ())),
        *(_OPENS[kind] for kind in refused.opens_when if kind in _OPENS),
    ]
    if whens:
        page.para("The form itself stays between those who answer for the work. It opens for you only when:")
        for when in whens:
            page.para(f"\u2022 {when}", gap="Small")
    else:
        page.para("The form itself stays between those who answer for the work.")
    return page.ask_qa("If you need more than this, the QA team can help.", quiet=True).message()


_OPENS = {"escalated_to_them": "it was escalated to you", "authorising": "you are asked to authorise what follows it"}


def _header(facts: Mapping[str, Any], sent_in: bool, today: date) -> list[tuple[str, str]]:
    late = "" if sent_in or "days_late" not in facts else say_late_on(int(facts["days_late"]), today)
    return [
        ("Manager", str(facts["auditor"])),
        ("Function", str(facts["function"])),
        ("Due", say_date(date.fromisoformat(str(facts["due_on"])), today)),
        ("Now", "sent in" if sent_in else late or "not sent in yet"),
    ]


def release_message(done: Pressed, framework: Framework) -> Message:
    """To the auditor: the practitioner may see the result in a moment, and until then it can be taken back."""
    item, reference = done.item, done.item.reference
    if done.state == "open":
        page = Page(f"Released: {reference}", summary=f"The result of {reference} has been released.")
        when = f"This was released on {say_instant(item.released_at, framework)}. " if item.released_at else ""
        page.para(f"{when}There is nothing more to do.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    if done.state == "opens":
        page = Page(f"Released: {reference}", summary=f"The result of {reference} opens in a moment.")
        page.para("Thank you for the talk. The practitioner can open the result in a moment, and is told so then.")
        page.para(minute_line(framework))
        return page.button(wording.TAKE_BACK, "take_release_back", item.token, typed=f"undo {reference}").message()
    page = Page(f"Not released: {reference}", summary=f"The result of {reference} has not been released.")
    page.para(NOBODY_TOLD if done.state == "taken_back" else "It was not released.")
    return page.button(wording.RELEASE, "release", item.token, typed=f"release {reference}").message()


def result_message(
    result: Result, framework: Framework, *, problem: Problem | None = None, entered: str = ""
) -> Message:
    """The opened result: judgements in words, what went well, what could be even better. No child and no case.

    The practitioner reads what was strong, what there is to learn, what comes next and who helps before the grades.
    `problem` is of the reply they have just tried to send.
    """
    item, today = result.item, result.context.today
    page = Page(f"The result of {item.reference}", summary=f"The result of learning space {item.reference}.")
    page.facts(
        [
            ("Done by", result.auditor),
            ("Practitioner", "" if result.own else result.practitioner),
            ("Case", result.case_ref),
            ("Sent in", say_date(item.submitted_at.date(), today) if item.submitted_at else ""),
        ]
    )
    first, then = _halves(result)
    if result.own:
        _steps(page, result, then)
        _what_comes_next(page, result, framework)
        _steps(page, result, first)
        _grades(page, result, framework)
    else:
        _grades(page, result, framework)
        _steps(page, result, (*first, *then))
    if result.reflection:
        page.subheading("In the practitioner's own words" if not result.own else "In your own words", line=True)
        page.spoken(inert(result.reflection), gap="Small")
    if result.reply and not result.own:  # their own stands in the box
        page.subheading("The practitioner's reply", line=True)
        page.spoken(inert(result.reply), gap="Small")
    if result.own:
        _room_for_a_reply(page, result, framework, problem, entered)
    if result.sent_by_reader:
        page.ask_qa("You sent this in. If something in it is wrong, tell the QA team.", quiet=True)
    return page.small(wording.BETWEEN_YOU).message()


def replied_message(reply: Reply) -> Message:
    """The reply is kept; it is not said again, for the chat is no place for it."""
    page = Page(f"Sent: {reply.reference}", summary=f"Your reply about {reply.reference} is sent.")
    page.spoken(
        "Thank you. ", Bold(reply.auditor), " and your manager hear that there is a reply, and can read it there."
    )
    return page.button(wording.OPEN_RESULT, "result", reply.reference, typed=f"result {reply.reference}").message()


def _halves(result: Result) -> tuple[tuple[FormStep, ...], tuple[FormStep, ...]]:
    """The steps up to the overall grade, and those after it: what was strong and what there is to learn."""
    steps = [step for step in result.form.steps if not step.notice and not step.key.startswith(ACTIONS)]
    graded = [any(field.key == result.form.grade_field for field in step.fields) for step in steps]
    after = graded.index(True) + 1 if True in graded else 0
    return tuple(steps[:after]), tuple(steps[after:])


def _steps(page: Page, result: Result, steps: Sequence[FormStep]) -> None:
    shown_apart = {result.form.grade_field, result.form.impact_field, result.form.risk_field}
    for step in steps:
        _answers(page, result, step.title, [field for field in step.fields if field.key not in shown_apart])


def _grades(page: Page, result: Result, framework: Framework) -> None:
    titles = {grade.key: grade.title for grade in framework.grades}
    item = result.item
    page.begin_box("emphasis")
    if item.impact:
        page.spoken(Bold("Difference for the child: "), titles.get(item.impact, item.impact))
    page.spoken(Bold("Overall practice: "), titles.get(item.grade, item.grade), gap="Small")
    page.end_box()


def _what_comes_next(page: Page, result: Result, framework: Framework) -> None:
    """What it leads to, and who helps."""
    comes = result.next
    if comes is None:
        return
    page.subheading("What happens next, and who helps", line=True)
    today = result.context.today
    for reference, due_on in comes.own:
        page.spoken("Yours to do: ", Bold(reference), f", by {say_date(due_on, today)}.", gap="Small")
    if comes.others:
        page.para(f"{sentence(say_count(comes.others, 'action'))} for others.", gap="Small")
    if comes.loop:
        who = comes.meets or "Your Senior Manager"
        when = f" by {say_date(comes.meet_by, today)}" if comes.meet_by else ""
        if comes.meet_by:
            page.spoken(Bold(who), f" meets with you and your manager{when}, to agree what will help.", gap="Small")
        page.para("About three months later somebody else looks at another piece of your work with you.", gap="Small")
        page.small(f"To follow it, type: open {comes.loop}")
    helpers = [f"{name} (your {say_role(role, framework)})" for role, name in comes.helpers]
    page.spoken("You can ask for help: ", Bold(say_list([*helpers, result.auditor])), ".", gap="Small")


def _room_for_a_reply(page: Page, result: Result, framework: Framework, problem: Problem | None, entered: str) -> None:
    form = framework.form("reflection")
    field = (
        form.steps[0]
        .fields[0]
        .model_copy(
            update={
                "label": "Anything you want to say to this?",
                "help": f"{result.auditor} and your manager can read it. You need not write anything.",
                "required": False,
            }
        )
    )
    box = Question(field, result.context, {}, value=entered or result.reply, problem=problem, text_hint=form.text_hint)
    box.put_on(page)
    page.button(SEND_REPLY, "reply_result", result.item.reference)


def _answers(page: Page, result: Result, title: str, fields: Sequence[FormField]) -> None:
    given = [field for field in fields if is_answered(result.answers.get(field.key))]
    if not given:
        return
    page.subheading(title, line=True)
    for field in given:
        said = say_answer(field, result.answers[field.key], result.context)
        colon = " " if field.label.endswith("?") else ": "
        page.spoken(Bold(f"{field.label}{chr(10) if field.kind == 'text' else colon}"), said, gap="Small")


def talk_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """A learning space to talk through, on its auditor's home card; returns how many buttons it took."""
    page.spoken(Bold(f"To talk through: {decision.reference}"))
    opens = f" It opens to them by itself on {say_date(decision.by_when, today)}." if decision.by_when else ""
    page.para(f"Please talk with the practitioner, then release the result.{opens}", gap="Small")
    if not buttons:
        page.para(f"When you have talked, type: release {decision.reference}", gap="Small")
        return 0
    page.button_here(wording.RELEASE, "release", decision.token, typed=f"release {decision.reference}")
    return 1

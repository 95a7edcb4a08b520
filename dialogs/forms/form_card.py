"""A learning-space form as messages: one step at a time, then everything once more before it is sent in.

The one place where the case, the practitioner and the answers are shown, and only to the person who fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from microsoft_teams.cards import Choice as CardChoice
from microsoft_teams.cards import ChoiceSetInput

from dialogs.forms.form_parts import (
    answers_of,
    not_kept,
    put_questions,
    what_is_missing,
    what_may_name_somebody,
    what_to_look_at,
)
from dialogs.forms.what_follows import what_follows
from dialogs.kit import wording
from dialogs.kit.cards import CARRIED, Bold
from dialogs.kit.inert import inert
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.several import gathered
from dialogs.kit.speaking import say_date
from policy.forms.forms import next_step, previous_step, visible_steps
from policy.framework.framework import Form, Framework

if TYPE_CHECKING:
    from assurance.forms.form_view import FormView

REVIEW_TITLE = "Check and send"
CHANGED_ELSEWHERE = "Your answers have changed since that card was shown. Please look once more before you send."
"""The note for a press on a card that is behind the draft."""


OVERTAKEN = (
    "Answers on this step were changed elsewhere after this card was shown. The boxes below show yours."
    " To keep yours, press Next. To keep the others, open it again from your list."
)
"""The note for a press on a step whose answers are newer than the card."""


FORM_CHANGED = (
    "The form has changed since that card was shown. What you had answered is kept where the form still asks it."
)
"""The note for a press on a card of an older form."""


def answers_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers among the data of a button press, still to be judged by the server."""
    return gathered({key: value for key, value in data.items() if key not in CARRIED})


def asks_all(form: Form, raw: Mapping[str, Any]) -> bool:
    """Whether the form asks everything that came in with a press; what else a client may add does not count."""
    asked = {field.key for step in form.steps for field in step.fields}
    return set(raw) - {"msteams"} <= asked


def form_message(view: FormView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """The page the view is at, be it a step or the review. `note` is a line of ours at the top."""
    shown = review_message if view.reviewing else step_message
    note = note or (OVERTAKEN if view.overtaken else FORM_CHANGED if view.form_changed else "")
    return shown(view, framework, note=note, in_dialog=in_dialog)


def step_message(view: FormView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """One step of the form, with what was answered before, what is wrong and what to look at again."""
    step = view.form.step(view.step)
    page = _begin(view, step.title, in_dialog)
    page.para(note)
    not_kept(page, view, view.form)
    if step.intro and step.notice:
        page.begin_box("attention").spoken(Bold(step.intro)).end_box()
    else:
        page.para(step.intro)
    what_to_look_at(page, view, view.form)
    if any(field.choices_from == "grades" for field in step.fields):
        _grades(page, view)
    put_questions(page, view, view.form, step, set_apart=view.form.risk_field, newly_asked=view.newly_asked)
    last = next_step(view.form, step.key, view.answers) is None
    token, version = view.item.token, view.version
    page.button(wording.CHECK if last else wording.NEXT, "next", token, main=True, step=step.key, v=version)
    if previous_step(view.form, step.key, view.answers):
        page.button(wording.BACK, "back", token, step=step.key, v=version)
    page.button(wording.LATER, "later", token, step=step.key, v=version)
    first = not previous_step(view.form, step.key, view.answers)
    if first and view.item.submitted_at is None and view.item.days_left(view.context.today) >= 0:
        typed = f"extension {view.item.reference}"
        page.button(wording.MORE_TIME, "more_time", token, typed=typed, step=step.key, v=version)
    return page.message()


def review_message(view: FormView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """Every answer once more for its author, with the way back to each step, and Send."""
    page = _begin(view, REVIEW_TITLE, in_dialog)
    page.para(note)
    not_kept(page, view, view.form)
    steps = visible_steps(view.form, view.answers)
    what_is_missing(page, view, steps)
    if not view.missing:
        page.para(f"Please read it through once. {wording.NOTHING_SENT_YET}")
    soft_check_notes(page, view)
    what_may_name_somebody(page, view, steps, framework)
    for step in steps:
        answers_of(page, view, step)
    if view.reflection:
        page.begin_box("emphasis").spoken(Bold("The practitioner's own words"))
        page.spoken(inert(view.reflection), gap="Small").end_box()
    token, version = view.item.token, view.version
    choices = [CardChoice(title=step.title, value=step.key) for step in steps]
    first = next((step.key for step in steps if step.key in view.missing), steps[0].key)
    page.add(
        ChoiceSetInput(
            id="step",
            label="Change a step",
            error_message="Please choose a step.",
            choices=choices,
            style="compact",
            value=first,
            spacing="Large",
            separator=True,
        ),
        "\n".join(["Change a step", *(f"  {number}. {step.title}" for number, step in enumerate(steps, 1))]),
    )
    if not view.missing:
        if follows := what_follows(view.answers.get(view.form.grade_field), framework):
            page.begin_box("emphasis").para(follows).end_box()
        page.button(wording.SEND, "submit", token, main=True, keep_answers=False, v=version)
    page.button(wording.CHANGE, "edit", token, main=bool(view.missing), v=version)
    page.button(wording.LATER, "later", token, keep_answers=False, v=version)
    return page.message()


def _begin(view: FormView, title: str, in_dialog: bool) -> Page:
    item, today = view.item, view.context.today
    steps = [step.key for step in visible_steps(view.form, view.answers)]
    number = len(steps) + 1 if view.reviewing else steps.index(view.step) + 1
    progress = f"Step {number} of {len(steps) + 1}"
    page = Page(
        f"{view.form.title} {item.reference}",
        summary=f"{view.form.title} {item.reference}, {progress.lower()}.",
        in_dialog=in_dialog,
    )
    page.subheading(f"{progress}: {title}", gap="Small")
    due = say_date(item.due_on, today)
    if number == 1:
        page.facts(
            [
                ("Case", item.case_ref),
                ("Practitioner", view.practitioner),
                ("Function", view.function),
                ("Due", due),
            ]
        )
    else:
        page.spoken(f"{item.case_ref}, {view.practitioner}, due {due}", gap="Small", quiet=True)
    return page


def _grades(page: Page, view: FormView) -> None:
    """What the grade words mean, where the overall grade is given: folded, for it is read once."""
    page.begin_fold("What the words mean", "grades-mean")
    for grade in view.context.grades:
        page.spoken(Bold(f"{grade.title}: "), grade.help, gap="Small", quiet=True)
    page.end_fold()


_FAR_APART = {
    "two_above_lowest": "The overall grade stands two or more above one of the parts it rests on.",
    "two_below_lowest": "The overall grade stands two or more below every one of its parts.",
}


def soft_check_notes(page: Page, view: FormView) -> None:
    """What stands far apart in the judgements, so that its author looks once more."""
    for hit in view.soft:
        page.begin_box("warning")
        if hit.asks:
            page.para(_FAR_APART.get(hit.rule, _FAR_APART["two_above_lowest"]))
            page.para("That can be right. Please read your reason below once more.", gap="Small")
        else:
            page.para("One part is graded far below the overall grade.")
        if hit.flags_moderation:
            page.para(
                "The QA team will look at this one with you, to help grades mean the same for everyone.", gap="Small"
            )
        page.end_box()

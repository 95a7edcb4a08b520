"""Parts of a moderation's pages: what it is about, what the manager wrote, both grades, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.page import Page
from dialogs.kit.questions import say_answer
from dialogs.moderation.moderation_news import NOT_YET_WHY
from policy.framework.framework import FormField, Framework

if TYPE_CHECKING:
    from assurance.moderation.moderation_view import ModerationView

OWN_FORM, BOOKING_FORM, TALK_FORM = "moderation", "moderation_booking", "moderation_talk"
STALE = "The form of this learning space has changed since."


def what_it_is(page: Page, view: ModerationView) -> None:
    """What a form of a moderation is about. The case and the practitioner stand only where the own view is given."""
    if view.form is not None and view.form.key != OWN_FORM:
        page.spoken("With ", Bold(view.auditor), f", about {view.item.reference}.")
        return
    page.facts(
        [
            ("Learning space", view.item.reference),
            ("Case", view.item.case_ref),
            ("Practitioner", view.practitioner),
            ("Done by", view.auditor),
            ("Function", view.function),
        ]
    )
    page.para(NOT_YET_WHY)


def what_was_written(page: Page, view: ModerationView, step: str) -> None:
    """The manager's own words, where the own view begins and where the form itself is looked at."""
    keys = [one.key for one in view.form.steps] if view.form else []
    if not view.written or step not in (*keys[:1], *keys[-1:]):
        return
    page.begin_box("emphasis").para("What the manager wrote:")
    for label, text in view.written:
        page.spoken(Bold(f"{label}\n"), inert(text), gap="Small")
    page.end_box()


def graded_fields(framework: Framework) -> list[FormField]:
    """The questions both grade."""
    form = framework.form(OWN_FORM)
    return [one for step in form.steps for one in step.fields if one.choices_from in ("grades", "grades_or_na")]


def put_pair(page: Page, field: FormField, view: ModerationView) -> None:
    """The first and the second grade of one question, beside each other."""
    first, second = view.original.get(field.key), view.moderated.get(field.key)
    if not second:
        return
    said = say_answer(field, second, view.context)
    if first == second:
        page.spoken(Bold(f"{field.label}: "), f"{said}, both times", gap="Small")
    else:
        before = say_answer(field, first, view.context) if first else "not given"
        page.spoken(Bold(f"{field.label}: "), f"first {before}, second {said}", gap="Small")


def put_talk(page: Page, view: ModerationView, framework: Framework) -> None:
    """What was said in the talk."""
    talk = view.moderation.form.get("talk", {})
    page.subheading("The talk", line=True)
    for field in framework.form(TALK_FORM).steps[0].fields:
        value: Any = talk.get(field.key)
        if value and not (field.key == "development" and value == "none"):
            asked = field.label if field.label.endswith("?") else f"{field.label}:"
            page.spoken(Bold(f"{asked} "), say_answer(field, value, view.context), gap="Small")

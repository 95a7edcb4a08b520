"""Parts that every form's cards have: what to look at again, what was not kept, what is missing, the answers so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from dialogs.kit.cards import Bold
from dialogs.kit.page import Page
from dialogs.kit.problems import say_problem, say_warnings
from dialogs.kit.questions import Question, say_answer, value_to_show
from dialogs.kit.speaking import say_count, sentence
from policy.forms.forms import FormContext, Problem, check_step, is_answered, visible_fields
from policy.framework.framework import Form, FormStep, Framework

MOST_NAMED = 5
"""Questions named above a step that is back; the rest are counted, and marked where they stand."""
FEW = 3
"""Up to this many missing questions of a step are named; more are counted."""


class Given(Protocol):
    """A form and what was answered of it."""

    @property
    def form(self) -> Form: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...
    @property
    def context(self) -> FormContext: ...


class Boxes(Protocol):
    """What stands in the boxes of a page, and what is to be said of it."""

    @property
    def answers(self) -> Mapping[str, Any]: ...
    @property
    def context(self) -> FormContext: ...
    @property
    def entered(self) -> Mapping[str, Any]: ...
    @property
    def problems(self) -> Mapping[str, Problem]: ...
    @property
    def warnings(self) -> Mapping[str, tuple[Problem, ...]]: ...
    @property
    def not_kept(self) -> Mapping[str, Problem]: ...
    @property
    def newly_asked(self) -> frozenset[str]: ...


class FormPage(Given, Boxes, Protocol):
    """As much of a page of a form as these parts draw on."""

    @property
    def missing(self) -> Mapping[str, Mapping[str, Problem]]: ...


def put_questions(
    page: Page, view: Boxes, form: Form, step: FormStep, *, set_apart: str = "", newly_asked: Collection[str] = ()
) -> None:
    """The questions of a step that are asked, each with what stands in its box and what is wrong with that.

    `set_apart` is the question nobody may overlook; `newly_asked` are unanswered, but nobody's fault.
    """
    fresh = not (view.entered or view.problems)
    for field in visible_fields(step, view.answers):
        Question(
            field,
            view.context,
            view.answers,
            value=value_to_show(field, view.answers, view.entered, view.context, fresh=fresh),
            problem=view.problems.get(field.key),
            warnings=tuple(view.warnings.get(field.key, ())),
            newly_asked=field.key in newly_asked,
            text_hint=form.text_hint,
            set_apart=field.key == set_apart,
        ).put_on(page)


def what_to_look_at(page: Page, view: Boxes, form: Form) -> None:
    """At the top, why the same step is back: which questions, and for each what to do."""
    wrong = [key for key in view.problems if key not in view.newly_asked]
    asked = [key for key in view.problems if key in view.newly_asked]
    lines = []
    if wrong:
        missing = all(view.problems[key].code == "required" for key in wrong)
        one = len(wrong) == 1
        needs = (
            ("is" if one else "are") + " still missing" if missing else ("needs" if one else "need") + " another look"
        )
        lines.append(f"{sentence(say_count(len(wrong), 'answer'))} {needs}. The rest is saved.")
    if asked:
        verb = "is" if len(asked) == 1 else "are"
        lines.append(f"Because of what you answered, there {verb} {say_count(len(asked), 'more question')} here.")
    if view.warnings:
        lines.append("Some words are shown back to you below. If they are fine as they are, just go on.")
    if not lines:
        return
    page.begin_box("attention" if wrong else "accent").para(" ".join(lines))
    for key in wrong[:MOST_NAMED]:
        field, value = form.field(key), view.entered.get(key, view.answers.get(key))
        what = say_problem(view.problems[key], field, value if isinstance(value, str) else "", view.context.today)
        page.spoken(Bold(field.label + (" " if field.label.endswith("?") else ": ")), what, gap="Small")
    if len(wrong) > MOST_NAMED:
        page.small(f"And {len(wrong) - MOST_NAMED} more, marked below.")
    page.end_box()


def not_kept(page: Page, view: Boxes, form: Form) -> None:
    """What was typed on the page just left and could not be kept, so that nobody thinks it was."""
    lost = [key for key in view.not_kept if key not in view.problems]
    if not lost:
        return
    page.begin_box("attention").para("This was not kept:")
    for key in lost:
        field = form.field(key)
        why = say_problem(view.not_kept[key], field, "", view.context.today)
        page.spoken(Bold(f"{field.label}: "), why, gap="Small")
    page.end_box()


def what_is_missing(page: Page, view: FormPage, steps: tuple[FormStep, ...]) -> None:
    if not view.missing:
        return
    count = sum(len(fields) for fields in view.missing.values())
    page.begin_box("attention")
    is_are = "is" if count == 1 else "are"
    page.para(f"Before you can send this, {say_count(count, 'answer')} {is_are} still needed:")
    for step in steps:
        if fields := view.missing.get(step.key):
            labels = [view.form.field(key).label for key in fields]
            said = "; ".join(labels) if len(labels) <= FEW else say_count(len(labels), "answer")
            page.spoken(Bold(f"{step.title}: "), said, gap="Small")
    page.end_box()


def what_may_name_somebody(page: Page, view: Given, steps: tuple[FormStep, ...], framework: Framework) -> None:
    """Words that may name somebody, and the like, shown once more before they are stored."""
    found = []
    for step in steps:
        check = check_step(view.form, step.key, view.answers, view.context, framework, view.answers)
        for key, warnings in check.warnings.items():
            label = view.form.field(key).label
            found += [(label, *said) for said in say_warnings(warnings, str(view.answers.get(key, "")))]
    if not found:
        return
    page.begin_box("warning")
    page.para("Please look at these once more. Nothing stops you if they are fine as they are.")
    for label, sentence_, words in found:
        page.spoken(Bold(f"{label}: "), f"{sentence_} ", Bold(words), gap="Small")
    page.end_box()


def answers_of(page: Page, view: FormPage, step: FormStep, *, about: Callable[[], None] | None = None) -> None:
    """What was answered on one page; `about` says below its title what the page is about, where that needs words."""
    page.subheading(step.title, line=True)
    if about:
        about()
    empty = True
    for field in visible_fields(step, view.answers):
        value = view.answers.get(field.key)
        if not is_answered(value):
            continue
        said = say_answer(field, value, view.context)
        colon = " " if field.label.endswith("?") else ": "
        page.spoken(Bold(f"{field.label}{chr(10) if field.kind == 'text' else colon}"), said, gap="Small")
        empty = False
    if empty:
        page.small("Nothing answered.")

"""The rules of a form: which questions come, and whether what was answered stands. Every channel uses the same.

The walk is in `policy/forms/form_walk.py`, one value in `policy/forms/form_values.py`, questions back in
`policy/forms/soft_checks.py`; callers import them all from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from policy.forms.form_values import (
    NOT_APPLICABLE,
    Checked,
    FormContext,
    Problem,
    check_value,
    choices_of,
    clean_text,
    date_problem,
    default_of,
)
from policy.forms.form_walk import (
    SOFT_CHECKS,
    Answers,
    is_answered,
    is_asked,
    is_required,
    is_visible,
    live_answers,
    next_step,
    previous_step,
    visible_fields,
    visible_steps,
    walk,
)
from policy.forms.soft_checks import SoftCheckHit, compared_fields, soft_checks
from policy.framework.framework import Form, FormField, FormStep, Framework

__all__ = [
    "NOT_APPLICABLE",
    "SOFT_CHECKS",
    "ActionGiven",
    "Answers",
    "FormCheck",
    "FormContext",
    "Problem",
    "SoftCheckHit",
    "StepCheck",
    "actions_given",
    "check_all",
    "check_form",
    "check_step",
    "choices_of",
    "clean_text",
    "date_problem",
    "default_of",
    "is_answered",
    "is_required",
    "live_answers",
    "next_step",
    "previous_step",
    "soft_checks",
    "visible_fields",
    "visible_steps",
]


@dataclass(frozen=True, slots=True)
class StepCheck:
    """One step checked. Problems stop the way forward; warnings are shown once and stop nothing."""

    answers: dict[str, Any]
    """This step's clean answers, fit to lay over the earlier ones: None where an earlier answer was taken away."""
    problems: dict[str, Problem]
    warnings: dict[str, tuple[Problem, ...]]
    draft: dict[str, Any]
    """All answers after this step, earlier ones included: what to keep as the draft."""
    entered: dict[str, Any] = field(default_factory=dict)
    """What to show back in each box, refused values too. Never stored."""
    newly_asked: frozenset[str] = frozenset()
    """Unanswered questions that only these answers brought up, so nobody could have answered them yet."""


@dataclass(frozen=True, slots=True)
class FormCheck:
    """A whole form checked, as on submitting."""

    missing: dict[str, dict[str, Problem]]
    """What still stands in the way: step -> field -> problem. Empty when all is well."""
    answers: dict[str, Any]
    """The answers to keep: those asked for and valid, and the soft checks as they hit in the end."""


@dataclass(frozen=True, slots=True)
class ActionGiven:
    """An action as the form gave it: what, who owns it (person id), by when, and its type."""

    what: str
    owner: str
    due_on: date
    kind: str


def check_step(
    form: Form,
    step_key: str,
    raw: Mapping[str, object],
    context: FormContext,
    framework: Framework,
    earlier: Answers | None = None,
) -> StepCheck:
    """Check what came in for one step, trusting nothing: unknown keys are dropped, every value is judged again.

    `earlier` holds the answers so far, this step's old ones included. A step that is not asked takes no answers.
    KeyError if the form has no such step.
    """
    before = dict(earlier or {})
    step = form.step(step_key)
    own = {one.key for one in step.fields}
    draft = {key: value for key, value in before.items() if key not in own and value is not None}
    asked = is_asked(form, step, draft)
    _mark_soft_checks(form, draft, framework)
    checked, problems = _check_fields(form, step, raw, context, framework, draft) if asked else ({}, {})
    unanswered = {key for key, problem in problems.items() if problem.code == "required"}
    if unanswered:
        unanswered -= {one.key for one in visible_fields(step, before)}
    return StepCheck(
        answers={key: draft.get(key) for key in (*sorted(own), SOFT_CHECKS) if key in draft or key in before},
        problems=problems,
        warnings={key: result.warnings for key, result in checked.items() if result.warnings},
        draft=draft,
        entered={key: result.entered for key, result in checked.items() if result.entered is not None},
        newly_asked=frozenset(unanswered),
    )


def check_page(
    form: Form,
    step_key: str,
    raw: Mapping[str, object],
    context: FormContext,
    framework: Framework,
    earlier: Answers,
) -> StepCheck:
    """Check one page as a card brings it. One that brings none of its own questions stands as it was."""
    own = [one.key for one in form.step(step_key).fields]
    given = raw if any(key in raw for key in own) else {key: earlier.get(key) for key in own}
    return check_step(form, step_key, given, context, framework, earlier)


def check_form(form: Form, answers: Answers, context: FormContext, framework: Framework) -> FormCheck:
    """Check every step, in order and from the beginning: what is missing, and what there is to keep."""
    given = {key: value for key, value in answers.items() if key != SOFT_CHECKS}
    missing: dict[str, dict[str, Problem]] = {}
    draft: dict[str, Any] = {}
    _mark_soft_checks(form, draft, framework)
    for step in form.steps:
        if is_asked(form, step, draft):
            _, problems = _check_fields(form, step, given, context, framework, draft)
            if problems:
                missing[step.key] = problems
    return FormCheck(missing, draft)


def check_all(
    form: Form, answers: Answers, context: FormContext, framework: Framework
) -> dict[str, dict[str, Problem]]:
    """Everything that still stands in the way of submitting: step -> field -> problem. Empty when all is well."""
    return check_form(form, answers, context, framework).missing


def actions_given(form: Form, answers: Answers) -> tuple[ActionGiven, ...]:
    """The actions among the answers. A step holds one when it has the action text, its owner and its date."""
    steps, live = walk(form, answers)
    found = []
    for step in steps:
        by_part = {_action_part(one): live.get(one.key) for one in step.fields}
        what, owner, due_on = by_part.get("what"), by_part.get("owner"), by_part.get("due_on")
        if what and owner and due_on:
            found.append(ActionGiven(what, owner, date.fromisoformat(due_on), by_part.get("kind") or ""))
    return tuple(found)


def _action_part(one: FormField) -> str:
    if one.text_rule == "action":
        return "what"
    if one.choices_from == "owners":
        return "owner"
    if one.date_rule == "action":
        return "due_on"
    return "kind" if one.kind == "choice" and one.choices else ""


def _check_fields(
    form: Form,
    step: FormStep,
    raw: Mapping[str, object],
    context: FormContext,
    framework: Framework,
    draft: dict[str, Any],
) -> tuple[dict[str, Checked], dict[str, Problem]]:
    """Check a step that is asked, question by question, and add each answer that stands to the draft."""
    checked: dict[str, Checked] = {}
    problems: dict[str, Problem] = {}
    compared = compared_fields(form)
    for one in step.fields:
        if not is_visible(one, draft):
            continue
        result = checked[one.key] = check_value(one, raw.get(one.key), context, framework)
        if result.problem:
            problems[one.key] = result.problem
        if result.value is not None:  # one that is too short is kept all the same, so that it can be gone on with
            draft[one.key] = result.value
            if one.key in compared:
                _mark_soft_checks(form, draft, framework)
        elif not result.problem and is_required(one, draft):
            problems[one.key] = Problem("required")
    return checked, problems


def _mark_soft_checks(form: Form, draft: dict[str, Any], framework: Framework) -> None:
    """Keep the draft's own note of which soft checks hit in step with its answers."""
    if form.soft_checks:
        draft[SOFT_CHECKS] = [hit.check for hit in soft_checks(form, draft, framework)]

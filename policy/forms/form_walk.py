"""Which steps and questions of a form are asked, given the answers so far, and in what order.

Answers are one flat mapping from field key to a clean value: text, a choice key, a list of keys, an ISO date, 'HH:MM',
'yes' or 'no', or True. The key `SOFT_CHECKS` is ours: the soft checks that hit when the answers were last checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy.framework.framework import Condition, Form, FormField, FormStep

Answers = Mapping[str, Any]

SOFT_CHECKS = "soft_checks"
"""The answers' own key for the soft checks that hit; never taken from a client."""


def is_answered(value: object) -> bool:
    """Whether a value counts as an answer: None, empty text, an empty list and an unticked box do not."""
    return value is not None and value is not False and value != "" and value != []


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether a condition is met; no condition is always met."""
    if condition is None:
        return True
    value = answers.get(condition.field)
    if not is_answered(value):
        return False
    if not condition.is_any_of:
        return True
    given = value if isinstance(value, list | tuple) else (value,)
    return any(one in condition.is_any_of for one in given)


def is_visible(field: FormField, answers: Answers) -> bool:
    """Whether a question is asked, given the answers so far."""
    if field.visible_if_check and field.visible_if_check not in (answers.get(SOFT_CHECKS) or ()):
        return False
    return holds(field.visible_if, answers)


def is_required(field: FormField, answers: Answers) -> bool:
    """Whether a question that is asked must be answered."""
    if field.required_unless is not None:
        return not holds(field.required_unless, answers)
    if field.required_if is not None:
        return holds(field.required_if, answers)
    return field.required


def visible_fields(step: FormStep, answers: Answers) -> tuple[FormField, ...]:
    """The questions of a step that are asked, given the answers so far."""
    live = dict(answers)
    asked = []
    for field in step.fields:
        if is_visible(field, live):
            asked.append(field)
        else:
            live.pop(field.key, None)
    return tuple(asked)


def live_answers(form: Form, answers: Answers) -> dict[str, Any]:
    """Only the answers to questions that are asked; what a changed answer has made moot is left out."""
    return walk(form, answers)[1]


def visible_steps(form: Form, answers: Answers) -> tuple[FormStep, ...]:
    """The steps of a form that are asked, given the answers so far."""
    return walk(form, answers)[0]


def is_asked(form: Form, step: FormStep, answers: Answers) -> bool:
    """Whether a step of the form is asked, given the answers so far."""
    return step.visible_if is None or any(one is step for one in visible_steps(form, answers))


def next_step(form: Form, key: str, answers: Answers) -> str | None:
    """The step after `key`, or None when the review comes next. KeyError if the form has no step `key`."""
    return _neighbour(form, key, answers, 1)


def previous_step(form: Form, key: str, answers: Answers) -> str | None:
    """The step before `key`, or None if it is the first. KeyError if the form has no step `key`."""
    return _neighbour(form, key, answers, -1)


def walk(form: Form, answers: Answers) -> tuple[tuple[FormStep, ...], dict[str, Any]]:
    """The steps asked and the answers that count. A condition never sees an answer that is no longer asked for."""
    live: dict[str, Any] = {SOFT_CHECKS: answers[SOFT_CHECKS]} if SOFT_CHECKS in answers else {}
    steps = []
    for step in form.steps:
        if not holds(step.visible_if, live):
            continue
        steps.append(step)
        for field in step.fields:
            value = answers.get(field.key)
            if is_answered(value) and is_visible(field, live):
                live[field.key] = value
    return tuple(steps), live


def _neighbour(form: Form, key: str, answers: Answers, pace: int) -> str | None:
    order = [step.key for step in form.steps]
    here = order.index(form.step(key).key)
    visible = {step.key for step in visible_steps(form, answers)}
    beyond = order[here + 1 :] if pace > 0 else order[:here][::-1]
    return next((other for other in beyond if other in visible), None)

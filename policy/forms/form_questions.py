"""A form as one question after the other: which comes next, which one before, and which still needs an answer."""

from __future__ import annotations

from dataclasses import dataclass

from policy.forms.form_walk import Answers, is_answered, is_required, visible_fields, walk
from policy.framework.framework import Form, FormField, FormStep

END = "*"
"""Stands for the end, where everything is read once more and sent; no question has such a key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is asked, and the page it stands on."""

    step: FormStep
    field: FormField


def questions(form: Form, answers: Answers) -> tuple[Asked, ...]:
    """Every question that is asked, given the answers so far, in order."""
    steps, live = walk(form, answers)
    return tuple(Asked(step, field) for step in steps for field in visible_fields(step, live))


def still_needed(form: Form, answers: Answers) -> tuple[Asked, ...]:
    """The questions that must be answered and are not, in order."""
    live = walk(form, answers)[1]
    return tuple(
        one
        for one in questions(form, answers)
        if not is_answered(live.get(one.field.key)) and is_required(one.field, live)
    )


def first_question(form: Form, answers: Answers) -> str:
    """Where to begin or to go on: the first question that needs an answer, or `END`."""
    return next((one.field.key for one in still_needed(form, answers)), END)


def question_after(form: Form, answers: Answers, key: str) -> str:
    """The next question without an answer behind `key`, else the first that still needs one, else `END`.

    `key` may be of a question that is asked no longer, or of none the form has.
    """
    order = {field.key: place for place, field in enumerate(field for step in form.steps for field in step.fields)}
    here = order.get(key, -1)
    for one in questions(form, answers):
        if order[one.field.key] > here and not is_answered(answers.get(one.field.key)):
            return one.field.key
    return first_question(form, answers)


def question_before(form: Form, answers: Answers, key: str) -> str:
    """The question before `key`, answered or not; the first one again at the beginning; from `END` the last one."""
    keys = [one.field.key for one in questions(form, answers)]
    if key not in keys:
        return keys[-1]
    return keys[max(keys.index(key) - 1, 0)]

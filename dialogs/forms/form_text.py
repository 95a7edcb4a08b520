"""The open questions of a form as plain text for a letter: numbered, each with the name an answer can be put under.

Holds no answer, no case and nobody's name but those who may be chosen: a letter is read on locked screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogs.forms.question_text import question_text
from dialogs.kit.speaking import say_count
from policy.forms.form_questions import Asked, questions
from policy.forms.forms import FormContext, is_answered
from policy.framework.framework import Form, FormField

HOW_TO_ANSWER = (
    "Reply with one paragraph for each answer. Begin it with the number of the question, or with its words and a colon."
)


@dataclass(frozen=True, slots=True)
class FormText:
    """Questions as a letter asks them."""

    text: str
    fields: tuple[FormField, ...]
    """The questions in the order they are numbered: number 1 is the first."""


def form_text(form: Form, answers: Mapping[str, Any], context: FormContext, *, everything: bool = False) -> FormText:
    """The questions that are still open, or with `everything` all that are asked, as text.

    A question that only another answer brings up is not among them; the next letter asks it.
    """
    asked = [one for one in questions(form, answers) if everything or not is_answered(answers.get(one.field.key))]
    if not asked:
        return FormText("", ())
    parts = [HOW_TO_ANSWER, _example(asked)]
    step = ""
    for number, one in enumerate(asked, 1):
        if one.step.key != step:
            step = one.step.key
            parts.append(one.step.title.upper())
            if one.step.notice:
                parts.append(one.step.intro)
        said = question_text(one.field, context, answers, verb="Write")
        parts.append(f"{number}. {said}")
    parts.append(form.text_hint)
    return FormText("\n\n".join(part for part in parts if part), tuple(one.field for one in asked))


def name_of_question(field: FormField) -> str:
    """What an answer to a question can be put under in a letter: 'Strengths:', 'Was it held in person:'."""
    return field.label.rstrip("?.: ") + ":"


def _example(asked: list[Asked]) -> str:
    """The first question that has a short name, answered for show."""
    shortest = min(asked, key=lambda one: len(one.field.label))
    number = asked.index(shortest) + 1
    count = say_count(len(asked), "question")
    return f'There are {count} below. For example: "{number}. ..." or "{name_of_question(shortest.field)} ..."'

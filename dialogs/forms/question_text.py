"""One question of a form as plain text, with its choices numbered: for the typed conversation and for email."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dialogs.kit.questions import Question, say_answer
from dialogs.kit.speaking import say_date
from policy.forms.forms import FormContext, default_of, is_answered, is_required
from policy.framework.framework import FormField


def question_text(
    field: FormField,
    context: FormContext,
    answers: Mapping[str, Any],
    *,
    verb: str = "Type",
    text_hint: str = "",
    show_answer: bool = False,
) -> str:
    """The question, its answers by number, and how to answer it.

    `verb` begins the line on how ('Type', 'Write'). `show_answer` adds the answer given so far: only ever inside the
    form its author has opened, never in a letter that nobody asked for.
    """
    question = Question(field, context, answers)
    lines = [question.label]
    lines += [f"  {number}. {title}" for number, (_, title) in enumerate(question.choices, 1) if title]
    if field.help:
        lines.append(field.help)
    if field.kind == "text" and text_hint:
        lines.append(text_hint)
    value = answers.get(field.key)
    if show_answer and is_answered(value):
        lines.append(f"Now: {say_answer(field, value, context)}")
    lines.append(how_to_answer(field, context, answers, verb=verb))
    return "\n".join(lines)


def how_to_answer(field: FormField, context: FormContext, answers: Mapping[str, Any], *, verb: str = "Type") -> str:
    """One line: what an answer to this question looks like."""
    skip = "" if is_required(field, answers) else f" Or {verb.lower()} skip."
    match field.kind:
        case "choice":
            how = f"{verb} a number, or the words."
        case "choices":
            how = f"{verb} one or more numbers, such as 1 and 2."
        case "yes_no":
            how = f"{verb} yes or no."
        case "confirm":
            how = f"{verb} yes once it is done."
        case "date":
            how = f"{verb} a day, such as 13 March, 13/3 or {_a_day(field)}."
            if usual := default_of(field, context):
                how += f" {verb} ok for {say_date(date.fromisoformat(usual), context.today)}."
        case "time":
            how = f"{verb} a time, such as 2.30pm."
        case _:
            limit = f", up to {field.max_length} characters" if field.max_length else ""
            how = f"{verb} it in your own words{limit}."
    return how + skip


def _a_day(field: FormField) -> str:
    return "yesterday" if field.date_rule == "held" else "in two weeks"

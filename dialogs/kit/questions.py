"""One question of a form as an input of a card and as lines of text. Choices before typing, a label on everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from microsoft_teams.cards import (
    CardElement,
    Choice,
    ChoiceSetInput,
    DateInput,
    TextInput,
    TimeInput,
    ToggleInput,
)

from dialogs.kit import cards, wording
from dialogs.kit.inert import inert, one_line, without_controls
from dialogs.kit.page import Page
from dialogs.kit.problems import say_problem, say_warnings
from dialogs.kit.several import MOST_BOXES, NOTHING, box_id, box_label
from dialogs.kit.speaking import say_date
from policy.forms.forms import FormContext, Problem, choices_of, default_of, is_required
from policy.framework.framework import FormField

SHORT_LIST = 5
"""Up to this many of our own choices are all shown as buttons to tick; a longer list opens when it is tapped."""
LOOK_AGAIN = " \u2013 please look again"
"""Beside the question of a box with something wrong: a screen reader that comes to the box hears it there.

In plain text it ties the line on what is wrong, which stands above, to the question it is about.
"""
YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what stands in its box, what is wrong with that and what to look at again."""

    field: FormField
    context: FormContext
    answers: Mapping[str, Any]
    value: Any = None
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()
    newly_asked: bool = False
    text_hint: str = wording.HINT
    set_apart: bool = False
    """The question nobody may overlook stands in a box of its own."""
    closed: bool = False
    """A list that opens when it is tapped, however short: for choices from outside, such as names."""

    @property
    def label(self) -> str:
        """The question. What may be left empty says so; everything else is wanted."""
        wanted = is_required(self.field, self.answers) or self.field.required_if is not None
        return self.field.label if wanted else f"{self.field.label} ({wording.OPTIONAL})"

    @property
    def wrong(self) -> Problem | None:
        """What is wrong with the answer; nothing is with one nobody was asked for until now."""
        return None if self.newly_asked else self.problem

    @property
    def asked(self) -> str:
        """The question as it stands on the page, which says itself that its answer wants another look."""
        return f"{self.label}{LOOK_AGAIN}" if self.wrong else self.label

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Value and title of each answer offered."""
        if self.field.kind == "yes_no":
            return YES_NO
        return tuple((choice.key, one_line(choice.title)) for choice in choices_of(self.field, self.context))

    @property
    def hint(self) -> str:
        """The quiet line below the box."""
        lines = [self.field.help, self.text_hint if self.field.kind == "text" else ""]
        return " ".join(line for line in lines if line)

    def put_on(self, page: Page) -> None:
        """Add the question to a page, in both forms."""
        parts: list[CardElement] = []
        lines: list[str] = []
        today = self.context.today
        if self.wrong:
            said = say_problem(self.wrong, self.field, _text(self.value), today)
            parts.append(cards.problem(said, about=self.field.key))
            lines.append(f"! {said}")
        for sentence, words in say_warnings(self.warnings, _text(self.value)):
            parts.append(cards.box(cards.spoken(f"{sentence} ", cards.Bold(words)), tone="warning", gap="Small"))
            lines.append(f"! {sentence} {words}".rstrip())
        parts += self._inputs()
        if self.hint:
            parts.append(cards.small(self.hint, gap="Small"))
        around = cards.box if self.set_apart else cards.group
        # Microsoft's renderer made with React keeps a list's choices where a list stood in the same place on the step
        # before, and would offer those: a key of its own says that it is another question.
        page.add(around(*parts, key=self.field.key), "\n".join([*lines, *self._lines()]))

    def _lines(self) -> list[str]:
        lines = [self.asked]
        lines += [f"  {number}. {title}" for number, (_, title) in enumerate(self.choices, 1) if title]
        now = say_answer(self.field, self.value, self.context) if self.value not in (None, "", []) else ""
        return [*lines, *([f"  Now: {now}"] if now else []), *([f"  ({self.hint})"] if self.hint else [])]

    @property
    def boxes(self) -> int:
        """How many lists that open it is asked with: one an answer there may be, where ticks would fill a page."""
        most = self.field.max_choices or 0
        return most if self.field.kind == "choices" and 0 < most <= MOST_BOXES and len(self.choices) > SHORT_LIST else 0

    def _inputs(self) -> list[CardElement]:
        if not self.boxes:
            return [self._input()]
        given = self.value.split(",") if isinstance(self.value, str) else list(self.value or ())
        given = [one for one in given if one]
        values = (*given, *[""] * self.boxes)
        return [self._list_that_opens(number, values[number]) for number in range(self.boxes)]

    def _list_that_opens(self, number: int, value: str) -> ChoiceSetInput:
        """One of several, with a way to want no answer there; the first has none where an answer is wanted."""
        wanted = not number and self.label == self.field.label
        choices = [Choice(title=title, value=key) for key, title in self.choices]
        return ChoiceSetInput(
            id=box_id(self.field.key, number),
            label=box_label(self.asked if not number else self.field.label, number),
            error_message=say_problem(Problem("required"), self.field, "", self.context.today),
            choices=choices
            if wanted
            else [Choice(title="None" if not number else "No other", value=NOTHING), *choices],
            style="compact",
            placeholder="Choose" if wanted else None,
            value=value or (None if wanted else NOTHING),
            wrap=True,
        )

    def _input(self) -> CardElement:
        field, value = self.field, self.value
        common: dict[str, Any] = {
            "id": field.key,
            "label": self.asked,
            "error_message": say_problem(Problem("required"), field, "", self.context.today),
        }
        match field.kind:
            case "text":
                return TextInput(
                    value=without_controls(_text(value)) or None,
                    is_multiline=True,
                    max_length=field.max_length,
                    placeholder=f"Up to {field.max_length} characters" if field.max_length else None,
                    **common,
                )
            case "date":
                return DateInput(value=_text(value) or None, **common)
            case "time":
                return TimeInput(value=_text(value) or None, **common)
            case "confirm":
                ticked = "true" if value is True else "false"
                common["label"] = "Please confirm"
                return ToggleInput(
                    title=self.asked, value=ticked, value_on="true", value_off="false", wrap=True, **common
                )
            case _:
                return self._choice_set(common)

    def _choice_set(self, common: dict[str, Any]) -> ChoiceSetInput:
        field, value = self.field, self.value
        several = field.kind == "choices"
        # Names of people come from outside, and only the closed list shows them without reading Markdown.
        outside = self.closed or bool(field.choices_from)
        closed = not several and (outside or len(self.choices) > SHORT_LIST)
        return ChoiceSetInput(
            choices=[Choice(title=title, value=key) for key, title in self.choices],
            style="compact" if closed else "expanded",
            is_multi_select=several or None,
            placeholder="Choose" if closed else None,
            value=(",".join(value) if isinstance(value, list | tuple) else _text(value)) or None,
            wrap=True,
            **common,
        )


def value_to_show(
    field: FormField, answers: Mapping[str, Any], entered: Mapping[str, Any], context: FormContext, *, fresh: bool
) -> Any:
    """What stands in the box: what was just entered, else what was saved, else on a fresh page the default."""
    if field.key in entered:
        return entered[field.key]
    if field.key in answers:
        return answers[field.key]
    return default_of(field, context) if fresh else None


def say_answer(field: FormField, value: Any, context: FormContext) -> str:
    """An answer as its author reads it back, harmless wherever it is shown as a TextRun."""
    if field.kind in ("choice", "choices", "yes_no"):
        titles = dict(YES_NO) if field.kind == "yes_no" else {c.key: c.title for c in choices_of(field, context)}
        given = value if isinstance(value, list | tuple) else [value]
        return ", ".join(one_line(titles.get(str(one), str(one))) for one in given)
    if field.kind == "confirm":
        return "Yes" if value is True else "No"
    if field.kind == "date":
        return _date(_text(value), context.today)
    return inert(_text(value))


def _date(text: str, today: date) -> str:
    try:
        return say_date(date.fromisoformat(text), today)
    except ValueError:
        return inert(text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

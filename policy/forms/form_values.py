"""One answer to one question: from whatever a card, an email or a caller sent to a clean value, or a problem."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policy.calendar.calendar import Calendar
from policy.forms.action_words import names_something_to_do
from policy.forms.identifiers import scan
from policy.framework.framework import Choice, FormField, Framework, Grade, Theme

NOT_APPLICABLE = Choice(key="not_applicable", title="Not applicable")
"""Offered beside the grades where a domain may not apply (3.1)."""

# No text box is longer than this; of what is longer only so much is looked at, and shown back.
_LONGEST_TEXT = 20_000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer does not stand (or, as a warning, what to look at again). The wording lives in dialogs.

    Codes: required, not_a_choice, too_many, must_include, not_text, no_words, too_long, too_short, not_a_date,
    not_a_time, in_future, before_allocation, not_after_today, too_late, identifier:<kind> (several joined by +);
    and, only as a warning, no_verb.
    """

    code: str
    limit: int | str | None = None
    """The number of choices or characters allowed, or the ISO date the answer must keep to."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where in the cleaned text: start and end of each finding."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """What a form needs to know about its item. `owners` are the people who may own an action."""

    allocated_on: date
    today: date
    owners: tuple[Choice, ...]
    grades: tuple[Grade, ...]
    themes: tuple[Theme, ...]
    calendar: Calendar

    @classmethod
    def of(
        cls, framework: Framework, *, allocated_on: date, today: date, owners: tuple[Choice, ...] = ()
    ) -> FormContext:
        """A context with the framework's own grades and themes."""
        calendar = Calendar.of(framework)
        return cls(allocated_on, today, owners, framework.grades, framework.themes, calendar)


@dataclass(frozen=True, slots=True)
class Checked:
    """One value checked: the clean value (None if there is none), what is wrong, what to look at again."""

    value: Any = None
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()
    entered: Any = None
    """What to show back in the box, even when it was refused. Never stored."""


def choices_of(field: FormField, context: FormContext) -> tuple[Choice, ...]:
    """The answers a choice field offers, in order."""
    if field.choices_from in ("grades", "grades_or_na"):
        grades = tuple(Choice(key=grade.key, title=grade.title) for grade in context.grades)
        return (*grades, NOT_APPLICABLE) if field.choices_from == "grades_or_na" else grades
    if field.choices_from == "themes":
        return tuple(Choice(key=theme.key, title=theme.title) for theme in context.themes)
    return context.owners if field.choices_from == "owners" else field.choices


def default_of(field: FormField, context: FormContext) -> str | None:
    """What a field is filled with before anyone answers: the ISO date `default_days` from today, or nothing.

    Never a day off: the next working day, or where that is later than `max_days` allows, the last one before.
    """
    if field.kind != "date" or field.default_days is None:
        return None
    day = context.calendar.roll_forward(context.today + timedelta(days=field.default_days))
    if field.max_days is not None and day > context.today + timedelta(days=field.max_days):
        day = context.calendar.add_working_days(day, -1)
    return day.isoformat()


def check_value(field: FormField, raw: object, context: FormContext, framework: Framework) -> Checked:
    """Check one raw value. Nothing given is no problem here: whether it was required is the step's business."""
    if raw is None or raw == "" or raw == []:
        return Checked()
    match field.kind:
        case "text":
            return _text(field, raw, context, framework)
        case "choice":
            return _choice(raw, _offered(field, context))
        case "choices":
            return _choices(field, raw, _offered(field, context))
        case "yes_no":
            return _choice(raw.strip().lower() if isinstance(raw, str) else raw, ["yes", "no"])
        case "confirm":
            return _confirm(raw)
        case "date":
            return _date(field, raw, context)
        case "time":
            found = _TIME.fullmatch(raw.strip()) if isinstance(raw, str) else None
            return Checked(f"{found[1]}:{found[2]}") if found else Checked(problem=Problem("not_a_time"))


def _offered(field: FormField, context: FormContext) -> list[str]:
    """The keys of `choices_of`, without making the choices of grades and themes afresh for every answer."""
    match field.choices_from:
        case "grades":
            return [grade.key for grade in context.grades]
        case "grades_or_na":
            return [*(grade.key for grade in context.grades), NOT_APPLICABLE.key]
        case "themes":
            return [theme.key for theme in context.themes]
        case _:
            return [choice.key for choice in choices_of(field, context)]


def _choice(raw: object, offered: list[str]) -> Checked:
    if isinstance(raw, str) and raw in offered:
        return Checked(raw, entered=raw)
    return Checked(problem=Problem("not_a_choice"))


def _choices(field: FormField, raw: object, offered: list[str]) -> Checked:
    # A card sends several choices as "a,b,c".
    given = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return Checked(problem=Problem("not_a_choice"))
    wanted = {one for one in given if one}
    if not wanted:
        return Checked()
    if not wanted <= set(offered):
        return Checked(problem=Problem("not_a_choice"))
    chosen = [key for key in offered if key in wanted]
    if field.max_choices is not None and len(chosen) > field.max_choices:
        return Checked(problem=Problem("too_many", field.max_choices), entered=chosen)
    if missing := set(field.must_include) - wanted:
        titles = [choice.title for choice in field.choices if choice.key in missing]
        return Checked(problem=Problem("must_include", " and ".join(titles)), entered=chosen)
    return Checked(chosen, entered=chosen)


def _confirm(raw: object) -> Checked:
    if raw is True or (isinstance(raw, str) and raw.strip().lower() in ("true", "yes")):
        return Checked(True, entered=True)
    if raw is False or (isinstance(raw, str) and raw.strip().lower() in ("false", "no")):
        return Checked()
    return Checked(problem=Problem("not_a_choice"))


def _date(field: FormField, raw: object, context: FormContext) -> Checked:
    if not isinstance(raw, str) or not _ISO_DATE.fullmatch(raw.strip()):
        return Checked(problem=Problem("not_a_date"))
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        return Checked(problem=Problem("not_a_date"))
    problem = date_problem(field, day, context)
    return Checked(None if problem else day.isoformat(), problem, entered=day.isoformat())


def date_problem(field: FormField, day: date, context: FormContext) -> Problem | None:
    """Why a day is no answer to this question, or None if it stands."""
    if field.date_rule == "held":
        if day > context.today:
            return Problem("in_future", context.today.isoformat())
        if day < context.allocated_on:
            return Problem("before_allocation", context.allocated_on.isoformat())
    if field.date_rule == "action" and day <= context.today:
        return Problem("not_after_today", context.today.isoformat())
    if field.max_days is not None:
        latest = context.today + timedelta(days=field.max_days)
        if day > latest:
            return Problem("too_late", latest.isoformat())
    return None


def _text(field: FormField, raw: object, context: FormContext, framework: Framework) -> Checked:
    if not isinstance(raw, str):
        return Checked(problem=Problem("not_text"))
    limit = field.max_length if field.max_length is not None else _LONGEST_TEXT
    text = clean_text(raw[:_LONGEST_TEXT])
    if len(raw) > _LONGEST_TEXT:
        return Checked(problem=Problem("too_long", limit), entered=text)
    if not any(letter.isalnum() for letter in text):
        # A dash alone is how people leave a box empty; a face alone was meant to say something.
        pictures = any(unicodedata.category(letter) == "So" for letter in text)
        return Checked(problem=Problem("no_words"), entered=text) if pictures else Checked()
    if len(text) > limit:
        return Checked(problem=Problem("too_long", limit), entered=text)
    blocked: dict[str, list[tuple[int, int]]] = {}
    warned: dict[str, list[tuple[int, int]]] = {}
    for finding in scan(text, framework.identifiers, on=context.today):
        (blocked if finding.blocks else warned).setdefault(finding.kind, []).append((finding.start, finding.end))
    warnings = [Problem(f"identifier:{kind}", spans=tuple(spans)) for kind, spans in warned.items()]
    if field.text_rule == "action" and not names_something_to_do(text):
        warnings.append(Problem("no_verb"))
    if blocked:
        kinds, spans = "+".join(blocked), tuple(sorted(span for each in blocked.values() for span in each))
        return Checked(None, Problem(f"identifier:{kinds}", spans=spans), tuple(warnings), text)
    short = Problem("too_short", field.min_length) if len(text) < field.min_length else None
    return Checked(text, short, tuple(warnings), text)


def clean_text(raw: str) -> str:
    """Typed text in one form: composed letters, plain line ends, no control or invisible characters, no edges."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    if text.isprintable():  # what is taken out never is
        return text.strip()
    # Invisible characters (categories Cc, Cf, Cs) could hide a number from the identifier guard.
    invisible = {char for char in set(text) - _KEPT if unicodedata.category(char) in _INVISIBLE}
    return text.translate(dict.fromkeys(map(ord, invisible))).strip()


_KEPT = frozenset("\n\t")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")

"""What is wrong with an answer, in words that say what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dialogs.kit.speaking import say_count, say_date, say_list
from policy.forms.forms import Problem
from policy.framework.framework import FormField

_MISSING = {
    "choice": "Please choose an answer.",
    "choices": "Please choose at least one.",
    "yes_no": "Please answer yes or no.",
    "date": "Please give a date.",
    "time": "Please give a time.",
    "confirm": "Please tick this once it is done.",
    "text": "Please write a few words.",
}
_KINDS = {
    "nhs_number": "an NHS number",
    "upn": "a pupil number (UPN)",
    "ni_number": "a National Insurance number",
    "case_reference": "a case reference",
    "postcode": "a postcode",
    "email": "an email address",
    "phone": "a phone number",
    "date_of_birth": "a date of birth",
    "dob_word": "a date of birth",
    "web_address": "a web address",
    "handle": "a name somebody uses online",
    "surname_in_capitals": "a name",
    "two_capitalised_words": "a name",
}
_LONGEST_SHOWN = 60
"""Characters of a found word that we repeat; enough to find it in the box."""


def say_problem(problem: Problem, field: FormField, text: str, today: date) -> str:
    """What to put right. `text` is what stands in the box: words that must go are shown back from it."""
    limit = problem.limit
    match problem.code:
        case "required":
            return _MISSING[field.kind]
        case "not_a_choice":
            return "Please choose one of the answers offered."
        case "too_many":
            return f"Please choose no more than {say_count(int(limit or 0), 'answer')}."
        case "must_include":
            return f"This needs {limit} as well."
        case "too_long":
            return f"Please shorten this to {limit} characters. It has {len(text):,} now."
        case "too_short":
            return f"Please say a little more: {limit} characters at least. It has {len(text):,} now."
        case "no_words":
            return "I can only read words and numbers, so a symbol or a picture tells me nothing here."
        case "not_a_date":
            return "Please give a date, for example 2026-12-29."
        case "not_a_time":
            return "Please give a time, for example 14:30."
        case "in_future":
            return "This date has not come yet. Please give the day it took place."
        case "before_allocation":
            return f"Please give a date on or after {_said(limit, today)}, the day this was allocated."
        case "not_after_due":
            return f"Please choose a day after {_said(limit, today)}, the day it is due now."
        case "not_after_today":
            return f"Please choose a day after {say_date(today, today)}."
        case "too_late":
            return f"Please choose a day up to {_said(limit, today)}."
        case "no_verb":
            return "Is it clear what will be done? An action often begins with a verb: arrange, review, update."
    if problem.code.startswith("identifier:"):
        kinds = problem.code.partition(":")[2].split("+")
        what = say_list(list(dict.fromkeys(_KINDS.get(kind, "someone's details") for kind in kinds)))
        them = "it" if len(kinds) == 1 and len(problem.spans) < 2 else "them"
        return f"This holds what looks like {what}. Please take {them} out, and use a role instead."
    return "Please look at this answer again."


def say_warnings(warnings: Iterable[Problem], text: str) -> list[tuple[str, str]]:
    """What to look at again: a sentence, and the words it is about (empty when it is about the whole)."""
    said = []
    for warning in warnings:
        if warning.code.startswith("identifier:"):
            what = _KINDS.get(warning.code.partition(":")[2], "someone's details")
            said.append((f"Could this be {what}? If it is, please use a role instead:", words_of(warning, text)))
        elif warning.code == "no_verb":
            said.append(("Is it clear what will be done? An action often begins with a verb: arrange, review.", ""))
    return said


def words_of(problem: Problem, text: str) -> str:
    """The words of a text a problem points at, in quotation marks."""
    found = [text[start:end][:_LONGEST_SHOWN] for start, end in problem.spans if 0 <= start < end <= len(text)]
    return say_list([f"\u201c{words}\u201d" for words in dict.fromkeys(found)])


def _said(limit: int | str | None, today: date) -> str:
    return say_date(date.fromisoformat(str(limit)), today)

"""Reads one answer to one question from typed words: a number, a title, a short form, a date as people say it, a text.

It only reads. Whether an answer stands (limits, the identifier guard) is judged where it is saved, as for any channel.
What may mean two things comes back as a problem, never as a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogs.kit.inert import one_line
from dialogs.understand.spoken_dates import hear_date, hear_time, is_no_day
from policy.forms.forms import FormContext, Problem, choices_of, clean_text, date_problem, default_of, is_required
from policy.framework.framework import Choice, FormField


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in listed.split("|"))


YES_WORDS = _phrases("yes|y|yeah|yep|yup|aye|true|yes please|of course")
NO_WORDS = _phrases("no|n|nope|nah|false|no thanks|no thank you")
SKIP_WORDS = _phrases("skip|skip it|skip this|pass|leave it|leave it out|leave empty|leave blank")
_DONE_WORDS = _phrases("ok|okay|done|confirm|confirmed|agreed|ticked|i have|i do|i confirm")
_OK_WORDS = _phrases("ok|okay|yes|fine|that is fine|thats fine")
_NOTHING_WORDS = _phrases("none|nothing|nobody|no one|noone|na|n a|not applicable|nil|no")
_COUNTED = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_NUMBER = re.compile(r"(?:(?:number|no|option|answer|choice) )?([0-9]{1,3})")
_NUMBER_AND_WORDS = re.compile(r"([0-9]{1,2}) (.+)")
_BETWEEN = re.compile(r"\s*(?:[,;\n+&]|(?<!\w)/(?!\w))\s*")
_AND = re.compile(r"\s+(?:and|plus)\s+", re.IGNORECASE)
_SMALL_WORDS = _phrases("it|is|was|its|i|think|say|the|a|an|please|for|of|to")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of one answer."""

    value: object | None = None
    """Fit to hand in: text, a choice's key, a list of keys, an ISO date, 'HH:MM', 'yes' or 'no', True."""
    problem: Problem | None = None
    """Why it could not be read. Beside the codes of a saved answer: out_of_range (limit: how many there are),
    which_choice, day_first, no_such_day, which_date (limit: ISO dates, parted by commas), not_that_weekday (limit:
    the ISO date it was said of), which_half (limit: both times, parted by a comma)."""
    skipped: bool = False
    """Left empty on purpose, which this question allows."""


def read_answer(field: FormField, said: str, context: FormContext, answers: Mapping[str, Any]) -> Heard:
    """Read one typed answer. Never raises, whatever is in it; `answers` are those given so far."""
    text = clean_text(said)
    words = plain_words(text[:500])
    if words in SKIP_WORDS or text in ("-", "\u2013", "\u2014"):
        return _left_empty(field, answers)
    if not any(letter.isalnum() for letter in text):
        return Heard(problem=Problem("no_words"))
    match field.kind:
        case "text":
            heard = _text(field, text, words, answers)
        case "yes_no":
            heard = _yes_no(words)
        case "confirm":
            heard = _confirm(words)
        case "date":
            heard = _date(field, text, words, context)
        case "time":
            heard = _time(text)
        case "choices":
            heard = _several(text, choices_of(field, context))
        case _:
            heard = _one(text, choices_of(field, context))
    if heard.problem and words in _NOTHING_WORDS and field.kind not in ("yes_no", "confirm"):
        return heard if is_required(field, answers) else Heard(skipped=True)
    return heard


def _left_empty(field: FormField, answers: Mapping[str, Any]) -> Heard:
    if is_required(field, answers):
        return Heard(problem=Problem("required"))
    return Heard(skipped=True)


# -- by kind of question ----------------------------------------------------------------------------------------------


def _text(field: FormField, text: str, words: str, answers: Mapping[str, Any]) -> Heard:
    if words in _NOTHING_WORDS and not is_required(field, answers):
        return Heard(skipped=True)
    if field.max_length is not None and len(text) > field.max_length:
        return Heard(problem=Problem("too_long", field.max_length))
    return Heard(text)


def _yes_no(words: str) -> Heard:
    if words in YES_WORDS or words in ("1", "one"):
        return Heard("yes")
    if words in NO_WORDS or words in ("2", "two"):
        return Heard("no")
    if _NUMBER.fullmatch(words):
        return Heard(problem=Problem("out_of_range", 2))
    return Heard(problem=Problem("not_a_choice"))


def _confirm(words: str) -> Heard:
    if words in YES_WORDS or words in _DONE_WORDS:
        return Heard(True)
    return Heard(problem=Problem("required"))


def _date(field: FormField, text: str, words: str, context: FormContext) -> Heard:
    default = default_of(field, context)
    if words in _OK_WORDS and default:
        return Heard(default)
    found = hear_date(text, context.today)
    if found is None:
        # Month first: we do not turn it round, because 3/4 would then mean two days.
        turned = re.fullmatch(r"([0-9]{1,2})[/.-](1[3-9]|2[0-9]|3[01])(?:[/.-][0-9]{2,4})?", text)
        if turned and 1 <= int(turned[1]) <= 12:
            return Heard(problem=Problem("day_first"))
        return Heard(problem=Problem("no_such_day" if is_no_day(text) else "not_a_date"))
    if found.not_that_weekday:
        return Heard(problem=Problem("not_that_weekday", found.days[0].isoformat()))
    fitting = [day for day in found.days if date_problem(field, day, context) is None]
    if found.unsure and len(fitting) > 1:
        return Heard(problem=Problem("which_date", ",".join(day.isoformat() for day in sorted(fitting))))
    # A day without a year is the nearest one, even where the form then says that it does not stand.
    return Heard((fitting[0] if found.unsure and fitting else found.days[0]).isoformat())


def _time(text: str) -> Heard:
    times = hear_time(text)
    if len(times) == 1:
        return Heard(times[0])
    return Heard(problem=Problem("which_half", ",".join(times)) if times else Problem("not_a_time"))


def _one(text: str, offered: Sequence[Choice]) -> Heard:
    found = match_choice(text, offered)
    if isinstance(found, Problem):
        return Heard(problem=found)
    return Heard(found.key)


def _several(text: str, offered: Sequence[Choice]) -> Heard:
    keys: list[str] = []
    for part in _parts(text, offered):
        found = match_choice(part, offered)
        if isinstance(found, Problem):
            return Heard(problem=found)
        keys.append(found.key)
    return Heard(list(dict.fromkeys(keys)))


def _parts(text: str, offered: Sequence[Choice]) -> list[str]:
    """Cut a list where a comma, 'and' or a gap between numbers stands; a title with 'and' in it stays whole."""
    parts: list[str] = []
    for piece in _BETWEEN.split(re.sub(r"(?m)^\s*[-*\u2022]\s+", "", text)):
        piece = re.sub(r"^(?:and|plus)\s+", "", piece.strip(), flags=re.IGNORECASE)
        if not plain_words(piece):
            continue
        if re.fullmatch(r"[0-9]{1,2}(?:\s+(?:and\s+)?[0-9]{1,2})+", piece):
            parts += re.findall(r"[0-9]+", piece)
        elif isinstance(match_choice(piece, offered), Choice):
            parts.append(piece)
        else:
            parts += [half for half in _AND.split(piece) if plain_words(half)] or [piece]
    return parts


# -- which of the answers offered -------------------------------------------------------------------------------------


def match_choice(said: str, offered: Sequence[Choice]) -> Choice | Problem:
    """The answer that is meant: by its number from one, its title, its key, a short form or a telling word of it."""
    words = plain_words(said)
    bare = " ".join(word for word in words.split() if word not in _SMALL_WORDS)
    found = _NUMBER.fullmatch(words) or _NUMBER.fullmatch(bare)  # "I think it is 2, please"
    number = _COUNTED.get(words, 0) or (int(found[1]) if found else 0)
    if number or words == "0":
        return offered[number - 1] if 1 <= number <= len(offered) else Problem("out_of_range", len(offered))
    if both := _NUMBER_AND_WORDS.fullmatch(words):  # copied as it stands: "2. Good"
        numbered, named = match_choice(both[1], offered), match_choice(both[2], offered)
        if isinstance(numbered, Problem) and isinstance(named, Problem):  # "5 February": neither of them is offered
            return named
        return named if named is numbered else Problem("which_choice")
    if words in YES_WORDS or words in NO_WORDS:
        wanted = "yes" if words in YES_WORDS else "no"
        exact = [one for one in offered if one.key == wanted or plain_words(one.title) == wanted]
        if exact:
            return exact[0]
        return Problem("which_choice" if wanted == "yes" and _containing({"yes"}, offered) else "not_a_choice")
    for rule, what in ((_same, words), (_same, bare), (_short, words), (_beginning, words)):
        if found_here := rule(what, offered):
            return found_here[0] if len(found_here) == 1 else Problem("which_choice")
    telling = set(bare.split())
    containing = _containing(telling, offered) if any(len(word) > 2 for word in telling) else []
    if len(containing) == 1:
        return containing[0]
    return Problem("which_choice" if containing else "not_a_choice")


def _same(words: str, offered: Sequence[Choice]) -> list[Choice]:
    return [one for one in offered if words in (plain_words(one.title), plain_words(one.key))]


def _short(words: str, offered: Sequence[Choice]) -> list[Choice]:
    """'RI' for 'Requires improvement to be good', 'IRO', 'n/a'."""
    letters = words.replace(" ", "")
    if not 2 <= len(letters) <= 4 or (" " in words and len(letters) != len(words.split())):
        return []
    return [one for one in offered if "".join(word[0] for word in plain_words(one.title).split()).startswith(letters)]


def _beginning(words: str, offered: Sequence[Choice]) -> list[Choice]:
    return [one for one in offered if len(words) > 2 and plain_words(one.title).startswith(words)]


def _containing(telling: set[str], offered: Sequence[Choice]) -> list[Choice]:
    return [one for one in offered if telling and telling <= set(plain_words(one.title).split())]


def plain_words(text: str) -> str:
    """Small letters and digits, one space between words: what a title and its short forms are compared by."""
    letters = unicodedata.normalize("NFKC", one_line(text)).casefold().replace("\u2019", "").replace("'", "")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())

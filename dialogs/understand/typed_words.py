"""What people say to steer a typed conversation: back, skip, later, where am I, change an answer, send. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dialogs.understand.spoken_answers import plain_words, read_answer
from policy.forms.form_questions import Asked
from policy.forms.forms import FormContext
from policy.lifecycle.reference import find_reference

Do = Literal["back", "skip", "later", "where", "again", "review", "send", "clear", "change"]

LONGEST_CONTROL = 60
"""Characters of a line that steers; a longer one is an answer, unless it changes an earlier one."""


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in listed.split("|"))


_SAID: tuple[tuple[Do, frozenset[str]], ...] = (
    ("back", _phrases("back|go back|previous|one back|back please|the one before|last question|previous question")),
    (
        "later",
        _phrases(
            """later|stop|pause|save|save it|save for later|finish later|not now|quit|exit|cancel|enough|i have to go
            |got to go|do it later|carry on later|continue later|stop for now|that is all for now|leave it for now"""
        ),
    ),
    (
        "where",
        _phrases(
            """where am i|where are we|where was i|where were we|how far am i|how far|how many|how many left|progress
            |how many more|how much is left|which question|what is left|whats left"""
        ),
    ),
    (
        "again",
        _phrases(
            """again|repeat|repeat that|say that again|say it again|ask again|what was the question|continue|carry on
            |resume|go on|type|typing|the question please|question"""
        ),
    ),
    ("skip", _phrases("skip|skip it|skip this|pass|next|keep|keep it|leave it|leave as it is|leave empty|no change")),
    (
        "review",
        _phrases(
            """review|check|check it|show my answers|my answers|show answers|read it back|summary|show all|finish
            |show everything|what have i said"""
        ),
    ),
    ("send", _phrases("send|submit|send it|submit it|send it in|send now|send it now|yes send|yes send it|all done")),
    ("clear", _phrases("clear|clear it|remove|remove it|delete|delete it|empty it|take it out|undo")),
)
_CHANGE = re.compile(
    r"\s*(?:please\s+)?(?:(?:can|could)\s+(?:you|i|we)\s+)?(?:change|correct|edit|amend)\s+(?:my\s+|the\s+)?"
    r"(?:answer\s+to\s+)?(?P<what>.+?)(?:\s+(?:to|=|into)\s+(?P<value>.+?))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_ACTUALLY = re.compile(
    r"\s*(?:actually|sorry|correction|oops|wait)\b[\s,:;.\u2013-]*(?:the\s+|my\s+)?(?P<what>.+?)\s+"
    r"(?:was|were|is|are|should\s+be|should\s+have\s+been|should\s+say)\s+(?:held\s+)?(?:on\s+)?(?P<value>.+?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"(?:question|number|answer|no|q)?\s?([0-9]{1,3})")
_SMALL_WORDS = frozenset(("the", "my", "of", "a", "an", "answer", "to", "question", "about", "for", "s"))


@dataclass(frozen=True, slots=True)
class Control:
    """How somebody steers."""

    do: Do
    what: str = ""
    """For `change`: which answer, as typed."""
    value: str = ""
    """For `change`: the new answer, as typed; empty to be asked again."""


def hear_control(text: str) -> Control | None:
    """How a line steers, or None when it is an answer or something else. Never raises."""
    words = plain_words(text[: LONGEST_CONTROL + 1])
    if len(text) <= LONGEST_CONTROL:
        bare = re.sub(r"^please | please$", "", words)
        for do, phrases in _SAID:
            if bare in phrases:
                return Control(do)
    if len(text) > 1_000:
        return None
    found = _CHANGE.fullmatch(text) or _ACTUALLY.fullmatch(text)
    if found and len(found["what"]) <= LONGEST_CONTROL:
        return Control("change", found["what"], found["value"] or "")
    return None


def is_yes(text: str) -> bool:
    """Whether a line agrees that everything is sent."""
    return plain_words(text[:LONGEST_CONTROL]) in ("yes", "y", "yes please", "ok", "okay", "confirm", "confirmed")


def find_question(
    what: str, value: str, asked: Sequence[Asked], context: FormContext, answers: Mapping[str, Any]
) -> tuple[Asked, ...]:
    """The questions that `what` may mean: by number from one, by name, or by words of it. Empty for none.

    Where several fit, those that can take `value` come before the others.
    """
    words = plain_words(what)
    if number := _NUMBERED.fullmatch(words):
        place = int(number[1])
        return (asked[place - 1],) if 1 <= place <= len(asked) else ()
    bare = [word for word in words.split() if word not in _SMALL_WORDS]
    name = " ".join(bare)
    if not name:
        return ()
    for fits in (_by_name, _by_beginning, _by_words):
        found = tuple(one for one in asked if fits(one, name))
        if len(found) > 1 and value:
            takes = tuple(one for one in found if read_answer(one.field, value, context, answers).value is not None)
            chosen = tuple(one for one in takes if one.field.kind != "text") or takes
            found = chosen or found
        if found:
            return found
    return ()


def _by_name(one: Asked, name: str) -> bool:
    key = plain_words(one.field.key.replace("_", " "))
    return name in (key, _bare(one.field.label))


def _by_beginning(one: Asked, name: str) -> bool:
    return len(name) > 3 and _bare(one.field.label).startswith(name)


def _by_words(one: Asked, name: str) -> bool:
    return set(name.split()) <= set(_bare(one.field.label).split())


def _bare(label: str) -> str:
    return " ".join(word for word in plain_words(label).split() if word not in _SMALL_WORDS)


def is_short_command(text: str, *, free_text: bool) -> bool:
    """Whether a line is short enough to be a command in the middle of a form.

    Where a free text is asked for, only the barest command is one: 'extended family' is an answer, and so is
    'it went as in LS-2026Q3-014'.
    """
    count = len(text.split())
    if find_reference(text):
        return count <= 4 if free_text else True
    return count <= (2 if free_text else 6)

"""Finds in a written reply which words answer which question: by its label, its number, or a correction of either.

It pairs, and reads no value: that is `read_answer`'s business. A label that fits two questions, a number nobody asked
and a question answered twice are named, never decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dialogs.understand.reply_labels import Begun, all_numbered, begins, matching, split_lines, undecorated
from policy.framework.framework import FormField

Why = Literal["which_question", "no_such_number", "said_twice", "which_grade", "which_day", "conditions"]
"""Why words stay unclear: a label fits several questions; no question has that number; the same question is answered
twice; two grades are named; a date is none, or may be two; an agreement comes with conditions."""


_CHANGE = re.compile(
    r"(?:please )?(?:change|correct|amend|alter|update|make|set)\s+(?:the |my |question |answer |number |no\.? ?|q ?)*"
    r"(?P<what>[^\n]{1,80}?)\s+(?:from .{1,80}? )?(?:to|into|=|:)\s+(?P<to>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_SHOULD_BE = re.compile(
    r"(?:the |my |question |answer |number |no\.? ?|q ?)*(?P<what>[^\n,.;]{1,80}?)\s+(?:should (?:be|read|say)|is"
    r" really"
    r"|is actually|ought to be)\s+(?P<to>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Said:
    """Words given for one question."""

    field: str
    """The question's key; empty when only a label or a number is known, because no questions were handed in."""
    text: str
    number: int = 0
    """The number typed, counting the questions from 1; 0 when a label was typed."""
    label: str = ""
    """The label as typed."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that may mean two things or nothing, to be asked about."""

    text: str
    why: Why
    between: tuple[str, ...] = ()
    """The keys of the questions, or of the grades, it may be about."""


@dataclass(slots=True)
class Answers:
    """Everything paired, and what was left over before, between and behind."""

    said: list[Said] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    before: str = ""
    """Words in front of the first label or number."""


def pair_answers(text: str, fields: Sequence[FormField]) -> Answers:
    """Pair words with questions. Without questions every "Label: words" and "3. words" is taken as it stands."""
    found = Answers()
    lines = split_lines(text, fields)
    bare = all_numbered(lines, fields)
    held: list[tuple[Begun, list[str]]] = []
    before: list[str] = []
    for line in lines:
        begun = begins(line, fields, bare=bare)
        if begun:
            held.append((begun, [begun.rest] if begun.rest else []))
        elif held:
            held[-1][1].append(line)
        else:
            before.append(line)
    found.before = _paragraphs(before)
    for begun, words in held:
        _settle(found, begun, _paragraphs(words), fields)
    _name_doubles(found)
    return found


def pair_quoted(pairs: Sequence[tuple[str, str]], fields: Sequence[FormField]) -> Answers:
    """The same for answers typed under our own quoted questions: (quoted lines above, what stands below them).

    The nearest question above counts. A number in front of it alone says nothing: choices have numbers too.
    """
    found = Answers()
    for quoted, words in pairs:
        asked = (begins(line, fields, bare=False, quoted=True) for line in _nearest_first(quoted.splitlines()))
        question = next((begun for begun in asked if begun and begun.fits), None)
        if question:
            _settle(found, question, _paragraphs(words.splitlines()), fields)
        elif words.strip():
            found.leftovers.append(words.strip())
    _name_doubles(found)
    return found


def _nearest_first(quoted: Sequence[str]) -> Iterator[str]:
    """Each quoted line, the nearest first, and then with the one above it: programs break a long question in two."""
    lines = [undecorated(line) for line in quoted]
    for at in range(len(lines) - 1, -1, -1):
        yield lines[at]
        if at:
            yield f"{lines[at - 1]} {lines[at]}"


def correction(text: str, fields: Sequence[FormField]) -> Said | Unclear | None:
    """ "Change 3 to good", "the grade should be good": one question named, and its new answer."""
    for shape in (_CHANGE, _SHOULD_BE):
        if not (found := shape.fullmatch(undecorated(text))):
            continue
        what, to = found["what"].strip(), found["to"].strip()
        if what.isdecimal():
            number = int(what)
            if not 1 <= number <= len(fields):
                return Unclear(text.strip(), "no_such_number")
            return Said(fields[number - 1].key, to, number)
        if fits := matching(what, fields):
            return Said(fits[0], to, label=what) if len(fits) == 1 else Unclear(text.strip(), "which_question", fits)
    return None


def _settle(found: Answers, begun: Begun, words: str, fields: Sequence[FormField]) -> None:
    """Put one answer where it belongs, or among what must be asked."""
    shown = words or begun.label or str(begun.number)
    if begun.fits:
        by_number = fields[begun.number - 1].key if 1 <= begun.number <= len(fields) else ""
        fits = (by_number,) if by_number in begun.fits else begun.fits
        if len(fits) > 1:
            found.unclear.append(Unclear(shown, "which_question", fits))
        elif words:
            found.said.append(Said(fits[0], words, begun.number if by_number in fits else 0, begun.label))
    elif begun.number and fields:
        if not 1 <= begun.number <= len(fields):
            found.unclear.append(Unclear(f"{begun.number}. {words}".strip(), "no_such_number"))
        elif words:
            found.said.append(Said(fields[begun.number - 1].key, words, begun.number))
    elif words:
        found.said.append(Said("", words, begun.number, begun.label))


def _name_doubles(found: Answers) -> None:
    """A question answered twice in different words is asked again, not decided."""
    texts: dict[str, list[str]] = {}
    for one in found.said:
        name = one.field or one.label or str(one.number)
        if one.text not in texts.setdefault(name, []):
            texts[name].append(one.text)
    doubled = {name for name, given in texts.items() if len(given) > 1}
    seen: set[str] = set()
    kept = []
    for one in found.said:
        name = one.field or one.label or str(one.number)
        if name not in doubled and name not in seen:
            kept.append(one)
        seen.add(name)
    found.said = kept
    found.unclear += [Unclear("\n".join(texts[name]), "said_twice", (name,)) for name in texts if name in doubled]


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines as paragraphs again: a line that only went on in the next one is joined with it, a list entry is not."""
    paragraphs: list[str] = []
    going_on = False
    for line in lines:
        words = line.strip()
        if not words:
            going_on = False
            continue
        if going_on and len(paragraphs[-1]) - paragraphs[-1].rfind("\n") > 50:
            paragraphs[-1] += f" {words}"
        else:
            paragraphs.append(words)
        going_on = True
    return "\n".join(paragraphs)

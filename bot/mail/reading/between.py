"""Answers typed into a quote that no mark shows: Outlook quotes our letter bare, and people write between its lines.

Only the letter we sent can tell them apart, so whoever matched the reply to its letter asks here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail.reading.lines import Line
from bot.mail.reading.quoted import MOST_LINES_ABOVE, is_header_block

MAX_LINES = 2_000
MAX_ANSWERS = 200
LONGEST_BREAK = 8
"""Lines a question with all its choices is broken into."""


@dataclass(frozen=True, slots=True)
class Inline:
    """An answer typed between quoted lines."""

    under: str
    """The quoted lines between the answer before and this one, the nearest last."""
    said: str


def answers_between(quoted_text: str, sent_text: str) -> tuple[Inline, ...]:
    """What stands in the quote of our letter but not in the letter, in order, each with our lines above it.

    An answer on the same line as our question counts too. What comes before the first line of ours, and what belongs
    to still older messages below its last one, is left alone.
    """
    ours = [line for line in (_plain(line) for line in sent_text.splitlines()[:MAX_LINES]) if line]
    known = set(ours)
    whole = " ".join(ours)
    lines = [line.strip() for line in quoted_text.splitlines()[:MAX_LINES]]
    ours_too = [_is_ours(lines, index, known, whole) for index in range(len(lines))]
    at = [index for index, is_ours in enumerate(ours_too) if is_ours]
    if not at:
        return ()
    found: list[Inline] = []
    under: list[str] = []
    held: list[str] = []
    for index in range(at[0], at[-1] + 1 + _beyond(lines, at[-1])):
        line = lines[index]
        bare = _plain(line)
        if not bare:
            continue
        began = 0 if bare in known else _begun_by_us(line, known)
        if not began and not ours_too[index]:
            held.append(line)
            continue
        if held:
            found.append(Inline("\n".join(under), "\n".join(held)))
            under, held = [], []
        under = [*under[-MOST_LINES_ABOVE:], (line[:began] if began else line).strip()]
        held = [line[began:].strip(" :-–—=>")] if began else []
    if held:
        found.append(Inline("\n".join(under), "\n".join(held)))
    return tuple(found[:MAX_ANSWERS])


def _beyond(lines: list[str], last: int) -> int:
    """How many lines below our last one still belong to an answer: up to an empty one or an older message."""
    count = 0
    for index in range(last + 1, len(lines)):
        if not lines[index] or is_header_block([Line(line) for line in lines[index : index + 14]], 0):
            break
        count += 1
    return count


def _is_ours(lines: list[str], index: int, known: set[str], whole: str) -> bool:
    """Whether a line is one of ours, or a part of one that was broken to fit: with those above it, it is ours."""
    bare = _plain(lines[index])
    if not bare or bare in known or (len(bare) > 20 and bare in whole):
        return bool(bare)
    above = range(index - 1, max(-1, index - 1 - LONGEST_BREAK), -1)
    return any(_plain(" ".join(lines[start : index + 1])) in known for start in above if lines[start])


def _begun_by_us(line: str, known: set[str]) -> int:
    """Where our own words end in a line that goes on with an answer; 0 when it does not begin with a line of ours."""
    for mark in re.finditer(r"[?:.)]\s+|\s[-–—=>]+\s", line[:400]):
        if _plain(line[: mark.end()]) in known:
            return mark.end()
    return 0


def _plain(line: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", line.casefold()).split())

"""A message as lines of text, each knowing how deep in quotes it stands. Plain text becomes lines here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "divider", "signature"]

MAX_LINES = 8_000
MAX_LINE = 20_000
"""Characters of one line; a longer one is cut, and said to be."""

_QUOTED = re.compile(r"[ \t]{0,3}>(?:[ \t]{0,3}>)*")
_LINE_END = re.compile(r"\r\n|\n|\r|\u2028|\u2029")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad\u061c\u202a\u202b\u202c\u202d\u202e"))
"""Characters that take no room: left in, they would hide a label or a YES from whoever compares words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words, how many quotes it stands in, and what the sender's program said it is."""

    text: str
    depth: int = 0
    mark: Mark = ""
    """divider: an older message begins here. signature: the program put its signature here."""


def tidy(text: str) -> str:
    """A line without invisible characters, with plain spaces only, and without spaces at its ends."""
    if not text.isascii() or not text.isprintable():
        text = _BLANKS.sub(" ", text.translate(_UNSEEN))
        if not text.isprintable():
            text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
    return text.strip()


def plain_lines(text: str, *, flowed: bool = False, delsp: bool = False) -> list[Line]:
    """Lines of a text/plain part. `flowed` and `delsp` are the parameters of RFC 3676."""
    split = _LINE_END.split(text, MAX_LINES)[:MAX_LINES]
    lines: Iterable[tuple[int, str]] = (_without_quotes(line[:MAX_LINE]) for line in split)
    if flowed:
        lines = _flowed(lines, delsp)
    return [Line(tidy(words.expandtabs(4)), depth) for depth, words in lines]


def _without_quotes(line: str) -> tuple[int, str]:
    """How many '>' stand in front, and what comes after them."""
    found = _QUOTED.match(line)
    if not found:
        return 0, line
    return found[0].count(">"), line[found.end() :]


def _flowed(lines: Iterable[tuple[int, str]], delsp: bool) -> Iterable[tuple[int, str]]:
    """Paragraphs put together again: a line that ends in a space goes on in the next one of the same depth."""
    held: list[str] = []
    held_depth = 0
    for depth, stuffed in lines:
        words = stuffed[1:] if stuffed.startswith(" ") else stuffed
        if held and (depth != held_depth or words == "-- "):
            yield held_depth, "".join(held)
            held = []
        soft = words.endswith(" ") and words != "-- " and sum(map(len, held)) < MAX_LINE
        held.append(words[:-1] if soft and delsp else words)
        held_depth = depth
        if not soft:
            yield depth, "".join(held)
            held = []
    if held:
        yield held_depth, "".join(held)

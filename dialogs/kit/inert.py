"""Makes what people typed harmless: nothing in a name or an answer may act as a link, a date or a control code."""

from __future__ import annotations

import re
import unicodedata

_TEMPLATE = re.compile(r"\{(?=\{)|\$(?=\{)")
_KEPT_CONTROLS = frozenset("\n")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that reorder the text around them: a name could turn a sentence back to front."""
_JOINER = "\u2060"
"""Takes no room and breaks no line; it only keeps '{{' from being read as a function."""


def without_controls(text: str) -> str:
    """The text without control codes (a terminal obeys them), lone surrogates and direction overrides."""
    if text.isprintable():  # what is taken out never is
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    gone = [
        letter
        for letter in set(text) - _KEPT_CONTROLS
        if letter in _DIRECTION or unicodedata.category(letter) in ("Cc", "Cs")
    ]
    return text.translate(dict.fromkeys(map(ord, gone)))


def inert(text: str) -> str:
    """For a TextRun, which knows no Markdown but still expands '{{DATE(...)}}'."""
    return _TEMPLATE.sub(lambda found: found.group() + _JOINER, without_controls(text))


def one_line(text: str) -> str:
    """The same on a single line, for names, titles and lists."""
    return " ".join(inert(text).split())


def plain_name(text: str) -> str:
    """A name for a place that reads Markdown and makes links: letters, digits and what stands in names, and no more."""
    kept = "".join(
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" or letter in _IN_NAMES else " "
        for letter in one_line(text)
    )
    return " ".join(_AN_ADDRESS.sub(". ", kept).split())


_IN_NAMES = frozenset(" '\u2019-,.()&/")
_AN_ADDRESS = re.compile(r"\.(?=\S)")
"""A full stop inside a word, as in a web address."""

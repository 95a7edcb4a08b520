"""Reads a card as a person or a screen reader would: its visible words, its inputs, its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dialogs.kit.page import AS_ON

Json = dict[str, Any]
_CHILDREN = ("body", "items", "rows", "cells", "inlines", "actions")


def walk(element: Json) -> Iterator[Json]:
    """Every element of a card, in reading order."""
    yield element
    for name in _CHILDREN:
        for child in element.get(name) or []:
            yield from walk(child)


def words_of(card: Json) -> list[str]:
    """Everything a card shows: texts, questions, answers offered, buttons."""
    found = []
    for element in walk(card):
        kind = element["type"]
        if kind in ("TextBlock", "TextRun"):
            found.append(element["text"])
        elif kind.startswith("Input."):
            found += [element["label"], *([element["title"]] if "title" in element else [])]
            found += [choice["title"] for choice in element.get("choices", [])]
        elif kind.startswith("Action."):
            found.append(element["title"])
    return [plainly(words) for words in found]


def plainly(words: str) -> str:
    """With ordinary hyphens: a reference in a heading has some that no line breaks at."""
    return words.replace("\u2011", "-")


def text_of(card: Json) -> str:
    """The same as one text."""
    return "\n".join(words_of(card))


def inputs_of(card: Json) -> dict[str, Json]:
    """The inputs by id."""
    return {element["id"]: element for element in walk(card) if element["type"].startswith("Input.")}


def buttons_of(card: Json) -> dict[str, Json]:
    """The data of every button that sends some, by its title."""
    pressed = (element for element in walk(card) if element["type"].startswith("Action."))
    return {element["title"]: element["data"] for element in pressed if element["type"] != "Action.OpenUrl"}


def first_line(card: Json) -> str:
    """What a preview may show."""
    return plainly(str(card["body"][0]["text"]))


_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
AGES = re.compile(
    rf"""\b(?:today|tonight|tomorrow|yesterday
    |(?<!the\ )(?:this|last|next)\ (?:morning|afternoon|evening|week|month)
    |{_NUMBER}\ (?:day|week)s?\ (?:late|left|to\ go|ago)
    |in\ {_NUMBER}\ days?\b)""",
    re.IGNORECASE | re.VERBOSE,
)
DATED = re.compile(r"\s(?:on [A-Z][a-z]+day \d{1,2} [A-Z][a-z]+|when it stopped)")
"""What makes such words true for good: the day they were true on."""
SAYS_THE_DAY = re.compile(rf"(?:{AS_ON}|Week of) [A-Z][a-z]+day \d{{1,2}} [A-Z][a-z]+")
NO_CLAIM = ("13/3 or yesterday", "This month:")
"""What one may type, and the month that a proposal's heading names."""


def ageing(text: str) -> list[str]:
    """Every line that is true on one day alone and does not say on which."""
    if SAYS_THE_DAY.search(text):
        return []
    return [
        line
        for line in text.splitlines()
        if not any(said in line for said in NO_CLAIM)
        for found in AGES.finditer(line)
        if not DATED.match(line, found.end())
    ]

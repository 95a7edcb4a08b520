"""References people can read out: LS-2026Q3-014 is the 14th learning space of the third quarter of 2026-27."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy.calendar.calendar import Quarter

LEARNING_SPACE = "LS"
LOOP = "CL"
ACTION = "AC"
MODERATION = "MO"
KINDS = (LEARNING_SPACE, LOOP, ACTION, MODERATION)

# Phones turn a hyphen into a dash and drop it altogether when dictated; we read what was meant.
_DASH = r"\s?[-\u2010-\u2015\u2212 ]\s?"
_REFERENCE = re.compile(rf"\b({'|'.join(KINDS)}){_DASH}(\d{{4}})\s?Q([1-4]){_DASH}(\d{{1,6}})\b", re.IGNORECASE)


class NotAReference(ValueError):
    """A reference is written like LS-2026Q3-014."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference taken apart."""

    kind: str
    quarter: Quarter
    serial: int

    def __str__(self) -> str:
        return format_reference(self.kind, self.quarter, self.serial)


def format_reference(kind: str, quarter: Quarter, serial: int) -> str:
    """'LS-2026Q3-014'. NotAReference for an unknown kind or a serial below 1."""
    if kind not in KINDS or serial < 1:
        raise NotAReference(NotAReference.__doc__)
    return f"{kind}-{quarter.short}-{serial:03}"


def parse_reference(text: str, start_month: int = 4) -> Reference:
    """A reference as typed, in any case and with any dash. NotAReference if it is none."""
    found = _REFERENCE.fullmatch(text.strip())
    if not found or int(found[4]) < 1:
        raise NotAReference(NotAReference.__doc__)
    return Reference(found[1].upper(), Quarter(int(found[2]), int(found[3]), start_month), int(found[4]))


def find_reference(text: str) -> str | None:
    """The first reference inside a sentence, written our way; None if there is none."""
    for found in _REFERENCE.finditer(text):
        if int(found[4]) >= 1:
            return str(parse_reference(found[0]))
    return None


def find_references(text: str) -> list[str]:
    """Every reference inside a text, written our way, each once, the first one first."""
    found = (parse_reference(found[0]) for found in _REFERENCE.finditer(text) if int(found[4]) >= 1)
    return list(dict.fromkeys(str(one) for one in found))


def after_reference(text: str) -> str:
    """What follows a reference that stands first: 'AC-2026Q3-002: done' is 'done'. Any other text as it is."""
    first = _REFERENCE.match(text.lstrip())
    return text.lstrip()[first.end() :].lstrip(" \t:,.;\u2013\u2014-") if first else text

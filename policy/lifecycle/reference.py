"""References people can read out: LS-2026Q3-014 is the 14th learning space of the third quarter of 2026-27."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    return next(_references(text), None)


def find_references(text: str) -> list[str]:
    """Every reference inside a text, written our way, each once, the first one first."""
    return list(dict.fromkeys(_references(text)))


def _references(text: str) -> Iterator[str]:
    return (str(parse_reference(found[0])) for found in _REFERENCE.finditer(text) if int(found[4]) >= 1)


def after_reference(text: str) -> str:
    """What follows a reference that stands first: 'AC-2026Q3-002: done' is 'done'. Any other text as it is."""
    first = _REFERENCE.match(text.lstrip())
    return text.lstrip()[first.end() :].lstrip(" \t:,.;\u2013\u2014-") if first else text


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a reference, as somebody remembers it; what they left out is empty or 0."""

    kind: str = ""
    year: int = 0
    quarter: int = 0
    serial: str = ""
    """The figures as typed, at least two of them where they stand alone."""

    def __str__(self) -> str:
        quarter = (f"{self.year}" if self.year else "") + (f"Q{self.quarter}" if self.quarter else "")
        return "-".join(piece for piece in (self.kind, quarter, self.serial) if piece)

    def beginnings(self, this_year: int) -> tuple[str, ...]:
        """How references that fit begin; none for figures without a year, of which only whole ones can be told."""
        if self.serial and not self.year:
            return ()
        quarter = f"Q{self.quarter}" if self.quarter else "Q"
        starts = [f"{year}{quarter}" for year in self._years(this_year)] if self.year or self.quarter else [""]
        serials = dict.fromkeys((f"-{self.serial}", f"-{int(self.serial):03}")) if self.serial else ("",)
        return tuple(f"{kind}-{start}{serial}" for kind in self._kinds() for start in starts for serial in serials)

    def wholes(self, this_year: int) -> tuple[str, ...]:
        """Whole references that fit, of the last years, where the year is missing."""
        if self.year or not self.serial or not int(self.serial):
            return ()
        return tuple(
            format_reference(kind, Quarter(year, quarter), int(self.serial))
            for kind in self._kinds()
            for year in self._years(this_year)
            for quarter in ((self.quarter,) if self.quarter else (1, 2, 3, 4))
        )

    def _kinds(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else KINDS

    def _years(self, this_year: int) -> tuple[int, ...]:
        return (self.year,) if self.year else tuple(range(this_year - YEARS_BACK, this_year + 1))


YEARS_BACK = 3
"""How far back a reference without its year is looked for."""
_PART = re.compile(rf"({'|'.join(KINDS)})?(?:(20\d\d)(?:\d\d(?=Q))?)?(?:Q([1-4]))?(\d{{1,6}})?")
_BETWEEN = re.compile(r"[-\u2010-\u2015\u2212\s]+")


def find_part(text: str) -> Part | None:
    """Part of a reference and nothing else, in any case, with any dash or none: 'ls 2026q3', '2026Q3-14', 'Q3-014'.

    None for anything else, for one figure alone, and for a year with figures that are no quarter.
    """
    found = _PART.fullmatch(_BETWEEN.sub("", text).upper())
    if not found or not any(found.groups()):
        return None
    kind, year, quarter, serial = (each or "" for each in found.groups())
    if serial and ((year and not quarter) or (len(serial) < 2 and not (year or quarter or kind))):
        return None
    return Part(kind, int(year or 0), int(quarter or 0), serial)

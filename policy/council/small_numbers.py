"""Which numbers may be said to whom: one rule for every chart, table, list, summary and letter (domain 2.5, 4.2).

Somebody's own are those they may know by name, or were told of by name; of these they read the number as it is. A
number of others from 1 up to, not with, `hide_below` is not said, however it is wrapped: not inside a larger number
whose rest they know, and not as what is left of a whole that they can read another way. Pure rules, no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Hidden = Literal["", "few", "rest"]
"""What is not said of a number: nothing; a few of others; or any number of others, because a few elsewhere would show
through it."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and how many of those are the reader's own."""

    all: int = 0
    own: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.all + other.all, self.own + other.own)


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader may be told of a count: the number, or their own and that there are others."""

    number: int
    hidden: Hidden = ""

    def __bool__(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.number or self.hidden)

    def as_fact(self) -> int | dict[str, Any]:
        """As a notice keeps it: an exact one as the number it is."""
        return {"own": self.number, "hidden": self.hidden} if self.hidden else self.number

    @classmethod
    def of_fact(cls, kept: object) -> Said:
        """Read it back; None is how a few of others was kept before anybody's own were told apart."""
        if isinstance(kept, Mapping):
            return cls(int(kept["own"]), kept["hidden"])
        return cls(0, "few") if not isinstance(kept, int) else cls(kept)


def say(count: Count, hide_below: int) -> Said:
    """One number by itself."""
    others = count.all - count.own
    return Said(count.own, "few") if 0 < others < hide_below else Said(count.all)


def say_parts(wholes: Sequence[Mapping[str, Count]], hide_below: int) -> list[dict[str, Said]]:
    """The same whole taken apart in several ways, each of which the reader may come to see.

    Where what is said of all of them together leaves only one number a hidden part can be, another is left out: where
    nothing is hidden yet, and the smallest of others first, until nothing can be worked out.
    """
    said = [{part: say(count, hide_below) for part, count in parts.items()} for parts in wholes]
    while len(said) > 1 and _shows_through(said, hide_below):
        left = [
            (any(one.hidden for one in said[number].values()), count.all - count.own, number, part)
            for number, parts in enumerate(wholes)
            for part, count in parts.items()
            if not said[number][part].hidden and count.all > count.own
        ]
        if not left:
            break
        *_, number, part = min(left)
        said[number][part] = Said(wholes[number][part].own, "rest")
    return said


def _shows_through(said: Sequence[Mapping[str, Said]], hide_below: int) -> bool:
    """Whether some hidden part can be one number only, given that every way of taking the whole apart adds up alike."""
    bounds = [[_bounds(one, hide_below) for one in parts.values()] for parts in said]
    low = max(sum(least for least, _ in parts) for parts in bounds)
    high = min(sum(most for _, most in parts) for parts in bounds)
    for parts in bounds:
        least_of_all, most_of_all = sum(least for least, _ in parts), sum(most for _, most in parts)
        for least, most in parts:
            if least == most:
                continue
            could_be_least = max(least, low - (most_of_all - most))
            could_be_most = min(most, high - (least_of_all - least))
            if could_be_least == could_be_most:
                return True
    return False


_ANY = 10**9


def _bounds(said: Said, hide_below: int) -> tuple[int, int]:
    """The least and the most that a number can be, as far as its reader can tell."""
    if not said.hidden:
        return said.number, said.number
    return said.number + 1, said.number + (hide_below - 1 if said.hidden == "few" else _ANY)

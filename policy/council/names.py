"""Whom somebody means by a name: the one who is called so, or those whose names are nearest to what was typed."""

from __future__ import annotations

from difflib import SequenceMatcher

from policy.council.establishment import Establishment, Person

MOST_OFFERED = 5
NEAR = 0.72
"""How alike two names must be, from 0 to 1: two or three letters of a whole name may be wrong."""


def called(establishment: Establishment, said: str) -> tuple[str, ...]:
    """The ids of everybody of that id or whole name, however it is written."""
    wanted = plain(said)
    return tuple(
        person.id
        for person in establishment.people.values()
        if wanted and wanted in (plain(person.id), plain(person.name))
    )


def nearest(establishment: Establishment, said: str, *, most: int = MOST_OFFERED) -> tuple[str, ...]:
    """The ids of those whose names are nearest to what was typed, nearest first; empty where none is near.

    A slip of some letters is near, and so is part of a name: the first name, the family name, the beginning of either.
    """
    wanted = _words(said)
    if not wanted:
        return ()
    scored = ((_likeness(wanted, person), person) for person in establishment.people.values())
    near = sorted(((score, person) for score, person in scored if score >= NEAR), key=_best_first)
    return tuple(person.id for _, person in near[:most])


def plain(text: str) -> str:
    """Letters and digits alone, small: names to compare."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _likeness(wanted: list[str], person: Person) -> float:
    """From 0 to 1: the whole of it, or the worst of the words typed, each held against the best word of the name."""
    name = _words(person.name)
    whole = _alike("".join(wanted), "".join(name))
    by_word = min(max((_word_alike(one, other) for other in name), default=0.0) for one in wanted)
    return max(whole, by_word)


def _word_alike(one: str, other: str) -> float:
    """The beginning of a word counts nearly as much as the word."""
    if len(one) >= 3 and other.startswith(one):
        return 0.95 if one != other else 1.0
    return _alike(one, other)


def _alike(one: str, other: str) -> float:
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.ratio() if match.real_quick_ratio() >= NEAR and match.quick_ratio() >= NEAR else 0.0


def _words(text: str) -> list[str]:
    return [word for word in (plain(part) for part in text.replace("-", " ").split()) if word]


def _best_first(scored: tuple[float, Person]) -> tuple[float, str, str]:
    return -scored[0], scored[1].name, scored[1].id

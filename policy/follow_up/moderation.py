"""The rules of moderation as plain functions: who is drawn, who looks again, what came of it, how often we agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from policy.calendar.calendar import Calendar, Quarter
from policy.council.establishment import Establishment
from policy.framework.framework import Grade
from policy.lifecycle.chance import draw

INADEQUATE, RANDOM, SOFT_CHECK, REQUESTED = "inadequate", "random", "soft_check", "requested"
REASONS = (INADEQUATE, RANDOM, SOFT_CHECK, REQUESTED)
"""Why a learning space is moderated (3.5)."""

AGREED, RAISED, LOWERED, NOT_AGREED = "agreed", "raised", "lowered", "not_agreed"
OUTCOMES = (AGREED, RAISED, LOWERED, NOT_AGREED)


# -- the draw ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Returned:
    """A learning space that was returned: as much of it as the draw may look at. Never its grade."""

    reference: str
    function: str
    auditor: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One that was drawn, and as which of the draw."""

    reference: str
    function: str
    auditor: str
    place: int
    """1 for the first that was drawn."""


def needed(returned: int, rate: float) -> int:
    """How many of `returned` are to be drawn: rounded up, so 15 % of 7 is 2, of 40 is 6, of 120 is 18 (A26)."""
    return ceil(Fraction(str(rate)) * returned)


def draw_sample(returned: Iterable[Returned], already: Mapping[str, str], seed: int, rate: float) -> tuple[Drawn, ...]:
    """The learning spaces to draw now, so that those drawn by chance reach `rate` of all returned in the quarter.

    `already` holds what is moderated so far, reference to reason: nothing is drawn twice, and only what was drawn by
    chance counts towards the rate (A26, additive). Functions take turns by how far they are behind their share, and
    within a function the auditors drawn least so far; the rest is chance. The same seed gives the same draw, in
    whatever order the learning spaces come.
    """
    every = {one.reference: one for one in returned}
    chosen = [every[reference] for reference, why in already.items() if why == RANDOM and reference in every]
    wanted = needed(len(every), rate) - sum(1 for why in already.values() if why == RANDOM)
    shares = Counter(one.function for one in every.values())
    by_function = Counter(one.function for one in chosen)
    by_auditor = Counter((one.function, one.auditor) for one in chosen)
    pool: dict[str, list[Returned]] = {}
    for one in every.values():
        if one.reference not in already:
            pool.setdefault(one.function, []).append(one)
    drawn: list[Drawn] = []
    while len(drawn) < wanted and pool:
        function = min(pool, key=lambda key: (by_function[key] / shares[key], draw(seed, "function", key), key))
        one = min(
            pool[function],
            key=lambda each: (by_auditor[function, each.auditor], draw(seed, "item", each.reference), each.reference),
        )
        pool[function].remove(one)
        if not pool[function]:
            del pool[function]
        by_function[function] += 1
        by_auditor[function, one.auditor] += 1
        drawn.append(Drawn(one.reference, one.function, one.auditor, len(drawn) + 1))
    return tuple(drawn)


# -- who looks again --------------------------------------------------------------------------------------------------


def may_moderate(establishment: Establishment, person: str, *, auditor: str, post: str, practitioner: str) -> bool:
    """Never one's own work, nor the work of anyone in one's own line: neither the auditor's nor the practitioner's."""
    if person in (auditor, practitioner):
        return False
    below = [post, *(held.id for who in (auditor, practitioner) for held in establishment.posts_held_by(who))]
    return all(above.holder != person for each in below for above in establishment.line_of(each))


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A learning space as far as choosing who looks again takes it."""

    reference: str
    auditor: str
    post: str
    practitioner: str
    known_to: frozenset[str] = frozenset()
    """Who has read the form, or was told of something that follows from its grade."""


def choose_moderator(
    establishment: Establishment,
    roles: Collection[str],
    work: LookedAt,
    *,
    load: Mapping[str, int],
    on: date,
    seed: int,
) -> str:
    """The person of the QA team who looks again: present, independent, with the fewest so far. Empty if nobody may.

    Whoever knows the grade already cannot look blind, so they come after everybody who does not (R108). Somebody the
    auditor manages is asked only when there is nobody else, and so is somebody who is away.
    """
    people = {held.holder for role in roles for held in establishment.posts_of_role(role) if held.holder}
    allowed = [
        person
        for person in people
        if may_moderate(establishment, person, auditor=work.auditor, post=work.post, practitioner=work.practitioner)
    ]

    def order(person: str) -> tuple[bool, bool, bool, int, int, str]:
        above = {one.holder for held in establishment.posts_held_by(person) for one in establishment.line_of(held.id)}
        return (
            establishment.away(person, on),
            person in work.known_to,
            work.auditor in above,
            load.get(person, 0),
            draw(seed, "moderator", work.reference, person),
            person,
        )

    return min(allowed, key=order, default="")


# -- what came of it --------------------------------------------------------------------------------------------------


def steps_up(original: str, moderated: str, grades: Sequence[Grade]) -> int:
    """How many grades the moderated one stands above the original; negative below. KeyError for an unknown grade."""
    rank = {grade.key: place for place, grade in enumerate(grades)}
    return rank[original] - rank[moderated]


def outcome_of(original: str, moderated: str, *, accepted: bool, grades: Sequence[Grade]) -> str:
    """agreed, raised or lowered by the two overall practice grades; not_agreed where the manager does not accept it."""
    if not accepted:
        return NOT_AGREED
    up = steps_up(original, moderated, grades)
    return AGREED if not up else RAISED if up > 0 else LOWERED


def final_grade(original: str, moderated: str, outcome: str) -> str:
    """The grade that stands: the moderated one once it is settled, the original before that and while in dispute."""
    return moderated if outcome in (AGREED, RAISED, LOWERED) else original


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two people saw the same. Counts, so that a report can hide small numbers."""

    moderated: int
    exact: int
    """The same overall practice grade."""
    within_one: int
    """The same or the next one, so `exact` is part of it."""
    raised: int
    lowered: int

    @property
    def exact_share(self) -> float | None:
        """Between 0 and 1; None when nothing was moderated."""
        return self.exact / self.moderated if self.moderated else None

    @property
    def within_one_share(self) -> float | None:
        """Between 0 and 1; None when nothing was moderated."""
        return self.within_one / self.moderated if self.moderated else None


def agreement(pairs: Iterable[tuple[str, str]], grades: Sequence[Grade]) -> Agreement:
    """Agreement over pairs of original and moderated grade; pairs of grades the file no longer has are left out."""
    known = {grade.key for grade in grades}
    apart = [steps_up(original, moderated, grades) for original, moderated in pairs if {original, moderated} <= known]
    return Agreement(
        moderated=len(apart),
        exact=sum(1 for up in apart if up == 0),
        within_one=sum(1 for up in apart if abs(up) <= 1),
        raised=sum(1 for up in apart if up > 0),
        lowered=sum(1 for up in apart if up < 0),
    )


# -- the watch --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the quarter's rate: its step ('w9' or 'end') and the day it falls on."""

    step: str
    on: date


def looks(quarter: Quarter, from_week: int) -> tuple[Look, ...]:
    """When the rate of a quarter is looked at: weekly from the first day of `from_week`, and on its last day (E25)."""
    found = []
    day, week = quarter.starts + timedelta(weeks=from_week - 1), from_week
    while day < quarter.ends:
        found.append(Look(f"w{week}", day))
        day, week = day + timedelta(weeks=1), week + 1
    return (*found, Look("end", quarter.ends))


def latest_look(calendar: Calendar, today: date, from_week: int) -> tuple[Quarter, Look] | None:
    """The look that has come last by today, in this quarter or, in the fortnight after, the end of the one before."""
    quarter = calendar.quarter_of(today)
    past = [look for look in looks(quarter, from_week) if look.on <= today]
    if past:
        return quarter, past[-1]
    before = calendar.quarter_of(quarter.starts - timedelta(days=1))
    return (before, Look("end", before.ends)) if (today - before.ends).days <= _A_FORTNIGHT else None


_A_FORTNIGHT = 14
"""Days after a quarter's end in which its last look is still worth saying, after a time without service."""

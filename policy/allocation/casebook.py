"""The cases of a council as columns, so that the rules of allocation can be asked of all of them at once.

The rules themselves are written out in `policy/allocation/independence.py`, one post and one case at a time;
this file and that one must agree, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from policy.allocation.allocation_plan import History
from policy.allocation.independence import RULES, Independence
from policy.council.establishment import Case, Post
from policy.lifecycle.chance import draw, draws

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]

# What an assignment weighs. A whole turn of a team (each of its workers drawn once more) outweighs how lately one
# worker was drawn, and both outweigh chance, which only decides between equals.
TEAM_TURN = 10_000
RECENTLY_DRAWN = 2_000
CHANCE = 1_000


class Casebook:
    """Cases sorted by practitioner, and for each practitioner the case to take first (longest since drawn)."""

    def __init__(self, rules: Independence, history: History, seed: int) -> None:
        self.rules = rules
        self.history = history
        self._seed = seed
        cases = (case for case in rules.establishment.cases.values() if case.practitioner)
        self.cases: list[Case] = sorted(cases, key=lambda case: (case.practitioner, self._first_drawn(case)))
        self.practitioners = sorted({case.practitioner for case in self.cases})
        self._number = {person: number for number, person in enumerate(self.practitioners)}
        self.worker: Whole = np.array([self._number[case.practitioner] for case in self.cases], dtype=np.int64)
        self._functions = _Codes.of(case.function for case in self.cases)
        self._teams = _Codes.of(case.team for case in self.cases)
        self._iros = _Codes.of(case.iro_post for case in self.cases)
        self.lot = draws(seed, "worker", self.practitioners)

    def on(self, rules: Independence) -> Casebook:
        """The same cases under the rules of another day."""
        _ = self._places  # worked out once for all the days: where the cases are does not change
        other = copy(self)
        other.rules = rules
        for kept in ("worker_cost", "_away", "_worker_drawn", "_child_drawn", "_open", "_numbered"):
            other.__dict__.pop(kept, None)
        return other

    def open_to(self, post: Post, functions: frozenset[str]) -> Mask:
        """The practitioners of whom the holder of a post may be given a case of these functions, by number.

        The same as asking `ruled_out` of every case, without asking: only a few cases are ever in conflict with
        somebody, so those alone are taken away from what is open to everybody.
        """
        numbered = self._numbered
        if functions not in numbered:
            ours = self.of_functions(functions) & self._open
            numbered[functions] = ours, np.bincount(self.worker[ours], minlength=len(self.practitioners))
        ours, counted = numbered[functions]
        close = self._too_close(post)
        close = close[ours[close]]
        free: Mask = counted > np.bincount(self.worker[close], minlength=len(self.practitioners))
        return free

    def of_functions(self, functions: frozenset[str]) -> Mask:
        """Which cases belong to any of these functions."""
        return self._functions.is_any(functions)

    def ruled_out(self, post: Post) -> dict[str, Mask]:
        """For every rule, which cases it keeps from the holder of a post, in the order the rules are counted."""
        standing = self.rules.standing(post.holder)
        return dict(
            zip(
                RULES,
                (
                    self._of_workers({post.holder}),
                    self._teams.is_any(standing.teams),
                    self._iros.is_any(standing.posts),
                    self._of_workers(standing.manages),
                    self._of_workers(standing.decides_on),
                    self._away,
                    self._worker_drawn,
                    self._child_drawn,
                ),
                strict=True,
            )
        )

    def first_case_of_each_worker(self, permitted: Mask) -> tuple[Whole, Whole]:
        """The workers with any permitted case, and for each the number of the case to take first."""
        numbers = np.flatnonzero(permitted)
        workers, first = np.unique(self.worker[numbers], return_index=True)
        return workers, numbers[first]

    @cached_property
    def worker_cost(self) -> Whole:
        """What drawing each worker costs: the turn of their team, and how lately they were drawn themselves.

        A team's first worker in line costs its load so far, its second one draw more, and so on, each per head: so
        several draws from one team in one month weigh more than one each from several.
        """
        teams: dict[str, set[int]] = {}
        for case in self.cases:
            teams.setdefault(case.team, set()).add(self._number[case.practitioner])
        cost = np.zeros(len(self.practitioners), dtype=np.int64)
        free = set(np.unique(self.worker[~(self._away | self._worker_drawn)]).tolist())
        for team, members in teams.items():
            line = sorted(members & free, key=self._turn_of_worker)
            for place, number in enumerate(line):
                turn = TEAM_TURN * (self.history.team_load.get(team, 0) + place) // len(members)
                cost[number] = max(int(cost[number]), turn)
        for number, person in enumerate(self.practitioners):
            if last := self.history.last_drawn_worker.get(person):
                cost[number] += RECENTLY_DRAWN * 365 // max((self.rules.on - last).days, 1)
        return cost

    def _turn_of_worker(self, number: int) -> tuple[date, int, str]:
        person = self.practitioners[number]
        last = self.history.last_drawn_worker.get(person, date.min)
        return (last, int(self.lot[number]), person)

    def _first_drawn(self, case: Case) -> tuple[date, int, str]:
        last = self.history.last_drawn_child.get(case.ref, date.min)
        return (last, draw(self._seed, "case", case.ref), case.ref)

    def _of_workers(self, people: Iterable[str]) -> Mask:
        numbers = [self._number[person] for person in people if person in self._number]
        return np.isin(self.worker, numbers)

    def _too_close(self, post: Post) -> Whole:
        """The numbers of the cases that a conflict of interest keeps from the holder of a post."""
        standing = self.rules.standing(post.holder)
        people = {post.holder} | standing.manages | standing.decides_on
        found = [self._places["practitioner", self._number[one]] for one in people if one in self._number]
        found += [self._places["team", number] for number in self._teams.numbers(standing.teams)]
        found += [self._places["iro", number] for number in self._iros.numbers(standing.posts)]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    @cached_property
    def _places(self) -> dict[tuple[str, int], Whole]:
        """Where the cases of each practitioner, team and reviewing officer are."""
        columns = {"practitioner": self.worker, "team": self._teams.column, "iro": self._iros.column}
        return {(kind, int(column[places[0]])): places for kind, column in columns.items() for places in _alike(column)}

    @cached_property
    def _open(self) -> Mask:
        return ~(self._away | self._worker_drawn | self._child_drawn)

    @cached_property
    def _numbered(self) -> dict[frozenset[str], tuple[Mask, Whole]]:
        """By functions: their open cases, and how many of them each practitioner has."""
        return {}

    @cached_property
    def _away(self) -> Mask:
        return self._of_workers([one for one in self.practitioners if self.rules.away(one)])

    @cached_property
    def _worker_drawn(self) -> Mask:
        return self._of_workers([one for one in self.practitioners if self.rules.worker_free_on(one) > self.rules.on])

    @cached_property
    def _child_drawn(self) -> Mask:
        on = self.rules.on
        return np.array([self.rules.child_free_on(case.ref) > on for case in self.cases], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Codes:
    """A column of names as numbers. An empty name is number 0 and matches nothing."""

    known: dict[str, int]
    column: Whole

    @classmethod
    def of(cls, names: Iterable[str]) -> _Codes:
        known = {"": 0}
        column = [known.setdefault(name, len(known)) for name in names]
        return cls(known, np.array(column, dtype=np.int64))

    def numbers(self, names: Iterable[str]) -> list[int]:
        return [self.known[name] for name in names if name and name in self.known]

    def is_any(self, names: frozenset[str]) -> Mask:
        return np.isin(self.column, self.numbers(names))


def _alike(column: Whole) -> list[Whole]:
    """The places of each value of a column."""
    if not column.size:
        return []
    order = np.argsort(column, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(column[order])) + 1)

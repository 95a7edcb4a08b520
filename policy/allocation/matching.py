"""Posts and practitioners matched: as many as the rules allow, and of those ways the cheapest.

First from a post's own function; from another one only where its own has nothing left for it and the framework allows
it (R39, R41, A7). All costs are whole numbers far below 2**53, so the solvers' floating point is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from policy.allocation.casebook import CHANCE, Casebook, Mask, Whole
from policy.allocation.cohort import Member
from policy.allocation.independence import CONFLICTS
from policy.lifecycle.chance import Numbers, pair_draws

NOTHING = -1
"""Stands for the practitioner of a post that is matched with none."""
_EXACT = 2**51


@dataclass(frozen=True)
class Candidates:
    """What one post may draw: how each rule cut the cases down, and the first permitted case of every worker."""

    member: Member
    considered: Mask
    excluded: dict[str, int]
    """Rule -> how many cases it was the first to rule out."""
    open_but_for_time: Mask
    """Cases no conflict of interest keeps away; being drawn lately or on leave may."""
    permitted: int
    workers: Whole
    cases: Whole

    def case_of(self, worker: int) -> int:
        """The number of the case to take of a permitted worker."""
        return int(self.cases[int(self.workers.searchsorted(worker))])


def candidates(book: Casebook, member: Member, functions: frozenset[str]) -> Candidates:
    """What one post may draw from these functions, with the count of what each rule took away."""
    considered = book.of_functions(functions)
    left = considered.copy()
    without_conflict = considered.copy()
    excluded: dict[str, int] = {}
    for rule, mask in book.ruled_out(member.post).items():
        excluded[rule] = int(np.count_nonzero(left & mask))
        left &= ~mask
        if rule in CONFLICTS:
            without_conflict &= ~mask
    workers, cases = book.first_case_of_each_worker(left)
    return Candidates(member, considered, excluded, without_conflict, int(np.count_nonzero(left)), workers, cases)


@dataclass(frozen=True)
class Wish:
    """One post that is to be matched: whom it may draw, and by how much it matters when."""

    own: Mask
    other: Mask
    lot: int
    now: bool = True
    """Whether it is of the month that is being allocated: only of those the cost counts."""


@dataclass(frozen=True)
class Match:
    """For each wish in order: the number of the practitioner it is given, or NOTHING; and from another function?"""

    workers: Whole
    across: Mask

    @property
    def score(self) -> tuple[int, int]:
        """How many were served from their own function, and how many in all: what an optimum has most of."""
        served = int(np.count_nonzero(self.workers != NOTHING))
        return served - int(np.count_nonzero(self.across)), served

    def _of_columns(self, columns: Whole) -> Match:
        found = self.workers != NOTHING
        return Match(np.where(found, columns[np.where(found, self.workers, 0)], NOTHING), self.across)


def best_match(book: Casebook, wishes: Sequence[Wish]) -> Match:
    """The optimum: most from their own function, then most in all, then most now, then the least cost of those now."""
    cost = np.zeros((len(wishes), len(book.practitioners)), dtype=np.int64)
    now = np.array([wish.now for wish in wishes], dtype=np.bool_)
    lots: Numbers = np.array([wish.lot for wish in wishes], dtype=np.uint64)
    cost[now] = book.worker_cost[None, :] + pair_draws(lots[now], book.lot, CHANCE)
    cost[~now] = (int(cost.max(initial=0)) + 1) * (len(wishes) + 1)
    return assign(np.array([wish.own for wish in wishes]), np.array([wish.other for wish in wishes]), cost)


def assign(own: Mask, other: Mask, cost: Whole, missed: Whole | None = None) -> Match:
    """The match with most from `own`, then most in all, then the least sum of `cost` and of what is `missed`.

    All are tables of posts (rows) by practitioners (columns); `missed` is a price for each post that gets nobody.
    """
    rows = len(cost)
    if not cost.size:
        return Match(np.full(rows, NOTHING), np.zeros(rows, dtype=np.bool_))
    from scipy.optimize import linear_sum_assignment  # slow to load, and wanted once a month

    used = np.flatnonzero((own | other).any(axis=0))
    own, table = own[:, used], cost[:, used].copy()
    other = other[:, used] & ~own
    prices = np.zeros(rows, dtype=np.int64) if missed is None else missed
    served = (int(table.max(initial=0)) + int(prices.max(initial=0)) + 1) * (rows + 1)
    across = served * (rows + 1)
    if across > _EXACT:  # never for a council that exists; chance is given up before exactness
        return assign(own, other, table // CHANCE, prices // CHANCE)._of_columns(used)
    table[other] += across
    table[~(own | other)] = 2 * across
    # Columns that stand for nobody, so that no match is made at any price.
    nobody = np.repeat((across + served + prices)[:, None], rows, axis=1)
    found, where = linear_sum_assignment(np.concatenate([table, nobody], axis=1))
    workers, crossed = np.full(rows, NOTHING), np.zeros(rows, dtype=np.bool_)
    for row, place in zip(found.tolist(), where.tolist(), strict=True):
        if place < len(used):
            workers[row], crossed[row] = used[place], other[row, place]
    return Match(workers, crossed)


class Line:
    """Posts that are served one after another; nobody who was served is ever left out again for one further back.

    So the posts that are served are as many as can be, and of all ways to serve that many the ones furthest ahead.
    """

    def __init__(self, workers: int) -> None:
        self.holder: Whole = np.full(workers, NOTHING)
        """Practitioner -> the row they were given to."""
        self._asks: dict[int, Callable[[], Mask]] = {}

    def take(self, workers: Iterable[int]) -> None:
        """These are given away elsewhere."""
        taken = np.array(sorted(workers), dtype=np.int64)
        self.holder[taken] = -2

    def serve(self, row: int, asks: Callable[[], Mask]) -> bool:
        """Serve one more, where need be by giving others another practitioner that suits them as well."""
        self._asks[row] = asks
        via: dict[int, int] = {}
        seen = self.holder == -2
        waiting = deque([row])
        while waiting:
            asking = waiting.popleft()
            fresh = self._asks[asking]() & ~seen
            free = np.flatnonzero(fresh & (self.holder == NOTHING))
            if free.size:
                self._move(int(free[0]), asking, via)
                return True
            seen |= fresh
            for worker in np.flatnonzero(fresh).tolist():
                via[worker] = asking
                waiting.append(int(self.holder[worker]))
        del self._asks[row]
        return False

    def _move(self, worker: int, row: int, via: dict[int, int]) -> None:
        before = {int(row): int(worker) for worker, row in enumerate(self.holder) if row >= 0} if via else {}
        while True:
            gives_up = before.get(row, NOTHING)
            self.holder[worker] = row
            if gives_up == NOTHING:
                return
            worker, row = gives_up, via[gives_up]

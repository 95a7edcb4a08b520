"""Posts and practitioners matched at the least cost, serving as many posts as the rules allow.

First every post from its own function; then the posts left over from other functions, where the framework allows it
(R39, R41, A7). Each match is an optimal assignment: no other choice serves more posts, nor as many at less cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from policy.allocation.casebook import CHANCE, Casebook, Mask, Whole
from policy.allocation.cohort import Member
from policy.allocation.independence import CONFLICTS
from policy.lifecycle.chance import draws, pair_draws

FORBIDDEN = -1
"""Stands for 'not permitted' in a table of costs."""


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


def cost_table(book: Casebook, rows: Sequence[Candidates], seed: int, taken: set[int]) -> Whole:
    """The cost of every post (row) drawing every worker (column); FORBIDDEN where it may not, or they are taken."""
    posts = draws(seed, "post", [row.member.post.id for row in rows])
    table = np.full((len(rows), len(book.practitioners)), FORBIDDEN, dtype=np.int64)
    costs = book.worker_cost[None, :] + pair_draws(posts, book.lot, CHANCE)
    for number, row in enumerate(rows):
        table[number, row.workers] = costs[number, row.workers]
    table[:, sorted(taken)] = FORBIDDEN
    return table


def assign(table: Whole) -> list[tuple[int, int]]:
    """Row and column of each match: as many matches as possible, and of those the cheapest."""
    if not table.size:
        return []
    from scipy.optimize import linear_sum_assignment  # slow to load, and wanted once a month

    # Never matching is dearer than any possible set of matches, so the count comes before the cost. All numbers are
    # whole and far below 2**53, so the solver's floating point is exact.
    never = (int(table.max(initial=0)) + 1) * (min(table.shape) + 1)
    permitted = table != FORBIDDEN
    rows, columns = linear_sum_assignment(np.where(permitted, table, never))
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if permitted[row, column]]

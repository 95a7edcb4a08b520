"""In which month each post takes its turn, where the order of the line alone would leave somebody unserved.

That happens when practitioners or holders are there in some months and not in others. Which month a post takes is then
chosen by a small integer programme; practitioners whom the same posts may draw in the same months are one in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from policy.allocation.cohort import CohortMaker
from policy.council.establishment import Post

if TYPE_CHECKING:
    from policy.allocation.quarter import Reach


class _Rows:
    """The rows of a programme, put together a coefficient at a time."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, columns: Sequence[int], values: Sequence[float], low: float, high: float) -> None:
        self.entries += [(len(self.low), column, value) for column, value in zip(columns, values, strict=True)]
        self.low.append(low)
        self.high.append(high)

    def constraint(self, width: int) -> LinearConstraint:
        row, column, value = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        table = coo_array((value, (row, column)), shape=(len(self.low), width)).tocsr()
        return LinearConstraint(table, self.low, self.high)


def turns(maker: CohortMaker, reach: Reach, in_line: Sequence[Post], at_most: int | None) -> dict[str, int]:
    """Post -> the number of the month it is planned for, for the most posts served over the quarter.

    Most from their own function first, then most in all, then as many as can be now, those furthest ahead in the line.
    """
    months, posts = maker.months_left, len(in_line)
    tables = np.array(
        [[table(post, number) for number in range(months) for table in (reach.own, reach.other)] for post in in_line]
    )
    alike, sizes = np.unique(tables.reshape(posts * months * 2, -1), axis=1, return_counts=True)
    tables = alike.reshape(posts, months, 2, -1)
    turn = {(row, number): row * months + number for row in range(posts) for number in range(months)}
    gain = [1 - row / (posts + 1) if not number else 0.0 for row, number in turn]
    gain = [one / (2 * (posts + 1)) for one in gain]
    rows = _Rows()
    of_kind: list[list[int]] = [[] for _ in sizes]
    for (row, number), column in turn.items():
        given = []
        for kind, group in zip(*np.nonzero(tables[row, number]), strict=True):
            if kind and tables[row, number, 0, group]:
                continue
            given.append(len(gain))
            of_kind[group].append(len(gain))
            gain.append(1.0 if kind else posts + 2.0)
        rows.add([*given, column], [1.0] * len(given) + [-1.0], 0, 0)
    for row in range(posts):
        rows.add([turn[row, number] for number in range(months)], [1.0] * months, 0, 1)
    for columns, size in zip(of_kind, sizes, strict=True):
        rows.add(columns, [1.0] * len(columns), 0, float(size))
    _within_the_room(maker, in_line, at_most, turn, rows)
    whole = np.zeros(len(gain))
    whole[: len(turn)] = 1
    found = milp(-np.array(gain), integrality=whole, bounds=Bounds(0, 1), constraints=rows.constraint(len(gain)))
    if found.x is None:
        return {}
    return {in_line[row].id: number for (row, number), column in turn.items() if found.x[column] > 0.5}


def _within_the_room(
    maker: CohortMaker, in_line: Sequence[Post], at_most: int | None, turn: dict[tuple[int, int], int], rows: _Rows
) -> None:
    room = maker.room(at_most)
    stream = [maker.stream_of(post) for post in in_line]
    for number in range(maker.months_left):
        for key, most in room.streams.items():
            columns = [turn[row, number] for row, one in enumerate(stream) if one == key]
            rows.add(columns, [1.0] * len(columns), 0, most[number])
        counted = [turn[row, number] for row, one in enumerate(stream) if maker.counts(one)]
        rows.add(counted, [1.0] * len(counted), 0, room.counted[number])
    if room.ceiling is not None:
        rows.add([turn[row, 0] for row in range(len(in_line))], [1.0] * len(in_line), 0, room.ceiling)

"""Chance that can be repeated: the same seed and the same names always give the same numbers, in any order asked."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]


def draw(seed: int, *names: str) -> int:
    """A 64-bit number for these names under this seed."""
    text = "|".join((str(seed), *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def draws(seed: int, kind: str, names: list[str]) -> Numbers:
    """`draw` for each of many names."""
    return np.array([draw(seed, kind, name) for name in names], dtype=np.uint64)


def pair_draws(rows: Numbers, columns: Numbers, below: int) -> NDArray[np.int64]:
    """A number from 0 up to, not including, `below` for every pair; a pair's number never depends on the others."""
    mixed = rows[:, None] ^ (columns[None, :] * np.uint64(0x9E3779B97F4A7C15))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    numbers: NDArray[np.int64] = ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(below)).astype(np.int64)
    return numbers

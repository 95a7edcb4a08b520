"""Conditions on a state with the states spelt out in the statement, where a bound value would cost too much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa


def one_of(column: sa.Column[Any], states: Iterable[str]) -> sa.ColumnElement[bool]:
    """`column` is one of some states of our own; never for anything that came from outside.

    Only a state that is spelt out lets a database see that an index of the open ones will do, and it spares every run
    the work of writing out a list of parameters.
    """
    return column.in_([sa.literal_column(f"'{state}'") for state in states])

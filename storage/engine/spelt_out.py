"""What is spelt out for the database, where SQLAlchemy's own way would cost several times as much."""

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


def spelt_out(connection: sa.Connection, statement: str) -> None:
    """Say one statement of our own, without parameters or rows, to the driver itself.

    A turn sets and releases three savepoints, and an idle sweep consists of little else.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute(statement)

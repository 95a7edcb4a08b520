"""Inserts that say what happens when the row is there already, the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.session import Session


def insert(session: Session, table: Table) -> sqlite.Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(session.dialect, table)


def insert_new(session: Session, table: Table, *unique: str) -> sqlite.Insert:
    """An insert that leaves rows alone whose `unique` columns are taken; `rowcount` says how many were new."""
    return _insert_new(session.dialect, table, unique)


def put(session: Session, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or overwrite the one with the same primary key."""
    session.execute(_put(session.dialect, table, tuple(row)), row)


def insert_for(dialect: str, table: Table) -> sqlite.Insert:
    """The same by the dialect's name, for a statement that is built once for each."""
    if dialect == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value]  # the two offer the same methods
    return sqlite.insert(table)


# Building such a statement takes longer than running it, so each is built once.


@cache
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> sqlite.Insert:
    return insert_for(dialect, table).on_conflict_do_nothing(index_elements=unique)


@cache
def _put(dialect: str, table: Table, columns: tuple[str, ...]) -> sqlite.Insert:
    keys = [column.name for column in table.primary_key]
    statement = insert_for(dialect, table)
    others = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)

"""Rows for export, with exactly the columns design section 10 names. Times are ISO 8601 UTC, dates ISO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.schema.tables import (
    actions,
    allocations,
    cases,
    cover,
    history,
    leave,
    loops,
    moderations,
    notices,
    people,
    posts,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an export: a name, the column names, and a value for each in every row."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    """Values are text, numbers, true or false, None, or a JSON object (history's detail). Can be walked once."""


@dataclass(frozen=True, slots=True)
class _Query:
    table: sa.Table
    columns: tuple[tuple[str, str], ...]
    """Name in the export, name in the table."""
    order: tuple[str, ...]


def _query(table: sa.Table, columns: str, order: str = "", **renamed: str) -> _Query:
    names = tuple(columns.split())
    return _Query(table, tuple((name, renamed.get(name, name)) for name in names), tuple((order or names[0]).split()))


_SHEETS: dict[str, dict[str, _Query]] = {
    "allocations": {
        "allocations": _query(
            allocations,
            "reference activity post person function case_ref practitioner month allocated_on due_on state grade "
            "impact submitted_at parent_loop",
            "allocated_on reference",
        )
    },
    "actions": {"actions": _query(actions, "reference subject owner due_on state evidence_on", "due_on reference")},
    "loops": {
        "loops": _query(
            loops,
            "reference subject practitioner state opened_at met_on submitted_at authorised_by authorised_at "
            "reaudit_due_on reaudit_reference result",
            "opened_at reference",
        )
    },
    "moderations": {
        "moderations": _query(
            moderations,
            "reference subject why moderator original_grade moderated_grade outcome discussed_on",
            "selected_at reference",
        )
    },
    "notices": {
        "notices": _query(
            notices,
            "id event step subject recipient recipient_role channel due_at created_at state sent_at repeat",
        )
    },
    "history": {"history": _query(history, "seq at actor verb subject detail hash")},
    # The sheets the import reads, so that what comes out can go in again.
    "establishment": {
        "people": _query(people, "person_id name email entra_object_id", "id", person_id="id"),
        "posts": _query(
            posts,
            "post_id title role function team line_manager_post holder learning_space dip_sample",
            "id",
            post_id="id",
        ),
        "cases": _query(cases, "case_ref function team practitioner iro_post", "ref", case_ref="ref"),
        "cover": _query(cover, "post_id deputy from to", "id", post_id="post", **{"from": "starts", "to": "ends"}),
        "leave": _query(leave, "person_id from to", "id", person_id="person", **{"from": "starts", "to": "ends"}),
    },
}
_YES_NO = ("learning_space", "dip_sample")

EXPORTS = tuple(_SHEETS)
"""What can be exported."""


def count_rows(session: Session, export: str) -> int:
    """How many rows all the sheets of an export have. KeyError for an unknown name."""
    tables = [query.table for query in _SHEETS[export].values()]
    return sum(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables)


def read_sheets(session: Session, export: str) -> tuple[Sheet, ...]:
    """The sheets of an export, read as they are walked. KeyError for an unknown name."""
    return tuple(
        Sheet(name, tuple(column for column, _ in query.columns), _rows(session, query))
        for name, query in _SHEETS[export].items()
    )


def _rows(session: Session, query: _Query) -> Iterator[tuple[Any, ...]]:
    columns = [query.table.c[source] for _, source in query.columns]
    words = [name in _YES_NO for name, _ in query.columns]
    statement = sa.select(*columns).order_by(*(query.table.c[name] for name in query.order))
    for row in session.execute(statement.execution_options(yield_per=1000)):
        yield tuple(_value(value, as_word=word) for value, word in zip(row, words, strict=True))


def _value(value: Any, *, as_word: bool) -> Any:
    if as_word:
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value

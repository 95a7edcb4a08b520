"""The small council as the sheets an import takes, so that a test can spoil one cell."""

from __future__ import annotations

from policy.council.establishment import Establishment
from storage.sheets.sheets import Row, Table


def sheets_of(establishment: Establishment) -> dict[str, Table]:
    """Five sheets; row numbers begin at 2 as in a spreadsheet with a heading."""
    return {
        "people": sheet(
            "people",
            [
                {"person_id": one.id, "name": one.name, "email": one.email, "entra_object_id": one.entra_object_id}
                for one in establishment.people.values()
            ],
        ),
        "posts": sheet(
            "posts",
            [
                {
                    "post_id": one.id,
                    "title": one.title,
                    "role": one.role,
                    "function": one.function,
                    "team": one.team,
                    "line_manager_post": one.line_manager_post,
                    "holder": one.holder,
                    "learning_space": "yes" if one.learning_space else "no",
                    "dip_sample": "yes" if one.dip_sample else "no",
                }
                for one in establishment.posts.values()
            ],
        ),
        "cases": sheet(
            "cases",
            [
                {
                    "case_ref": one.ref,
                    "function": one.function,
                    "team": one.team,
                    "practitioner": one.practitioner,
                    "iro_post": one.iro_post,
                }
                for one in establishment.cases.values()
            ],
        ),
    }


def sheet(name: str, rows: list[dict[str, str]]) -> Table:
    """A sheet of one or more rows."""
    return Table(name, f"{name}.csv", tuple(rows[0]), [Row(number, dict(row)) for number, row in enumerate(rows, 2)])


def row_of(table: Table, key: str) -> Row:
    """The row whose first column says `key`."""
    return next(row for row in table.rows if row.cells[table.header[0]] == key)

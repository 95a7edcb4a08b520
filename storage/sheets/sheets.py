"""A table as it comes out of a spreadsheet or CSV file, whichever it was, and what can be wrong with one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROWS = 50_000
"""Rows in one table at most; the largest council has a fifth of that in cases."""

COLUMNS = 64
CELL = 2_000  # characters in one cell at most
LAST_ROW = 1_048_576  # of Excel itself
FILE_SIZE = 20 * 2**20  # bytes of a file, unpacked


class SpreadsheetError(Exception):
    """A file cannot be read as a table. Says which file, which row as Excel numbers it, which column, and why."""

    def __init__(self, file: str, row: int | None, column: str, reason: str) -> None:
        self.file = file
        self.row = row
        self.column = column
        self.reason = reason
        place = ", ".join(part for part in (f"row {row}" if row else "", f"column {column}" if column else "") if part)
        super().__init__(f"{file}{' ' if place else ''}{place}: {reason}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as Excel shows it, and its cells by column name, blank ones as empty text."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or one CSV file. Blank rows are left out; column names are lower case with underscores."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: list[Row]


def build_table(name: str, file: str, lines: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """Make a table of numbered lines, the first that is not blank being the header."""
    header: tuple[str, ...] | None = None
    rows: list[Row] = []
    for number, line in lines:
        cells = [" ".join(cell.split()) for cell in line]  # a line break inside a cell is a space to us
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if header is None:
            header = _header(file, number, cells)
            continue
        if len(rows) >= ROWS:
            raise SpreadsheetError(file, number, "", f"there are more than {ROWS} rows; split the file.")
        for position, cell in enumerate(cells):
            column = header[position] if position < len(header) else ""
            if cell and not column:
                raise SpreadsheetError(file, number, letter(position), "there is a value under no heading.")
            _check_cell(file, number, column, cell)
        rows.append(
            Row(number, {column: cells[at] if at < len(cells) else "" for at, column in enumerate(header) if column})
        )
    return Table(name, file, tuple(column for column in header or () if column), rows)


def table_name(title: str) -> str:
    """'  Cover ' and 'cover' are the same table."""
    return re.sub(r"[\s\-]+", "_", title.strip().casefold())


def letter(position: int) -> str:
    """The letters Excel heads a column with: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _header(file: str, number: int, cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(table_name(cell) for cell in cells)
    if len(names) > COLUMNS:
        raise SpreadsheetError(file, number, "", f"there are more than {COLUMNS} columns.")
    for name in names:
        if name and names.count(name) > 1:
            raise SpreadsheetError(file, number, name, "two columns have this heading.")
    return names


def _check_cell(file: str, number: int, column: str, cell: str) -> None:
    if len(cell) > CELL:
        raise SpreadsheetError(file, number, column, f"the cell holds more than {CELL} characters.")
    if not cell.isprintable() and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in cell):
        raise SpreadsheetError(file, number, column, "the cell holds a character that cannot be shown.")

"""One row of an import sheet turned into typed values, with a problem for every cell that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from storage.sheets.spreadsheets import Table

PROBLEM_LIMIT = 200
"""As many as one person will read; the rest is counted."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell. `row` is as the spreadsheet numbers it; 0 means the whole sheet."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = [self.file, f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in where if part)}: {self.reason}"


@dataclass
class Problems:
    """Collects what is wrong in all sheets; keeps the first 200 and counts the rest."""

    found: list[RowProblem] = field(default_factory=list)
    more: int = 0

    def add(self, file: str, row: int, column: str, reason: str) -> None:
        """Note one problem."""
        if len(self.found) < PROBLEM_LIMIT:
            self.found.append(RowProblem(file, row, column, reason))
        else:
            self.more += 1

    def __bool__(self) -> bool:
        return bool(self.found)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet. An `optional` cell may be empty, and the column may be missing altogether."""

    name: str
    longest: int = 300
    optional: bool = False


class RowReader:
    """The cells of one row, asked for by column and checked as they are read. A bad cell reads as its empty value."""

    def __init__(self, file: str, number: int, cells: Mapping[str, str], problems: Problems) -> None:
        self.file = file
        self.number = number
        self._cells = cells
        self._problems = problems

    def wrong(self, column: str, reason: str) -> None:
        """Note a problem with a cell of this row."""
        self._problems.add(self.file, self.number, column, reason)

    def text(self, column: Column) -> str:
        """The cell's text on one line, trimmed."""
        value = " ".join(self._cells.get(column.name, "").split())
        if not value and not column.optional:
            self.wrong(column.name, "this may not be empty")
        if len(value) > column.longest:
            self.wrong(column.name, f"this is longer than {column.longest} characters")
            return ""
        if not value.isprintable():
            self.wrong(column.name, "this holds characters that cannot be shown")
            return ""
        return value

    def id(self, column: Column) -> str:
        """An id: letters, digits and . _ / @ - without spaces."""
        value = self.text(column)
        if value and not _ID.fullmatch(value):
            self.wrong(column.name, f"{said(value)} is not an id: letters, digits and . _ / @ - only, without spaces")
            return ""
        return value

    def matching(self, column: Column, pattern: re.Pattern[str], what: str) -> str:
        """Text of a known shape; `what` finishes the sentence 'is not ...'."""
        value = self.text(column)
        if value and not pattern.fullmatch(value):
            self.wrong(column.name, f"{said(value)} is not {what}")
            return ""
        return value

    def one_of(self, column: Column, known: Mapping[str, str], what: str) -> str:
        """A key the framework knows; `known` is key -> title, and a title is understood as well."""
        value = self.text(column)
        key = value.lower()
        if not value or key in known:
            return key
        for candidate, title in known.items():
            if title.lower() == key:
                return candidate
        near = get_close_matches(key, known, n=1)
        hint = f"; did you mean {said(near[0])}?" if near else ""
        self.wrong(column.name, f"{said(value)} is not a {what} of the framework{hint}")
        return ""

    def yes_no(self, column: Column) -> bool:
        """'yes' or 'no'; a spreadsheet's own true and false are understood too."""
        value = self.text(column)
        if value.lower() in _YES:
            return True
        if value and value.lower() not in _NO:
            self.wrong(column.name, f"{said(value)} is neither yes nor no")
        return False

    def day(self, column: Column) -> date | None:
        """A date, written 2026-12-31 or 31/12/2026."""
        value = self.text(column)
        found = _ISO_DATE.fullmatch(value) or _UK_DATE.fullmatch(value)
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                pass
        if value:
            self.wrong(column.name, f"{said(value)} is not a date like 2026-12-31 or 31/12/2026")
        return None


_ID = re.compile(r"[\w.@/-]+")
_YES = ("yes", "y", "true", "1")
_NO = ("no", "n", "false", "0")
_ISO_DATE = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[ T]00:00(?::00)?)?")
_UK_DATE = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})")


def said(value: str) -> str:
    """A cell's value as a message quotes it, cut short."""
    return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}...'"


def read_rows(
    table: Table, columns: tuple[Column, ...], problems: Problems, progress: Callable[[int], None]
) -> Iterator[RowReader]:
    """The rows of a sheet, if it has the columns it needs."""
    expected = [column.name for column in columns]
    missing = [column.name for column in columns if column.name not in table.header and not column.optional]
    for name in missing:
        problems.add(table.file, 1, name, "this column is missing")
    for name in table.header:
        if name not in expected:
            problems.add(table.file, 1, name, f"this is not a column of {table.name}; it has {', '.join(expected)}")
    for row in table.rows:
        progress(1)
        if not missing:
            yield RowReader(table.file, row.number, row.cells, problems)

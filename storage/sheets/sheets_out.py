"""Writes rows as CSV, JSON lines or an .xlsx workbook in which no cell can turn into a formula."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any, Literal, Protocol

Format = Literal["csv", "jsonl", "xlsx"]

_FORMULA = re.compile(r"[=+\-@\t\r\n\0]")
_PLAIN_NUMBER = re.compile(r"[+-]\d+(\.\d+)?")  # a ladder's step '-7' is harmless, and scripts look for it as it is


class Sheet(Protocol):
    """Something with a name, a header and rows."""

    @property
    def name(self) -> str:
        """The name of the sheet."""

    @property
    def header(self) -> Sequence[str]:
        """The column names."""

    @property
    def rows(self) -> Iterable[Sequence[Any]]:
        """A value for each column in every row; walked once."""


def write_rows(
    target: Path | IO[str], fmt: Format, header: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str = "rows"
) -> int:
    """Write one table to a file, or to a text stream (CSV and JSON lines only), and return how many rows it has.

    A file appears whole or not at all.
    """
    if isinstance(target, Path):
        if fmt == "xlsx":
            from storage.sheets.sheets_workbook import workbook  # openpyxl is slow to load

            with whole(target) as part:
                return workbook(part, [(name, header, rows)])
        with whole(target) as part, part.open("w", encoding="utf-8", newline="") as stream:
            return write_rows(stream, fmt, header, rows)
    if fmt == "csv":
        return _csv(target, header, rows)
    if fmt == "jsonl":
        return _jsonl(target, header, rows)
    raise ValueError("a workbook can only be written to a file")


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> int:
    """Write several tables as the sheets of one workbook and return how many rows they have together."""
    from storage.sheets.sheets_workbook import workbook  # openpyxl is slow to load

    with whole(path) as part:
        return workbook(part, [(sheet.name, sheet.header, sheet.rows) for sheet in sheets])


def inert(text: str) -> str:
    """Text for a CSV cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _csv(stream: IO[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    written = 0
    for row in rows:
        cells = (plain(value) for value in row)
        writer.writerow([_one_line_end(inert(cell)) if isinstance(cell, str) else cell for cell in cells])
        written += 1
    return written


def _jsonl(stream: IO[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    written = 0
    for row in rows:
        line = dict(zip(header, row, strict=True))
        stream.write(json.dumps(line, ensure_ascii=False, default=_iso) + "\n")
        written += 1
    return written


def _one_line_end(text: str) -> str:
    """The csv module quotes a line feed but not a carriage return, which other programs take for the end of a row."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain(value: Any) -> str | int | float | None:
    """A value as a cell holds it: text or a number."""
    if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return _iso(value)
    return json.dumps(value, ensure_ascii=False, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be exported")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside the one that is wanted, put in its place once it is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)

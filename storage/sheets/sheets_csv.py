"""Reads a CSV file the way councils make them: UTF-8 or Windows text, commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from storage.sheets.sheets import FILE_SIZE, SpreadsheetError, Table, build_table, table_name


def read_csv(path: Path) -> Table:
    """The table in a CSV file, named after the file. Raises SpreadsheetError."""
    return build_table(table_name(path.stem), path.name, _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    while True:
        number += 1  # a cell may hold line breaks, so rows are counted, not lines: that is what Excel shows
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SpreadsheetError(path.name, number, "", f"the quotes or commas do not add up ({error}).") from error


def _text(path: Path) -> str:
    if path.stat().st_size > FILE_SIZE:
        raise SpreadsheetError(path.name, None, "", f"the file is larger than {FILE_SIZE // 2**20} MB.")
    raw = path.read_bytes()
    # Excel's "Unicode text"; else its "CSV UTF-8", or its plain "CSV" on a British Windows.
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpreadsheetError(path.name, None, "", "the file is not text; save it as CSV UTF-8.")


def _delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heading.count)

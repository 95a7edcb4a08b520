"""Spreadsheets in and out: a folder of CSV files or one workbook in, CSV, JSON lines or a workbook out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from storage.sheets.sheets import Row, SpreadsheetError, Table, table_name

__all__ = ["Row", "SpreadsheetError", "Table", "read_tables", "write_rows", "write_workbook"]

from storage.sheets.sheets_out import write_rows, write_workbook

ESTABLISHMENT = ("people", "posts", "cases", "cover", "leave")
"""The tables an import looks for; other files and sheets are left alone."""


def read_tables(path: Path, names: Collection[str] = ESTABLISHMENT) -> dict[str, Table]:
    """The tables of those names in a folder of CSV files, one CSV file or one .xlsx workbook.

    Raises SpreadsheetError naming the file, and where it can the row and column; FileNotFoundError.
    """
    if path.is_dir():
        tables: dict[str, Table] = {}
        for file in sorted(path.iterdir()):
            name = table_name(file.stem)
            if file.suffix.lower() != ".csv" or name not in names:
                continue
            if name in tables:
                raise SpreadsheetError(file.name, None, "", f"two files are called {name}.")
            tables |= _read_file(file, names)
        found = tables
    else:
        found = _read_file(path, names)
    if not found:
        raise SpreadsheetError(path.name, None, "", f"there is no table here called {', '.join(sorted(names))}.")
    return found


def _read_file(path: Path, names: Collection[str]) -> dict[str, Table]:
    match path.suffix.lower():
        case ".csv":
            from storage.sheets.sheets_csv import read_csv

            return {table.name: table for table in (read_csv(path),) if table.name in names}
        case ".xlsx":
            from storage.sheets.sheets_xlsx import read_xlsx

            return read_xlsx(path, names)
        case ".xlsm" | ".xltm" | ".xlsb":
            raise SpreadsheetError(path.name, None, "", "the file may hold macros; save it as plain .xlsx.")
        case _:
            raise SpreadsheetError(path.name, None, "", "give a folder of CSV files or one .xlsx workbook.")

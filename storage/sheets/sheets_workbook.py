"""Writes an .xlsx workbook in which no cell can turn into a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from storage.sheets.sheets import LAST_ROW, SpreadsheetError, letter
from storage.sheets.sheets_out import plain

_NOT_IN_XML = re.compile("[\0-\10\13\14\16-\37\ud800-\udfff\ufffe\uffff]")
_BOLD = Font(bold=True)


def workbook(path: Path, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> int:
    """Write sheets, each a name, a header and rows, and return how many rows they have together."""
    book = Workbook(write_only=True)
    try:
        written = sum(_fill(book.create_sheet(name[:31]), header, rows, path) for name, header, rows in sheets)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()
        raise
    book.save(path)
    return written


def _fill(sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]], path: Path) -> int:
    sheet.freeze_panes = "A2"
    for position, title in enumerate(header):
        sheet.column_dimensions[letter(position)].width = max(12, len(title) + 2)
    sheet.append([_cell(sheet, title, bold=True) for title in header])
    number = 1
    for number, row in enumerate(rows, start=2):
        if number > LAST_ROW:
            raise SpreadsheetError(path.stem, number, "", "Excel has no more rows than this; export CSV instead.")
        sheet.append([_cell(sheet, value) for value in row])
    return number - 1


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    value = plain(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", value))
    cell.data_type = "s"  # openpyxl takes text that begins with '=' for a formula
    if bold:
        cell.font = _BOLD
    return cell

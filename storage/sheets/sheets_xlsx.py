"""Reads an .xlsx workbook and trusts nothing in it: no bombs, no macros, no merged cells, no guessing."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.cell.cell import ERROR_CODES

from storage.sheets.sheets import COLUMNS, FILE_SIZE, LAST_ROW, SpreadsheetError, Table, build_table, letter, table_name

RATIO = 100  # how much larger than its packed self an honest part may be

# Every repeat is bounded: these run before the XML is known to be well-formed.
_MERGED = re.compile(rb'<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?ref="(\w{1,20}:\w{1,20})"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<(?:\w{1,20}:)?c\s[^<>]{0,200}?r="([A-Z]{1,3})(\d{1,7})"[^<>]{0,200}>\s{0,20}'
    rb"<(?:\w{1,20}:)?f\b[^<]{0,9000}(?:/>|</(?:\w{1,20}:)?f>)\s{0,20}"
    rb"(?:<(?:\w{1,20}:)?v\s{0,20}/>|<(?:\w{1,20}:)?v>\s{0,20}</(?:\w{1,20}:)?v>)?\s{0,20}</(?:\w{1,20}:)?c>"
)


def read_xlsx(path: Path, names: Collection[str]) -> dict[str, Table]:
    """The sheets of those names, whatever their case, that the workbook has. Raises SpreadsheetError."""
    _inspect(path)
    if not openpyxl.DEFUSEDXML:
        raise SpreadsheetError(path.name, None, "", "defusedxml is not installed, so the file cannot be opened safely.")
    tables: dict[str, Table] = {}
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in workbook.worksheets:
                name = table_name(sheet.title)
                if name not in names:
                    continue
                if name in tables:
                    raise SpreadsheetError(path.name, None, "", f"two sheets are called {name}.")
                label = f"{path.name}, sheet {sheet.title}"
                _refuse_what_cannot_be_seen(path, sheet, label)
                tables[name] = build_table(name, label, _lines(sheet, label))
        finally:
            workbook.close()
    except SpreadsheetError:
        raise
    except Exception as error:  # openpyxl raises what it pleases on a damaged part
        reason = f"the file is damaged ({type(error).__name__})."
        if any(isinstance(cause, DefusedXmlException) for cause in _causes(error)):
            reason = "the file defines its own XML entities, as attacks do."
        raise SpreadsheetError(path.name, None, "", reason) from error
    return tables


def _inspect(path: Path) -> None:
    """Look at the parcel before unpacking it."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"\xd0\xcf\x11\xe0":
        raise SpreadsheetError(
            path.name, None, "", "the file has a password or is in the old .xls form; save it as plain .xlsx."
        )
    try:
        with zipfile.ZipFile(path) as parcel:
            parts = parcel.infolist()
    except zipfile.BadZipFile as error:
        raise SpreadsheetError(path.name, None, "", "the file is not an .xlsx workbook.") from error
    if sum(part.file_size for part in parts) > FILE_SIZE or len(parts) > 1_000:
        raise SpreadsheetError(path.name, None, "", f"the file unpacks to more than {FILE_SIZE // 2**20} MB.")
    for part in parts:
        if part.file_size > 2**20 and part.file_size > RATIO * max(part.compress_size, 1):
            raise SpreadsheetError(path.name, None, "", "the file unpacks to far more than it should.")
        if part.filename.lower().endswith("vbaproject.bin"):
            raise SpreadsheetError(path.name, None, "", "the file holds macros; save it as plain .xlsx.")


def _refuse_what_cannot_be_seen(path: Path, sheet: Any, label: str) -> None:
    """openpyxl's fast mode shows neither merged cells nor a formula that was never worked out: both look blank."""
    with zipfile.ZipFile(path) as parcel:
        raw = parcel.read(sheet._worksheet_path)
    merged = _MERGED.search(raw)
    if merged:
        cells = merged[1].decode()
        row = int(re.sub(r"\D", "", cells.partition(":")[0]))
        raise SpreadsheetError(label, row, "", f"the cells {cells} are merged; every row must stand by itself.")
    unknown = _FORMULA_WITHOUT_VALUE.search(raw)
    if unknown:
        raise SpreadsheetError(
            label,
            int(unknown[2]),
            unknown[1].decode(),
            "the formula has no value yet; open and save the file in Excel.",
        )


def _lines(sheet: Any, label: str) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its own size is not to be believed
    rows = sheet.iter_rows(max_row=LAST_ROW, max_col=COLUMNS + 1, values_only=True)
    for number, cells in enumerate(rows, start=1):
        if cells.count(None) == len(cells):  # a million of these may be made up for one stray cell far below
            continue
        yield number, [_text(value, label, number, at) for at, value in enumerate(cells)]


def _text(value: Any, label: str, number: int, position: int) -> str:
    """A cell as the person who filled it in would say it."""
    match value:
        case None:
            return ""
        case str() if value in ERROR_CODES:
            raise SpreadsheetError(label, number, letter(position), f"the cell shows the error {value}.")
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

"""Rows written for others: whole or not at all, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from storage.sheets.spreadsheets import read_tables, write_rows, write_workbook

HEADER = ("reference", "person", "due_on", "repeat", "detail")
ROWS: list[tuple[Any, ...]] = [
    ("LS-2026Q3-014", "Zoë O'Brien", date(2026, 12, 29), True, {"days": 2}),
    ("LS-2026Q3-015", "", None, False, None),
]

DANGEROUS = [
    "=1+1",
    '=HYPERLINK("https://evil.example","press")',
    "+44 7700 900000",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|' /C calc'!A0",
]


@dataclass(frozen=True)
class Sheet:
    name: str
    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def test_csv_holds_what_was_given(tmp_path: Path) -> None:
    assert write_rows(tmp_path / "out.csv", "csv", HEADER, ROWS) == 2
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == (
        "reference,person,due_on,repeat,detail\n"
        'LS-2026Q3-014,Zoë O\'Brien,2026-12-29,true,"{""days"": 2}"\n'
        "LS-2026Q3-015,,,false,\n"
    )


def test_json_lines_hold_what_was_given() -> None:
    stream = io.StringIO()
    assert write_rows(stream, "jsonl", HEADER, ROWS) == 2
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines[0] == {
        "reference": "LS-2026Q3-014",
        "person": "Zoë O'Brien",
        "due_on": "2026-12-29",
        "repeat": True,
        "detail": {"days": 2},
    }
    assert lines[1]["due_on"] is None


def test_a_workbook_holds_every_sheet(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    written = write_workbook(path, [Sheet("people", HEADER, ROWS), Sheet("posts", ("post_id",), [("tm-01",)])])
    assert written == 3
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["people", "posts"]
    assert [cell.value for cell in book["people"][2]] == [
        "LS-2026Q3-014",
        "Zoë O'Brien",
        "2026-12-29",
        "true",
        '{"days": 2}',
    ]
    assert book["people"].freeze_panes == "A2"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_turns_into_a_formula_in_a_workbook(tmp_path: Path, text: str) -> None:
    write_rows(tmp_path / "out.xlsx", "xlsx", ("name",), [(text,)])
    cell = openpyxl.load_workbook(tmp_path / "out.xlsx")["rows"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("\r", "\n") == text.replace("\r", "\n")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_turns_into_a_formula_in_csv(text: str) -> None:
    stream = io.StringIO(newline="")
    write_rows(stream, "csv", ("name",), [(text,)])
    cell = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1][0]
    assert cell == f"'{text}".replace("\r", "\n")


@pytest.mark.parametrize("text", ["-7", "+2", "+14", "0", "-1.5", "O'Brien", "a=b", "p-0001"])
def test_a_ladders_step_and_other_harmless_text_stays_as_it_is(text: str) -> None:
    stream = io.StringIO()
    write_rows(stream, "csv", ("step",), [(text,)])
    assert stream.getvalue() == f"step\n{text}\n"


def test_a_character_excel_cannot_hold_is_shown_as_such(tmp_path: Path) -> None:
    write_rows(tmp_path / "out.xlsx", "xlsx", ("name",), [("An\0na\x07 \ud800",)])
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["rows"]["A2"].value == "An\ufffdna\ufffd \ufffd"


@pytest.mark.parametrize("fmt", ["csv", "jsonl", "xlsx"])
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, fmt: Any) -> None:
    def breaks_off() -> Iterator[tuple[Any, ...]]:
        yield ("LS-2026Q3-014",)
        raise ConnectionError("the database went away")

    path = tmp_path / f"out.{fmt}"
    path.write_text("yesterday's")
    with pytest.raises(ConnectionError):
        write_rows(path, fmt, ("reference",), breaks_off())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "yesterday's"


def test_a_workbook_cannot_be_written_to_the_screen() -> None:
    with pytest.raises(ValueError, match="only be written to a file"):
        write_rows(io.StringIO(), "xlsx", HEADER, ROWS)


def test_a_value_of_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(TypeError, match="set cannot be exported"):
        write_rows(io.StringIO(), "csv", ("x",), [({1, 2},)])


def test_times_are_written_as_iso_8601(tmp_path: Path) -> None:
    write_rows(tmp_path / "out.csv", "csv", ("at",), [(datetime(2026, 12, 1, 9, tzinfo=UTC),)])
    assert (tmp_path / "out.csv").read_text() == "at\n2026-12-01T09:00:00+00:00\n"


def test_what_is_exported_can_be_imported_again(tmp_path: Path) -> None:
    people = Sheet("people", ("person_id", "name"), [("p-1", "Zoë O'Brien"), ("p-2", "Null")])
    write_workbook(tmp_path / "council.xlsx", [people])
    write_rows(tmp_path / "people.csv", "csv", people.header, people.rows)
    for path in (tmp_path / "council.xlsx", tmp_path / "people.csv"):
        table = read_tables(path)["people"]
        assert [tuple(row.cells.values()) for row in table.rows] == people.rows

"""Tables read from what councils send: rows numbered as in Excel, every oddity named, every trap left shut."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from storage.sheets import sheets
from storage.sheets.spreadsheets import SpreadsheetError, Table, read_tables

HEADER = ["person_id", "name", "email"]
NO_ZONE = datetime.fromisoformat("2026-12-01T09:30")  # Excel knows no zones
ANNA = ["p-1", "Anna", "anna@northmoor.example"]


def workbook(path: Path, *rows: list[Any], title: str = "people", **more: Any) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in more.get("merge", ()):
        sheet.merge_cells(cells)
    if "epoch" in more:
        book.epoch = more["epoch"]
    book.save(path)
    return path


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def people(path: Path) -> Table:
    return read_tables(path)["people"]


def test_a_folder_of_csv_files_and_one_workbook_read_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "council"
    folder.mkdir()
    csv(folder / "people.csv", "person_id,name,email\np-1,Anna,anna@northmoor.example\n")
    csv(folder / "Posts.CSV", "post_id,title\ntm-01,Team Manager\n")
    csv(folder / "notes.csv", "anything goes here\n")
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in {
        "People": [HEADER, ANNA],
        " posts ": [["Post ID", "Title"], ["tm-01", "Team Manager"]],
        "Notes": [["anything goes here"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "council.xlsx")
    from_folder, from_book = read_tables(folder), read_tables(tmp_path / "council.xlsx")
    assert set(from_folder) == set(from_book) == {"people", "posts"}
    for name in from_folder:
        assert from_folder[name].header == from_book[name].header
        assert from_folder[name].rows == from_book[name].rows
    assert from_book["people"].file == "council.xlsx, sheet People"
    assert from_folder["people"].file == "people.csv"


def test_one_csv_file_is_one_table(tmp_path: Path) -> None:
    assert set(read_tables(csv(tmp_path / "people.csv", "person_id\np-1\n"))) == {"people"}


def test_rows_are_numbered_as_excel_shows_them(tmp_path: Path) -> None:
    text = 'person_id,name,email\np-1,"Anna\nAshworth",a@x.example\n\n,,\np-2,Ben,b@x.example\n'
    table = people(csv(tmp_path / "people.csv", text))
    assert table.rows[0].cells["name"] == "Anna Ashworth"
    assert [(row.number, row.cells["person_id"]) for row in table.rows] == [(2, "p-1"), (5, "p-2")]
    same = people(workbook(tmp_path / "people.xlsx", HEADER, ANNA, [], [None, " "], ["p-2", "Ben", "b@x.example"]))
    assert [row.number for row in same.rows] == [2, 5]


def test_headings_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    table = people(csv(tmp_path / "people.csv", "\n Person ID ,NAME,e-mail\np-1,Anna,\n"))
    assert table.header == ("person_id", "name", "e_mail")
    assert table.rows[0].cells == {"person_id": "p-1", "name": "Anna", "e_mail": ""}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_survive_whatever_excel_saved_them_as(tmp_path: Path, encoding: str) -> None:
    table = people(csv(tmp_path / "people.csv", "person_id,name\np-1,Zoë O’Brien – Núñez\n", encoding))
    assert table.rows[0].cells["name"] == "Zoë O’Brien – Núñez"
    assert table.header == ("person_id", "name")


@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_columns_may_be_parted_by_commas_semicolons_or_tabs(tmp_path: Path, comma: str) -> None:
    table = people(csv(tmp_path / "people.csv", comma.join(HEADER) + "\r\n" + comma.join(ANNA) + "\r\n"))
    assert list(table.rows[0].cells.values()) == ANNA


def test_a_value_is_read_as_the_person_who_typed_it_would_say_it(tmp_path: Path) -> None:
    row = [12, 12.0, 1.5, True, date(2026, 12, 1), datetime.fromisoformat("2026-12-01"), NO_ZONE, "  00123 "]
    table = people(workbook(tmp_path / "people.xlsx", list("abcdefgh"), row))
    assert list(table.rows[0].cells.values()) == [
        "12",
        "12",
        "1.5",
        "yes",
        "2026-12-01",
        "2026-12-01",
        "2026-12-01T09:30:00",
        "00123",
    ]


def test_dates_of_a_workbook_that_counts_from_1904_are_right(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", ["from"], [date(2026, 12, 24)], epoch=CALENDAR_MAC_1904)
    assert people(path).rows[0].cells["from"] == "2026-12-24"


def with_sheet_xml(path: Path, old: str, new: str) -> Path:
    """The workbook with something in its sheet replaced, as another program may have written it."""
    kept = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(part.filename, content)
    return path


def test_a_formula_is_read_as_its_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", ["person_id"], ["=1+1"])
    with_sheet_xml(path, "<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    assert people(path).rows[0].cells["person_id"] == "2"


@pytest.mark.parametrize("value", ["<v />", "<v></v>", ""])
def test_a_formula_nobody_has_worked_out_is_named_rather_than_read_as_blank(tmp_path: Path, value: str) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ["p-1", "=A2", "a@x.example"])
    with_sheet_xml(path, "<f>A2</f><v />", f"<f>A2</f>{value}")
    with pytest.raises(SpreadsheetError, match=r"row 2, column B: the formula has no value yet"):
        read_tables(path)


def test_an_error_in_a_cell_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ["p-1", "#N/A", "a@x.example"])
    with pytest.raises(SpreadsheetError, match=r"sheet people row 2, column B: the cell shows the error #N/A"):
        read_tables(path)


def test_merged_cells_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA, ["p-2", "Ben", ""], merge=["C2:C3"])
    with pytest.raises(SpreadsheetError, match=r"row 2: the cells C2:C3 are merged"):
        read_tables(path)


def test_macros_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    with zipfile.ZipFile(path, "a") as parcel:
        parcel.writestr("xl/vbaProject.bin", b"\0" * 100)
    with pytest.raises(SpreadsheetError, match="macros"):
        read_tables(path)
    with pytest.raises(SpreadsheetError, match="macros"):
        read_tables(path.rename(tmp_path / "people.xlsm"))


def test_a_file_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)
    with pytest.raises(SpreadsheetError, match=r"password.*save it as plain \.xlsx"):
        read_tables(tmp_path / "people.xlsx")


def test_a_zip_bomb_is_left_shut(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr("xl/media/bomb.xml", b"\0" * 60_000_000)
    with pytest.raises(SpreadsheetError, match="unpacks to more than 20 MB"):
        read_tables(path)


def test_a_small_part_that_swells_too_much_is_left_shut(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr("xl/media/bomb.xml", b"\0" * 5_000_000)
    with pytest.raises(SpreadsheetError, match="far more than it should"):
        read_tables(path)


def test_an_xml_bomb_does_not_go_off(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><worksheet'
    with_sheet_xml(path, "<worksheet", bomb)
    with pytest.raises(SpreadsheetError, match="XML entities"):
        read_tables(path)


def test_a_row_far_below_or_a_column_far_right_costs_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    with_sheet_xml(path, "</sheetData>", '<row r="999999999"><c r="XFD999999999"><v>1</v></c></row></sheetData>')
    assert [row.cells["name"] for row in people(path).rows] == ["Anna"]


def test_a_crafted_sheet_cannot_keep_the_search_for_merged_cells_busy(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", HEADER, ANNA)
    with_sheet_xml(path, "<sheetData>", "<!--" + '<c r="A1" <mergeCell ' * 30_000 + "--><sheetData>")
    assert [row.cells["name"] for row in people(path).rows] == ["Anna"]


def test_more_rows_than_any_council_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS", 3)
    lines = "".join(f"p-{number},N,n@x.example\n" for number in range(4))
    with pytest.raises(SpreadsheetError, match="row 5: there are more than 3 rows"):
        read_tables(csv(tmp_path / "people.csv", "person_id,name,email\n" + lines))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("person_id,name\np-1,Anna,extra\n", "row 2, column C: there is a value under no heading"),
        ("person_id,,name\np-1,extra,Anna\n", "row 2, column B: there is a value under no heading"),
        ("name,Name\nAnna,Ben\n", "row 1, column name: two columns have this heading"),
        ('person_id,name\np-1,"Anna\np-2,Ben\n', "row 2: the quotes or commas do not add up"),
        ('person_id,name\np-1,Anna\np-2,"B"en\n', "row 3: the quotes or commas do not add up"),
        ("person_id,name\np-1,An\x07na\n", "row 2, column name: the cell holds a character that cannot be shown"),
        ("person_id,name\np-1," + "x" * 3000 + "\n", "row 2, column name: the cell holds more than 2000 characters"),
        (",".join(f"c{n}" for n in range(70)) + "\n", "row 1: there are more than 64 columns"),
    ],
)
def test_what_is_wrong_with_a_csv_file_is_said_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SpreadsheetError) as caught:
        read_tables(csv(tmp_path / "people.csv", text))
    assert str(caught.value).startswith(f"people.csv {complaint}")


def test_a_missing_cell_at_the_end_of_a_row_is_blank(tmp_path: Path) -> None:
    assert people(csv(tmp_path / "people.csv", "person_id,name\np-1\n")).rows[0].cells == {
        "person_id": "p-1",
        "name": "",
    }


def test_an_empty_table_is_a_table_without_rows(tmp_path: Path) -> None:
    table = people(csv(tmp_path / "people.csv", "person_id,name\n"))
    assert (table.header, table.rows) == (("person_id", "name"), [])
    assert people(csv(tmp_path / "people.csv", "")).header == ()


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    for name, content, complaint in [
        ("letter.docx", b"x", "give a folder of CSV files or one .xlsx workbook"),
        ("people.xlsx", b"not a zip", "not an .xlsx workbook"),
        ("people.csv", b"\x81\x8d\x8f\x90\x9d", "not text"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SpreadsheetError, match=complaint):
            read_tables(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "people.xlsx", "w") as parcel:
        parcel.writestr("hello.txt", "hello")
    with pytest.raises(SpreadsheetError, match="damaged"):
        read_tables(tmp_path / "people.xlsx")


def test_a_folder_without_any_table_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SpreadsheetError, match="no table here called cases, cover, leave, people, posts"):
        read_tables(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_tables(tmp_path / "nowhere.csv")


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    csv(tmp_path / "people.csv", "person_id\np-1\n")
    csv(tmp_path / "People.csv", "person_id\np-2\n")
    with pytest.raises(SpreadsheetError, match="two files are called people"):
        read_tables(tmp_path)


def test_a_workbook_of_two_thousand_cases_is_read_whole(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("cases")
    sheet.append(["case_ref", "function", "team", "practitioner", "iro_post"])
    for number in range(2_000):
        sheet.append([f"C-{number}", "family_safeguarding", "North", f"p-{number % 400}", ""])
    book.save(tmp_path / "cases.xlsx")
    assert len(read_tables(tmp_path / "cases.xlsx")["cases"].rows) == 2_000

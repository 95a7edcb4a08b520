"""import and demo: all of it or none of it, and doing it twice is doing it once."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from storage.casework import learning_spaces
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import Command, Council

REASON = ("--reason", "the yearly return")


@pytest.fixture
def folder(command: Command, tmp_path: Path) -> Path:
    """The demo council as the five CSV files an import reads."""
    command("export", "establishment", "--format", "csv", "--out", str(tmp_path / "sheets"), *REASON)
    return tmp_path / "sheets"


def _change(path: Path, line: int, column: str, value: str) -> None:
    rows = list(csv.reader(path.open(encoding="utf-8")))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def test_the_demo_has_forty_learning_spaces_waiting(db: Database) -> None:
    assert db.read_now(learning_spaces.count_open) == 40


def test_loading_the_demo_twice_changes_nothing(command: Command, db: Database) -> None:
    done = command("demo")
    assert done.exit_code == 0
    assert "Nothing was different" in done.output
    assert "has been allocated before" in done.output
    assert db.read_now(learning_spaces.count_open) == 40


def test_the_demo_never_replaces_a_real_council(command: Command, folder: Path, db: Database) -> None:
    people = folder / "people.csv"
    people.write_text(
        people.read_text(encoding="utf-8").replace("northmoor.example", "northmoor.gov.uk"), encoding="utf-8"
    )
    assert command("import", str(folder)).exit_code == 0
    refused = command("demo")
    assert refused.exit_code == 2
    assert "BOT_DATABASE_URL" in refused.output


def test_what_was_exported_can_be_imported_and_is_the_same(command: Command, folder: Path) -> None:
    done = command("import", str(folder))
    assert done.exit_code == 0, done.output
    assert "Nothing was different" in done.output


def test_an_import_says_how_many_rows_of_each_sheet_it_changed(command: Command, folder: Path, db: Database) -> None:
    _change(folder / "people.csv", 2, "name", "Renamed Person")
    done = command("import", str(folder))
    assert done.exit_code == 0, done.output
    assert "1 changed" in done.output
    assert "Renamed Person" in {person.name for person in db.read_now(establishment.current).people.values()}


def test_a_mistake_names_its_file_row_column_and_reason_and_nothing_is_imported(
    command: Command, folder: Path, db: Database
) -> None:
    _change(folder / "people.csv", 2, "name", "Renamed Person")
    _change(folder / "posts.csv", 3, "role", "team_manger")
    refused = command("import", str(folder))
    assert refused.exit_code == 2
    for said in ("posts.csv", "role", "team_manger", "Nothing was imported"):
        assert said in refused.output
    assert "Renamed Person" not in {person.name for person in db.read_now(establishment.current).people.values()}


def test_a_path_that_is_not_there_is_refused_with_what_to_give(command: Command, tmp_path: Path) -> None:
    refused = command("import", str(tmp_path / "nothing"))
    assert refused.exit_code == 2
    assert "folder of CSV files or one .xlsx" in refused.output


def test_a_workbook_imports_like_a_folder(command: Command, tmp_path: Path) -> None:
    book = tmp_path / "council.xlsx"
    assert command("export", "establishment", "--format", "xlsx", "--out", str(book), *REASON).exit_code == 0
    done = command("import", str(book))
    assert done.exit_code == 0, done.output
    assert "Nothing was different" in done.output


def test_a_file_that_is_no_spreadsheet_is_refused_in_words(command: Command, tmp_path: Path) -> None:
    fake = tmp_path / "council.xlsx"
    fake.write_bytes(b"not a workbook")
    refused = command("import", str(fake))
    assert refused.exit_code == 2
    assert "council.xlsx" in refused.output


def test_an_empty_database_says_how_to_fill_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/new/empty.db")
    refused = command("sweep")
    assert refused.exit_code == 2
    assert "python -m bot import PATH" in refused.output
    assert "python -m bot demo" in refused.output


@pytest.mark.parametrize("url", ["nonsense", "mysql://here/there", "sqlite://"])
def test_a_database_address_that_is_none_is_refused_by_its_key(
    command: Command, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", url)
    refused = command("sweep")
    assert refused.exit_code == 2
    assert refused.output.strip()
    assert "Traceback" not in refused.output


def test_a_framework_with_a_mistake_is_refused_with_its_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, council: Council
) -> None:
    import policy.check.loader

    broken = policy.check.loader.SHIPPED.read_text(encoding="utf-8").replace(
        'role = "team_manager"', 'role = "team_manger"', 1
    )
    mine = tmp_path / "mine.toml"
    mine.write_text(broken, encoding="utf-8")
    monkeypatch.setenv("BOT_FRAMEWORK", str(mine))
    refused = command("timetable")
    assert refused.exit_code == 2
    assert "mine.toml line" in refused.output
    assert "team_manger" in refused.output

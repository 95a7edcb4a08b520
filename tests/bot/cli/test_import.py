"""import: tried first, from sheets that explain themselves, and never the wrong file by accident."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assurance.establishment import import_sheets
from assurance.establishment.import_guard import Removal
from assurance.records.export import read_export
from bot.cli.import_template import COLUMNS, EXPLAINED
from bot.login import login
from policy.council.establishment import Establishment, Person, Post
from policy.framework.framework import Framework
from storage.council import establishment, history
from storage.engine.database import Database, Session
from storage.sheets.spreadsheets import write_rows
from tests.bot.conftest import Command, Council

DOCUMENT = Path(__file__).parents[3] / "docs" / "establishment.md"
Cells = dict[str, str]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Path:
    """The demo council as the five CSV files an import reads."""
    folder = tmp_path_factory.mktemp("sheets")
    with Database.open(f"sqlite:///{demo_template}") as db:
        db.read_now(write, folder)
    return folder


def write(session: Session, folder: Path) -> None:
    for sheet in read_export(session, "establishment"):
        write_rows(folder / f"{sheet.name}.csv", "csv", sheet.header, sheet.rows)


@pytest.fixture
def folder(sheets: Path, tmp_path: Path) -> Path:
    """The sheets, to be changed."""
    return Path(shutil.copytree(sheets, tmp_path / "sheets"))


def change(folder: Path, sheet: str, how: Callable[[list[Cells]], list[Cells]]) -> None:
    """Write a sheet anew with its rows changed."""
    file = folder / f"{sheet}.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(how(rows))


def other_people(folder: Path) -> None:
    """Everybody in the sheets is somebody else: another council's file, of the same shape."""
    for file in folder.iterdir():
        text = re.sub(r"\bp-(\d{4})\b", r"x-\1", file.read_text(encoding="utf-8"))
        file.write_text(text.replace("@northmoor", "@elsewhere"), encoding="utf-8")


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


# -- the guard -------------------------------------------------------------------------------------------------------


def test_an_import_whose_people_all_differ_is_refused_and_nothing_has_changed(
    command: Command, folder: Path, council: Council
) -> None:
    other_people(folder)
    before = everything(council.path)
    refused = command("import", str(folder))
    assert refused.exit_code == 2
    for said in ("571 of 571 people", "Nothing was imported", "right file", "--dry-run", "--yes-remove 571"):
        assert said in refused.output
    assert everything(council.path) == before


def test_people_whose_ids_stand_for_others_now_have_gone_as_well(command: Command, folder: Path) -> None:
    """Numbered anew: not one id is missing, and every one is somebody else's."""
    for column in ("name", "email", "entra_object_id"):

        def shift(rows: list[Cells], column: str = column) -> list[Cells]:
            values = [row[column] for row in rows]
            return [{**row, column: value} for row, value in zip(rows, values[1:] + values[:1], strict=True)]

        change(folder, "people", shift)
    refused = command("import", str(folder))
    assert refused.exit_code == 2
    assert "571 of 571 people" in refused.output


@pytest.mark.parametrize("said", ["570", "1", "0", "-571"])
def test_only_the_exact_number_lets_it_through(command: Command, folder: Path, council: Council, said: str) -> None:
    other_people(folder)
    before = everything(council.path)
    refused = command("import", str(folder), "--yes-remove", said)
    assert refused.exit_code == 2
    assert f"--yes-remove {said} is not the number" in refused.output
    assert everything(council.path) == before


def test_with_the_exact_number_it_is_imported(command: Command, folder: Path, db: Database) -> None:
    other_people(folder)
    done = command("import", str(folder), "--yes-remove", "571")
    assert done.exit_code == 0, done.output
    assert "571 added, 571 removed" in done.output
    assert all(person.startswith("x-") for person in db.read_now(establishment.current).people)
    newest = [entry for entry in db.read_now(history.read) if entry.verb == "imported"][-1]
    assert newest.actor == f"operator:{login()}"
    assert newest.detail["changes"]["people"]["removed"] == 571


def people(count: int) -> Establishment:
    return Establishment.of(people=[Person(f"p-{n}", f"N {n}", f"n{n}@c.example") for n in range(count)])


def posts(count: int) -> Establishment:
    """So many posts, and nobody in them."""
    same = {"title": "Title", "role": "team_manager", "function": "mash", "team": "Team", "line_manager_post": ""}
    does: Any = {**same, "holder": "", "learning_space": False, "dip_sample": False}
    return Establishment.of(posts=[Post(id=f"post-{n}", **does) for n in range(count)])


@pytest.mark.parametrize("of", [people, posts])
@pytest.mark.parametrize(
    ("before", "after", "asks"), [(100, 90, False), (100, 89, True), (9, 8, True), (10, 9, False), (0, 5, False)]
)
def test_up_to_a_tenth_may_go_unasked_and_not_one_more(
    of: Callable[[int], Establishment], before: int, after: int, *, asks: bool
) -> None:
    removal = Removal.between(of(before), of(after))
    assert removal.is_suspicious is asks
    assert not asks or removal.number == before - after


def test_somebody_who_marries_and_moves_house_by_name_or_address_is_still_themselves() -> None:
    before = Establishment.of(people=[Person("p-1", "Ada Oldname", "ada@c.example")])
    for now in (Person("p-1", "Ada Newname", "ada@c.example"), Person("p-1", "Ada Oldname", "ada.new@c.example")):
        assert not Removal.between(before, Establishment.of(people=[now])).people


# -- the dry run -----------------------------------------------------------------------------------------------------


def test_a_dry_run_says_who_goes_and_whose_work_changes_hands_and_changes_nothing(
    command: Command, folder: Path, council: Council
) -> None:
    change(
        folder,
        "posts",
        lambda rows: [{**row, "holder": "p-0053" if row["holder"] == "p-0052" else row["holder"]} for row in rows],
    )
    before = everything(council.path)
    tried = command("import", str(folder), "--dry-run")
    assert tried.exit_code == 0, tried.output
    for said in ("nothing was changed", "Posts that change hands: 1", "1 open learning space would go to a new holder"):
        assert said in tried.output
    assert everything(council.path) == before
    assert "1 changed" in command("import", str(folder)).output


def test_a_dry_run_of_the_wrong_file_names_what_it_would_take_and_the_number(
    command: Command, folder: Path, council: Council
) -> None:
    other_people(folder)
    before = everything(council.path)
    tried = command("import", str(folder), "--dry-run")
    assert tried.exit_code == 0, tried.output
    for said in ("571 removed", "People who go: 571", "and 551 more", "--yes-remove 571"):
        assert said in tried.output
    assert everything(council.path) == before


def test_a_dry_run_names_every_mistake_as_the_import_would(command: Command, folder: Path) -> None:
    change(folder, "people", lambda rows: [{**row, "email": "none"} for row in rows])
    refused = command("import", str(folder), "--dry-run")
    assert refused.exit_code == 2
    assert "571 mistakes" in refused.output


# -- the template ----------------------------------------------------------------------------------------------------


def test_the_template_is_imported_as_it_stands_and_explains_every_column(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    made = command("import", "--template", str(tmp_path / "template"))
    assert made.exit_code == 0, made.output
    explained = (tmp_path / "template" / EXPLAINED).read_text(encoding="utf-8")
    for sheet, columns in COLUMNS.items():
        with (tmp_path / "template" / f"{sheet}.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        assert rows[0] == list(columns)
        assert len(rows) > 1, f"{sheet} shows no example"
        assert all(column in explained and means in explained for column, means in columns.items())
    done = command("import", str(tmp_path / "template"), "--fictional")
    assert done.exit_code == 0, done.output
    assert "PROBLEM" not in command("doctor").output


def test_a_template_writes_over_nothing(command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "people.csv"
    mine.write_text("mine", encoding="utf-8")
    refused = command("import", "--template", str(tmp_path))
    assert refused.exit_code == 2
    assert "people.csv" in refused.output
    assert [file.name for file in tmp_path.glob("*.csv")] == ["people.csv"]
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [(), ("somewhere", "--template", "there")])
def test_what_makes_no_sense_is_refused_with_what_would(command: Command, words: tuple[str, ...]) -> None:
    refused = command("import", *words)
    assert refused.exit_code == 2
    assert "--template DIR" in refused.output


# -- the document ----------------------------------------------------------------------------------------------------


def test_every_column_the_import_reads_is_documented_as_the_code_has_it(framework: Framework) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert {sheet: [column.name for column in columns] for sheet, columns in import_sheets.SHEETS.items()} == {
        sheet: list(columns) for sheet, columns in COLUMNS.items()
    }
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###? )", text + "\n## ", re.MULTILINE | re.DOTALL))
    for sheet, columns in import_sheets.SHEETS.items():
        rows = re.findall(r"^\| `(\w+)` \| (yes|no) \| (.*) \|$", sections[sheet], re.MULTILINE)
        assert rows == [
            (column.name, "no" if column.optional else "yes", COLUMNS[sheet][column.name]) for column in columns
        ]

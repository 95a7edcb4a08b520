"""Loading an establishment: all or nothing, twice is once, and every mistake says where it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.establishment.demo_council import demo_council
from assurance.establishment.import_cells import RowProblem
from assurance.establishment.import_establishment import (
    Import,
    ImportOutcome,
    ImportRefused,
    import_establishment,
    read_establishment,
)
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Cover, Leave
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database
from storage.sheets.sheets import Row, Table
from tests.assurance.sheets import row_of, sheet, sheets_of
from tests.councils import PDM, PRACTITIONER, TEAM_MANAGER, small_council

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
COMMAND_LINE = Actor.operator("anna")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture
def sheets() -> dict[str, Table]:
    return sheets_of(small_council())


def load(database: Database, framework: Framework, sheets: dict[str, Table]) -> ImportOutcome:
    return database.write_now(import_establishment, framework, Import(sheets), actor=COMMAND_LINE, now=NOW)


def mistakes(framework: Framework, sheets: dict[str, Table]) -> list[tuple[str, int, str, str]]:
    with pytest.raises(ImportRefused) as refused:
        read_establishment(framework, sheets)
    return [(one.file, one.row, one.column, one.reason) for one in refused.value.problems]


def test_a_council_is_loaded_as_its_sheets_say(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    outcome = load(database, framework, sheets)
    assert outcome.changed
    assert outcome.counts == {"people": 48, "posts": 48, "cases": 66, "cover": 0, "leave": 0}
    now_there = database.read_now(establishments.current)
    council = small_council()
    assert (now_there.people, now_there.posts, now_there.cases) == (council.people, council.posts, council.cases)


def test_an_import_leaves_one_row_in_the_history_saying_who_and_how_much(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    load(database, framework, sheets)
    (row,) = database.read_now(history.read)
    assert (row.actor, row.verb, row.subject) == ("operator:anna", "imported", "establishment")
    assert row.detail["counts"]["posts"] == 48
    assert row.detail["changes"]["cases"] == {"added": 66, "changed": 0, "removed": 0}


def test_importing_twice_changes_nothing_and_leaves_no_second_row_in_the_history(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    load(database, framework, sheets)
    assert not load(database, framework, sheets).changed
    assert len(database.read_now(history.read)) == 1


def test_the_order_of_rows_does_not_count_as_a_change(
    sqlite_database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    load(sqlite_database, framework, sheets)
    for table in sheets.values():
        table.rows.reverse()
    assert not load(sqlite_database, framework, sheets).changed


def test_somebody_who_leaves_goes_and_somebody_who_moves_moves(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    load(database, framework, sheets)
    sheets["people"].rows.remove(row_of(sheets["people"], PDM))
    row_of(sheets["posts"], "pdm-family").cells["holder"] = ""
    outcome = load(database, framework, sheets)
    assert (outcome.changes["people"].removed, outcome.changes["posts"].changed) == (1, 1)
    assert PDM not in database.read_now(establishments.current).people


def test_one_bad_row_and_nothing_at_all_is_imported(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    load(database, framework, sheets)
    row_of(sheets["people"], TEAM_MANAGER).cells["name"] = "Somebody Else"
    row_of(sheets["cases"], "NM-000060").cells["practitioner"] = "p-nobody"
    with pytest.raises(ImportRefused):
        load(database, framework, sheets)
    assert database.read_now(establishments.current).people[TEAM_MANAGER].name == "Priya Fernhollow"
    assert len(database.read_now(history.read)) == 1


def test_an_entra_id_bound_on_first_contact_survives_an_import_that_leaves_it_empty(
    database: Database, framework: Framework, sheets: dict[str, Table]
) -> None:
    row_of(sheets["people"], TEAM_MANAGER).cells["entra_object_id"] = ""
    load(database, framework, sheets)
    bound = "0f0f0f0f-1111-4222-8333-444455556666"
    database.write_now(establishments.bind_entra_id, TEAM_MANAGER, bound)
    assert not load(database, framework, sheets).changed
    assert database.read_now(establishments.current).people[TEAM_MANAGER].entra_object_id == bound


# -- what is refused, and where it is said to be ----------------------------------------------------------------------

IN_PEOPLE = [
    ("person_id", "", "this may not be empty"),
    ("person_id", "p manager", "not an id"),
    ("person_id", "p|manager", "not an id"),
    ("name", "", "this may not be empty"),
    ("name", "x" * 301, "longer than 300"),
    ("name", "Priya\u202eFernhollow", "cannot be shown"),
    ("email", "priya at northmoor", "not an email address"),
    ("email", "kwame.brackenfold@NORTHMOOR.example", "in row 3 already"),
    ("entra_object_id", "priya@northmoor.example", "not an Entra object id"),
]
IN_POSTS = [
    ("role", "team_manger", "did you mean 'team_manager'?"),
    ("role", "wizard", "not a role of the framework"),
    ("function", "family_safegarding", "did you mean 'family_safeguarding'?"),
    ("line_manager_post", "sm-nowhere", "no post 'sm-nowhere' in posts"),
    ("line_manager_post", "tm-north-1", "report to each other in a circle: tm-north-1 -> tm-north-1"),
    ("holder", "Priya Fernhollow", "not an id"),
    ("holder", "p-nobody", "no person 'p-nobody' in people"),
    ("learning_space", "perhaps", "neither yes nor no"),
    ("learning_space", "", "this may not be empty"),
    ("dip_sample", "ja", "neither yes nor no"),
    ("team", "", "this may not be empty"),
]
IN_CASES = [
    ("case_ref", "NM-17", "not a case reference of this council"),
    ("case_ref", "NM-000001", "in row 2 already"),
    ("function", "nowhere", "not a function of the framework"),
    ("practitioner", "p-nobody", "no person 'p-nobody' in people"),
    ("practitioner", TEAM_MANAGER, "holds no post of role practitioner"),
    ("iro_post", "iro-9", "no post 'iro-9' in posts"),
    ("iro_post", "tm-north-1", "not of role iro"),
]


@pytest.mark.parametrize(
    ("name", "key", "column", "value", "reason"),
    [
        *(("people", TEAM_MANAGER, *case) for case in IN_PEOPLE),
        *(("posts", "tm-north-1", *case) for case in IN_POSTS),
        *(("cases", "NM-000002", *case) for case in IN_CASES),
    ],
)
def test_a_mistake_is_named_by_file_row_column_and_reason(
    framework: Framework, sheets: dict[str, Table], name: str, key: str, column: str, value: str, reason: str
) -> None:
    row = row_of(sheets[name], key)
    row.cells[column] = value
    (said,) = [one for one in mistakes(framework, sheets) if one[0] == f"{name}.csv"]
    assert said[1:3] == (row.number, column)
    assert reason in said[3]


def test_a_second_row_with_the_same_id_is_refused(framework: Framework, sheets: dict[str, Table]) -> None:
    again = Row(99, dict(row_of(sheets["posts"], "tm-north-1").cells))
    sheets["posts"].rows.append(again)
    first = row_of(sheets["posts"], "tm-north-1").number
    assert mistakes(framework, sheets) == [("posts.csv", 99, "post_id", f"'tm-north-1' is in row {first} already")]


def test_posts_that_report_to_each_other_in_a_circle_are_refused_once(
    framework: Framework, sheets: dict[str, Table]
) -> None:
    row_of(sheets["posts"], "director").cells["line_manager_post"] = "tm-north-1"
    (found,) = mistakes(framework, sheets)
    assert found[2] == "line_manager_post"
    for post in ("director", "tm-north-1", "sm-north", "hos-family"):
        assert post in found[3]


def test_a_yes_that_the_framework_could_never_act_on_is_refused(framework: Framework, sheets: dict[str, Table]) -> None:
    row_of(sheets["posts"], "sw-1").cells["learning_space"] = "yes"
    (found,) = mistakes(framework, sheets)
    assert found[3] == "yes, but the framework asks no learning space of a Practitioner"


@pytest.mark.parametrize("name", ["people", "posts", "cases"])
def test_a_missing_sheet_is_said_once_and_not_once_for_every_row(
    framework: Framework, sheets: dict[str, Table], name: str
) -> None:
    del sheets[name]
    found = mistakes(framework, sheets)
    assert found == [(name, 0, "", "there is no sheet of this name; people, posts, cases are needed")]


@pytest.mark.parametrize("name", ["people", "posts", "cases"])
def test_a_sheet_with_headings_alone_is_a_mistake_and_never_empties_the_council(
    framework: Framework, sheets: dict[str, Table], name: str
) -> None:
    sheets[name].rows.clear()
    found = mistakes(framework, sheets)
    assert found == [(f"{name}.csv", 0, "", "there are no rows; this would remove all the council has")]


def test_a_missing_column_is_said_once_and_not_once_for_every_row(
    framework: Framework, sheets: dict[str, Table]
) -> None:
    without = [{key: value for key, value in row.cells.items() if key != "team"} for row in sheets["cases"].rows]
    sheets["cases"] = sheet("cases", without)
    assert mistakes(framework, sheets) == [("cases.csv", 1, "team", "this column is missing")]


def test_a_column_nobody_asked_for_is_refused_because_it_may_hold_what_must_not_be_here(
    framework: Framework, sheets: dict[str, Table]
) -> None:
    sheets["cases"] = sheet("cases", [{**row.cells, "child_name": "x"} for row in sheets["cases"].rows])
    (found,) = mistakes(framework, sheets)
    assert found[:3] == ("cases.csv", 1, "child_name")


def test_columns_that_may_be_empty_may_be_missing(framework: Framework, sheets: dict[str, Table]) -> None:
    rows = [{key: value for key, value in row.cells.items() if key != "iro_post"} for row in sheets["cases"].rows]
    sheets["cases"] = sheet("cases", rows)
    assert read_establishment(framework, sheets).cases["NM-000001"].iro_post == ""


def test_a_thousand_mistakes_are_counted_and_the_first_two_hundred_shown(
    framework: Framework, sheets: dict[str, Table]
) -> None:
    rows = [{**sheets["cases"].rows[0].cells, "case_ref": f"nonsense {number}"} for number in range(1000)]
    sheets["cases"] = sheet("cases", rows)
    with pytest.raises(ImportRefused) as refused:
        read_establishment(framework, sheets)
    assert (len(refused.value.problems), refused.value.more) == (200, 800)


# -- cover and leave --------------------------------------------------------------------------------------------------


def test_dates_may_be_written_the_iso_way_or_the_british_way(framework: Framework, sheets: dict[str, Table]) -> None:
    sheets["cover"] = sheet(
        "cover", [{"post_id": "sm-north", "deputy": TEAM_MANAGER, "from": "2026-12-01", "to": "07/01/2027"}]
    )
    sheets["leave"] = sheet("leave", [{"person_id": PRACTITIONER, "from": "1/12/2026", "to": "2026-12-24 00:00:00"}])
    read = read_establishment(framework, sheets)
    assert read.cover == (Cover("sm-north", TEAM_MANAGER, date(2026, 12, 1), date(2027, 1, 7)),)
    assert read.leave == (Leave(PRACTITIONER, date(2026, 12, 1), date(2026, 12, 24)),)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"from": "31/02/2027"}, "from", "not a date"),
        ({"from": "12/31/2026"}, "from", "not a date"),
        ({"from": "next week"}, "from", "not a date"),
        ({"to": ""}, "to", "may not be empty"),
        ({"to": "2026-11-30"}, "to", "before the day it begins"),
        ({"post_id": "sm-nowhere"}, "post_id", "no post 'sm-nowhere'"),
        ({"deputy": "p-nobody"}, "deputy", "no person 'p-nobody'"),
        ({"deputy": "p-senior"}, "deputy", "cannot stand in for it"),
    ],
)
def test_cover_that_cannot_be_right_is_refused(
    framework: Framework, sheets: dict[str, Table], changes: dict[str, str], column: str, reason: str
) -> None:
    cells = {"post_id": "sm-north", "deputy": TEAM_MANAGER, "from": "2026-12-01", "to": "2026-12-31"}
    sheets["cover"] = sheet("cover", [cells | changes])
    (found,) = mistakes(framework, sheets)
    assert found[:3] == ("cover.csv", 2, column)
    assert reason in found[3]


# -- whatever is in a cell ---------------------------------------------------------------------------------------------

FRAMEWORK = load_framework()
CELLS = [(name, column) for name, table in sheets_of(small_council()).items() for column in table.header]


@settings(max_examples=150, deadline=None)
@given(
    where=st.sampled_from(CELLS), row=st.integers(0, 40), value=st.text(max_size=90) | st.sampled_from(["yes", "no"])
)
def test_whatever_is_typed_into_a_cell_is_either_read_or_refused_with_its_place(
    where: tuple[str, str], row: int, value: str
) -> None:
    name, column = where
    sheets = sheets_of(small_council())
    sheets[name].rows[row].cells[column] = value
    problems: list[RowProblem] = []
    try:
        people = read_establishment(FRAMEWORK, sheets).people
    except ImportRefused as refused:
        problems = refused.problems
    assert problems or len(people) == 48
    assert all(one.file and one.row and one.column and one.reason for one in problems)


# -- size -------------------------------------------------------------------------------------------------------------


def test_a_whole_council_is_loaded_and_progress_counts_every_row_of_it(
    database: Database, framework: Framework
) -> None:
    council = demo_council(framework)
    rows: list[int] = []
    outcome = database.write_now(
        import_establishment, framework, Import(council), actor=COMMAND_LINE, now=NOW, progress=rows.append
    )
    assert outcome.counts["cases"] == 2000
    assert sum(rows) == sum(len(table.rows) for table in council.values())

"""Rows out: the columns others script against, only for the QA team, never without a reason and a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import Terms, propose_allocation
from assurance.common.refusals import NotFound, NotYours
from assurance.establishment.import_establishment import read_establishment
from assurance.records.export import ReasonNeeded, read_export, record_export
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Cover, Establishment, Leave
from policy.framework.framework import Framework
from storage.casework import actions, learning_spaces, loops, moderations
from storage.casework.actions import Action
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database, Session
from storage.reads.exports import EXPORTS, Sheet
from storage.sheets.sheets import Row, Table
from tests.councils import QA_LEAD, QA_OFFICER, TEAM_MANAGER, small_council, with_cover, with_leave

NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
LEAD = Actor.person(QA_LEAD)
OFFICER = Actor.person(QA_OFFICER)
REASON = "quarterly report"

COLUMNS = {
    "allocations": "reference activity post person function case_ref practitioner month allocated_on due_on state "
    "grade impact submitted_at parent_loop",
    "notices": "id event step subject recipient recipient_role channel due_at created_at state sent_at repeat",
    "actions": "reference subject owner due_on state evidence_on",
    "loops": "reference subject practitioner state opened_at met_on submitted_at authorised_by authorised_at "
    "reaudit_due_on reaudit_reference result",
    "moderations": "reference subject why moderator original_grade moderated_grade outcome discussed_on",
    "history": "seq at actor verb subject detail hash",
}


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


def council() -> Establishment:
    whole = with_cover(small_council(), Cover("sm-north", TEAM_MANAGER, date(2026, 12, 1), date(2026, 12, 31)))
    return with_leave(whole, Leave(TEAM_MANAGER, date(2027, 2, 1), date(2027, 2, 5)))


def lived_in(database: Database, framework: Framework) -> str:
    """A month allocated, one learning space submitted as inadequate; its reference."""
    database.write_now(establishments.replace, council())
    run = database.write_now(
        propose_allocation, framework, month=date(2026, 12, 1), actor=LEAD, now=NOW, terms=Terms(at_most=100)
    ).run_id
    reference = database.write_now(approve_allocation, framework, run, actor=LEAD, now=NOW).references[0]

    def submitted(session: Session) -> None:
        learning_spaces.update(
            session,
            reference,
            state="submitted",
            grade="inadequate",
            impact="good",
            submitted_at=NOW,
            next_step_at=None,
        )
        due = date(2026, 12, 29)
        actions.insert_many(
            session, [Action("AC-2026Q3-001", reference, TEAM_MANAGER, "Talk", "supervision", due, "open", NOW)]
        )
        moderations.insert(
            session,
            Moderation(
                "MO-2026Q3-001",
                "m" * 32,
                reference,
                "inadequate",
                {},
                QA_LEAD,
                "selected",
                NOW,
                "inadequate",
                "good",
                discussed_on=date(2026, 12, 4),
            ),
        )
        loops.insert(session, Loop("CL-2026Q3-001", "t" * 32, reference, "p-worker-1", "open", NOW, due, due))

    database.write_now(submitted)
    return reference


class Whole(NamedTuple):
    """One sheet of an export, all of it."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def whole(session: Session, what: str) -> tuple[Whole, ...]:
    return tuple(Whole(sheet.name, sheet.header, tuple(sheet.rows)) for sheet in read_export(session, what))


def export(database: Database, framework: Framework, what: str, *, actor: Actor = OFFICER) -> tuple[Whole, ...]:
    database.write_now(record_export, framework, what, actor=actor, reason=REASON, now=NOW)
    return database.read_now(whole, what)


def test_every_export_has_exactly_the_columns_others_script_against(database: Database, framework: Framework) -> None:
    lived_in(database, framework)
    for what, columns in COLUMNS.items():
        (sheet,) = export(database, framework, what)
        assert sheet.header == tuple(columns.split())
        assert sheet.rows
        assert all(len(row) == len(sheet.header) for row in sheet.rows)
    assert set(EXPORTS) == {*COLUMNS, "establishment"}


def test_times_are_iso_in_utc_and_dates_iso(database: Database, framework: Framework) -> None:
    reference = lived_in(database, framework)
    (sheet,) = export(database, framework, "allocations")
    row = dict(zip(sheet.header, next(row for row in sheet.rows if row[0] == reference), strict=True))
    assert (row["month"], row["allocated_on"], row["due_on"]) == ("2026-12-01", "2026-12-01", "2026-12-29")
    assert row["submitted_at"] == "2026-12-01T10:30:00Z"
    assert (row["state"], row["grade"], row["impact"]) == ("submitted", "inadequate", "good")
    (sheet,) = export(database, framework, "notices")
    assert {row[7] for row in sheet.rows} == {"2026-12-01T10:30:00Z"}
    assert {row[11] for row in sheet.rows} == {False}


def test_a_moderation_comes_out_with_both_grades_and_the_day_of_the_talk(
    database: Database, framework: Framework
) -> None:
    reference = lived_in(database, framework)
    (sheet,) = export(database, framework, "moderations")
    assert sheet.rows == (("MO-2026Q3-001", reference, "inadequate", QA_LEAD, "inadequate", "", "", "2026-12-04"),)


def test_the_establishment_comes_out_as_it_can_go_in_again(database: Database, framework: Framework) -> None:
    database.write_now(establishments.replace, council())
    sheets = export(database, framework, "establishment")
    assert [sheet.name for sheet in sheets] == ["people", "posts", "cases", "cover", "leave"]
    tables = {
        sheet.name: Table(
            sheet.name,
            f"{sheet.name}.csv",
            sheet.header,
            [Row(number, dict(zip(sheet.header, row, strict=True))) for number, row in enumerate(sheet.rows, 2)],
        )
        for sheet in sheets
    }
    again = read_establishment(framework, tables)
    assert not database.write_now(establishments.replace, again)


def test_an_export_leaves_a_row_in_the_history_with_who_why_and_how_many_rows(
    database: Database, framework: Framework
) -> None:
    lived_in(database, framework)
    (sheet,) = export(database, framework, "history")
    newest = database.read_now(history.read, newest_first=True, limit=1)[0]
    assert (newest.actor, newest.verb, newest.subject) == (f"person:{QA_OFFICER}", "exported", "history")
    assert newest.detail == {"reason": REASON, "rows": len(sheet.rows)}
    assert sheet.rows[-1][3] == "exported"


def test_a_large_export_is_recorded_first_and_then_read_row_by_row(
    sqlite_database: Database, framework: Framework
) -> None:
    lived_in(sqlite_database, framework)
    sqlite_database.write_now(record_export, framework, "allocations", actor=LEAD, reason=REASON, now=NOW)

    def count(session: Session) -> int:
        sheets: tuple[Sheet, ...] = read_export(session, "allocations")
        return sum(1 for sheet in sheets for _ in sheet.rows)

    assert sqlite_database.read_now(count) == 20


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (LEAD, True),
        (OFFICER, True),
        (Actor.operator("anna"), True),
        (Actor.person(TEAM_MANAGER), False),
        (Actor.person("p-director"), False),
        (Actor.system("sweep"), False),
    ],
    ids=str,
)
def test_single_rows_are_for_the_qa_team_only(
    sqlite_database: Database, framework: Framework, actor: Actor, *, may: bool
) -> None:
    sqlite_database.write_now(establishments.replace, small_council())
    if may:
        export(sqlite_database, framework, "allocations", actor=actor)
    else:
        with pytest.raises(NotYours):
            export(sqlite_database, framework, "allocations", actor=actor)
        assert sqlite_database.read_now(history.read) == []


@pytest.mark.parametrize(
    "reason", ["", "   ", "x" * 301, "for the family at LA1 4XY", "NHS number 943 476 5919", "ask a@b.example"]
)
def test_without_a_reason_that_can_be_kept_nothing_comes_out(
    sqlite_database: Database, framework: Framework, reason: str
) -> None:
    sqlite_database.write_now(establishments.replace, small_council())
    with pytest.raises(ReasonNeeded):
        sqlite_database.write_now(record_export, framework, "loops", actor=LEAD, reason=reason, now=NOW)
    assert sqlite_database.read_now(history.read) == []


def test_what_cannot_be_exported_is_not_found(sqlite_database: Database, framework: Framework) -> None:
    sqlite_database.write_now(establishments.replace, small_council())
    for what in ("moderation", "people", "answers", ""):
        with pytest.raises(NotFound):
            export(sqlite_database, framework, what)


def test_whoever_covers_a_post_of_the_qa_team_may_export_meanwhile(
    sqlite_database: Database, framework: Framework
) -> None:
    cover = Cover("qa-officer", TEAM_MANAGER, date(2026, 12, 1), date(2026, 12, 1))
    sqlite_database.write_now(establishments.replace, replace(small_council(), cover=(cover,)))
    assert export(sqlite_database, framework, "allocations", actor=Actor.person(TEAM_MANAGER))

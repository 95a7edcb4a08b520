"""Learning spaces, drafts and serials keep what they are given, alike on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.casework import allocation_runs, learning_spaces
from storage.casework.allocation_runs import AllocationRun
from storage.casework.learning_spaces import Draft, LearningSpace
from storage.engine.database import Database, Session

NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
ITEM = LearningSpace(
    reference="LS-2026Q3-001",
    token="a" * 32,
    activity="learning_space",
    stream="",
    post="tm-1",
    person="p-1",
    function="mash",
    case_ref="NM-000001",
    case_function="mash",
    practitioner="p-2",
    month=date(2026, 12, 1),
    quarter="2026-27Q3",
    allocated_on=date(2026, 12, 1),
    due_on=date(2026, 12, 29),
    deadline_at=NOW + timedelta(days=28),
    state="allocated",
    why={"cases_considered": 3},
    cross_function_reason="",
    run="run-1",
    framework_version="1",
    ladder={"key": "learning_space", "steps": []},
    next_step_at=NOW + timedelta(days=21),
)


def given(database: Database, *items: LearningSpace) -> None:
    def insert(session: Session) -> None:
        allocation_runs.insert(session, AllocationRun("run-1", ITEM.month, 7, "approved", "system:tests", NOW, {}))
        learning_spaces.insert_many(session, items)

    database.write_now(insert)


def another(number: int, **changes: object) -> LearningSpace:
    fields = {"reference": f"LS-2026Q3-{number:03}", "token": f"{number:032}", "case_ref": f"NM-{number:06}"}
    return replace(ITEM, **(fields | changes))  # type: ignore[arg-type]


def test_what_is_read_is_what_was_written(database: Database) -> None:
    given(database, ITEM)
    assert database.read_now(learning_spaces.by_reference, "LS-2026Q3-001") == ITEM
    assert database.read_now(learning_spaces.by_token, "a" * 32) == ITEM
    assert database.read_now(learning_spaces.by_reference, "LS-2026Q3-002") is None
    assert database.read_now(learning_spaces.by_token, "") is None


def test_a_post_is_never_given_the_same_case_twice_in_a_month(database: Database) -> None:
    with pytest.raises(IntegrityError):
        given(database, ITEM, another(2, case_ref=ITEM.case_ref))


def test_what_waits_for_a_person_is_theirs_open_and_soonest_first(database: Database) -> None:
    given(
        database,
        another(1),
        another(2, due_on=date(2026, 12, 22)),
        another(3, state="submitted"),
        another(4, person="p-9"),
        another(5, state="opened", due_on=date(2027, 1, 4)),
    )
    waiting = database.read_now(learning_spaces.waiting_for, "p-1")
    assert [item.reference[-1] for item in waiting] == ["2", "1", "5"]


def test_due_items_are_those_with_a_step_at_or_before_now_longest_due_first(database: Database) -> None:
    given(
        database,
        another(1, next_step_at=NOW),
        another(2, next_step_at=NOW - timedelta(days=1)),
        another(3, next_step_at=NOW + timedelta(microseconds=1)),
        another(4, next_step_at=None),
    )
    due = database.read_now(learning_spaces.due, NOW, 10)
    assert [item.reference[-1] for item in due] == ["2", "1"]
    assert len(database.read_now(learning_spaces.due, NOW, 1)) == 1
    assert database.read_now(learning_spaces.count_due, NOW) == 2
    assert database.read_now(learning_spaces.next_due_at) == NOW - timedelta(days=1)


def test_open_items_are_counted_whether_or_not_a_step_is_to_come(database: Database) -> None:
    given(database, another(1), another(2, next_step_at=None), another(3, state="withdrawn", next_step_at=None))
    assert database.read_now(learning_spaces.count_open) == 2


def test_an_update_changes_one_item_and_says_when_there_is_none(database: Database) -> None:
    given(database, another(1), another(2))
    database.write_now(learning_spaces.update, "LS-2026Q3-001", state="opened", steps_done=("-7", "-2"))
    changed = database.read_now(learning_spaces.by_reference, "LS-2026Q3-001")
    assert changed
    assert (changed.state, changed.steps_done) == ("opened", ("-7", "-2"))
    other = database.read_now(learning_spaces.by_reference, "LS-2026Q3-002")
    assert other
    assert other.state == "allocated"
    with pytest.raises(KeyError):
        database.write_now(learning_spaces.update, "LS-2026Q3-009", state="opened")


def test_serials_count_on_for_each_kind_and_quarter_and_are_never_given_twice(database: Database) -> None:
    def take(kind: str, quarter: str, count: int = 1) -> int:
        return database.write_now(learning_spaces.next_serial, kind, quarter, count)

    assert [take("LS", "2026Q3"), take("LS", "2026Q3"), take("LS", "2026Q3", 40)] == [1, 2, 3]
    assert take("LS", "2026Q3") == 43
    assert (take("LS", "2026Q4"), take("AC", "2026Q3"), take("CL", "2026Q3")) == (1, 1, 1)


def test_a_serial_taken_by_a_use_case_that_failed_is_free_again(database: Database) -> None:
    def fails(session: Session) -> None:
        learning_spaces.next_serial(session, "LS", "2026Q3")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write_now(fails)
    assert database.write_now(learning_spaces.next_serial, "LS", "2026Q3") == 1


def test_a_draft_is_kept_for_each_person_and_replaced_by_the_next_save(database: Database) -> None:
    given(database, ITEM)
    draft = Draft(ITEM.reference, "p-1", {"meeting": {"in_person": "yes"}}, "domains", 1, NOW)
    database.write_now(learning_spaces.save_draft, draft)
    later = replace(draft, answers={"meeting": {"in_person": "no"}}, version=2)
    database.write_now(learning_spaces.save_draft, later)
    database.write_now(learning_spaces.save_draft, replace(draft, person="p-3"))
    assert database.read_now(learning_spaces.load_draft, ITEM.reference, "p-1") == later
    assert database.read_now(learning_spaces.drafts_of, "p-1") == {ITEM.reference: later}
    assert database.read_now(learning_spaces.load_draft, ITEM.reference, "p-2") is None
    database.write_now(learning_spaces.delete_drafts, ITEM.reference)
    assert database.read_now(learning_spaces.load_draft, ITEM.reference, "p-1") is None


def test_answers_are_kept_once(database: Database) -> None:
    given(database, ITEM)
    assert database.read_now(learning_spaces.load_answers, ITEM.reference) is None
    database.write_now(learning_spaces.save_answers, ITEM.reference, {"grade": "good"}, at=NOW)
    assert database.read_now(learning_spaces.load_answers, ITEM.reference) == {"grade": "good"}
    with pytest.raises(IntegrityError):
        database.write_now(learning_spaces.save_answers, ITEM.reference, {"grade": "inadequate"}, at=NOW)

"""The auditor finds nothing wrong with a council that was looked after, and every kind of damage done to one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import Terms, propose_allocation
from assurance.follow_up.submit import SubmitOutcome
from assurance.self_check.verify import Finding, verify
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework import allocation_runs, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.database import Database, Session
from storage.schema import tables
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER, small_council, with_cover, with_post
from tests.databases import SqliteTemplate
from tests.journeys.living_council import LivingCouncil, london

MONTH = date(2026, 3, 1)
ALLOCATED = london("2026-03-03 10:00")  # due Tuesday 31 March, two days into summer time; Good Friday is 3 April
LEAD = Actor.person(QA_LEAD)


def allocated(database: Database) -> tuple[LivingCouncil, list[LearningSpace]]:
    """The small council with a month allocated, everyone told."""
    council = LivingCouncil(database, now=ALLOCATED)
    run = database.write_now(
        propose_allocation, council.framework, month=MONTH, actor=LEAD, now=ALLOCATED, terms=Terms(at_most=100)
    ).run_id
    database.write_now(approve_allocation, council.framework, run, actor=LEAD, now=ALLOCATED)
    council.when_the_service_looks()
    return council, database.read_now(learning_spaces.of_run, run)


@pytest.fixture(scope="module")
def month(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which it is allocated, for each test to copy."""
    file = tmp_path_factory.mktemp("month") / "council.db"
    with Database.open(sqlite_template.copy_to(file, peopled=True)) as database:
        allocated(database)
    return file


@pytest.fixture
def given(month: Path, fast_folder: Path) -> Iterator[tuple[LivingCouncil, list[LearningSpace]]]:
    """The small council with a month allocated and everyone told, a minute later."""
    with Database.open(f"sqlite:///{shutil.copy(month, fast_folder / 'month.db')}") as database:
        council = LivingCouncil(database, now=ALLOCATED + timedelta(minutes=1))
        run = database.read_now(allocation_runs.latest_of_month, MONTH, "approved")
        assert run is not None
        yield council, database.read_now(learning_spaces.of_run, run.id)


def findings(council: LivingCouncil, now: datetime | None = None) -> list[Finding]:
    return council.database.read_now(verify, council.framework, now=now or council.now)


def kinds(council: LivingCouncil, now: datetime | None = None) -> set[tuple[str, str]]:
    return {(one.kind, one.subject) for one in findings(council, now)}


def submitted(council: LivingCouncil, item: LearningSpace, grade: str = "good") -> SubmitOutcome:
    """The item's own auditor fills in the form and sends it in."""
    fill_in(
        council.database,
        council.framework,
        item,
        now=council.now,
        date_held="2026-03-03",
        grade=grade,
        action_1_owner="practitioner",
        action_1_by="2026-04-30",
    )
    draft = council.database.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft
    return send_in(council.database, council.framework, item, version=draft.version, now=council.now)


def damage(council: LivingCouncil, statement: sa.Update | sa.Delete) -> None:
    def run(session: Session) -> None:
        session.execute(statement)

    council.database.write_now(run)


# -- all is well ------------------------------------------------------------------------------------------------------


def test_a_council_that_was_looked_after_every_day_has_nothing_wrong_with_it(database: Database) -> None:
    council, items = allocated(database)
    assert findings(council) == []
    for day in (date(2026, 3, 24), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)):
        council.when_days_pass(day, day)
        assert findings(council) == []
    for item in items[:3]:
        submitted(council, item)
    assert submitted(council, items[4], grade="inadequate").loop_reference
    for day in (date(2026, 4, 7), date(2026, 4, 14), date(2026, 4, 15)):
        council.when_days_pass(day, day)
        assert findings(council) == []


def test_a_month_of_downtime_is_made_good_by_one_look(given: tuple[LivingCouncil, list[LearningSpace]]) -> None:
    council, items = given
    back = london("2026-04-15 10:00")
    missing = {(one.subject, one.kind) for one in findings(council, back) if one.kind == "missing_notice"}
    assert missing == {(item.reference, "missing_notice") for item in items}
    council.now = back
    council.sweep(confirm=True)
    council.dispatch()
    assert findings(council) == []


def test_a_vacant_post_and_a_deputy_are_nothing_to_report(sqlite_database: Database) -> None:
    changed = with_cover(
        with_post(small_council(), "hos-family", holder=""),
        Cover("sm-north", QA_OFFICER, date(2026, 3, 1), date(2026, 4, 30)),
    )
    council = LivingCouncil(sqlite_database, now=ALLOCATED, establishment=changed)
    run = sqlite_database.write_now(
        propose_allocation, council.framework, month=MONTH, actor=LEAD, now=ALLOCATED, terms=Terms(at_most=100)
    ).run_id
    sqlite_database.write_now(approve_allocation, council.framework, run, actor=LEAD, now=ALLOCATED)
    for day in (date(2026, 3, 31), date(2026, 4, 2), date(2026, 4, 7)):
        council.when_days_pass(day, day)
        assert findings(council) == []


def test_who_was_to_be_told_before_an_import_is_not_held_against_the_people_of_today(
    given: tuple[LivingCouncil, list[LearningSpace]],
) -> None:
    council, items = given
    council.when_days_pass(date(2026, 4, 2), date(2026, 4, 2))
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=QA_OFFICER))
    (own,) = [item for item in items if item.post == "tm-north-1"]
    assert ("missing_notice", own.reference) in kinds(council)

    def imported(session: Session) -> None:
        history.append(
            session, at=council.now, actor=LEAD, verb="imported", subject="establishment", detail={"counts": {}}
        )

    council.database.write_now(imported)
    assert findings(council, council.now + timedelta(minutes=1)) == []


# -- what is missing --------------------------------------------------------------------------------------------------


def one_of(items: list[LearningSpace], post: str = "tm-north-1") -> LearningSpace:
    return next(item for item in items if item.post == post)


def test_an_escalation_that_was_lost_is_found(given: tuple[LivingCouncil, list[LearningSpace]]) -> None:
    council, items = given
    item = one_of(items)
    council.when_days_pass(date(2026, 3, 31), date(2026, 4, 2))
    notices = tables.notices.c
    damage(
        council,
        sa.delete(tables.notices).where(
            notices.subject == item.reference, notices.step == "+2", notices.recipient == SENIOR_MANAGER
        ),
    )
    (found,) = findings(council)
    assert (found.kind, found.subject) == ("missing_notice", item.reference)
    assert found.detail == f"Step +2 has no notice for {SENIOR_MANAGER}."


def test_a_step_nobody_judged_is_found_a_few_minutes_after_its_time_and_not_before(
    given: tuple[LivingCouncil, list[LearningSpace]],
) -> None:
    council, items = given
    assert findings(council, london("2026-03-24 09:04")) == []
    assert kinds(council, london("2026-03-24 09:05")) == {("missing_notice", item.reference) for item in items}


def test_somebody_never_told_of_their_learning_space_is_found(
    given: tuple[LivingCouncil, list[LearningSpace]],
) -> None:
    council, items = given
    item = one_of(items)
    damage(council, sa.delete(tables.notices).where(tables.notices.c.key.like(f"E1|{item.reference}|%")))
    (found,) = findings(council)
    assert found.detail == f"{TEAM_MANAGER} was never told of the allocation."


def test_a_rung_that_can_reach_nobody_is_found(given: tuple[LivingCouncil, list[LearningSpace]]) -> None:
    nobody = small_council()
    for post in ("executive", "qa-lead", "qa-officer"):
        nobody = with_post(nobody, post, holder="")
    council, items = given
    for day in (date(2026, 4, 2), date(2026, 4, 7)):
        council.when_days_pass(day, day)
    council.given_the_council_is(nobody)
    item = one_of(items, "director")
    council.when_days_pass(date(2026, 4, 14), date(2026, 4, 14))
    assert ("nobody_to_tell", item.reference) in kinds(council)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"state": "submitted", "grade": "good", "next_step_at": None}, "missing_answers"),
        ({"next_step_at": None}, "wrong_next_step"),
        ({"next_step_at": london("2026-04-14 09:00")}, "wrong_next_step"),
        ({"state": "excluded"}, "wrong_next_step"),
    ],
)
def test_an_item_that_lost_its_place_is_found(
    given: tuple[LivingCouncil, list[LearningSpace]], changes: dict[str, object], kind: str
) -> None:
    council, items = given
    council.database.write_now(learning_spaces.update, items[0].reference, **changes)
    assert kinds(council) == {(kind, items[0].reference)}


def test_an_inadequate_grade_without_a_loop_is_found(given: tuple[LivingCouncil, list[LearningSpace]]) -> None:
    council, items = given
    item = one_of(items)
    outcome = submitted(council, item, grade="inadequate")
    council.dispatch()
    assert findings(council) == []
    damage(council, sa.delete(tables.notices).where(tables.notices.c.subject == outcome.loop_reference))
    assert kinds(council) == {("missing_notice", outcome.loop_reference)}
    damage(council, sa.delete(tables.loops))
    assert kinds(council) == {("missing_loop", item.reference)}


def test_a_notice_nobody_tries_to_send_is_found_within_send_hours(sqlite_database: Database) -> None:
    council = LivingCouncil(sqlite_database, now=ALLOCATED)
    run = sqlite_database.write_now(
        propose_allocation, council.framework, month=MONTH, actor=LEAD, now=ALLOCATED, terms=Terms(at_most=100)
    ).run_id
    sqlite_database.write_now(approve_allocation, council.framework, run, actor=LEAD, now=ALLOCATED)
    assert findings(council, ALLOCATED + timedelta(minutes=14)) == []
    assert {one.kind for one in findings(council, ALLOCATED + timedelta(minutes=15))} == {"late_notice"}
    assert findings(council, london("2026-03-03 22:00")) == []


# -- what should not be -----------------------------------------------------------------------------------------------


def _sent_before_its_time(item: LearningSpace) -> sa.Update:
    row = tables.notices.c
    early = london("2026-03-23 09:00")
    return sa.update(tables.notices).where(row.subject == item.reference, row.step == "-7").values(sent_at=early)


def _on_no_rung(item: LearningSpace) -> sa.Update:
    row = tables.notices.c
    return sa.update(tables.notices).where(row.subject == item.reference, row.step == "-7").values(step="-6")


def _to_somebody_else(item: LearningSpace) -> sa.Update:
    row = tables.notices.c
    where = (row.subject == item.reference, row.step == "-7")
    return sa.update(tables.notices).where(*where).values(recipient=SENIOR_MANAGER)


def test_a_reminder_of_the_old_rule_is_no_finding_and_one_still_to_come_is_put_forward(
    given: tuple[LivingCouncil, list[LearningSpace]],
) -> None:
    """Reminders before the due date once waited for the next working day. What is open is looked at earlier now."""
    council, (sent, to_come, *_) = given
    council.when_days_pass(date(2026, 3, 24), date(2026, 3, 26))
    monday, row = london("2026-03-30 09:00"), tables.notices.c
    moved = sa.update(tables.allocations).where(tables.allocations.c.reference == to_come.reference)
    damage(council, moved.values(next_step_at=monday))
    assert kinds(council) == {("wrong_next_step", to_come.reference)}
    damage(council, moved.values(next_step_at=to_come.next_step_at))

    council.when_the_service_looks(london("2026-03-27 09:00"))
    reminder = (row.subject == sent.reference, row.step == "-2")
    damage(council, sa.update(tables.notices).where(*reminder).values(due_at=monday, sent_at=monday))
    assert findings(council, monday + timedelta(minutes=1)) == []


@pytest.mark.parametrize("spoil", [_sent_before_its_time, _on_no_rung, _to_somebody_else])
def test_a_notice_that_should_not_be_there_is_found(
    given: tuple[LivingCouncil, list[LearningSpace]], spoil: Callable[[LearningSpace], sa.Update]
) -> None:
    council, items = given
    council.when_days_pass(date(2026, 3, 24), date(2026, 3, 24))
    damage(council, spoil(items[0]))
    assert ("unexpected_notice", items[0].reference) in kinds(council)
    assert {one.subject for one in findings(council)} == {items[0].reference}


def test_somebody_told_of_their_own_lateness_as_a_manager_is_found(
    given: tuple[LivingCouncil, list[LearningSpace]],
) -> None:
    council, items = given
    council.when_days_pass(date(2026, 3, 31), date(2026, 4, 2))
    item = one_of(items)
    row = tables.notices.c
    damage(
        council,
        sa.update(tables.notices)
        .where(row.subject == item.reference, row.step == "+2", row.recipient == TEAM_MANAGER)
        .values(recipient_role="auditor+senior_manager"),
    )
    assert ("told_of_own_lateness", item.reference) in kinds(council)


def test_an_edited_history_is_found(database: Database) -> None:
    council, _ = allocated(database)
    row = tables.history
    damage(council, sa.update(row).where(row.c.seq == 2).values(actor="person:somebody-else"))
    (found,) = findings(council)
    assert (found.kind, found.subject) == ("chain_broken", "history")
    assert found.detail.startswith("History row 2")

"""A month that nobody gives out is told to the QA lead on its second working day, climbs, and can be allocated late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from assurance.allocation.approve_allocation import AllocationOutcome, approve_allocation
from assurance.allocation.propose_allocation import MonthIsPast, NotAReason, Terms, propose_allocation
from assurance.home.console import console
from assurance.self_check.mend import mend
from assurance.self_check.verify import verify
from assurance.self_check.verify_month import month_findings
from policy.council.actor import Actor
from storage.casework import allocation_months, allocation_runs, learning_spaces
from storage.casework.allocation_runs import RE_AUDITS, AllocationRun
from storage.council import establishment as establishments
from storage.engine.database import Database, Session
from tests.councils import DIRECTOR, QA_LEAD, QA_OFFICER
from tests.journeys.living_council import LivingCouncil, london

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
SUBJECT = "MONTH-2026-01"
NOT_GIVEN_OUT, DIRECTOR_TOLD = "E93", "E94"
WHY = "The lists of cases came late."


@pytest.fixture
def idle(sqlite_database: Database) -> LivingCouncil:
    """The council in the last days of December, and nobody gives out a month."""
    council = LivingCouncil(sqlite_database, now=london("2025-12-29 10:00"))
    council.given_nobody_gives_the_months_out()
    return council


def gives_out(council: LivingCouncil, month: date, **terms: object) -> AllocationOutcome:
    actor, wanted = Actor.person(QA_LEAD), Terms(**terms)  # type: ignore[arg-type]
    run = council.database.write_now(
        propose_allocation, council.framework, month=month, actor=actor, now=council.now, terms=wanted
    )
    return council.database.write_now(approve_allocation, council.framework, run.run_id, actor=actor, now=council.now)


def told(council: LivingCouncil, event: str = NOT_GIVEN_OUT) -> list[tuple[date, str, str]]:
    return [(said.on, said.person, said.step) for said in council.said if said.event == event]


def test_the_qa_lead_hears_on_the_second_working_day_and_the_ladder_climbs(idle: LivingCouncil) -> None:
    idle.when_days_pass(date(2026, 1, 1), date(2026, 1, 20))
    assert told(idle) == [
        (date(2026, 1, 5), QA_LEAD, "+1"),  # the first was a holiday, so Friday the 2nd was the first working day
        (date(2026, 1, 6), QA_LEAD, "+4"),
        (date(2026, 1, 6), QA_OFFICER, "+4"),
    ]
    assert told(idle, DIRECTOR_TOLD) == [(date(2026, 1, 12), DIRECTOR, "+9"), (date(2026, 1, 12), QA_LEAD, "+9")]


def test_a_month_that_is_given_out_in_time_is_no_news(idle: LivingCouncil) -> None:
    idle.when_the_service_looks(london("2026-01-02 09:00"))
    idle.now = london("2026-01-02 09:30")
    assert gives_out(idle, JANUARY).references
    idle.when_days_pass(date(2026, 1, 3), date(2026, 1, 20))
    assert told(idle) + told(idle, DIRECTOR_TOLD) == []


def test_given_out_after_the_first_message_nothing_more_is_said(idle: LivingCouncil) -> None:
    idle.when_days_pass(date(2026, 1, 1), date(2026, 1, 5))
    idle.now = london("2026-01-05 15:00")
    gives_out(idle, JANUARY)
    idle.when_days_pass(date(2026, 1, 6), date(2026, 1, 20))
    assert [step for _, _, step in told(idle)] == ["+1"]
    assert told(idle, DIRECTOR_TOLD) == []


def test_after_a_week_without_service_one_message_says_the_highest_step(idle: LivingCouncil) -> None:
    idle.when_the_service_looks(london("2026-01-02 08:00"))
    heard = [said for said in idle.when_the_service_looks(london("2026-01-13 10:00")) if said.subject == SUBJECT]
    assert {(said.event, said.step) for said in heard} == {(DIRECTOR_TOLD, "+9")}
    states = {(one.step, one.state) for one in idle.notices_about(SUBJECT) if one.step != "+9"}
    assert states == {("+1", "recorded"), ("+4", "recorded")}


def test_a_re_audit_of_the_month_does_not_give_it_out(idle: LivingCouncil) -> None:
    def reaudit(session: Session) -> None:
        run = AllocationRun(
            "r" * 32, JANUARY, 0, "approved", RE_AUDITS, idle.now, {"unserved": []}, RE_AUDITS, idle.now
        )
        allocation_runs.insert(session, run)

    idle.database.write_now(reaudit)
    idle.when_days_pass(date(2026, 1, 1), date(2026, 1, 5))
    assert [step for _, _, step in told(idle)] == ["+1"]
    assert waiting(idle) == (1, JANUARY)


def waiting(council: LivingCouncil) -> tuple[int, date | None]:
    def count(session: Session) -> tuple[int, date | None]:
        everybody = establishments.current(session)
        line = next(
            one
            for one in console(session, council.framework, everybody, QA_LEAD, council.now)
            if one.kind == "to_allocate"
        )
        return line.count, line.month

    return council.database.read_now(count)


def test_the_console_counts_a_month_that_was_passed_over_until_it_is_given_out(idle: LivingCouncil) -> None:
    idle.when_days_pass(date(2026, 1, 30), date(2026, 2, 3))
    assert waiting(idle) == (2, JANUARY)
    gives_out(idle, JANUARY, late_because=WHY)
    assert waiting(idle) == (1, FEBRUARY)
    gives_out(idle, FEBRUARY)
    assert waiting(idle) == (0, None)


def test_a_month_that_is_past_is_given_out_late_with_a_reason_that_is_kept(idle: LivingCouncil) -> None:
    idle.when_days_pass(date(2026, 1, 30), date(2026, 2, 3))
    with pytest.raises(MonthIsPast) as refused:
        gives_out(idle, JANUARY)
    assert refused.value.month == JANUARY
    idle.now = london("2026-02-04 10:00")
    outcome = gives_out(idle, JANUARY, late_because=WHY)
    item = idle.item(outcome.references[0])
    assert (item.month, item.quarter, item.allocated_on) == (JANUARY, "2025-26Q4", date(2026, 2, 4))
    assert item.due_on == date(2026, 3, 4)
    run = idle.database.read_now(allocation_runs.by_id, outcome.run_id)
    assert run and run.detail["late_because"] == WHY
    (approved,) = [entry for entry in idle.history_of(outcome.run_id) if entry.verb == "allocation_approved"]
    assert approved.detail["late"] is True
    assert WHY not in str(approved.detail)


def test_late_or_not_a_month_has_its_share_once(idle: LivingCouncil) -> None:
    idle.when_days_pass(date(2026, 1, 30), date(2026, 2, 3))
    first = gives_out(idle, JANUARY, late_because=WHY)
    run = idle.database.write_now(
        propose_allocation,
        idle.framework,
        month=JANUARY,
        actor=Actor.person(QA_LEAD),
        now=idle.now,
        terms=Terms(late_because=WHY),
    )
    assert (run.picks, run.given_before) == ((), len(first.references))


@pytest.mark.parametrize("reason", ["x", "    ", "1234567", "Ring 07700 900123 about it", "y" * 201])
def test_a_reason_is_a_few_words_and_holds_nobodys_details(idle: LivingCouncil, reason: str) -> None:
    idle.when_the_service_looks(london("2026-02-03 10:00"))
    with pytest.raises(NotAReason):
        gives_out(idle, JANUARY, late_because=reason)


def test_no_month_further_back_than_last_quarter_is_given_out_late(idle: LivingCouncil) -> None:
    idle.when_the_service_looks(london("2026-04-08 10:00"))
    assert gives_out(idle, JANUARY, late_because=WHY).references
    idle.now = london("2026-07-03 10:00")
    with pytest.raises(MonthIsPast) as refused:
        gives_out(idle, FEBRUARY, late_because=WHY)
    assert refused.value.month is None


def test_a_council_that_came_in_the_middle_of_a_month_is_not_told_that_it_is_weeks_late(
    sqlite_database: Database,
) -> None:
    council = LivingCouncil(sqlite_database, now=london("2026-01-21 10:00"))
    council.given_nobody_gives_the_months_out()
    council.when_days_pass(date(2026, 1, 21), date(2026, 1, 23))
    assert told(council) == [(date(2026, 1, 22), QA_LEAD, "+1")]


# -- the self-check ---------------------------------------------------------------------------------------------------


def found(council: LivingCouncil) -> list[tuple[str, str]]:
    rows = council.database.read_now(lambda session: list(month_findings(session, council.framework, council.now)))
    return [(one.kind, one.about) for one in rows]


def mended(council: LivingCouncil) -> None:
    def all_of_them(session: Session) -> None:
        for finding in list(month_findings(session, council.framework, council.now)):
            assert mend(session, council.framework, finding, now=council.now), finding

    council.database.write_now(all_of_them)


def test_the_self_check_finds_nothing_in_months_that_are_watched(idle: LivingCouncil) -> None:
    for at in ("2026-01-02 09:00", "2026-01-05 09:00", "2026-01-06 12:00", "2026-01-12 09:00", "2026-01-12 12:00"):
        idle.when_the_service_looks(london(at))
        assert found(idle) == []
    assert idle.database.read_now(verify, idle.framework, now=idle.now) == []


def test_what_was_never_said_or_is_down_for_another_day_is_found_and_mended(idle: LivingCouncil) -> None:
    idle.now = london("2026-01-06 12:00")
    assert found(idle) == [("missing_month", "begun")]
    mended(idle)
    assert found(idle) == []
    assert {said.step for said in idle.dispatch()} == {"+4"}
    row = idle.database.read_now(allocation_months.of, JANUARY)
    assert row
    idle.database.write_now(allocation_months.save, replace(row, next_step_at=None))
    assert found(idle) == [("wrong_next_step", "next")]
    mended(idle)
    assert found(idle) == []
    idle.database.write_now(allocation_months.save, replace(row, steps_done=("+1", "+4", "+9"), next_step_at=None))
    idle.now = london("2026-01-12 12:00")
    assert found(idle) == [("missing_notice", "+9")]
    mended(idle)
    assert {said.person for said in idle.dispatch()} == {DIRECTOR, QA_LEAD}


def test_a_month_that_was_given_out_and_is_still_watched_is_put_right(idle: LivingCouncil) -> None:
    idle.when_the_service_looks(london("2026-01-05 10:00"))
    before = idle.database.read_now(allocation_months.of, JANUARY)
    assert before
    gives_out(idle, JANUARY)
    idle.database.write_now(allocation_months.save, before)
    assert found(idle) == [("wrong_next_step", "next")]
    mended(idle)
    after = idle.database.read_now(allocation_months.of, JANUARY)
    assert after and isinstance(after.given_out_at, datetime) and after.next_step_at is None
    assert idle.database.read_now(learning_spaces.count_open) > 0

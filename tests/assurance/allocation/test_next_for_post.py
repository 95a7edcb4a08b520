"""`next POST`: what a post owes, and on which day who is told if nothing happens."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from assurance.allocation.next_for_post import NextForPost, next_for_post
from assurance.common.refusals import NotFound
from policy.council.establishment import Cover
from storage.casework import learning_spaces, more_time
from storage.casework.more_time import Hold
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 11, 27)  # due Tuesday 29 December, because Christmas Day moves it


def ask(council: LivingCouncil, post: str = "tm-north-1", now: datetime | None = None) -> NextForPost:
    return council.database.read_now(next_for_post, council.framework, post, now=now or council.now)


def told(answer: NextForPost) -> list[tuple[str, str, set[str]]]:
    (item,) = answer.items
    return [(coming.on.isoformat(), coming.step, {one.person.id for one in coming.told}) for coming in item.coming]


def test_every_step_to_come_is_said_with_its_day_and_the_people(council: LivingCouncil) -> None:
    council.now = london("2026-12-01 10:00")
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    answer = ask(council)
    assert answer.holder
    assert (answer.holder.id, answer.deputy) == (TEAM_MANAGER, None)
    assert answer.items[0].days_left == 28
    assert told(answer) == [
        ("2026-12-22", "-7", {TEAM_MANAGER}),
        ("2026-12-24", "-2", {TEAM_MANAGER}),
        ("2026-12-29", "0", {TEAM_MANAGER}),
        ("2026-12-30", "+1", {TEAM_MANAGER, QA_LEAD}),
        ("2026-12-31", "+2", {SENIOR_MANAGER, HEAD, TEAM_MANAGER}),
        ("2027-01-05", "+7", {DIRECTOR, SENIOR_MANAGER, HEAD, TEAM_MANAGER}),
        ("2027-01-12", "+14", {EXECUTIVE, DIRECTOR, SENIOR_MANAGER, HEAD, TEAM_MANAGER}),
    ]


def test_of_steps_that_fell_due_while_nobody_looked_only_the_highest_is_to_come(council: LivingCouncil) -> None:
    council.now = london("2027-01-06 10:00")
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    assert [(on, step) for on, step, _ in told(ask(council))] == [("2027-01-06", "+7"), ("2027-01-12", "+14")]


def test_while_the_clock_stands_nothing_is_to_come_and_no_day_of_it_counts_as_late(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.database.write_now(learning_spaces.update, item.reference, paused_on=date(2026, 12, 30))
    council.now = london("2027-01-06 10:00")
    (standing,) = ask(council).items
    assert (standing.days_left, standing.coming) == (-1, ()), "one day late when the clock was stopped"
    council.database.write_now(learning_spaces.update, item.reference, paused_on=None, paused_days=7)
    assert ask(council).items[0].days_left == -1
    assert [(on, step) for on, step, _ in told(ask(council))] == [
        ("2027-01-06", "+1"),
        ("2027-01-07", "+2"),
        ("2027-01-12", "+7"),
        ("2027-01-19", "+14"),
    ]


def test_a_step_that_is_held_comes_on_the_day_its_hold_ends(council: LivingCouncil) -> None:
    council.now = london("2026-12-30 10:00")
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    hold = Hold(item.reference, "+2", date(2027, 1, 4), "nearly_done", QA_LEAD, council.now)
    council.database.write_now(more_time.hold_once, hold)
    assert ("2027-01-04", "+2") in [(on, step) for on, step, _ in told(ask(council))]


def test_a_vacant_rung_shows_the_qa_lead_and_why_and_a_covered_one_its_deputy(council: LivingCouncil) -> None:
    council.now = london("2026-12-01 10:00")
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.given_the_council_is(
        with_cover(
            with_post(small_council(), "hos-family", holder=""),
            Cover("sm-north", QA_OFFICER, date(2026, 12, 1), date(2027, 1, 31)),
        )
    )
    (item,) = ask(council).items
    step = next(coming for coming in item.coming if coming.step == "+2")
    assert {one.person.id: one.instead for one in step.told} == {
        QA_OFFICER: "deputy",
        QA_LEAD: "The post of Head of Service, Family Safeguarding, is vacant and has no deputy.",
        TEAM_MANAGER: "",
    }


def test_a_post_that_owes_nothing_hears_when_its_next_learning_space_can_come(council: LivingCouncil) -> None:
    answer = ask(council, now=london("2026-11-23 10:00"))
    assert (answer.items, answer.wanted, answer.given, answer.done) == ((), 1, 0, 0)
    assert answer.next_allocation == date(2026, 12, 1)


def test_a_post_that_has_had_its_own_hears_of_the_next_quarter(council: LivingCouncil) -> None:
    council.now = london("2026-12-01 10:00")
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    answer = ask(council)
    assert (answer.quarter, answer.given, answer.done) == ("2026-27Q3", 1, 0)
    assert answer.next_allocation == date(2027, 1, 4)
    council.database.write_now(
        learning_spaces.update, item.reference, state="submitted", submitted_at=council.now, next_step_at=None
    )
    assert (ask(council).done, ask(council).items) == (1, ())


def test_a_post_the_framework_asks_nothing_of_has_nothing_coming(council: LivingCouncil) -> None:
    answer = ask(council, "qa-lead")
    assert (answer.wanted, answer.next_allocation) == (0, None)


def test_a_vacant_post_shows_its_deputy(council: LivingCouncil) -> None:
    cover = Cover("tm-north-1", TEAM_MANAGER_2, date(2026, 1, 1), date(2026, 12, 31))
    council.given_the_council_is(with_cover(with_post(small_council(), "tm-north-1", holder=""), cover))
    answer = ask(council)
    assert answer.holder is None
    assert answer.deputy
    assert answer.deputy.id == TEAM_MANAGER_2


def test_a_post_nobody_knows_is_not_found(council: LivingCouncil) -> None:
    with pytest.raises(NotFound):
        ask(council, "tm-nowhere")

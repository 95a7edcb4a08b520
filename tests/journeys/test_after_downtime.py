"""The service was off, or its clock was wrong: one message, the highest step; nothing twice; nothing mad."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policy.council.actor import Actor
from tests.councils import DIRECTOR, HEAD, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


def test_after_a_week_off_one_message_goes_out_and_the_other_steps_are_recorded(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-02 09:00"))
    assert council.told(step="0") == {TEAM_MANAGER: "auditor"}

    back = council.when_the_service_looks(london("2026-02-09 11:20"))

    assert {said.step for said in back} == {"+7"}
    assert {said.person for said in back} == {DIRECTOR, SENIOR_MANAGER, HEAD, TEAM_MANAGER}
    assert len(back) == 4, "nobody hears twice"
    rows = {(row.step, row.recipient): row for row in council.notices_about(item.reference)}
    assert rows["+1", TEAM_MANAGER].state == "recorded"
    assert rows["+2", HEAD].state == "recorded"
    assert rows["+2", SENIOR_MANAGER].reason == "the later step +7 says it instead"
    assert council.item(item.reference).steps_done == ("-7", "-2", "0", "+1", "+2", "+7")


def test_coming_back_at_night_waits_for_the_morning_and_still_says_how_late_it_is(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-02 09:00"))
    assert council.when_the_service_looks(london("2026-02-06 19:45")) == []
    assert council.when_the_service_looks(london("2026-02-07 12:00")) == [], "a Saturday"
    monday = council.when_the_service_looks(london("2026-02-09 09:00"))
    # On Monday the next rung has been reached, so it speaks, and the one that had waited says nothing more.
    assert {said.step for said in monday} == {"+7"}
    assert {said.facts["days_late"] for said in monday} == {7}


def test_a_message_that_waited_over_the_weekend_counts_the_days_of_the_day_it_is_sent(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-02 09:00"))
    council.when_the_service_looks(london("2026-02-05 18:00"))
    friday = council.when_the_service_looks(london("2026-02-06 09:30"))
    assert {said.step for said in friday} == {"+2"}
    assert {said.facts["days_late"] for said in friday} == {4}


def test_a_week_off_needs_nobody_s_leave_although_nobody_could_submit_meanwhile(council: LivingCouncil) -> None:
    for number in range(1, 31):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-02-02 09:00"))
    council.now = london("2026-02-09 10:00")
    outcome = council.sweep()
    assert (outcome.held, outcome.judged) == ("", 30)


def test_a_clock_two_weeks_ahead_escalates_nobody_until_a_person_says_so(council: LivingCouncil) -> None:
    items = [
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
        for number in range(1, 31)
    ]
    council.when_the_service_looks(london("2026-01-26 09:00"))
    heard = len(council.said)

    council.when_the_service_looks(london("2026-02-09 12:00"))

    assert {said.event for said in council.said[heard:]} == {"E68"}
    assert council.told(event="E68") == {QA_LEAD: "qa_lead"}
    assert council.item(items[0].reference).steps_done == ("-7",)
    council.when_the_service_looks(london("2026-02-09 12:05"))
    assert len(council.said) == heard + 1, "the QA lead is told once a day, not at every look"

    # The clock is set right again: the days go on as if nothing had been.
    council.when_the_service_looks(london("2026-01-28 09:00"))
    assert len(council.said) == heard + 1
    council.when_the_service_looks(london("2026-01-30 12:00"))
    council.when_the_service_looks(london("2026-02-02 09:00"))
    assert {said.step for said in council.said[heard + 1 :]} == {"-2", "0"}


def test_two_weeks_off_need_nobody_s_leave_when_only_some_are_late(council: LivingCouncil) -> None:
    for number in range(1, 11):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    for number in range(31, 46):
        council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 2, 2), case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-02-02 09:00"))
    council.now = london("2026-02-16 10:00")
    outcome = council.sweep()
    assert (outcome.held, outcome.judged) == ("", 10)


def test_two_late_ones_after_a_fortnight_off_are_nobodys_mass_mailing(council: LivingCouncil) -> None:
    for number in (1, 2):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-01-26 09:00"))
    council.now = london("2026-02-09 12:00")
    outcome = council.sweep()
    assert (outcome.held, outcome.judged) == ("", 2)


@pytest.mark.parametrize(("back", "held"), [("2026-02-05 09:00", False), ("2026-02-05 09:01", True)])
def test_more_than_eight_days_of_silence_may_be_a_wrong_clock(council: LivingCouncil, back: str, held: bool) -> None:
    for number in range(1, 4):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-01-28 09:00"))
    council.now = london(back)
    assert bool(council.sweep().held) is held


def test_a_person_at_the_command_line_lets_a_held_sweep_go(council: LivingCouncil) -> None:
    for number in range(1, 31):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-01-26 09:00"))
    council.now = london("2026-02-09 12:00")
    assert council.sweep().held
    assert council.sweep(actor=Actor.operator("anna")).judged == 30
    assert council.sweep().held == "", "there is nothing left to hold"


def test_a_clock_ten_years_ahead_is_held_even_in_a_small_council(council: LivingCouncil) -> None:
    for number in range(1, 5):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(london("2026-01-06 09:00"))
    council.now = london("2036-01-07 09:00")
    assert "4 of 4" in council.sweep().held


def test_a_clock_set_back_says_nothing_twice(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-04 09:00"))
    heard = len(council.said)
    council.when_the_service_looks(london("2026-02-03 09:00"))
    council.when_the_service_looks(london("2026-02-04 08:00"))
    council.when_the_service_looks(london("2026-02-04 09:00"))
    assert len(council.said) == heard


def test_a_machine_asleep_for_three_hours_says_what_fell_due_once_when_it_wakes(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-04 08:30"))
    woken = council.when_the_service_looks(london("2026-02-04 11:30"))
    assert {said.step for said in woken} == {"+2"}
    assert council.when_the_service_looks(london("2026-02-04 11:31")) == []


def test_only_the_red_route_is_sent_outside_the_hours(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    for moment in ("2026-02-04 17:00", "2026-02-04 23:59", "2026-02-05 03:00", "2026-02-05 08:59"):
        assert council.when_the_service_looks(london(moment)) == []
    assert council.when_the_service_looks(nine(date(2026, 2, 5)) + timedelta(minutes=1)) != []

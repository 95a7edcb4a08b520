"""The worked dates of the domain paper: on which day each step is said, across bank holidays and clock changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.councils import DIRECTOR, EXECUTIVE, HEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine

# Allocated; due; then the days on which -7, -2, 0, +1, +2, +7 and +14 are said: a reminder before the due date on its
# day or the working day before, everything else on its day or the working day after.
WORKED = {
    "a plain January": (
        date(2026, 1, 5),
        date(2026, 2, 2),
        (date(2026, 1, 26), date(2026, 1, 30), date(2026, 2, 2), date(2026, 2, 3)),
        (date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 16)),
    ),
    "due on Good Friday, so after Easter": (
        date(2026, 3, 6),
        date(2026, 4, 7),
        (date(2026, 3, 31), date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 8)),
        (date(2026, 4, 9), date(2026, 4, 14), date(2026, 4, 21)),
    ),
    "the second day falls on a Sunday": (
        date(2026, 7, 3),
        date(2026, 7, 31),
        (date(2026, 7, 24), date(2026, 7, 29), date(2026, 7, 31), None),
        (date(2026, 8, 3), date(2026, 8, 7), date(2026, 8, 14)),
    ),
    "due on Christmas Day, so after the holidays": (
        date(2026, 11, 27),
        date(2026, 12, 29),
        (date(2026, 12, 22), date(2026, 12, 24), date(2026, 12, 29), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2027, 1, 5), date(2027, 1, 12)),
    ),
    "the clocks go forward between the deadline and the second day": (
        date(2026, 2, 27),
        date(2026, 3, 27),
        (date(2026, 3, 20), date(2026, 3, 25), date(2026, 3, 27), None),
        (date(2026, 3, 30), date(2026, 4, 7), date(2026, 4, 10)),
    ),
    "the clocks go back between the deadline and the second day": (
        date(2026, 9, 25),
        date(2026, 10, 23),
        (date(2026, 10, 16), date(2026, 10, 21), date(2026, 10, 23), None),
        (date(2026, 10, 26), date(2026, 10, 30), date(2026, 11, 6)),
    ),
}
STEPS = ("-7", "-2", "0", "+1", "+2", "+7", "+14")


@pytest.mark.parametrize("name", WORKED)
def test_each_step_is_said_on_its_day_and_on_no_other(council: LivingCouncil, name: str) -> None:
    allocated, due, reminders, escalations = WORKED[name]
    item = council.given_a_learning_space("tm-north-1", allocated_on=allocated)
    assert item.due_on == due

    council.when_days_pass(due - timedelta(days=8), due + timedelta(days=16))

    # A step that moves onto the day of the next one is not said: the later one speaks for it.
    expected = {step: {day} for step, day in zip(STEPS, (*reminders, *escalations), strict=True) if day}
    assert council.days_said() == expected


@pytest.mark.parametrize("name", WORKED)
def test_the_right_role_hears_at_nine_and_not_a_minute_before(council: LivingCouncil, name: str) -> None:
    allocated, due, _, escalations = WORKED[name]
    council.given_a_learning_space("tm-north-1", allocated_on=allocated)
    rungs = {
        "+2": {SENIOR_MANAGER: "senior_manager", HEAD: "head_of_service", TEAM_MANAGER: "auditor"},
        "+7": {DIRECTOR: "director", SENIOR_MANAGER: "senior_manager", HEAD: "head_of_service"},
        "+14": {EXECUTIVE: "executive_director", DIRECTOR: "director"},
    }
    council.when_days_pass(due - timedelta(days=1), due + timedelta(days=1))
    for (step, told), day in zip(rungs.items(), escalations, strict=True):
        council.when_the_service_looks(nine(day - timedelta(days=1)) + timedelta(hours=7, minutes=59))
        council.when_the_service_looks(nine(day) - timedelta(minutes=1))
        assert not council.told(step=step), f"{step} was said before its day"

        council.when_the_service_looks(nine(day))
        assert told.items() <= council.told(step=step).items()
        heard = len(council.said)

        council.when_the_service_looks(nine(day) + timedelta(days=1))
        assert len(council.said) == heard, f"{step} was said again the day after"


def test_nobody_above_hears_a_word_before_the_second_day(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.when_days_pass(date(2026, 1, 6), item.due_on + timedelta(days=1))
    assert {said.person for said in council.said} == {TEAM_MANAGER}


def test_the_messages_say_how_late_it_is_on_the_day_they_are_sent(council: LivingCouncil) -> None:
    """Due on a Friday: the second day is a Sunday, so it is said on Monday, and then it is three days late."""
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 7, 3))
    council.when_the_service_looks(london("2026-07-31 09:00"))
    council.when_the_service_looks(london("2026-08-03 09:00"))
    late = {said.facts["days_late"] for said in council.said if said.step == "+2"}
    assert late == {3}

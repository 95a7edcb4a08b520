"""The line "if nothing happens" says fairly and exactly who is told on which day (A27-A29)."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.kit.rungs import Told, if_nothing_happens, say_role, say_roles, told_of
from policy.calendar.calendar import Calendar
from policy.lifecycle.ladder import what_happens
from tests.dialogs.sample_facts import FRAMEWORK

LADDER = FRAMEWORK.ladder("learning_space")
CALENDAR = Calendar.of(FRAMEWORK)


def _line(due: date, role: str) -> str:
    return if_nothing_happens(told_of(what_happens(LADDER, due, CALENDAR, FRAMEWORK, role)), FRAMEWORK)


def test_a_team_manager_reads_every_rung_over_christmas() -> None:
    assert _line(date(2026, 12, 29), "team_manager") == (
        "If nothing happens: on Thursday 31 December your Senior Manager and Head of Service are told, "
        "on Tuesday 5 January the Director, on Tuesday 12 January the Executive Director."
    )


def test_a_team_manager_reads_every_rung_over_easter() -> None:
    assert _line(date(2026, 4, 7), "team_manager") == (
        "If nothing happens: on Thursday 9 April your Senior Manager and Head of Service are told, "
        "on Tuesday 14 April the Director, on Tuesday 21 April the Executive Director."
    )


def test_a_senior_manager_is_not_told_of_themselves() -> None:
    assert _line(date(2026, 12, 29), "senior_manager").startswith(
        "If nothing happens: on Thursday 31 December your Head of Service is told, on"
    )


def test_a_late_head_of_service_reads_that_the_director_hears_on_day_two_and_is_not_told_twice() -> None:
    assert _line(date(2026, 12, 29), "head_of_service") == (
        "If nothing happens: on Thursday 31 December the Director is told, "
        "on Tuesday 12 January the Executive Director."
    )


def test_a_late_director_reads_of_the_executive_director_alone() -> None:
    assert _line(date(2026, 12, 29), "director") == (
        "If nothing happens: on Thursday 31 December the Executive Director is told."
    )


def test_with_nobody_left_to_tell_there_is_no_line() -> None:
    assert if_nothing_happens((), FRAMEWORK) == ""


def test_rungs_read_the_same_from_a_notice_as_from_the_policy() -> None:
    rungs = what_happens(LADDER, date(2026, 12, 29), CALENDAR, FRAMEWORK, "team_manager")
    kept = [{"on": rung.on.isoformat(), "step": rung.step.name, "roles": list(rung.roles)} for rung in rungs]
    assert told_of(kept) == told_of(rungs)
    assert told_of([{"on": "2026-12-31", "roles": []}]) == ()


def test_who_has_been_told_today_does_not_read_that_they_will_be() -> None:
    rungs = what_happens(LADDER, date(2026, 12, 29), CALENDAR, FRAMEWORK, "head_of_service")[1:]
    assert [each.roles for each in told_of(rungs, already=("director",))] == [("executive_director",)]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (("head_of_service",), "your Head of Service"),
        (("senior_manager", "head_of_service"), "your Senior Manager and Head of Service"),
        (("director",), "the Director"),
        (("head_of_service", "qa_lead"), "your Head of Service and the QA Lead"),
        ((), ""),
    ],
)
def test_near_managers_are_yours_and_there_is_one_director_for_all(roles: tuple[str, ...], said: str) -> None:
    assert say_roles(roles, FRAMEWORK) == said


def test_a_role_the_file_no_longer_has_is_still_said() -> None:
    assert say_role("locality_lead", FRAMEWORK) == "locality lead"
    assert Told(date(2026, 12, 31), ("locality_lead",))

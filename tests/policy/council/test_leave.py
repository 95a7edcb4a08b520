"""Who is away and when they are back: both days of a leave included, leave after leave counted as one."""

from __future__ import annotations

from datetime import date

import pytest

from policy.council.establishment import Establishment, Leave
from policy.council.leave import LeaveBook

ANNA = "p-anna"
FIRST, LAST = date(2026, 10, 5), date(2026, 10, 9)


def book(*leave: Leave) -> LeaveBook:
    return LeaveBook(Establishment.of(leave=leave))


@pytest.mark.parametrize(
    ("day", "away"),
    [(date(2026, 10, 4), False), (FIRST, True), (LAST, True), (date(2026, 10, 10), False)],
)
def test_someone_is_away_from_the_first_day_of_their_leave_to_the_last(day: date, away: bool) -> None:
    leave = book(Leave(ANNA, FIRST, LAST))
    assert leave.away(ANNA, day) is away
    assert leave.back_on(ANNA, day) == (date(2026, 10, 10) if away else day)
    assert not leave.away("p-ben", day)


def test_leave_that_follows_leave_is_one_leave() -> None:
    leave = book(Leave(ANNA, FIRST, LAST), Leave(ANNA, date(2026, 10, 10), date(2026, 10, 16)))
    assert leave.back_on(ANNA, FIRST) == date(2026, 10, 17)


def test_leave_without_an_end_has_no_day_back() -> None:
    assert book(Leave(ANNA, FIRST, date.max)).back_on(ANNA, LAST) == date.max


def test_leave_entered_twice_is_counted_once() -> None:
    leave = book(Leave(ANNA, FIRST, LAST), Leave(ANNA, LAST, LAST))
    assert leave.days_present(ANNA, date(2026, 10, 1), date(2026, 10, 14)) == 9


@pytest.mark.parametrize(("needed", "enough"), [(9, True), (10, False)])
def test_someone_is_there_for_enough_of_a_fortnight_or_not(needed: int, enough: bool) -> None:
    leave = book(Leave(ANNA, FIRST, LAST))
    assert leave.here_enough(ANNA, needed, date(2026, 10, 1), date(2026, 10, 14)) is enough


def test_a_window_shorter_than_what_is_needed_asks_for_all_of_its_days() -> None:
    leave = book(Leave(ANNA, LAST, LAST))
    assert leave.here_enough(ANNA, 14, FIRST, date(2026, 10, 8))
    assert not leave.here_enough(ANNA, 14, FIRST, LAST)


@pytest.mark.parametrize("day", [date(2026, 10, 1), FIRST, LAST])
def test_somebody_is_back_from_the_leave_they_are_on_or_from_their_next(day: date) -> None:
    assert book(Leave(ANNA, FIRST, LAST)).back_from_the_next(ANNA, day) == date(2026, 10, 10)


def test_somebody_with_no_leave_to_come_is_back_already() -> None:
    assert book(Leave(ANNA, FIRST, LAST)).back_from_the_next(ANNA, date(2026, 10, 10)) == date(2026, 10, 10)

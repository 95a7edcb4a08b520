"""Dates, times, counts and lists are said the way people say them, and the same on every machine."""

from __future__ import annotations

import locale
from datetime import UTC, date, datetime

import pytest

from dialogs.kit import speaking

CHRISTMAS = date(2026, 12, 29)


def test_a_date_of_this_year_is_said_without_the_year() -> None:
    assert speaking.say_date(CHRISTMAS, date(2026, 11, 27)) == "Tuesday 29 December"


def test_a_date_of_another_year_is_said_with_it() -> None:
    assert speaking.say_date(date(2027, 1, 5), date(2026, 12, 31)) == "Tuesday 5 January 2027"
    assert speaking.say_date(CHRISTMAS, date(2027, 1, 5)) == "Tuesday 29 December 2026"


def test_a_month_is_always_said_with_its_year() -> None:
    assert speaking.say_month(date(2026, 12, 1)) == "December 2026"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 12, 3, 14, 5, tzinfo=UTC), "2:05 pm"),
        (datetime(2026, 7, 3, 14, 5, tzinfo=UTC), "3:05 pm"),  # British Summer Time
        (datetime(2026, 12, 3, 0, 0, tzinfo=UTC), "12:00 am"),
        (datetime(2026, 12, 3, 12, 30, tzinfo=UTC), "12:30 pm"),
        (datetime(2026, 12, 3, 9, 0, tzinfo=UTC), "9:00 am"),
    ],
)
def test_a_time_is_said_on_the_councils_clock(at: datetime, said: str) -> None:
    assert speaking.say_time(at) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (28, "due in 28 days"),
        (2, "due in 2 days"),
        (1, "due tomorrow"),
        (0, "due today"),
        (-1, "1 day late"),
        (-14, "14 days late"),
    ],
)
def test_how_far_off_a_due_date_is(days: int, said: str) -> None:
    assert speaking.say_days_left(days) == said


def test_small_numbers_are_words_and_large_ones_figures() -> None:
    assert speaking.say_count(1, "learning space") == "one learning space"
    assert speaking.say_count(0, "post") == "no posts"
    assert speaking.say_count(9, "post") == "nine posts"
    assert speaking.say_count(10, "post") == "10 posts"
    assert speaking.say_count(1200, "case") == "1,200 cases"
    assert speaking.say_count(2, "reply", "replies") == "two replies"


def test_lists_end_in_and_without_a_comma_before_it() -> None:
    assert speaking.say_list([]) == ""
    assert speaking.say_list(["a"]) == "a"
    assert speaking.say_list(["a", "b"]) == "a and b"
    assert speaking.say_list(["a", "b", "c"]) == "a, b and c"


def test_the_machines_locale_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "")
    except locale.Error:
        locale.setlocale(locale.LC_TIME, "C")
    try:
        assert speaking.say_day(CHRISTMAS) == "Tuesday 29 December"
    finally:
        locale.setlocale(locale.LC_TIME, before)

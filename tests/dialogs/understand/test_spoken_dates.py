"""A day or a time is read the way people say it here; what may be two days is never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.kit.speaking import say_date, say_day
from dialogs.understand.spoken_dates import hear_date, hear_time, is_no_day, read_date, read_time

WEDNESDAY = date(2026, 11, 25)
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
TODAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("13 March 2027", date(2027, 3, 13)),
        ("13th of March", date(2027, 3, 13)),
        ("Friday 13 March", date(2026, 3, 13)),
        ("March 13th, 2026", date(2026, 3, 13)),
        ("13/3", date(2027, 3, 13)),
        ("13.3.26", date(2026, 3, 13)),
        ("1-12-26", date(2026, 12, 1)),
        ("3/4/26", date(2026, 4, 3)),
        ("2026-03-13", date(2026, 3, 13)),
        ("12 nov", date(2026, 11, 12)),
        ("today", WEDNESDAY),
        ("Tomorrow please", date(2026, 11, 26)),
        ("we met yesterday", date(2026, 11, 24)),
        ("the day before yesterday", date(2026, 11, 23)),
        ("in three weeks", date(2026, 12, 16)),
        ("10 days ago", date(2026, 11, 15)),
        ("a fortnight today", date(2026, 12, 9)),
        ("this Friday", date(2026, 11, 27)),
        ("last Friday", date(2026, 11, 20)),
        ("Friday week", date(2026, 12, 4)),
        ("a week on Friday", date(2026, 12, 4)),
        ("end of the month", date(2026, 11, 30)),
        ("29 feb", date(2028, 2, 29)),
    ],
)
def test_a_day_is_read_however_it_is_said(said: str, meant: date) -> None:
    assert read_date(said, WEDNESDAY) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "13 or 14 March",
        "not 13 March",
        "about 13 March maybe",
        "31/2",
        "03/13",
        "next week",
        "\U0001f44d",
        "13",
        "Friday 14 March 2026",
        "32 December",
        "1" * 10_000,
    ],
)
def test_what_is_no_day_is_not_made_into_one(said: str) -> None:
    assert read_date(said, WEDNESDAY) is None


def test_next_friday_on_a_wednesday_is_two_days_and_on_a_saturday_one() -> None:
    wednesday = hear_date("next Friday", WEDNESDAY)
    assert wednesday
    assert set(wednesday.days) == {date(2026, 11, 27), date(2026, 12, 4)}
    assert wednesday.unsure
    assert read_date("next Friday", WEDNESDAY) is None
    assert read_date("next Friday", date(2026, 11, 28)) == date(2026, 12, 4)


def test_a_bare_weekday_may_lie_behind_or_before_us() -> None:
    heard = hear_date("Friday", WEDNESDAY)
    assert heard
    assert heard.unsure
    assert set(heard.days) == {date(2026, 11, 20), date(2026, 11, 27)}


def test_a_weekday_that_does_not_fit_is_noticed() -> None:
    heard = hear_date("Friday 14 March 2026", WEDNESDAY)
    assert heard
    assert heard.not_that_weekday


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2pm", "14:00"),
        ("2.30 pm", "14:30"),
        ("at 5 p.m.", "17:00"),
        ("14:30", "14:30"),
        ("1430", "14:30"),
        ("09:15", "09:15"),
        ("0915", "09:15"),
        ("noon", "12:00"),
        ("12am", "00:00"),
        ("9 in the morning", "09:00"),
        ("half past two in the afternoon", "14:30"),
    ],
)
def test_a_time_is_read_however_it_is_said(said: str, meant: str) -> None:
    assert read_time(said) == meant


@pytest.mark.parametrize("said", ["2", "2:30", "half past two", "two o'clock"])
def test_a_time_that_may_be_morning_or_afternoon_is_not_guessed(said: str) -> None:
    assert read_time(said) is None
    assert len(hear_time(said)) == 2


@pytest.mark.parametrize("said", ["", "soon", "25:00", "10:99", "13pm", "99", "5 days"])
def test_what_is_no_time_is_not_made_into_one(said: str) -> None:
    assert hear_time(said) == ()


@pytest.mark.parametrize("said", ["31 February", "31/4", "on 31 June please", "30.2.2026", "2026-02-30", "29/2/2026"])
def test_a_day_its_month_does_not_have_is_known_for_one(said: str) -> None:
    assert is_no_day(said)


@pytest.mark.parametrize(
    "said", ["28 February", "29 February", "29/2/2028", "03/13", "13/3", "0/2", "soon", "", "x" * 99]
)
def test_a_day_there_is_and_words_that_are_none_are_not(said: str) -> None:
    assert not is_no_day(said)


@given(DAYS, TODAYS)
def test_every_date_we_print_is_read_back_as_the_same_day(day: date, today: date) -> None:
    assert read_date(say_date(day, today), today) == day
    assert read_date(f"{say_day(day)} {day.year}", today) == day
    assert read_date(day.isoformat(), today) == day
    assert read_date(f"{day.day}/{day.month}/{day.year}", today) == day


@given(TODAYS, st.integers(-150, 150))
def test_a_date_without_its_year_is_the_nearest_one(today: date, away: int) -> None:
    day = today + timedelta(days=away)
    said = f"{day.day}/{day.month}"
    found = hear_date(said, today)
    assert found
    if (day.month, day.day) != (2, 29):
        assert found.days[0] == day


@given(st.one_of(st.text(max_size=120), st.from_regex(r"[0-9/. a-z-]{0,30}", fullmatch=True)), st.dates())
def test_nothing_typed_breaks_the_reading(said: str, today: date) -> None:
    hear_date(said, today)
    hear_time(said)
    is_no_day(said)


@given(st.sampled_from(["next", "last", "this", "in 12 months", "999 weeks ago", "Friday week"]), st.dates())
def test_the_ends_of_the_calendar_break_nothing(said: str, today: date) -> None:
    for words in (said, f"{said} friday"):
        hear_date(words, today)

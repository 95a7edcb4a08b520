"""Working days, due dates, quarters and instants, from 2024 to 2040 and on the days that go wrong elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar, NotAQuarter, Quarter
from policy.check.loader import load_framework
from policy.framework.framework import Framework

LONDON = ZoneInfo("Europe/London")
ANY_DAY = st.dates(date(2024, 1, 1), date(2040, 12, 31))
ANY_INSTANT = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
CALENDAR = Calendar.of(load_framework())


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


# -- working days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 4),  # early May
        date(2026, 8, 31),  # summer
        date(2026, 12, 25),
        date(2026, 12, 28),  # Boxing Day moved off a Saturday
        date(2027, 12, 27),  # Christmas Day moved off a Saturday
        date(2027, 12, 28),  # Boxing Day moved off a Sunday
        date(2028, 1, 3),  # New Year's Day moved off a Saturday
        date(2026, 10, 3),  # a Saturday
        date(2026, 10, 4),  # a Sunday
    ],
)
def test_nobody_is_expected_to_work_on_a_bank_holiday_its_substitute_or_a_weekend(
    calendar: Calendar, day: date
) -> None:
    assert not calendar.is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 3, 17), date(2026, 11, 30), date(2027, 1, 4), date(2026, 8, 3)])
def test_scottish_and_irish_bank_holidays_are_working_days_in_england(calendar: Calendar, day: date) -> None:
    assert calendar.is_working_day(day)


def test_a_working_day_does_not_roll(calendar: Calendar) -> None:
    assert calendar.roll_forward(date(2026, 4, 2)) == date(2026, 4, 2)


def test_good_friday_rolls_over_the_whole_easter_weekend(calendar: Calendar) -> None:
    assert calendar.roll_forward(date(2026, 4, 3)) == date(2026, 4, 7)


def test_ten_working_days_before_christmas_end_after_it(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2026, 12, 18), 10) == date(2027, 1, 6)


def test_working_days_can_be_counted_backwards(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 2)


def test_no_working_days_on_is_the_day_itself_even_on_a_sunday(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2026, 10, 4), 0) == date(2026, 10, 4)


@given(day=ANY_DAY, count=st.integers(1, 60))
def test_counting_working_days_undoes_adding_them(day: date, count: int) -> None:
    later = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(later)
    assert CALENDAR.working_days_between(day, later) == count
    assert CALENDAR.working_days_between(later, day) == -count


@given(day=ANY_DAY)
def test_a_month_begins_on_its_first_working_day(day: date) -> None:
    first = CALENDAR.first_working_day(day)
    assert (first.year, first.month) == (day.year, day.month)
    assert CALENDAR.is_working_day(first)
    assert CALENDAR.working_days_between(day.replace(day=1) - timedelta(days=1), first) == 1


def test_december_2026_begins_on_a_tuesday_and_january_2027_on_the_fourth(calendar: Calendar) -> None:
    assert calendar.first_working_day(date(2026, 12, 31)) == date(2026, 12, 1)
    assert calendar.first_working_day(date(2027, 1, 20)) == date(2027, 1, 4)


# -- due dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allocated", "due"),
    [
        (date(2026, 1, 5), date(2026, 2, 2)),
        (date(2026, 3, 6), date(2026, 4, 7)),
        (date(2026, 7, 3), date(2026, 7, 31)),
        (date(2026, 11, 27), date(2026, 12, 29)),
    ],
)
def test_the_worked_due_dates_of_the_framework(
    framework: Framework, calendar: Calendar, allocated: date, due: date
) -> None:
    assert calendar.due_on(allocated, framework.learning_space.due_days) == due


@given(allocated=ANY_DAY)
def test_a_manager_never_gets_less_than_four_weeks_nor_a_due_date_off_work(allocated: date) -> None:
    due = CALENDAR.due_on(allocated, 28)
    assert CALENDAR.is_working_day(due)
    assert timedelta(days=28) <= due - allocated <= timedelta(days=33)


@given(due=ANY_DAY)
def test_every_deadline_is_at_2359_in_london_on_its_own_day_once(due: date) -> None:
    deadline = CALENDAR.deadline_at(due)
    assert deadline.tzinfo is UTC
    assert deadline.astimezone(LONDON).replace(tzinfo=None) == datetime.combine(due, time(23, 59))
    # The next day's deadline is another instant, also on the days of 23 and 25 hours.
    assert CALENDAR.deadline_at(due + timedelta(days=1)) - deadline in {timedelta(hours=h) for h in (23, 24, 25)}


@pytest.mark.parametrize(
    ("due", "deadline"),
    [
        (date(2026, 3, 28), utc(2026, 3, 28, 23, 59)),  # the clocks go forward next morning
        (date(2026, 3, 29), utc(2026, 3, 29, 22, 59)),
        (date(2026, 10, 24), utc(2026, 10, 24, 22, 59)),  # the clocks go back next morning
        (date(2026, 10, 25), utc(2026, 10, 25, 23, 59)),
    ],
)
def test_a_deadline_keeps_london_time_across_both_clock_changes(
    calendar: Calendar, due: date, deadline: datetime
) -> None:
    assert calendar.deadline_at(due) == deadline


def test_thirty_november_and_three_months_is_the_last_of_february(calendar: Calendar) -> None:
    assert calendar.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert calendar.roll_forward(calendar.add_months(date(2026, 11, 30), 3)) == date(2027, 3, 1)


def test_in_a_leap_year_it_is_the_29th(calendar: Calendar) -> None:
    assert calendar.add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)


def test_months_can_be_taken_off_across_a_year(calendar: Calendar) -> None:
    assert calendar.add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)
    assert calendar.add_months(date(2026, 12, 1), -12) == date(2025, 12, 1)


def test_an_action_due_on_1_april_2026_is_four_six_and_twelve_weeks_late_on_working_days(calendar: Calendar) -> None:
    due = date(2026, 4, 1)
    late = [calendar.roll_forward(due + timedelta(weeks=weeks)) for weeks in (4, 6, 12)]
    assert late == [date(2026, 4, 29), date(2026, 5, 13), date(2026, 6, 24)]


# -- sending ----------------------------------------------------------------------------------------------------------


@given(day=ANY_DAY)
def test_what_falls_due_is_sent_at_nine_in_london_on_that_day_or_the_next_working_day(day: date) -> None:
    local = CALENDAR.send_at(day).astimezone(LONDON)
    assert local.time() == time(9)
    assert local.date() == CALENDAR.roll_forward(day)


@pytest.mark.parametrize(
    ("day", "sent"),
    [
        (date(2026, 3, 27), utc(2026, 3, 27, 9)),  # the last Friday of winter time
        (date(2026, 3, 28), utc(2026, 3, 30, 8)),  # a Saturday: sent on Monday, in summer time
        (date(2026, 10, 23), utc(2026, 10, 23, 8)),
        (date(2026, 10, 25), utc(2026, 10, 26, 9)),
        (date(2026, 12, 25), utc(2026, 12, 29, 9)),
    ],
)
def test_sends_keep_nine_o_clock_across_clock_changes_and_christmas(
    calendar: Calendar, day: date, sent: datetime
) -> None:
    assert calendar.send_at(day) == sent


@given(now=ANY_INSTANT)
def test_the_next_send_is_now_or_the_next_nine_o_clock_of_a_working_day(now: datetime) -> None:
    at = CALENDAR.next_send(now)
    assert at >= now
    assert CALENDAR.in_send_window(at)
    if at != now:
        assert not CALENDAR.in_send_window(now)
        assert at.astimezone(LONDON).time() == time(9)
        # Nothing was skipped: no working day's nine o'clock lies in between.
        days = (CALENDAR.local_date(now) + timedelta(days=n) for n in range(6))
        assert not any(now < CALENDAR.send_at(day) < at for day in days)


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (utc(2026, 12, 1, 8, 59, 59), utc(2026, 12, 1, 9)),
        (utc(2026, 12, 1, 9), utc(2026, 12, 1, 9)),
        (utc(2026, 12, 1, 16, 59, 59), utc(2026, 12, 1, 16, 59, 59)),
        (utc(2026, 12, 1, 17), utc(2026, 12, 2, 9)),
        (utc(2026, 12, 24, 17), utc(2026, 12, 29, 9)),
        (utc(2026, 7, 31, 16), utc(2026, 8, 3, 8)),  # five in the afternoon in summer, on a Friday
    ],
)
def test_nothing_is_sent_before_nine_nor_from_five(calendar: Calendar, now: datetime, at: datetime) -> None:
    assert calendar.next_send(now) == at


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (utc(2026, 12, 5, 12), utc(2026, 12, 7, 9)),  # a Saturday
        (utc(2026, 4, 3, 12), utc(2026, 4, 7, 8)),  # Good Friday, in summer time
        (utc(2026, 12, 25, 12), utc(2026, 12, 29, 9)),  # Christmas Day, with Monday a substitute for Boxing Day
    ],
)
def test_nothing_is_sent_at_noon_on_a_day_off(calendar: Calendar, now: datetime, at: datetime) -> None:
    assert not calendar.in_send_window(now)
    assert calendar.next_send(now) == at


def test_just_after_midnight_in_summer_it_is_already_tomorrow_for_the_council(calendar: Calendar) -> None:
    assert calendar.local_date(utc(2026, 7, 1, 23, 30)) == date(2026, 7, 2)


# -- quarters ---------------------------------------------------------------------------------------------------------


def test_december_is_in_the_third_quarter_of_the_financial_year(calendar: Calendar) -> None:
    quarter = calendar.quarter_of(date(2026, 12, 1))
    assert (quarter.key, quarter.short) == ("2026-27Q3", "2026Q3")
    assert quarter.months == (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))
    assert (quarter.starts, quarter.ends) == (date(2026, 10, 1), date(2026, 12, 31))


def test_january_belongs_to_the_year_that_began_in_april(calendar: Calendar) -> None:
    quarter = calendar.quarter_of(date(2027, 2, 28))
    assert quarter.key == "2026-27Q4"
    assert quarter.ends == date(2027, 3, 31)
    assert quarter.next().key == "2027-28Q1"


def test_the_century_is_written_with_two_digits() -> None:
    assert Quarter(2099, 1).key == "2099-00Q1"
    assert Quarter.parse("2099-00Q1") == Quarter(2099, 1)


@given(day=ANY_DAY)
def test_every_day_lies_in_exactly_one_quarter(day: date) -> None:
    quarter = CALENDAR.quarter_of(day)
    assert quarter.starts <= day <= quarter.ends
    assert day.replace(day=1) in quarter.months
    assert CALENDAR.quarter_of(quarter.ends + timedelta(days=1)) == quarter.next()
    assert Quarter.parse(quarter.key) == Quarter.parse(quarter.short) == quarter


@given(day=ANY_DAY, month=st.integers(1, 12))
def test_a_council_whose_year_starts_in_another_month_gets_its_own_quarters(day: date, month: int) -> None:
    rules = CALENDAR.rules.model_copy(update={"quarter_start_month": month})
    quarter = Calendar(rules, CALENDAR.zone).quarter_of(day)
    assert quarter.starts <= day <= quarter.ends
    assert (quarter.starts.month - month) % 3 == 0
    assert quarter.key == (quarter.short if month == 1 else quarter.key)


@pytest.mark.parametrize("text", ["", "2026", "2026Q5", "2026Q0", "2026-28Q1", "26-27Q1", "2026-27 Q1x"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(NotAQuarter, match="2026-27Q3"):
        Quarter.parse(text)


def test_the_calendar_of_a_framework_is_built_once(framework: Framework) -> None:
    assert Calendar.of(framework) is Calendar.of(load_framework())

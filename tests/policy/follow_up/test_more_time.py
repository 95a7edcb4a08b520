"""Until when more time may be asked for, how far a date may move, who decides, and how long a step may wait."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.follow_up.more_time import (
    fitting_new_date,
    hold_ends,
    in_time,
    latest_new_date,
    next_sending_day,
)
from policy.lifecycle.ladder import judge, next_step_at, steps_due

FRAMEWORK = load_framework()
CALENDAR = Calendar.of(FRAMEWORK)
LADDER = FRAMEWORK.ladder("learning_space")

dates = st.dates(min_value=date(2025, 1, 1), max_value=date(2035, 12, 31))


@given(dates, st.integers(-10, 40))
def test_a_new_date_is_later_than_the_old_one_within_the_limit_and_a_working_day(due: date, days: int) -> None:
    quarter = CALENDAR.quarter_of(due - timedelta(days=28))
    fits = fitting_new_date(FRAMEWORK, due, quarter.key, due + timedelta(days=days))
    if fits is not None:
        assert due < fits <= due + timedelta(days=14)
        assert fits <= quarter.ends + timedelta(days=FRAMEWORK.more_time.return_days)
        assert CALENDAR.is_working_day(fits)
    elif 0 < days <= 14:
        latest = latest_new_date(FRAMEWORK, due, quarter.key)
        assert CALENDAR.is_working_day(latest), "a date that is offered as the last one can be had"
        assert CALENDAR.roll_forward(due + timedelta(days=days)) > latest


def test_the_deadline_itself_is_still_in_time() -> None:
    deadline = datetime(2026, 7, 31, 22, 59, tzinfo=UTC)  # 23:59 in London
    assert in_time(deadline, deadline)
    assert not in_time(deadline, deadline + timedelta(minutes=2))
    assert in_time(deadline, deadline + timedelta(days=9), late_before_pause=False)
    assert not in_time(deadline, deadline - timedelta(days=9), late_before_pause=True)


@given(dates, st.integers(1, 5))
def test_a_hold_lasts_at_most_five_working_days_and_ends_on_one(day: date, days: int) -> None:
    until = hold_ends(day, days, CALENDAR)
    assert CALENDAR.is_working_day(until)
    assert CALENDAR.working_days_between(CALENDAR.roll_forward(day), until) == days


@given(dates, st.sampled_from(["+2", "+7", "+14"]), st.integers(1, 5), st.integers(0, 40))
def test_a_held_step_is_never_said_early_never_lost_and_never_after_a_higher_one(
    due: date, name: str, days: int, passed: int
) -> None:
    step = next(step for step in LADDER.steps if step.name == name)
    own_day = CALENDAR.local_date(CALENDAR.send_at(due + timedelta(days=step.days)))
    until = hold_ends(own_day, days, CALENDAR)
    held = {name: until}
    done: tuple[str, ...] = ()
    said: list[tuple[str, date]] = []
    recorded: list[str] = []
    for number in range(-10, 45):
        now = CALENDAR.send_at(due + timedelta(days=number))
        judgement = judge(steps_due(LADDER, due, done, now, CALENDAR, held))
        if judgement.say:
            said.append((judgement.say.step.name, CALENDAR.local_date(now)))
            recorded += [one.step.name for one in judgement.superseded]
            done = (*done, judgement.say.step.name, *(one.step.name for one in judgement.superseded))
    names = [one for one, _ in said]
    assert sorted({*names, *recorded}) == sorted(each.name for each in LADDER.steps)
    assert len(names) == len(set(names))
    order = {each.name: each.days for each in LADDER.steps}
    assert [order[one] for one in names] == sorted(order[one] for one in names)
    assert all(on >= until for one, on in said if one == name)
    assert next_step_at(LADDER, due, done, CALENDAR, held) is None


@given(dates, st.integers(0, 1439))
def test_the_next_sending_day_is_a_working_day_whose_messages_have_not_gone_out(day: date, minute: int) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    found = next_sending_day(now, CALENDAR)
    assert CALENDAR.is_working_day(found)
    assert CALENDAR.send_at(found) > now

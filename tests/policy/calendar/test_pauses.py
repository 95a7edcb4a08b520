"""What a pause does to dates: nobody loses a day by it, nobody late gets later, and no day counts twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.calendar.pauses import Pause, first_paused_day, paused_days, practice_weeks, resumed, standing
from policy.check.loader import load_framework
from policy.framework.rules_more_time import PracticeWeek
from policy.lifecycle.ladder import next_step_at, step_due_at, steps_due

FRAMEWORK = load_framework()
CALENDAR = Calendar.of(FRAMEWORK)
LADDER = FRAMEWORK.ladder("learning_space")

dates = st.dates(min_value=date(2025, 1, 1), max_value=date(2035, 12, 31))
lengths = st.integers(min_value=0, max_value=60)


@st.composite
def pauses(draw: st.DrawFn) -> tuple[Pause, ...]:
    """Up to four pauses within a few months, overlapping or not, the last one perhaps without an end."""
    first = draw(dates)
    found = []
    for _ in range(draw(st.integers(0, 4))):
        starts = first + timedelta(days=draw(st.integers(0, 90)))
        ends = draw(st.one_of(st.none(), st.integers(-1, 40).map(lambda days, s=starts: s + timedelta(days=days))))
        found.append(Pause("inspection_freeze", starts, ends))
    return tuple(found)


@given(dates, dates, lengths)
def test_who_was_in_time_gets_every_paused_day_back_on_a_working_day(due: date, stopped: date, days: int) -> None:
    after = resumed(due, stopped, days, CALENDAR)
    if due >= stopped and days:
        assert after.due_on >= due + timedelta(days=days)
        assert CALENDAR.is_working_day(after.due_on)
        assert after.due_on == CALENDAR.roll_forward(due + timedelta(days=days))
        assert after.late_days_paused == 0


@given(dates, dates, lengths)
def test_who_was_late_keeps_the_due_date_and_gets_no_later(due: date, stopped: date, days: int) -> None:
    after = resumed(due, stopped, days, CALENDAR)
    if due < stopped:
        assert after.due_on == due
        restarted = stopped + timedelta(days=days)
        counts_from = due + timedelta(days=after.late_days_paused)
        assert (restarted - counts_from).days == (stopped - due).days


@given(dates, dates, st.integers(min_value=1, max_value=60))
def test_a_pause_loses_no_step_and_brings_none_forward(due: date, stopped: date, days: int) -> None:
    """What was judged stays judged; what was not is still to come, and not a day earlier than it was."""
    stop_at = CALENDAR.send_at(stopped) - timedelta(hours=9)
    done = [one.step.name for one in steps_due(LADDER, due, (), stop_at, CALENDAR)]
    after = resumed(due, stopped, days, CALENDAR)
    counts_from = after.due_on + timedelta(days=after.late_days_paused)
    to_come = [step for step in LADDER.steps if step.name not in done]
    for step in to_come:
        assert step_due_at(step, counts_from, CALENDAR) >= step_due_at(step, due, CALENDAR)
        assert step_due_at(step, counts_from, CALENDAR) > stop_at
    assert (next_step_at(LADDER, counts_from, done, CALENDAR) is None) == (not to_come)


@given(pauses(), dates, st.integers(0, 120))
def test_a_day_under_two_pauses_counts_once(stood: tuple[Pause, ...], start: date, length: int) -> None:
    end = start + timedelta(days=length)
    counted = paused_days(stood, start, end)
    every = {start + timedelta(days=n) for n in range(length)}
    assert counted == len({day for day in every if any(pause.covers(day) for pause in stood)})
    assert 0 <= counted <= length


@given(pauses(), dates, st.integers(0, 60), st.integers(0, 60))
def test_paused_days_add_up(stood: tuple[Pause, ...], start: date, first: int, second: int) -> None:
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)
    assert paused_days(stood, start, end) == paused_days(stood, start, middle) + paused_days(stood, middle, end)


@given(pauses(), dates, st.integers(0, 60))
def test_the_first_paused_day_is_the_first(stood: tuple[Pause, ...], after: date, length: int) -> None:
    until = after + timedelta(days=length)
    found = first_paused_day(stood, after, until)
    if found is None:
        assert paused_days(stood, after + timedelta(days=1), until + timedelta(days=1)) == 0
    else:
        assert standing(stood, found)
        assert paused_days(stood, after + timedelta(days=1), found) == 0


@pytest.mark.parametrize(
    ("day", "stands"), [("2026-05-17", False), ("2026-05-18", True), ("2026-05-22", True), ("2026-05-23", False)]
)
def test_a_practice_week_stands_from_its_first_day_to_its_last(day: str, stands: bool) -> None:
    week = PracticeWeek(title="Practice week", starts=date(2026, 5, 18), ends=date(2026, 5, 22))
    framework = FRAMEWORK.model_copy(update={"practice_weeks": (week,)})
    assert (standing(practice_weeks(framework), date.fromisoformat(day)) is not None) == stands


def test_a_pause_of_no_day_changes_nothing() -> None:
    assert resumed(date(2026, 2, 2), date(2026, 1, 28), 0, CALENDAR).due_on == date(2026, 2, 2)

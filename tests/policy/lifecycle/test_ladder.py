"""The ladder of a late learning space: the worked dates, each rung the day before, the day and the day after."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.framework.framework import Framework, Ladder, LadderStep
from policy.lifecycle.ladder import (
    DueStep,
    judge,
    ladder_from_json,
    ladder_to_json,
    next_step_at,
    step_due_at,
    steps_due,
    what_happens,
)

LONDON = ZoneInfo("Europe/London")
FRAMEWORK = load_framework()
CALENDAR = Calendar.of(FRAMEWORK)
LADDER = FRAMEWORK.ladder("learning_space")
ANY_DUE_DATE = st.dates(date(2024, 1, 1), date(2040, 12, 31)).map(CALENDAR.roll_forward)

WORKED_DATES = [
    # due, +2, +7, +14
    (date(2026, 2, 2), date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 16)),
    (date(2026, 4, 7), date(2026, 4, 9), date(2026, 4, 14), date(2026, 4, 21)),
    (date(2026, 7, 31), date(2026, 8, 3), date(2026, 8, 7), date(2026, 8, 14)),
    (date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 5), date(2027, 1, 12)),
]
# Rungs around Good Friday, Christmas and both clock changes of 2026.
HARD_DUE_DATES = [
    *(row[0] for row in WORKED_DATES),
    date(2026, 3, 27),
    date(2026, 3, 30),
    date(2026, 4, 2),
    date(2026, 10, 23),
    date(2026, 10, 26),
    date(2026, 12, 18),
    date(2026, 12, 24),
]


def nine(day: date) -> datetime:
    """Nine o'clock in London."""
    return datetime.combine(day, time(9), LONDON).astimezone(UTC)


def step(name: str) -> LadderStep:
    return next(each for each in LADDER.steps if each.name == name)


def due_names(due_on: date, now: datetime, done: tuple[str, ...] = ()) -> list[str]:
    return [due.step.name for due in steps_due(LADDER, due_on, done, now, CALENDAR)]


def test_the_ladder_has_the_seven_steps_of_the_framework() -> None:
    assert [each.name for each in LADDER.steps] == ["-7", "-2", "0", "+1", "+2", "+7", "+14"]
    assert [each.name for each in LADDER.steps if each.escalation] == ["+2", "+7", "+14"]


@pytest.mark.parametrize(("due", "two", "seven", "fourteen"), WORKED_DATES)
def test_the_worked_dates_of_the_framework(due: date, two: date, seven: date, fourteen: date) -> None:
    for name, on in (("+2", two), ("+7", seven), ("+14", fourteen)):
        assert step_due_at(step(name), due, CALENDAR) == nine(on)


@pytest.mark.parametrize("due", HARD_DUE_DATES)
@pytest.mark.parametrize("name", ["-7", "-2", "0", "+1", "+2", "+7", "+14"])
def test_a_rung_is_not_due_the_day_before_and_is_due_on_the_day_and_the_day_after(due: date, name: str) -> None:
    at = step_due_at(step(name), due, CALENDAR)
    assert name not in due_names(due, at - timedelta(days=1))
    assert name not in due_names(due, at - timedelta(seconds=1))
    assert name in due_names(due, at)
    assert name in due_names(due, at + timedelta(days=1))
    assert name not in due_names(due, at + timedelta(days=1), done=(name,))


def test_on_good_friday_itself_nobody_is_escalated() -> None:
    # Due on Wednesday 1 April 2026: two days later is Good Friday, so the rung waits for Tuesday.
    due = date(2026, 4, 1)
    assert due_names(due, nine(date(2026, 4, 3))) == ["-7", "-2", "0", "+1"]
    assert due_names(due, nine(date(2026, 4, 6))) == ["-7", "-2", "0", "+1"]
    assert due_names(due, nine(date(2026, 4, 7))) == ["-7", "-2", "0", "+1", "+2"]


@pytest.mark.parametrize(
    ("due", "name", "at"),
    [
        (date(2026, 3, 27), "+2", datetime(2026, 3, 30, 8, tzinfo=UTC)),  # after the clocks went forward
        (date(2026, 3, 20), "+7", datetime(2026, 3, 27, 9, tzinfo=UTC)),  # before they did
        (date(2026, 10, 23), "+2", datetime(2026, 10, 26, 9, tzinfo=UTC)),  # after they went back
        (date(2026, 10, 16), "+7", datetime(2026, 10, 23, 8, tzinfo=UTC)),
        (date(2026, 12, 11), "+14", datetime(2026, 12, 29, 9, tzinfo=UTC)),  # Christmas Day
    ],
)
def test_rungs_go_out_at_nine_in_london_whatever_the_clocks_do(due: date, name: str, at: datetime) -> None:
    assert step_due_at(step(name), due, CALENDAR) == at


@given(due=ANY_DUE_DATE)
def test_every_step_is_sent_once_at_nine_on_the_nearest_working_day_before_or_after_it(due: date) -> None:
    at = [step_due_at(each, due, CALENDAR) for each in LADDER.steps]
    assert at == sorted(at)
    for each, sent in zip(LADDER.steps, at, strict=True):
        local = sent.astimezone(LONDON)
        assert local.time() == time(9)
        assert CALENDAR.is_working_day(local.date())
        rolled = (local.date() - due).days - each.days
        assert -5 <= rolled <= 0 if each.days < 0 else 0 <= rolled <= 5
    assert due_names(due, at[-1]) == [each.name for each in LADDER.steps]
    assert due_names(due, at[0] - timedelta(seconds=1)) == []


@given(due=ANY_DUE_DATE)
def test_nobody_in_management_hears_before_the_deadline_has_passed(due: date) -> None:
    assert all(step_due_at(each, due, CALENDAR) > CALENDAR.deadline_at(due) for each in LADDER.steps if each.escalation)


@given(due=ANY_DUE_DATE, sweeps=st.lists(st.integers(-12 * 24, 24 * 24), max_size=30))
def test_however_often_we_look_every_step_is_judged_exactly_once(due: date, sweeps: list[int]) -> None:
    start = CALENDAR.deadline_at(due)
    judged: list[str] = []
    said: list[str] = []
    for hours in [*sorted(sweeps), 24 * 40]:
        judgement = judge(steps_due(LADDER, due, judged, start + timedelta(hours=hours), CALENDAR))
        if judgement.say:
            said.append(judgement.say.step.name)
            judged += [each.step.name for each in (*judgement.superseded, judgement.say)]
    assert judged == [each.name for each in LADDER.steps]
    assert len(said) == len(set(said))
    assert next_step_at(LADDER, due, judged, CALENDAR) is None


@given(due=ANY_DUE_DATE, climbed=st.integers(0, 7))
def test_the_next_look_is_at_the_next_step_to_fall_due(due: date, climbed: int) -> None:
    done = [each.name for each in LADDER.steps[:climbed]]
    at = next_step_at(LADDER, due, done, CALENDAR)
    if climbed == len(LADDER.steps):
        assert at is None
        return
    assert at is not None
    assert due_names(due, at, tuple(done))[0] == LADDER.steps[climbed].name
    assert due_names(due, at - timedelta(microseconds=1), tuple(done)) == []


def test_a_missed_step_is_looked_at_again_at_once() -> None:
    due = date(2026, 12, 29)
    at = next_step_at(LADDER, due, ["-7", "0", "+1"], CALENDAR)
    assert at == step_due_at(step("-2"), due, CALENDAR)


# -- downtime ---------------------------------------------------------------------------------------------------------


def test_with_nothing_due_nobody_speaks() -> None:
    assert judge(()).say is None


def test_after_a_week_of_downtime_only_the_highest_step_speaks() -> None:
    due = date(2026, 2, 2)
    judgement = judge(steps_due(LADDER, due, ("-7", "-2", "0"), nine(date(2026, 2, 9)), CALENDAR))
    assert judgement.say is not None and judgement.say.step.name == "+7"
    assert [each.step.name for each in judgement.superseded] == ["+1", "+2"]


def test_the_highest_speaks_whatever_order_the_steps_come_in() -> None:
    due = [DueStep(each, step_due_at(each, date(2026, 2, 2), CALENDAR)) for each in reversed(LADDER.steps)]
    judgement = judge(due)
    assert judgement.say is not None and judgement.say.step.name == "+14"
    assert [each.step.name for each in judgement.superseded] == ["-7", "-2", "0", "+1", "+2", "+7"]


def test_when_a_weekend_brings_two_steps_together_the_manager_gets_one_message() -> None:
    # Due on Friday 31 July: the days +1 and +2 are Saturday and Sunday, both sent on Monday 3 August.
    judgement = judge(steps_due(LADDER, date(2026, 7, 31), ("-7", "-2", "0"), nine(date(2026, 8, 3)), CALENDAR))
    assert judgement.say is not None and judgement.say.step.name == "+2"
    assert [each.step.name for each in judgement.superseded] == ["+1"]


@given(anchor=st.dates(date(2024, 1, 1), date(2040, 12, 31)), before=st.integers(1, 28))
def test_a_reminder_before_a_day_reaches_people_on_a_working_day_before_it_and_never_later_than_planned(
    anchor: date, before: int
) -> None:
    """Whatever the day is, also one nobody works on: an action may be due on a Sunday."""
    reminder = LadderStep(after=-before, event="E6", tell=("auditor",))
    sent = CALENDAR.local_date(step_due_at(reminder, anchor, CALENDAR))
    planned = anchor - timedelta(days=before)
    assert CALENDAR.is_working_day(sent) and sent <= planned < anchor
    assert not any(CALENDAR.is_working_day(sent + timedelta(days=n)) for n in range(1, (planned - sent).days + 1))


@given(anchor=st.dates(date(2024, 1, 1), date(2040, 12, 31)), after=st.integers(0, 28))
def test_what_is_said_on_the_day_or_after_it_waits_for_the_next_working_day(anchor: date, after: int) -> None:
    later = LadderStep(after=after, event="E10", tell=("auditor",))
    assert step_due_at(later, anchor, CALENDAR) == nine(CALENDAR.roll_forward(anchor + timedelta(days=after)))


def test_a_reminder_of_a_weekend_is_said_on_the_friday_and_not_swallowed_by_due_today() -> None:
    # Due on Monday 2 February: two days before is a Saturday.
    due = date(2026, 2, 2)
    friday = judge(steps_due(LADDER, due, ("-7",), nine(date(2026, 1, 30)), CALENDAR))
    assert friday.say is not None and friday.say.step.name == "-2"
    monday = judge(steps_due(LADDER, due, ("-7", "-2"), nine(due), CALENDAR))
    assert monday.say is not None and (monday.say.step.name, monday.superseded) == ("0", ())


# -- if nothing happens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due", "two", "seven", "fourteen"), WORKED_DATES)
def test_the_card_says_when_whom_is_told_if_nothing_happens(due: date, two: date, seven: date, fourteen: date) -> None:
    rungs = what_happens(LADDER, due, CALENDAR)
    assert [(rung.on, rung.roles) for rung in rungs] == [
        (two, ("senior_manager", "head_of_service")),
        (seven, ("director",)),
        (fourteen, ("executive_director",)),
    ]


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("team_manager", [("senior_manager", "head_of_service"), ("director",), ("executive_director",)]),
        ("iro", [("senior_manager", "head_of_service"), ("director",), ("executive_director",)]),
        ("senior_manager", [("head_of_service",), ("director",), ("executive_director",)]),
        ("head_of_service", [("director",), ("director",), ("executive_director",)]),
        ("director", [("executive_director",)] * 3),
    ],
)
def test_the_card_of_a_senior_person_names_those_above_them(
    framework: Framework, role: str, told: list[tuple[str, ...]]
) -> None:
    rungs = what_happens(LADDER, date(2026, 2, 2), CALENDAR, framework, role)
    assert [rung.roles for rung in rungs] == told


# -- the promise ------------------------------------------------------------------------------------------------------


def test_an_item_keeps_the_ladder_it_was_promised() -> None:
    kept = json.loads(json.dumps(ladder_to_json(LADDER)))
    assert ladder_from_json(kept) == LADDER


def test_weeks_count_as_seven_days() -> None:
    weekly = Ladder(
        key="actions",
        steps=(
            LadderStep(after=4, unit="weeks", event="E37", tell=("auditor.senior_manager",)),
            LadderStep(after=6, unit="weeks", event="E38", tell=("auditor.director",)),
            LadderStep(after=12, unit="weeks", event="E39", tell=("auditor.executive_director",)),
        ),
    )
    due = date(2026, 4, 1)
    assert [each.name for each in weekly.steps] == ["+4w", "+6w", "+12w"]
    assert [CALENDAR.local_date(step_due_at(each, due, CALENDAR)) for each in weekly.steps] == [
        date(2026, 4, 29),
        date(2026, 5, 13),
        date(2026, 6, 24),
    ]


def test_the_strict_ladder_of_actions_reminds_by_the_due_date_and_escalates_by_the_day_it_was_set(
    framework: Framework,
) -> None:
    """Set on Wednesday 4 March, due on Wednesday 1 April 2026 (A24)."""
    strict = framework.ladder("action_inadequate")
    dates = {"set_on": date(2026, 3, 4), "due_on": date(2026, 4, 1)}
    every = steps_due(strict, dates, (), datetime(2027, 1, 1, tzinfo=UTC), CALENDAR)
    assert {each.step.name: CALENDAR.local_date(each.due_at) for each in every} == {
        "-7": date(2026, 3, 25),
        "0": date(2026, 4, 1),
        "+7": date(2026, 4, 8),
        "+14": date(2026, 4, 15),
        "+4w": date(2026, 4, 1),
        "+6w": date(2026, 4, 15),
        "+12w": date(2026, 5, 27),
    }


def test_the_ordinary_ladder_of_actions_counts_everything_from_the_due_date(framework: Framework) -> None:
    ladder = framework.ladder("action")
    dates = {"set_on": date(2026, 3, 4), "due_on": date(2026, 4, 1)}
    every = steps_due(ladder, dates, (), datetime(2027, 1, 1, tzinfo=UTC), CALENDAR)
    weeks = {each.step.name: CALENDAR.local_date(each.due_at) for each in every if each.step.unit == "weeks"}
    assert weeks == {"+4w": date(2026, 4, 29), "+6w": date(2026, 5, 13), "+12w": date(2026, 6, 24)}

"""A red flag that nobody takes up: everybody in reach is asked, nobody is worn out, and it never falls silent (G1)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.follow_up.red_route import ask_again, recipients_by

FRAMEWORK = load_framework()
CALENDAR = Calendar.of(FRAMEWORK)
RULES = FRAMEWORK.red_route
FIRST = ("case.senior_manager", "case.head_of_service", "qa_lead")
ALL = (*FIRST, "director", "executive_director")

START = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 10 * 366 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


def lived(raised_at: datetime, days: int) -> list[tuple[datetime, tuple[str, ...]]]:
    """Every round until so many days have passed with nobody taking it up."""
    asked = Counter(FIRST)
    rounds = []
    now = ask_again(RULES, CALENDAR, FIRST, {}, more_to_come=True, now=raised_at).next_at
    while now < raised_at + timedelta(days=days):
        told, more = recipients_by(RULES, CALENDAR, FIRST, raised_at, now)
        again = ask_again(RULES, CALENDAR, told, asked, more_to_come=more, now=now)
        asked.update(again.people)
        rounds.append((now, again.people))
        assert again.next_at > now
        now = again.next_at
    return rounds


@settings(max_examples=40)
@given(instants)
def test_a_month_without_an_answer_is_a_message_a_working_day_to_each_and_not_a_flood(raised_at: datetime) -> None:
    heard = Counter(person for _, people in lived(raised_at, 30) for person in people)
    assert set(heard) == set(ALL)
    assert max(heard.values()) <= 23 + RULES.ask_each


@settings(max_examples=40)
@given(instants)
def test_no_working_day_passes_in_silence_and_nobody_above_is_asked_before_their_hour(raised_at: datetime) -> None:
    rounds = lived(raised_at, 14)
    spoken = {CALENDAR.local_date(at) for at, people in rounds if people}
    day = CALENDAR.roll_forward(CALENDAR.local_date(raised_at) + timedelta(days=1))
    last = CALENDAR.local_date(rounds[-1][0])
    while day <= last:
        assert not CALENDAR.is_working_day(day) or day in spoken
        day += timedelta(days=1)
    first_asked = {person: at for at, people in reversed(rounds) for person in people}
    for each in RULES.widen:
        reached, _ = recipients_by(RULES, CALENDAR, FIRST, raised_at, first_asked[each.tell[0]])
        assert each.tell[0] in reached
    assert first_asked["director"] < first_asked["executive_director"]


def test_whoever_was_asked_three_times_is_left_in_peace_while_the_next_are_asked() -> None:
    now = datetime(2026, 1, 20, 16, tzinfo=UTC)
    asked = {**dict.fromkeys(FIRST, 3), "director": 1}
    again = ask_again(RULES, CALENDAR, (*FIRST, "director"), asked, more_to_come=True, now=now)
    assert again.people == ("director",)

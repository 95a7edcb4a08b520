"""Who is asked again about a red flag nobody has taken up, and when next: wider, not louder (G1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.calendar.calendar import Calendar
from policy.calendar.working_hours import add_working_hours
from policy.framework.rules_people import RedRouteRules


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """One round: whom to ask now, and when the next round is."""

    people: tuple[str, ...]
    next_at: datetime


def recipients_by(
    rules: RedRouteRules, calendar: Calendar, first: Sequence[str], raised_at: datetime, now: datetime
) -> tuple[tuple[str, ...], bool]:
    """The recipient expressions that have their turn by `now`, and whether more are still to come."""
    reached = [each for each in rules.widen if now >= add_working_hours(calendar, raised_at, each.after_hours)]
    told = (*first, *(word for each in reached for word in each.tell))
    return tuple(dict.fromkeys(told)), len(reached) < len(rules.widen)


def ask_again(
    rules: RedRouteRules,
    calendar: Calendar,
    told: Sequence[str],
    asked: Mapping[str, int],
    *,
    more_to_come: bool,
    now: datetime,
) -> AskedAgain:
    """Of the people whose turn it is (`told`), those who were not asked `ask_each` times yet (`asked`: how often each).

    Once all of them were, and nobody is left to come, everybody is asked again on each working morning: it is never
    forgotten, and nobody is worn out by it.
    """
    often = {person: asked.get(person, 0) for person in told}
    people = tuple(person for person in told if often[person] < rules.ask_each)
    if not people and not more_to_come:
        people = tuple(told)
    left = any(often[person] + (person in people) < rules.ask_each for person in told)
    if left or more_to_come:
        return AskedAgain(people, add_working_hours(calendar, now, rules.chase_every_hours))
    tomorrow = calendar.local_date(now) + timedelta(days=1)
    return AskedAgain(people, calendar.send_at(calendar.roll_forward(tomorrow)))

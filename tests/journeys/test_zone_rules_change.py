"""Parliament does away with summer time: what was promised keeps its instant, and nothing is said twice or too early.

The rules of the zone are not ours. They change under a running bot with the next update of its time zone data.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil, days, london, nine, shipped_framework

ALLOCATED = date(2026, 4, 1)
"""In summer time: due on 29 April, late on 1 May at 09:00 in London, which is 08:00 UTC."""


@pytest.fixture
def without_summer_time() -> Framework:
    """The same council when London stays on Greenwich time all year."""
    framework = shipped_framework()
    return framework.model_copy(
        update={"council": framework.council.model_copy(update={"time_zone": "Africa/Abidjan"})}
    )


def test_what_was_promised_keeps_its_instant_and_each_step_is_still_said_once(
    sqlite_database: Database, without_summer_time: Framework
) -> None:
    before = LivingCouncil(sqlite_database, now=london("2026-04-01 09:00"))
    item = before.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    before.when_days_pass(date(2026, 4, 27), date(2026, 4, 28))
    promised = before.item(item.reference)

    after = LivingCouncil(sqlite_database, now=london("2026-04-28 23:00"), framework=without_summer_time)
    after.sweep()
    kept = after.item(item.reference)
    assert (kept.deadline_at, kept.due_on, kept.next_step_at) == (
        promised.deadline_at,
        promised.due_on,
        promised.next_step_at,
    )
    for day in days(date(2026, 4, 29), date(2026, 5, 20)):
        for hour in (8, 12):
            after.when_the_service_looks(nine(day) + timedelta(hours=hour - 9))
    said = [(each.step, each.person) for each in (*before.said, *after.said) if each.subject == item.reference]
    assert len(said) == len(set(said)), "no step reaches anybody twice"
    steps = dict.fromkeys(step for step, _ in said if step)
    assert list(steps)[-3:] == ["+2", "+7", "+14"]
    late = [row for row in after.notices_about(item.reference) if row.step == "+2"]
    assert all(row.due_at >= promised.deadline_at + timedelta(days=1) for row in late), "nobody is escalated early"

"""Parliament does away with summer time: what was promised keeps its instant, and nothing is said twice or too early.

The rules of the zone are not ours. They change under a running bot with the next update of its time zone data.
"""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from assurance.self_check.verify import verify
from policy.calendar import calendar
from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil, days, london, nine

ALLOCATED = date(2026, 4, 1)
"""In summer time: due on 29 April, late on 1 May at 09:00 in London, which is 08:00 UTC."""


@contextmanager
def without_summer_time(folder: Path) -> Iterator[None]:
    """The machine's time zone data as an update would leave it: London stays on Greenwich time all year."""
    utc = next(path for root in zoneinfo.TZPATH if (path := Path(root) / "Africa" / "Abidjan").exists())
    (folder / "Europe").mkdir()
    shutil.copy(utc, folder / "Europe" / "London")

    def read_again() -> None:
        ZoneInfo.clear_cache()
        calendar._calendar.cache_clear()

    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([folder])
    read_again()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        read_again()


def test_what_was_promised_keeps_its_instant_and_each_step_is_still_said_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    before = LivingCouncil(sqlite_database, now=london("2026-04-01 09:00"))
    item = before.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    before.when_days_pass(date(2026, 4, 27), date(2026, 4, 28))
    promised, evening = before.item(item.reference), london("2026-04-28 23:00")
    summer_nine = {day: nine(day) for day in days(date(2026, 4, 29), date(2026, 5, 20))}

    with without_summer_time(tmp_path):
        after = LivingCouncil(sqlite_database, now=evening)
        assert after.calendar.send_at(date(2026, 4, 29)) == summer_nine[date(2026, 4, 29)] + timedelta(hours=1)
        # What the change moves is listed: when each open item is looked at next, and which.
        moved = after.database.read_now(verify, after.framework, now=after.now)
        assert ("wrong_next_step", item.reference) in {(one.kind, one.subject) for one in moved}
        after.sweep()
        kept = after.item(item.reference)
        assert (kept.deadline_at, kept.due_on, kept.next_step_at) == (
            promised.deadline_at,
            promised.due_on,
            promised.next_step_at,
        )
        for at in summer_nine.values():
            for hours in (-1, 0, 1, 3):
                after.when_the_service_looks(at + timedelta(hours=hours))
    said = [(each.step, each.person) for each in (*before.said, *after.said) if each.subject == item.reference]
    assert len(said) == len(set(said)), "no step reaches anybody twice"
    steps = dict.fromkeys(step for step, _ in said if step)
    assert list(steps)[-3:] == ["+2", "+7", "+14"]
    late = [row for row in after.notices_about(item.reference) if row.step == "+2"]
    assert all(row.due_at >= promised.deadline_at + timedelta(days=1) for row in late), "nobody is escalated early"

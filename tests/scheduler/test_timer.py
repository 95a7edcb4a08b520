"""The timer looks at once, keeps looking, and one bad look does not stop the next."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.timer import Every, Timer

SHORT = timedelta(milliseconds=40)


class Pokes:
    """Counts the pokes; each takes `takes` seconds and raises while `broken`."""

    def __init__(self, takes: float = 0.0) -> None:
        self.takes = takes
        self.count = 0
        self.at_once = 0
        self.most_at_once = 0
        self.broken = False

    async def __call__(self) -> None:
        self.count += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes)
            if self.broken:
                raise RuntimeError("database is locked")
        finally:
            self.at_once -= 1


async def wait_until(seen: object, *, within: float = 5.0) -> None:
    """Until a condition holds, or fail."""
    deadline = asyncio.get_running_loop().time() + within
    while not seen():  # type: ignore[operator]
        assert asyncio.get_running_loop().time() < deadline, "it never happened"
        await asyncio.sleep(0.005)


async def test_the_first_look_comes_at_once_and_not_after_an_interval() -> None:
    pokes = Pokes()
    timer = Timer(pokes, timedelta(seconds=30))
    timer.start()
    await wait_until(lambda: timer.pokes == 1, within=1.0)
    timer.stop()


async def test_it_goes_on_looking() -> None:
    pokes = Pokes()
    timer = Timer(pokes, SHORT)
    timer.start()
    await wait_until(lambda: pokes.count >= 4)
    timer.stop()


async def test_a_look_that_fails_does_not_stop_the_next() -> None:
    pokes = Pokes()
    pokes.broken = True
    timer = Timer(pokes, SHORT)
    timer.start()
    await wait_until(lambda: timer.failures >= 2)
    assert timer.since_good() is None
    pokes.broken = False
    await wait_until(lambda: timer.since_good() is not None)
    timer.stop()


async def test_two_looks_never_overlap_however_slow_one_is() -> None:
    pokes = Pokes(takes=SHORT.total_seconds() * 4)
    timer = Timer(pokes, SHORT)
    timer.start()
    await wait_until(lambda: pokes.count >= 3)
    timer.stop()
    assert pokes.most_at_once == 1


async def test_a_stopped_timer_looks_no_more() -> None:
    pokes = Pokes()
    timer = Timer(pokes, SHORT)
    timer.start()
    await wait_until(lambda: pokes.count >= 1)
    timer.stop()
    await asyncio.sleep(SHORT.total_seconds())
    seen = pokes.count
    await asyncio.sleep(SHORT.total_seconds() * 4)
    assert pokes.count == seen


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(seconds=-1), timedelta(seconds=31)])
def test_an_interval_that_could_miss_the_minute_is_refused(interval: timedelta) -> None:
    with pytest.raises(ValueError, match="seconds"):
        Timer(Pokes(), interval)


def test_a_clock_ten_years_ahead_asks_for_one_look_and_not_ten_million() -> None:
    trigger = Every(seconds=30, timezone=UTC)
    last, now = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2036, 12, 1, 9, tzinfo=UTC)
    assert trigger.get_next_fire_time(last, now) == now + timedelta(seconds=30)

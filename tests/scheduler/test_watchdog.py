"""The watchdog brings a dead timer back, whatever it died of, and turns the health red meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from scheduler.timer import Timer
from scheduler.watchdog import Watchdog
from tests.scheduler.test_timer import SHORT, Pokes, wait_until


async def watched(pokes: Pokes, said: list[str], interval: timedelta = SHORT) -> tuple[Timer, Watchdog]:
    """A running timer with its watchdog, after a first good look."""
    timer = Timer(pokes, interval)
    watchdog = Watchdog(timer, report=said.append)
    timer.start()
    watchdog.start()
    await wait_until(lambda: timer.since_good() is not None)
    return timer, watchdog


async def test_a_healthy_timer_is_left_alone() -> None:
    said: list[str] = []
    unhurried = timedelta(milliseconds=400)  # a busy machine must not look like a dead timer
    timer, watchdog = await watched(Pokes(), said, unhurried)
    await asyncio.sleep(unhurried.total_seconds() * 3)
    assert (watchdog.restarts, said) == (0, [])
    assert watchdog.trouble() == ""
    await watchdog.stop()
    timer.stop()


async def test_a_timer_whose_job_was_removed_is_started_again() -> None:
    said: list[str] = []
    pokes = Pokes()
    timer, watchdog = await watched(pokes, said)
    timer._scheduler.remove_all_jobs()
    seen = pokes.count
    await wait_until(lambda: pokes.count > seen + 1)
    assert watchdog.restarts >= 1
    assert "no poke" in said[0]
    await watchdog.stop()
    timer.stop()


async def test_a_timer_that_dies_inside_apscheduler_is_started_again() -> None:
    """One 'database is locked' in APScheduler's own loop ends it for ever while `running` stays True."""
    pokes = Pokes()
    timer, watchdog = await watched(pokes, [])
    dead = timer._scheduler

    def locked() -> None:
        raise RuntimeError("database is locked")

    dead._process_jobs = locked
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    dead.wakeup()
    await wait_until(lambda: watchdog.restarts >= 1)
    assert dead is not timer._scheduler
    seen = pokes.count
    await wait_until(lambda: pokes.count > seen)
    await watchdog.stop()
    timer.stop()


async def test_a_timer_somebody_stopped_is_started_again() -> None:
    pokes = Pokes()
    timer, watchdog = await watched(pokes, [])
    timer._scheduler.shutdown(wait=False)
    seen = pokes.count
    await wait_until(lambda: pokes.count > seen + 1)
    await watchdog.stop()
    timer.stop()


async def test_a_wall_clock_set_back_an_hour_does_not_put_the_next_look_off_by_an_hour() -> None:
    """APScheduler then waits for a time that lies an hour ahead; the same is done here to the time it waits for."""
    pokes = Pokes()
    timer, watchdog = await watched(pokes, [])
    due = timer._scheduler.get_job("sweep").next_run_time
    timer._scheduler.modify_job("sweep", next_run_time=due + timedelta(hours=1))
    seen = pokes.count
    await wait_until(lambda: pokes.count > seen, within=2.0)
    await watchdog.stop()
    timer.stop()


async def test_a_look_that_hangs_for_ever_is_given_up_and_begun_again() -> None:
    pokes = Pokes()
    timer, watchdog = await watched(pokes, [])
    pokes.takes = 3600
    seen = pokes.count
    await wait_until(lambda: pokes.count > seen)
    pokes.takes = 0
    await wait_until(lambda: watchdog.restarts >= 1)
    await wait_until(lambda: pokes.count > seen + 1)
    await watchdog.stop()
    timer.stop()


async def test_health_is_red_when_no_look_ends_well_for_three_intervals() -> None:
    pokes = Pokes()
    timer, watchdog = await watched(pokes, [])
    pokes.broken = True
    await wait_until(lambda: "last good sweep" in watchdog.trouble())
    pokes.broken = False
    await wait_until(lambda: watchdog.trouble() == "")
    await watchdog.stop()
    timer.stop()


async def test_health_is_red_before_the_first_good_look_only_after_three_intervals() -> None:
    pokes = Pokes()
    pokes.broken = True
    timer = Timer(pokes, SHORT)
    watchdog = Watchdog(timer)
    watchdog.start()
    timer.start()
    assert watchdog.trouble() == ""
    await wait_until(lambda: watchdog.trouble() != "")
    await watchdog.stop()
    timer.stop()


async def test_health_is_red_without_a_watchdog() -> None:
    timer = Timer(Pokes(), timedelta(seconds=30))
    assert "watchdog" in Watchdog(timer).trouble()

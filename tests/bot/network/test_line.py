"""What is known of the hosts the bot speaks to: who is silent since when, and whether this machine's clock is right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bot.line import SILENT_SECONDS, Line, Station, why_not, wrong_clock
from bot.network.client import HttpClient
from bot.network.seen import MOST_HOSTS, Seen
from desk import faults
from desk.serving import serving
from tests.bot.conftest import FRIDAY


@dataclass
class Hands:
    """A clock turned by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    http: HttpClient
    line: Line
    station: Station
    faults: faults.Script
    hands: Hands


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    script, hands = faults.Script(), Hands()

    async def page(request: web.Request) -> web.StreamResponse:
        fault = script.take(request)
        return (fault and await faults.play(fault, request)) or web.Response(status=401)

    app = web.Application()
    app.router.add_get("/", page)
    async with serving(app) as url, HttpClient(monotonic=hands) as http:
        station = Station(f"{url}/", "nothing goes out")
        yield Bench(http, Line(http, [station]), station, script, hands)


async def test_any_answer_is_an_answer_and_an_error_of_the_host_is_none(bench: Bench) -> None:
    assert await why_not(bench.http, bench.station) == ""
    bench.faults.add(faults.failing(503))
    assert await why_not(bench.http, bench.station) == (
        f"{bench.station.host} answers that it is out of order (HTTP 503)."
    )


async def test_a_host_that_is_silent_is_said_from_the_fifteenth_minute_until_it_answers(bench: Bench) -> None:
    assert await why_not(bench.http, bench.station) == ""
    bench.faults.add(faults.reset(accepted=False), times=-1)
    for minute in range(16):
        bench.hands.now += 60
        await why_not(bench.http, bench.station)
        assert bool(bench.line.problems()) == (minute >= 15), minute
    [said] = bench.line.problems()
    assert said.startswith(f"{bench.station.host} has not answered for 16 minutes, so nothing goes out. ")
    bench.faults.clear()
    await why_not(bench.http, bench.station)
    assert bench.line.problems() == []


async def test_a_host_that_never_answered_is_silent_since_the_start(bench: Bench) -> None:
    bench.line._began = bench.hands.now
    bench.faults.add(faults.reset(accepted=False), times=-1)
    await why_not(bench.http, bench.station)
    assert bench.line.problems() == []
    bench.hands.now += SILENT_SECONDS + 1
    assert len(bench.line.problems()) == 1


CLOCKS = [
    (timedelta(seconds=50), ""),
    (timedelta(minutes=12), "12 minutes ahead of"),
    (timedelta(seconds=-70), "70 seconds behind"),
    (timedelta(days=-400), "400 days behind"),
]


@pytest.mark.parametrize(("off", "said"), CLOCKS)
def test_a_clock_that_is_wrong_by_more_than_a_minute_is_said(off: timedelta, said: str) -> None:
    seen = Seen(lambda: FRIDAY + off)
    seen.answered("login.microsoftonline.com", 200, _date(FRIDAY))
    assert (said in wrong_clock(seen)) if said else (wrong_clock(seen) == "")


def test_one_host_whose_own_clock_is_wrong_says_nothing_of_ours() -> None:
    seen = Seen(lambda: FRIDAY)
    seen.answered("login.microsoftonline.com", 200, _date(FRIDAY))
    seen.answered("wrong.example", 200, _date(FRIDAY - timedelta(days=3)))
    seen.answered("silent.example", 200, "no date at all")
    assert wrong_clock(seen) == ""


def test_hosts_without_end_are_not_kept_without_end() -> None:
    seen = Seen(lambda: FRIDAY)
    for number in range(MOST_HOSTS + 50):
        seen.failed(f"h{number}.example", "no")
    assert len(seen.failing()) == MOST_HOSTS


def _date(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")

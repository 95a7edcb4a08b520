"""Who may stand in the door: silence has an end, one address cannot fill it, and nobody in mid-request is shown out."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from bot.door import Door, _network, plain_headers
from bot.metrics import Metrics

ROOT = Path(__file__).parents[2]
WHOLE = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


@dataclass
class House:
    door: Door
    metrics: Metrics
    port: int
    busy: asyncio.Event
    go_on: asyncio.Event

    async def knock(self, said: bytes = b"") -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        return Line(reader, writer)

    def cut(self, why: str) -> float:
        found = self.metrics.registry.get_sample_value("bot_connections_cut_total", {"why": why})
        assert found is not None
        return found

    async def open_are(self, count: int) -> None:
        async with asyncio.timeout(8):
            while self.metrics.registry.get_sample_value("bot_connections") != count:
                await asyncio.sleep(0.01)


@dataclass
class Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> bytes:
        """The first line of the answer; empty when the connection was cut instead."""
        async with asyncio.timeout(8):
            with contextlib.suppress(ConnectionError):
                return (await self.reader.readline()).strip()
        return b""

    async def is_cut(self) -> bool:
        async with asyncio.timeout(8):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read() == b""
        return True


@pytest.fixture
async def house() -> AsyncIterator[House]:
    metrics = Metrics()
    door = Door(metrics, files=0, head_seconds=30.0)
    busy, go_on = asyncio.Event(), asyncio.Event()

    async def page(request: web.Request) -> web.Response:
        if request.query.get("wait"):
            busy.set()
            await go_on.wait()
        return web.Response(text="here")

    app = web.Application(middlewares=[plain_headers, door.received])
    app.router.add_get("/", page)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server
    server = await asyncio.get_running_loop().create_server(door.guard(runner.server), "127.0.0.1", 0)
    yield House(door, metrics, server.sockets[0].getsockname()[1], busy, go_on)
    server.close()
    await runner.cleanup()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: h\r\nX-Never: "])
async def test_a_caller_who_never_finishes_a_head_is_cut(house: House, said: bytes) -> None:
    house.door.head_seconds = 0.1
    line = await house.knock(said)
    assert await line.is_cut()
    assert house.cut("silent") == 1
    await house.open_are(0)


async def test_whoever_has_asked_may_stay_and_ask_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    line = await house.knock(WHOLE)
    assert await line.answer() == b"HTTP/1.1 200 OK"
    loop = asyncio.get_running_loop()
    now, later = loop.time, house.door.head_seconds + 1
    monkeypatch.setattr(loop, "time", lambda: now() + later)
    for _ in range(3):
        await asyncio.sleep(0)
    line.writer.write(WHOLE)
    while (said := await line.answer()) and not said.startswith(b"here"):
        pass
    assert house.cut("silent") == 0


async def test_however_many_stand_silent_in_the_door_a_good_request_is_answered(house: House) -> None:
    silent = [await house.knock() for _ in range(3 * house.door.most)]
    await house.open_are(house.door.most_each)
    good = await house.knock(WHOLE)
    assert await good.answer() == b"HTTP/1.1 200 OK"
    assert await silent[0].is_cut(), "the one that has waited longest made room"
    assert house.cut("idle") == 2.5 * house.door.most + 1


async def test_nobody_in_mid_request_is_shown_out_for_somebody_new(house: House) -> None:
    asking = WHOLE.replace(b"GET /", b"GET /?wait=1")
    busy = []
    for _ in range(house.door.most_each):
        house.busy.clear()
        busy.append(await house.knock(asking))
        await house.busy.wait()
    one_more = await house.knock(WHOLE)
    assert await one_more.is_cut()
    assert house.cut("full") == 1
    house.go_on.set()
    assert [await line.answer() for line in busy] == [b"HTTP/1.1 200 OK"] * house.door.most_each


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        (("203.0.113.9", 5), "203.0.113.9"),
        (("2001:db8:1:2:aaaa::9", 5, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 5, 0, 2), "fe80::/64"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_household_with_many_ipv6_addresses_is_one_caller(peer: object, network: str) -> None:
    assert _network(peer) == network


def test_the_limit_of_open_files_is_raised_as_far_as_it_may_go() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    code = (
        "import resource, sys; from bot.open_files import raise_limit\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))\n"
        "print(raise_limit())"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    raised = int(said.split()[-1])
    assert raised > 256 if hard == resource.RLIM_INFINITY or hard > 256 else raised == 256

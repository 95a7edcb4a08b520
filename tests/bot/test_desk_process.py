"""`make run`: the bot and the desk come and go together, and a second sitting goes on where the first one ended."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot import desk_process
from bot.desk_process import DeskFailed, DeskProcess, free_port
from bot.instants import parse_instant
from bot.local.sitting import A_MOMENT, begins_at
from policy.framework.framework import Framework
from storage.council import heartbeats
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Command, Council
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


# -- what day it is at the desk --------------------------------------------------------------------------------------


def test_the_first_sitting_begins_on_the_last_working_morning(sqlite_url: str, framework: Framework) -> None:
    with Database.open(sqlite_url) as fresh:
        sunday = parse_instant("2026-11-22T15:00")
        assert begins_at(fresh, framework, sunday, None) == (FRIDAY, False)
        assert begins_at(fresh, framework, sunday, parse_instant("2026-12-01")) == (parse_instant("2026-12-01"), False)


def test_a_later_sitting_goes_on_where_the_last_one_ended_and_never_earlier(db: Database, framework: Framework) -> None:
    left = parse_instant("2027-01-08T09:00")
    db.write_now(heartbeats.beat, "sweep", left)
    assert begins_at(db, framework, FRIDAY, None) == (left + A_MOMENT, True)
    assert begins_at(db, framework, FRIDAY, FRIDAY) == (left + A_MOMENT, True)
    later = left + timedelta(days=1)
    assert begins_at(db, framework, FRIDAY, later) == (later, False)


# -- ports -----------------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_given_up_for_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = free_port(port)
    assert found not in (0, port)
    assert free_port(port) == port


# -- the process -----------------------------------------------------------------------------------------------------


async def test_a_desk_that_cannot_start_is_refused_with_its_own_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        desk = DeskProcess("http://127.0.0.1:9", taken.getsockname()[1])
        with pytest.raises(DeskFailed, match="cannot be served on port"):
            await desk.start()


async def test_a_desk_without_a_bot_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_process, "START_SECONDS", 1.5)
    desk = DeskProcess("http://127.0.0.1:9", 0)
    with pytest.raises(DeskFailed, match="did not start"):
        await desk.start()


async def test_a_desk_ends_with_whoever_started_it() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "desk", "--port", "0", "--until-stdin-ends"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdin
    assert process.stdout
    while b"Listening" not in await process.stdout.readline():
        pass
    process.stdin.close()
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 0


# -- the command -----------------------------------------------------------------------------------------------------


def test_without_the_card_renderer_it_says_so_and_offers_the_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_process, "CARDS", Path("no-such-file"))
    offered = command("desk")
    assert offered.exit_code == 0
    assert "Node 18 or newer" in offered.output
    assert f"chat --as {DEMO_TEAM_MANAGER}" in offered.output
    assert f"chat --as {DEMO_QA_LEAD}" in offered.output


@contextmanager
def sitting(council: Council, folder: Path, port: int) -> Iterator[tuple[str, list[str]]]:
    """`python -m bot desk`, until the block ends: its address, and what it printed."""
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": "0",
        "BOT_DATABASE_URL": council.url,
        "BOT_CLOCK_START": FRIDAY.isoformat(),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "desk", "--port", str(port), "--no-browser"],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    printed: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            printed.append(line)
            if "Ctrl+C" in line:
                ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert ready.wait(60), "the desk did not start within a minute"
        address = re.search(r"http://127\.0\.0\.1:\d+", "".join(printed))
        assert address, "".join(printed)
        yield address[0], printed
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def ask(address: str, page: str, body: Any = None) -> Any:
    asked = urllib.request.Request(
        f"{address}/api/{page}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.loads(answer.read())


@pytest.mark.slow
@pytest.mark.skipif(not desk_process.CARDS.exists(), reason="the page's card renderer comes with Node")
def test_a_sitting_says_where_to_look_and_the_next_one_goes_on_where_it_ended(council: Council, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with sitting(council, tmp_path, port) as (address, printed):
            said = "".join(printed)
            assert f"uses port {port}" in said
            assert not address.endswith(f":{port}")
            assert all(f"  {number}. " in said for number in (1, 2, 3))
            story = ask(address, "story")
            moved = ask(address, "clock", {"next": True})
            before = ask(address, f"people/{story['auditor']}/chat")["messages"]
            assert any(story["reference"] in str(one) for one in before)
    with pytest.raises(urllib.error.URLError):
        ask(address, "clock")
    with sitting(council, tmp_path, 0) as (address, printed):
        assert "where you left it" in "".join(printed)
        assert ask(address, "clock")["now"] >= moved["now"]
        assert ask(address, "story") == story
        assert ask(address, f"people/{story['auditor']}/chat")["messages"] == before

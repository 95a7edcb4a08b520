"""The product as a newcomer meets it: `python -m bot playground` in a fresh folder, and a real Chromium before it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.desk_page import Desk
from tests.e2e.desk_sitting import DeskSitting, sit_at_the_desk
from tests.e2e.windows import Windows

ROOT = Path(__file__).parents[2]
STARTED_AT = "2026-11-20T10:00:00"
"""A Friday morning in London: what the bot's clock says, and the browser's."""
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


BRITISH = {"LANGUAGE": "en_GB:en", "LANG": "en_GB.UTF-8"}
"""A box for a date asks for the day first, where the browser has the words (Debian's chromium-l10n)."""


@dataclass
class Sitting:
    """A running bot with the playground before it."""

    address: str
    database: Path
    said: list[str] = field(default_factory=list)

    @property
    def who(self) -> str:
        """The name of the person one is, as `make run` printed it."""
        return re.search(r"You are ([^,]+),", "".join(self.said))[1]  # type: ignore[index]

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database beside the running bot."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def wait_until_told(self) -> None:
        """Until everything that was waiting for this person is in the chat: the playground redraws its cards then."""
        waiting = """SELECT count(*) FROM notices JOIN people ON people.id = notices.recipient
                     WHERE people.name = ? AND notices.state IN ('pending', 'leased')"""
        for _ in range(200):
            if self.rows(waiting, self.who) == [(0,)]:
                return
            time.sleep(0.1)
        raise AssertionError(f"messages for {self.who} are still waiting after 20 s")


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """The bot and the playground, from nothing, on a database of their own."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine; on Debian or Ubuntu: apt-get install chromium")
    if not (ROOT / "node_modules" / ".bin" / "agentsplayground").exists():
        pytest.skip("the playground is not installed; run `make test` with Node")
    folder = tmp_path_factory.mktemp("sitting")
    database = folder / "council.db"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": str(port),
        "BOT_DATABASE_URL": f"sqlite:///{database}",
        "BOT_CLOCK_START": STARTED_AT,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "playground"],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    running = Sitting("", database)
    found = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            running.said.append(line)
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            if address and not running.address:
                running.address = address[0]
                found.set()
        found.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert found.wait(60), "the playground did not start within a minute"
        assert running.address, "".join(running.said)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. It ends with its file: no coroutine of ours runs beside Playwright's event loop."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine; on Debian or Ubuntu: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=os.environ | BRITISH)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser window whose clock agrees with the bot's."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/London")
    opened = context.new_page()
    opened.clock.set_fixed_time(f"{STARTED_AT}Z")
    opened.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def desk_sitting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSitting]:
    """The bot and the desk as `make run` starts them, on a council of their own for each file of tests."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine; on Debian or Ubuntu: apt-get install chromium")
    if not (ROOT / "node_modules" / "adaptivecards").exists():
        pytest.skip("Microsoft's card renderer is not installed; run `make test` with Node")
    yield from sit_at_the_desk(tmp_path_factory.mktemp("desk"), STARTED_AT)


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[Windows]:
    """Windows that the tests of a file use one after the other."""
    kept = Windows(browser)
    yield kept
    kept.close()


@pytest.fixture
def open_desk(windows: Windows, desk_sitting: DeskSitting) -> Iterator[Callable[..., Desk]]:
    """The page in a window of its own, with a `fresh` load or as it stands; its console must have stayed silent."""
    desks = []

    def opened(
        width: int = 1280, height: int = 800, *, dark: bool = False, tour: bool = False, fresh: bool = False
    ) -> Desk:
        page, stands = windows.take(width, height, dark=dark, tour=tour, fresh=fresh)
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        desk = Desk(page, desk_sitting.address, stands=stands)
        desks.append(desk)
        return desk

    yield opened
    said = [line for desk in desks for line in desk.leave()]
    windows.give_back()
    assert said == []

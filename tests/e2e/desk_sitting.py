"""Starts what `make run` starts, `python -m bot desk`, in a folder of its own, and ends it again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class DeskSitting:
    """A running bot with the desk before it."""

    address: str
    database: Path
    said: list[str] = field(default_factory=list)
    """What it printed, line by line."""


def sit_at_the_desk(folder: Path, starts_at: str) -> Iterator[DeskSitting]:
    """The desk on the fictional council, from nothing; `starts_at` is what the bot's clock says first."""
    database = folder / "council.db"
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": "0",
        "BOT_DATABASE_URL": f"sqlite:///{database}",
        "BOT_CLOCK_START": starts_at,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "desk", "--port", "0", "--no-browser"],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    running = DeskSitting("", database)
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
        assert found.wait(90), "the desk did not start within a minute and a half"
        assert running.address, "".join(running.said)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)

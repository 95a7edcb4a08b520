"""What a home card costs: the whole turn over HTTP for each role, beside the same turn that answers "help".

Token checked, delivery noted, database read, card built and returned, in the real service with its database on disk.
Both are pressed, not typed: the answer to a press comes back at once, where a typed one waits for the channel's limits.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.council import add_open_items, new_council, settle
from benchmarks.figures import keep, table
from benchmarks.turn import ROOT, free_port, running
from benchmarks.turn_ground import APP_ID, TENANT_ID, new_key, pressed, signed
from benchmarks.turn_load import write_requests
from bot.clock import Clock
from policy.check.loader import load_framework

ROUNDS = 3
SECONDS = 5
WARM_UP = 1
LINES = 20_000
OPEN_ITEMS = 480
"""A year of learning spaces, all open at once: far more than a council ever has."""
GOAL = 2.0
ROLES = (
    "team_manager",
    "senior_manager",
    "head_of_service",
    "director",
    "executive_director",
    "iro",
    "qa_lead",
    "practitioner",
)


def main() -> None:
    """Measure "help" and every role's home card in turn, and keep the figures."""
    # On the disk the service would use: a temporary folder in memory would make every commit free.
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as name:
        found = _measure_all(Path(name))
    keep("B11", "B11 Home: a role's home card beside help", ".venv/bin/python -m benchmarks home", _table(found))


Found = dict[str, list[dict[str, Any]]]


def _measure_all(folder: Path) -> Found:
    now = Clock.real().now()
    key, page = new_key()
    (folder / "keys.json").write_bytes(page)
    port = free_port()
    channel = f"http://127.0.0.1:{port}"
    token = signed(key, channel, now)
    people = _council(folder / "ready.db", now)
    requests = {"help": ("help", people["team_manager"])} | {role: ("home", people[role]) for role in ROLES}
    for name, (verb, person) in requests.items():
        write_requests(folder / name, _presses(verb, person, channel, token))
    found: Found = {}
    serving = [sys.executable, "-m", "benchmarks.opponents.channel", "--port", str(port), "--keys", "keys.json"]
    with running(serving, port, folder):
        for turn in range(ROUNDS):
            for name in requests:
                figures = _measure(name, channel, folder)
                found.setdefault(name, []).append(figures)
                print(f"{turn + 1}/{ROUNDS} {name}: {figures['p50'] * 1000:.2f} ms", flush=True)
    return found


def _council(path: Path, now: datetime) -> dict[str, str]:
    """A council with a lot open; the Entra id of somebody of each role."""
    framework = load_framework()
    database = new_council(path, framework)
    due_on = now.date() + timedelta(days=10)
    add_open_items(path, framework, OPEN_ITEMS, due_on=due_on, next_step_at=now + timedelta(days=3))
    database.close()
    _spread(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE people SET entra_object_id = printf('00000000-0000-4000-8000-%012d', rowid)")
        connection.execute("DELETE FROM meta WHERE key = 'establishment_version'")
        found = dict(
            connection.execute(
                "SELECT posts.role, min(people.entra_object_id) FROM posts JOIN people ON people.id = posts.holder"
                " GROUP BY posts.role"
            ).fetchall()
        )
    settle(path, framework, now)
    return found


def _spread(path: Path) -> None:
    """Every practitioner's work is chosen about as often as anybody's."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        workers = [row[0] for row in connection.execute("SELECT DISTINCT practitioner FROM cases ORDER BY 1")]
        references = connection.execute("SELECT reference FROM allocations ORDER BY 1").fetchall()
        connection.executemany(
            "UPDATE allocations SET practitioner = ? WHERE reference = ?",
            [(workers[number % len(workers)], reference) for number, (reference,) in enumerate(references)],
        )


def _presses(verb: str, person: str, channel: str, token: str) -> Iterator[bytes]:
    for number in range(LINES):
        yield pressed(verb, number, person, channel, token)


def _measure(name: str, channel: str, folder: Path) -> dict[str, Any]:
    for file in folder.glob("council.db*"):
        file.unlink()
    shutil.copy(folder / "ready.db", folder / "council.db")
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.opponents.ours", "--port", str(port), "--channel", channel]
    command += ["--app-id", APP_ID, "--tenant-id", TENANT_ID, "--database", f"sqlite:///{folder}/council.db"]
    with running(command, port, folder):
        load = [sys.executable, "-m", "benchmarks.turn_load", "--port", str(port), "--connections", "1"]
        load += ["--seconds", str(SECONDS), "--warm-up", str(WARM_UP), "--requests", str(folder / name)]
        done = subprocess.run(load, check=True, capture_output=True, text=True, cwd=ROOT, timeout=120)
    figures: dict[str, Any] = json.loads(done.stdout)
    if set(figures["statuses"]) - {"200", "201", "202"} or not figures["statuses"]:
        raise SystemExit(f"{name} answered {figures['statuses']}")
    return figures


def _table(found: Found) -> str:
    """The middle one of the rounds, and how many times "help" each takes."""
    middle = {
        name: {kind: statistics.median(each[kind] for each in figures) for kind in ("p50", "p99")}
        for name, figures in found.items()
    }
    bare = middle["help"]["p50"]
    rows = [
        [
            name.replace("_", " "),
            f"{each['p50'] * 1000:.2f} ms",
            f"{each['p99'] * 1000:.2f} ms",
            "" if name == "help" else f"{each['p50'] / bare:.2f}",
            "" if name == "help" else f"<= {GOAL:g}",
        ]
        for name, each in middle.items()
    ]
    return table([f"turn ({OPEN_ITEMS} open)", "p50", "p99", "÷ help", "goal"], rows)


if __name__ == "__main__":
    main()

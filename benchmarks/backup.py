"""A backup beside the running service: how long a large council's takes, and what a turn costs meanwhile.

Grades are sent in over a few connections for as long as the copy takes, and for a while before and after it; a turn
beside it should take at most twice as long. Then a second copy is made with nobody at work. The council has a million
pieces of work, some of them ready to send.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from assurance.sweep.sweep import sweep
from benchmarks.council import BENCHMARK, add_open_items
from benchmarks.figures import keep, percentile, table
from benchmarks.turn import RECEIPT, ROOT, free_port, running
from benchmarks.turn_ground import APP_ID, DUE_IN_DAYS, TENANT_ID, fill, new_key, presses, signed
from benchmarks.turn_load import write_requests
from bot.clock import Clock
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from storage.council import history
from storage.engine.database import Database
from storage.engine.session import Session

PIECES = 1_000_000
READY = 15_000
"""Of them with a form that only waits for Send; more than can be sent in the time."""
CONNECTIONS, WARM_UP, ALONE = 2, 3.0, 15.0
MOST_SECONDS = 300.0


def main() -> None:
    """Measure and keep the figures."""
    # On the disk the service would use: a folder in memory would make every commit free.
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as name:
        body = _measured(Path(name))
    keep("backup", "Backup beside the running service", ".venv/bin/python -m benchmarks backup", body)


def _measured(folder: Path) -> str:
    now = Clock.real().now()
    key, page = new_key()
    (folder / "keys.json").write_bytes(page)
    port = free_port()
    channel = f"http://127.0.0.1:{port}"
    council = folder / "council.db"
    print(f"Filling in {READY:,} forms among {PIECES:,} pieces of work...", flush=True)
    framework = load_framework()
    ready = fill(council, framework, READY, now)
    far = now + timedelta(days=DUE_IN_DAYS)
    add_open_items(council, framework, PIECES - READY, due_on=far.date(), next_step_at=far)
    _as_allocated(council, framework, now)
    write_requests(folder / "presses", presses(ready, channel, signed(key, channel, now)))
    serving = [sys.executable, "-m", "benchmarks.opponents.channel", "--port", str(port), "--keys", "keys.json"]
    bot = free_port()
    command = [sys.executable, "-m", "benchmarks.opponents.ours", "--port", str(bot), "--channel", channel]
    command += ["--app-id", APP_ID, "--tenant-id", TENANT_ID, "--database", f"sqlite:///{council}"]
    with running(serving, port, folder), running(command, bot, folder):
        load = _load(bot, folder)
        time.sleep(WARM_UP + ALONE)
        began = time.perf_counter()
        size = _back_up(council, folder / "copy.backup")
        ended = time.perf_counter()
        time.sleep(ALONE)
        (folder / "copied").touch()
        figures = json.loads(load.communicate(timeout=60)[0])
        began_quiet = time.perf_counter()
        _back_up(council, folder / "quiet.backup")
        quiet = time.perf_counter() - began_quiet
    if set(figures["statuses"]) != {"200"}:
        raise SystemExit(f"the bot answered {figures['statuses']}")
    beside = [took for at, took in figures["each"] if began <= at <= ended]
    alone = [took for at, took in figures["each"] if not began <= at <= ended]
    said = f"A backup of {PIECES:,} pieces of work ({size}) took {ended - began:.0f} s while grades were sent in"
    said += f" without a pause, and {quiet:.0f} s with nobody at work; about a minute is wanted."
    return f"{said}\n\n{_table(alone, beside)}"


def _as_allocated(council: Path, framework: Framework, now: datetime) -> None:
    """Every piece of work with what an allocation leaves behind, so that nothing is put right while it is measured."""
    with contextlib.closing(sqlite3.connect(council)) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(notices)") if row[1] != "id"]
        own = {"key": "'E1|' || a.reference || '||' || a.person", "subject": "a.reference", "recipient": "a.person"}
        connection.execute(
            f"INSERT INTO notices ({', '.join(columns)})"
            f" SELECT {', '.join(own.get(name, f'n.{name}') for name in columns)} FROM allocations a,"
            " (SELECT * FROM notices WHERE event = 'E1' LIMIT 1) n"
            " WHERE NOT EXISTS (SELECT 1 FROM drafts d WHERE d.reference = a.reference)"
        )
        connection.execute(
            "UPDATE allocations SET next_step_at = (SELECT a.next_step_at FROM allocations a JOIN drafts d"
            " ON d.reference = a.reference LIMIT 1), allocated_on = (SELECT a.allocated_on FROM allocations a"
            " JOIN drafts d ON d.reference = a.reference LIMIT 1)"
        )
        references = [row[0] for row in connection.execute("SELECT reference FROM allocations")]
    with Database.open(f"sqlite:///{council}") as database:
        for first in range(0, len(references), 5_000):
            database.write_now(_allocated, references[first : first + 5_000], now)
        database.write_now(sweep, framework, now=now, confirm=True)


def _allocated(session: Session, references: Sequence[str], now: datetime) -> None:
    entries = [history.NewEntry("allocated", one, {"by": "benchmark"}) for one in references]
    history.append_many(session, at=now, actor=BENCHMARK, entries=entries)


def _load(port: int, folder: Path) -> subprocess.Popen[str]:
    load = [sys.executable, "-m", "benchmarks.turn_load", "--port", str(port), "--connections", str(CONNECTIONS)]
    load += ["--seconds", str(MOST_SECONDS), "--warm-up", str(WARM_UP), "--requests", str(folder / "presses")]
    load += ["--mark", RECEIPT, "--until", str(folder / "copied")]
    return subprocess.Popen(load, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _back_up(council: Path, to: Path) -> str:
    """Make one by the command itself, and say what it said of its size."""
    environment = os.environ | {"BOT_DATABASE_URL": f"sqlite:///{council}", "BOT_MODE": "local"}
    command = [sys.executable, "-m", "bot", "backup", str(to)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()[0].rpartition(", ")[2].rstrip(".")


def _table(alone: list[float], beside: list[float]) -> str:
    rows = [
        [
            name,
            len(spans),
            f"{percentile(spans, 0.5) * 1000:.1f} ms",
            f"{percentile(spans, 0.99) * 1000:.1f} ms",
            ratio,
            goal,
        ]
        for name, spans, ratio, goal in (
            ("nothing beside it", alone, "", ""),
            ("a backup beside it", beside, f"{percentile(beside, 0.99) / percentile(alone, 0.99):.2f}", "<= 2"),
        )
    ]
    header = [f"a grade sent in, {CONNECTIONS} connections", "turns", "p50", "p99", "p99 ÷ alone", "goal"]
    return table(header, rows)


if __name__ == "__main__":
    main()

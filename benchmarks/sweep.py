"""B2: what an idle sweep costs with many open items beside few, and how fast due steps become notices."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from assurance.sweep.sweep import sweep
from benchmarks.council import FAR, NOW, add_open_items, new_council
from benchmarks.figures import keep, percentile, table
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from storage.engine.database import Database

FEW, MANY = 10_000, 1_000_000
ROUNDS = 400
DUE = 5_000
RAW_BATCH = 500


def main() -> None:
    """Measure both halves and keep the figures."""
    framework = load_framework()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        idle = _idle(Path(folder), framework)
        due = _due(Path(folder), framework)
    keep(
        "B2",
        "B2 Sweep: flat in what is open, quick in what is due",
        ".venv/bin/python -m benchmarks sweep",
        f"{idle}\n\n{due}",
    )


def _idle(folder: Path, framework: Framework) -> str:
    """The two councils take turns, so that whatever else the machine does falls on both."""
    councils: dict[int, Database] = {}
    for size in (FEW, MANY):
        path = folder / f"{size}.db"
        councils[size] = new_council(path, framework)
        add_open_items(path, framework, size, due_on=date(2027, 11, 1), next_step_at=FAR)
    took: dict[int, list[float]] = {size: [] for size in councils}
    for turn in range(ROUNDS):
        for size, database in councils.items():
            started = time.perf_counter()
            outcome = database.write_now(sweep, framework, now=NOW + timedelta(seconds=30 * turn))
            took[size].append((time.perf_counter() - started) * 1e6)
            assert outcome.judged == 0
    for database in councils.values():
        database.close()
    few, many = took[FEW][20:], took[MANY][20:]
    return table(
        ["idle sweep, durable heartbeat included", f"{FEW:,} open", f"{MANY:,} open", "ratio", "goal"],
        [
            [name, f"{low:.0f} µs", f"{high:.0f} µs", f"{high / low:.2f}", goal]
            for name, low, high, goal in (
                ("p50", percentile(few, 0.5), percentile(many, 0.5), ""),
                ("p99", percentile(few, 0.99), percentile(many, 0.99), "<= 1.2"),
            )
        ],
    )


def _due(folder: Path, framework: Framework) -> str:
    """Due steps judged into notices, beside the same rows inserted raw."""
    ours: list[float] = []
    raw: list[float] = []
    for turn in range(3):
        path = folder / f"due{turn}.db"
        database = new_council(path, framework)
        add_open_items(path, framework, FEW, due_on=date(2027, 11, 1), next_step_at=FAR)
        # What is looked at once a week or a day is looked at now, so that only the due steps are measured.
        database.write_now(sweep, framework, now=NOW - timedelta(minutes=1))
        # Due in seven days: each item's first reminder is due now, one notice an item.
        add_open_items(path, framework, DUE, due_on=NOW.date() + timedelta(days=7), next_step_at=NOW)
        started = time.perf_counter()
        outcome = database.write_now(sweep, framework, now=NOW)
        ours.append(outcome.judged / (time.perf_counter() - started))
        assert outcome.judged == DUE <= outcome.notices  # one reminder each; other passes may add a few
        database.close()
        raw.append(_raw(path))
    best, floor = max(ours), max(raw)
    return table(
        [f"{DUE:,} due steps", "rows a second", "ratio", "goal"],
        [
            ["raw executemany of the same notices, 500 a commit", f"{floor:,.0f}", "1", ""],
            [
                "sweep: judge, resolve, write notices, move items on, history",
                f"{best:,.0f}",
                f"{best / floor:.2f}",
                ">= 0.5",
            ],
        ],
    )


def _raw(path: Path) -> float:
    """The same notices into a twin of the table, by sqlite3 itself with the same durability."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    rows = connection.execute("SELECT * FROM notices").fetchall()
    schema = connection.execute("SELECT sql FROM sqlite_master WHERE name='notices'").fetchone()[0]
    connection.execute(schema.replace("notices", "twin"))
    for name, sql in connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name='notices' AND sql LIKE 'CREATE INDEX%'"
    ).fetchall():
        connection.execute(sql.replace(f"{name} ON notices", f"twin_{name} ON twin"))
    insert = f"INSERT INTO twin VALUES ({','.join('?' * len(rows[0]))})"
    started = time.perf_counter()
    for first in range(0, len(rows), RAW_BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows[first : first + RAW_BATCH])
        connection.execute("COMMIT")
    took = time.perf_counter() - started
    connection.close()
    return len(rows) / took


if __name__ == "__main__":
    main()

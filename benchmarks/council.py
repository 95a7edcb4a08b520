"""A council on disk for the benchmarks: the demo establishment, and as many open learning spaces as asked."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assurance.establishment.demo_council import demo_council
from assurance.establishment.import_establishment import Import, import_establishment
from assurance.self_check.upkeep import CHAIN_BROKEN, WORK, note
from assurance.self_check.verify import verify
from assurance.sweep.sweep import sweep
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_to_json
from storage.engine.database import Database

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
BENCHMARK = Actor.system("benchmark")
MOST_ROUNDS = 5
FAR = NOW + timedelta(days=365)


def new_council(path: Path, framework: Framework) -> Database:
    """A migrated database with the demo council's people, posts and cases."""
    database = Database.open(f"sqlite:///{path}")
    database.migrate()
    database.write_now(
        import_establishment, framework, Import(demo_council(framework), fictional=True), actor=BENCHMARK, now=NOW
    )
    return database


def add_open_items(path: Path, framework: Framework, count: int, *, due_on: date, next_step_at: datetime) -> None:
    """Insert `count` open learning spaces straight into the file: this is the ground, not what is measured."""
    connection = sqlite3.connect(path)
    posts = connection.execute(
        "SELECT id, holder, function FROM posts WHERE learning_space AND holder <> ''"
    ).fetchall()
    practitioner = connection.execute("SELECT practitioner FROM cases LIMIT 1").fetchone()[0]
    ladder = json.dumps(ladder_to_json(framework.ladder("learning_space")))
    start = connection.execute("SELECT count(*) FROM allocations").fetchone()[0]
    run = uuid.uuid4().hex
    with connection:
        connection.execute(
            "INSERT INTO allocation_runs (id, month, seed, state, proposed_by, proposed_at, detail)"
            " VALUES (?, '2026-11-01', 1, 'approved', 'system:benchmark', '2026-11-02 10:00:00.000000', '{}')",
            (run,),
        )
        connection.executemany(
            _insert(), _rows(framework, posts, practitioner, ladder, start, count, run, due_on, next_step_at)
        )
    # No ANALYZE: nothing in the product runs it, and what it says of tables that are still empty misleads for good.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def settle(path: Path, framework: Framework, now: datetime) -> None:
    """Leave a council as the service itself keeps one: nothing to be put right, and everybody has heard everything.

    Rows that nobody allocated lack what an allocation leaves behind. The service would put it there by itself, but in
    the very seconds that are measured.
    """
    with Database.open(f"sqlite:///{path}") as database:
        for _ in range(MOST_ROUNDS):
            database.write_now(sweep, framework, now=now, confirm=True)
            findings = [one for one in database.read_now(verify, framework, now=now) if one.kind != CHAIN_BROKEN]
            noted = database.write_now(note, framework, findings, part=WORK, now=now)
            if not noted.mended:
                break
    with contextlib.closing(sqlite3.connect(path)) as connection:
        with connection:
            connection.execute("UPDATE notices SET state = 'sent', sent_at = created_at WHERE state <> 'cancelled'")
            connection.execute("DELETE FROM findings")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_COLUMNS = (
    "reference",
    "token",
    "activity",
    "stream",
    "post",
    "person",
    "function",
    "case_ref",
    "case_function",
    "practitioner",
    "month",
    "quarter",
    "allocated_on",
    "due_on",
    "deadline_at",
    "state",
    "why",
    "cross_function_reason",
    "run",
    "framework_version",
    "ladder",
    "steps_done",
    "next_step_at",
)


def _insert() -> str:
    return f"INSERT INTO allocations ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


def _rows(
    framework: Framework,
    posts: list[tuple[str, str, str]],
    practitioner: str,
    ladder: str,
    start: int,
    count: int,
    run: str,
    due_on: date,
    next_step_at: datetime,
) -> Iterator[tuple[Any, ...]]:
    deadline = _stored(Calendar.of(framework).deadline_at(due_on))
    for number in range(start, start + count):
        post, holder, function = posts[number % len(posts)]
        yield (
            f"LS-2026Q3-{number:07}", uuid.UUID(int=number).hex, "learning_space", "", post, holder, function,
            f"NM-{number:07}", function, practitioner, "2026-11-01", "2026-27Q3", "2026-11-02", due_on.isoformat(),
            deadline, "allocated", "{}", "", run, framework.version, ladder, "[]", _stored(next_step_at),
        )  # fmt: skip


def _stored(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

"""A power cut at any moment: with our settings no acknowledged commit is lost, and the file is never damaged."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from sqlalchemy import event

from policy.council.actor import Actor
from storage.council import history
from storage.engine.database import Database, Session
from storage.outbox import notices
from storage.outbox.notices import NewNotice
from tests.storage.power_cut import Acknowledged, Image, RecordingDisk, images

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
COMMITS = 16


def submit(session: Session, number: int) -> None:
    history.append(session, at=NOON, actor=Actor.person("p-0001"), verb="submitted", subject=f"LS-2026Q3-{number:03}")
    told = NewNotice(
        event="E6",
        step="",
        subject=f"LS-2026Q3-{number:03}",
        recipient="p-0002",
        recipient_role="senior_manager",
        channel="teams",
        urgent=False,
        due_at=NOON,
        not_before=NOON + timedelta(days=1),
        facts={"days": number},
    )
    notices.add(session, [told], at=NOON)


def what_the_writer_says(folder: Path) -> list[str]:
    """Every statement our own writer sends to SQLite for a few commits, settings and migration included."""
    said: list[str] = []
    database = Database.open(f"sqlite:///{folder}/spoken.db")
    database.migrate()
    # The trace begins before our own listener sets the connection up, so the settings are in it.
    event.listen(database._backend.writer, "connect", lambda raw, _: raw.set_trace_callback(said.append), insert=True)
    with database:
        for number in range(1, COMMITS + 1):
            database.write_now(submit, number)
    return said


def replay(said: list[str], disk: RecordingDisk, start: Path, *, synchronous: str) -> None:
    """Say the same again on a disk that remembers."""
    connection = apsw.Connection(str(start), vfs=disk.name)
    commits = 0
    connection.execute("PRAGMA journal_mode=WAL")
    connection.wal_autocheckpoint(20)  # so that checkpoints are cut short too
    for statement in said:
        if statement.startswith("PRAGMA synchronous="):
            statement = f"PRAGMA synchronous={synchronous}"
        connection.execute(statement)
        if statement == "COMMIT":
            commits += 1
            disk.events.append(Acknowledged(commits))
    connection.close()


def what_is_there(image: Image, folder: Path) -> tuple[int, str]:
    """How many commits the file holds when the power is back, and what SQLite thinks of it."""
    file = folder / "after.db"
    file.write_bytes(image.files["main"])
    (folder / "after.db-wal").write_bytes(image.files["wal"])
    (folder / "after.db-shm").unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        try:
            health = connection.execute("PRAGMA integrity_check").fetchone()[0]
            kept = connection.execute("SELECT count(*) FROM history").fetchone()[0]
            told = connection.execute("SELECT count(*) FROM notices").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return 0, str(error)
    return kept, health if kept == told else f"{kept} grades and {told} notices"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return what_the_writer_says(tmp_path_factory.mktemp("spoken"))


def lost_and_damaged(said: list[str], folder: Path, synchronous: str) -> tuple[int, int, int]:
    """Images looked at, those that lost an acknowledged commit, those that are damaged or half done."""
    start = folder / "council.db"
    with Database.open(f"sqlite:///{start}") as database:
        database.migrate()
    disk = RecordingDisk(f"disk-{synchronous}")
    content = start.read_bytes()
    replay(said, disk, start, synchronous=synchronous)
    disk.unregister()
    looked, lost, damaged = 0, 0, 0
    for image in images(content, disk.events, random.Random(9)):
        kept, health = what_is_there(image, folder)
        looked += 1
        lost += kept < image.acknowledged
        damaged += health != "ok"
    return looked, lost, damaged


def test_the_writer_says_what_we_think_it_says(said: list[str]) -> None:
    assert said.count("BEGIN IMMEDIATE") == said.count("COMMIT") == COMMITS
    assert "PRAGMA synchronous=FULL" in said and "PRAGMA journal_mode=WAL" in said


def test_no_power_cut_loses_an_acknowledged_commit(said: list[str], tmp_path: Path) -> None:
    looked, lost, damaged = lost_and_damaged(said, tmp_path, "FULL")
    assert looked > 150
    assert (lost, damaged) == (0, 0)


def test_the_weaker_setting_would_lose_some_so_the_test_can_see_a_loss(said: list[str], tmp_path: Path) -> None:
    _, lost, damaged = lost_and_damaged(said, tmp_path, "NORMAL")
    assert lost > 0
    assert damaged == 0

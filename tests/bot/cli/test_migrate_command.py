"""`migrate` alone changes the tables: every other command says so, and a newer schema has an exit code of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.engine.database import Database
from storage.migrations import REVISIONS
from tests.bot.conftest import Command
from tests.databases import schema_at

FIRST_RELEASE = "2026_11_23_0007"


@pytest.fixture
def old(command: Command, fast_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database as the first release left it."""
    path = fast_folder / "old.db"
    schema_at(f"sqlite:///{path}", FIRST_RELEASE)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{path}")
    return path


def revision(path: Path) -> str:
    with Database.open(f"sqlite:///{path}") as database:
        return database.revision


def test_no_other_command_changes_the_tables_and_each_says_which_does(old: Path, command: Command) -> None:
    for words in (("verify",), ("serve",), ("timetable",), ("next", "tm-1")):
        done = command(*words)
        if words[0] != "timetable":
            assert done.exit_code == 2 and "run: python -m bot migrate" in " ".join(done.output.split())
    looked = command("doctor")
    assert looked.exit_code == 1 and "python -m bot migrate" in " ".join(looked.output.split())
    checked = command("migrate", "--check")
    assert checked.exit_code == 1 and "earlier version" in checked.output
    assert revision(old) == FIRST_RELEASE
    assert command("migrate").exit_code == 0
    assert revision(old) == REVISIONS[-1]
    assert command("migrate", "--check").exit_code == 0


def test_a_schema_that_is_too_new_ends_with_a_code_of_its_own(old: Path, command: Command) -> None:
    assert command("migrate").exit_code == 0
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '2031_01_01_0042'")
        raw.execute("UPDATE meta SET value = '2031_01_01_0042' WHERE key = 'schema_needs'")
        raw.commit()
    for words in (("serve",), ("verify",), ("migrate",)):
        done = command(*words)
        assert done.exit_code == 3 and "A newer version of the bot has changed this database" in done.output

"""`verify --mend` and `replan` on the server: what is safe is put right at once, the rest is listed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage.casework import findings, learning_spaces
from storage.council import history
from storage.engine.database import Database
from tests.bot.conftest import Command, Council
from tests.policy.framework_files import copy_with


def damaged(council: Council) -> str:
    """One learning space would never be looked at again, and a row of the history was edited."""
    with sqlite3.connect(council.path) as raw:
        [[reference]] = raw.execute("SELECT min(reference) FROM allocations").fetchall()
        raw.execute("UPDATE allocations SET next_step_at = NULL WHERE reference = ?", [reference])
        raw.execute("UPDATE history SET verb = 'edited' WHERE seq = 1")
    return str(reference)


def test_verify_lists_and_changes_nothing_until_it_is_told_to_mend(
    db: Database, council: Council, command: Command
) -> None:
    reference = damaged(council)
    listed = command("verify")
    assert listed.exit_code == 1
    assert "2 findings" in listed.output
    assert reference in listed.output
    assert db.read_now(learning_spaces.by_reference, reference).next_step_at is None  # type: ignore[union-attr]
    mended = command("verify", "--mend")
    assert mended.exit_code == 1
    assert "1 finding put right" in mended.output
    assert "History row 1" in mended.output
    assert db.read_now(learning_spaces.by_reference, reference).next_step_at is not None  # type: ignore[union-attr]
    assert [(row.kind, row.part) for row in db.read_now(findings.wrong)] == [("chain_broken", "chain")]
    assert [entry.actor for entry in db.read_now(history.read, subject=reference)][-1] == "system:verify"


def test_replan_shows_first_and_applies_on_request(
    db: Database, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "was promised what the file says" in command("replan").output
    monkeypatch.setenv("BOT_FRAMEWORK", str(copy_with(tmp_path, "after = 7\n", "after = 5\n")))
    shown = command("replan")
    assert "40 learning spaces" in shown.output
    assert "Nothing has been changed" in shown.output
    assert "40 learning spaces" in command("replan", "--apply").output
    assert "was promised what the file says" in command("replan").output
    assert command("verify").exit_code == 0

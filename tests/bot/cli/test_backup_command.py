"""`backup` and `restore` on the command line: what they say, what they refuse, and with which exit code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.council import history, put_back
from storage.council.put_back import BY_HAND
from storage.engine.database import Database
from storage.outbox import held
from tests.bot.conftest import FRIDAY, Command, Council


def test_a_backup_says_what_it_is_and_a_restore_what_happens_next(
    council: Council, command: Command, tmp_path: Path
) -> None:
    made = command("backup", str(tmp_path / "one.backup"))
    assert made.exit_code == 0, made.output
    said = " ".join(made.output.split())
    assert "as it was at" in said
    assert "It was read back and is whole." in said
    done = command("restore", str(tmp_path / "one.backup"))
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "before-restore" in said and "What fell due before now is held, and the QA lead is told" in said
    with Database.open(council.url) as database:
        assert database.read_now(history.read, subject="restore")[-1].verb == "restored"
        assert database.read_now(put_back.waiting) is not None


def test_what_cannot_be_done_is_a_sentence_and_exit_code_two(
    council: Council, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "half").write_bytes(b"PK\x03\x04 and no more")
    for words, said in (
        (("backup", str(council.path)), "already"),
        (("restore", str(tmp_path / "half")), "is not a backup that can be put back"),
        (("restore", str(tmp_path / "none")), "There is no file"),
        (("restore",), "--by-hand"),
        (("restore", str(tmp_path / "half"), "--by-hand"), "--by-hand"),
    ):
        refused = command(*words)
        assert refused.exit_code == 2, refused.output
        assert said in " ".join(refused.output.split()) and "Traceback" not in refused.output


def test_a_database_put_back_by_other_means_is_held_when_somebody_says_so(
    council: Council, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_CLOCK_START", (FRIDAY + timedelta(hours=1)).isoformat())
    assert command("restore", "--by-hand").exit_code == 0
    with Database.open(council.url) as database:
        found = database.read_now(put_back.waiting)
        assert found is not None and found.why == BY_HAND
    assert command("sweep", "--deliver").exit_code == 0
    with Database.open(council.url) as database:
        assert database.read_now(held.count) > 0 and database.read_now(put_back.waiting) is None


def test_an_emptied_file_is_said_by_every_command_and_doctor(council: Council, command: Command) -> None:
    with Database.open(council.url, service=True) as service:
        service.write_now(lambda session: None)
    council.path.write_bytes(b"")
    for words in (("verify",), ("demo",), ("allocate", "--month", "2026-12")):
        refused = command(*words)
        assert refused.exit_code == 2 and "There was a council in this database" in refused.output
    assert "There was a council in this database" in " ".join(command("doctor").output.split())
    assert council.path.stat().st_size == 0

"""`verify` knows the seal of the history: an earlier one from the log, and a new key."""

from __future__ import annotations

import pytest

from storage.council import anchor, history
from storage.engine.database import Database
from tests.bot.conftest import Command


def test_verify_takes_an_anchor_from_the_log_and_a_new_key_is_sealed_by_somebody_with_a_name(
    db: Database, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_HISTORY_KEY", "the first key, long and random")
    kept = db.write_now(anchor.drop, "the first key, long and random")
    assert command("verify", "--anchor", kept).exit_code == 0
    monkeypatch.setenv("BOT_HISTORY_KEY", "the second key, long and random")
    assert "BOT_HISTORY_KEY" in " ".join(command("verify").output.split())
    assert command("verify", "--reseal").exit_code == 0
    assert command("verify").exit_code == 0
    last = db.read_now(history.read)[-1]
    assert last.verb == "history_resealed" and last.actor.startswith("operator:")
    assert command("verify", "--anchor", kept).exit_code == 1, "that one was made with the first key"


def test_the_doctor_says_when_the_key_is_missing_or_another_one(
    db: Database, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says() -> str:
        return " ".join(command("doctor").output.replace("│", " ").split())

    assert "BOT_HISTORY_KEY is not set" in says()
    monkeypatch.setenv("BOT_HISTORY_KEY", "the first key, long and random")
    db.write_now(anchor.drop, "the first key, long and random")
    assert "Sealed up to row" in says() and "BOT_HISTORY_KEY" not in says()
    monkeypatch.setenv("BOT_HISTORY_KEY", "the second key, long and random")
    done = command("doctor")
    assert done.exit_code == 1 and "--reseal" in done.output

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

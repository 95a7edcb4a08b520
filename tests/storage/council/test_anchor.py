"""A history that was rewritten whole, hashes and all, is found by both checks: its head was sealed with a key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from assurance.self_check import upkeep
from assurance.self_check.upkeep import ChainState
from policy.council.actor import Actor
from storage.council import anchor, history, meta
from storage.council.history import ChainMark, Entry
from storage.engine.database import Database, Session

NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
KEY = "a long random text that is not in the database"


@pytest.fixture
def anchored(sqlite_database: Database) -> str:
    """Forty rows, checked and sealed; what the log says of it."""
    for number in range(40):
        sqlite_database.write_now(add, number)
    return sqlite_database.write_now(anchor.drop, KEY)


def add(session: Session, number: int) -> None:
    history.append(session, at=NOW, actor=Actor.system("tests"), verb="noted", subject=f"row {number}")


def rewrite(session: Session) -> None:
    """One row is changed and every hash from there on computed again, as anybody who can write here could."""
    previous = ""
    for entry in history.read(session):
        verb = "never happened" if entry.seq == 20 else entry.verb
        sealed = history.seal(previous, entry.seq, entry.at, entry.actor, verb, entry.subject, entry.detail)
        session.execute(
            text("UPDATE history SET verb = :verb, previous_hash = :before, hash = :hash WHERE seq = :seq"),
            {"verb": verb, "before": previous, "hash": sealed, "seq": entry.seq},
        )
        previous = sealed
    meta.save(session, history.TAIL, f"{entry.seq}:{previous}")


def rounds_say(database: Database, key: str) -> tuple[str, ...]:
    """What the service's own round says, from where it has come to."""
    state = ChainState(ChainMark(), ChainMark(), None, done=False)
    return database.read_now(upkeep.check_chain, state, now=NOW, key=key).problems


def test_a_chain_rewritten_whole_is_found_by_both_checks_and_from_the_log(
    sqlite_database: Database, anchored: str
) -> None:
    assert sqlite_database.read_now(anchor.problems, KEY) == [] and rounds_say(sqlite_database, KEY) == ()
    sqlite_database.write_now(rewrite)
    assert sqlite_database.read_now(history.verify) == [], "the chain by itself says nothing"
    said = sqlite_database.read_now(anchor.problems, KEY)
    assert said == ["History row 40 is not the one that was anchored: it or an earlier row was replaced."]
    assert list(rounds_say(sqlite_database, KEY)) == said
    assert "is not the one" in sqlite_database.read_now(anchor.differs, KEY, anchored)


def test_an_anchor_made_again_without_the_key_is_found(sqlite_database: Database, anchored: str) -> None:
    sqlite_database.write_now(rewrite)
    sqlite_database.write_now(anchor.drop, "a guess")
    assert "anchor was changed" in sqlite_database.read_now(anchor.problems, KEY)[0]
    sqlite_database.write_now(meta.save, anchor.ANCHOR, "")
    assert "is not the one" in sqlite_database.read_now(anchor.differs, KEY, anchored), "the log still knows"


def test_what_is_added_afterwards_is_no_trouble(sqlite_database: Database, anchored: str) -> None:
    sqlite_database.write_now(add, 41)
    assert sqlite_database.read_now(anchor.problems, KEY) == []
    assert sqlite_database.read_now(anchor.differs, KEY, anchored) == ""
    assert sqlite_database.read_now(anchor.differs, KEY, f"{anchored}.") == "", "copied with the full stop after it"
    assert "An anchor is written" in sqlite_database.read_now(anchor.differs, KEY, "hello")


def test_the_head_the_service_saw_last_is_looked_at_by_verify_as_well(sqlite_database: Database, anchored: str) -> None:
    newest: Entry = sqlite_database.read_now(history.read)[-1]
    sqlite_database.write_now(meta.save, anchor.CHECKED, str(ChainMark(newest.seq, newest.hash)))
    sqlite_database.write_now(rewrite)
    assert any("row 40" in one and "edited" in one for one in sqlite_database.read_now(anchor.problems, ""))

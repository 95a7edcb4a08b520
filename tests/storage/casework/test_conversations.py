"""Where somebody is in a typed conversation: one place a person, replaced and forgotten, and never a word of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from storage.casework import conversations
from storage.casework.conversations import TypedConversation
from storage.engine.database import Database
from storage.schema.tables import typed_conversations

HERE = TypedConversation(
    person="p-manager",
    form="learning_space",
    subject="a" * 32,
    question="in_person",
    back_to="",
    version=3,
    due_on=date(2026, 12, 29),
    asked_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
)


def test_a_place_is_read_back_as_it_was_kept(database: Database) -> None:
    database.write_now(conversations.save, HERE)
    assert database.read_now(conversations.load, "p-manager") == HERE
    assert database.read_now(conversations.load, "p-other") is None


def test_a_person_is_at_one_place_only(database: Database) -> None:
    database.write_now(conversations.save, HERE)
    there = replace(HERE, subject="b" * 32, question="*", back_to="grade", due_on=None)
    database.write_now(conversations.save, there)
    assert database.read_now(conversations.load, "p-manager") == there


def test_a_forgotten_place_is_gone_and_forgetting_twice_is_harmless(database: Database) -> None:
    database.write_now(conversations.save, HERE)
    for _ in range(2):
        database.write_now(conversations.forget, "p-manager")
    assert database.read_now(conversations.load, "p-manager") is None


def test_there_is_no_column_that_could_hold_what_somebody_typed() -> None:
    assert set(typed_conversations.c.keys()) == {
        "person",
        "form",
        "subject",
        "question",
        "back_to",
        "version",
        "due_on",
        "asked_at",
    }

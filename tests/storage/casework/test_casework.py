"""Loops, actions and flags as rows: one loop for a learning space, one flag, and the first to take it up stands."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from storage.casework import actions, loops, red_flags
from storage.casework.actions import Action
from storage.casework.loops import Loop
from storage.casework.red_flags import RedFlag
from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil

NOW = datetime(2026, 1, 29, 15, 10, tzinfo=UTC)


@pytest.fixture
def reference(database: Database) -> str:
    """A learning space for the rows to hang on."""
    council = LivingCouncil(database, now=NOW)
    return council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5)).reference


def a_loop(reference: str, number: int = 1) -> Loop:
    """A loop as an inadequate grade opens it."""
    return Loop(
        reference=f"CL-2025Q4-{number:03}",
        token=uuid.uuid4().hex,
        subject=reference,
        practitioner="p-worker-1",
        state="open",
        opened_at=NOW,
        meet_by=date(2026, 2, 12),
        return_by=date(2026, 2, 26),
    )


def an_action(reference: str, number: int, due_on: date, state: str = "open") -> Action:
    """An action of the team manager."""
    return Action(
        f"AC-2025Q4-{number:03}", reference, "p-manager", "Arrange supervision", "supervision", due_on, state, NOW
    )


def test_a_loop_reads_back_as_it_was_written(database: Database, reference: str) -> None:
    loop = a_loop(reference)
    database.write_now(loops.insert, loop)
    assert database.read_now(loops.of_subject, reference) == loop
    assert database.read_now(loops.by_reference, loop.reference) == loop
    assert database.read_now(loops.by_token, loop.token) == loop


def test_a_learning_space_has_one_loop_and_the_database_holds_to_it(database: Database, reference: str) -> None:
    database.write_now(loops.insert, a_loop(reference))
    with pytest.raises(IntegrityError):
        database.write_now(loops.insert, a_loop(reference, 2))


def test_only_a_loop_that_is_not_closed_keeps_its_practitioner_in_it(database: Database, reference: str) -> None:
    database.write_now(loops.insert, replace(a_loop(reference), state="closed"))
    assert database.read_now(loops.practitioners_in_a_loop) == frozenset()
    assert database.read_now(loops.still_open) == []


def test_a_practitioner_in_an_open_loop_is_known_to_be(database: Database, reference: str) -> None:
    database.write_now(loops.insert, a_loop(reference))
    assert database.read_now(loops.practitioners_in_a_loop) == {"p-worker-1"}


def test_a_person_s_open_actions_come_soonest_first(database: Database, reference: str) -> None:
    later, sooner = an_action(reference, 1, date(2026, 3, 9)), an_action(reference, 2, date(2026, 3, 2))
    done = an_action(reference, 3, date(2026, 2, 20), state="done")
    database.write_now(actions.insert_many, [later, sooner, done])
    assert database.read_now(actions.open_of, "p-manager") == [sooner, later]
    assert database.read_now(actions.of_subject, reference) == [done, sooner, later]
    assert database.read_now(actions.by_reference, sooner.reference) == sooner


def test_a_flag_is_raised_once(database: Database, reference: str) -> None:
    assert database.write_now(red_flags.raise_once, RedFlag(reference, "p-manager", NOW, {}))
    assert not database.write_now(red_flags.raise_once, RedFlag(reference, "p-manager-2", NOW, {}))
    flag = database.read_now(red_flags.of, reference)
    assert flag is not None and flag.raised_by == "p-manager"


def test_the_first_to_take_a_flag_up_stands(database: Database, reference: str) -> None:
    database.write_now(red_flags.raise_once, RedFlag(reference, "p-manager", NOW, {}))
    assert len(database.read_now(red_flags.unacknowledged)) == 1
    assert database.write_now(red_flags.acknowledge, reference, by="p-head", at=NOW)
    assert not database.write_now(red_flags.acknowledge, reference, by="p-qa-lead", at=NOW)
    flag = database.read_now(red_flags.of, reference)
    assert flag is not None and (flag.acknowledged_by, flag.acknowledged_at) == ("p-head", NOW)
    assert database.read_now(red_flags.unacknowledged) == []


def test_whom_the_auditor_told_can_be_added_to_the_flag(database: Database, reference: str) -> None:
    database.write_now(red_flags.raise_once, RedFlag(reference, "p-manager", NOW, {}))
    database.write_now(red_flags.set_told, reference, {"told_at": "14:05"})
    flag = database.read_now(red_flags.of, reference)
    assert flag is not None and flag.told == {"told_at": "14:05"}

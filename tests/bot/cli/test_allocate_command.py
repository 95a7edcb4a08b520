"""allocate: a dry run changes nothing; a month says who, why not, and the seed that repeats it."""

from __future__ import annotations

import re

import pytest

from storage.casework import allocation_runs, learning_spaces
from storage.council import history
from storage.engine.database import Database
from tests.bot.conftest import Command


def test_a_dry_run_says_everything_and_changes_nothing(command: Command, db: Database) -> None:
    before = len(db.read_now(history.read))
    done = command("allocate", "--month", "2026-12", "--dry-run", "--why")
    assert done.exit_code == 0, done.output
    for word in ("December 2026", "seed", "care-sm-3", "vacant", "nothing was allocated"):
        assert word in done.output
    assert len(db.read_now(history.read)) == before
    assert db.read_now(learning_spaces.count_open) == 40


def test_a_month_is_allocated_as_the_dry_run_said(command: Command, db: Database) -> None:
    said = command("allocate", "--month", "2026-12", "--dry-run").output
    done = command("allocate", "--month", "2026-12").output
    picks = re.compile(r"^\s+(?:-|LS-\S+)\s+(\S+) .*?(NM-\d{6})", re.MULTILINE)
    assert picks.findall(said) == picks.findall(done)
    assert len(picks.findall(done)) == 40
    assert db.read_now(learning_spaces.count_open) == 40 + len(picks.findall(done))


def test_a_ceiling_and_a_seed_are_kept_with_the_run(command: Command, db: Database) -> None:
    from datetime import date

    command("allocate", "--month", "2026-12", "--seed", "42", "--at-most", "5")
    run = db.read_now(allocation_runs.latest_of_month, date(2026, 12, 1), "approved")
    assert run
    assert (run.seed, run.detail["at_most"]) == (42, 5)
    assert db.read_now(learning_spaces.count_open) == 45


def test_a_month_allocated_twice_has_its_share_once_and_the_second_time_says_so(command: Command, db: Database) -> None:
    command("allocate", "--month", "2026-12")
    again = command("allocate", "--month", "2026-12")
    assert again.exit_code == 0, again.output
    assert "December 2026 has been allocated: 40 learning spaces. It lacks none" in again.output
    assert db.read_now(learning_spaces.count_open) == 80
    assert "this is what it still lacks" in command("allocate", "--month", "2026-12", "--dry-run").output


def test_the_reasons_are_sentences_and_hold_no_name_of_the_code(command: Command) -> None:
    said = " ".join(command("allocate", "--month", "2026-12", "--dry-run", "--why").output.split())
    assert re.search(r"cases looked at, ruled out \d+ ", said)
    for key in ("cases_considered", "practitioner_", "child_last", "own_team", "team_load", "{", "False"):
        assert key not in said


def test_a_month_that_is_past_is_allocated_with_a_reason_and_without_one_the_refusal_says_how(
    command: Command, db: Database
) -> None:
    refused = command("allocate", "--month", "2026-10")
    assert refused.exit_code == 2 and "--reason" in refused.output
    done = command("allocate", "--month", "2026-10", "--reason", "The service began in November.")
    assert done.exit_code == 0, done.output
    assert db.read_now(learning_spaces.count_open) == 80
    too_short = command("allocate", "--month", "2026-09", "--reason", "x")
    assert too_short.exit_code == 2 and "a few words" in too_short.output


@pytest.mark.parametrize(
    ("month", "said"),
    [("2026-13", "2026-12"), ("soon", "2026-12"), ("2026-10", "no send hours"), ("2029-01", "too far")],
)
def test_a_month_that_cannot_be_allocated_is_refused_with_the_reason(command: Command, month: str, said: str) -> None:
    refused = command("allocate", "--month", month)
    assert refused.exit_code == 2
    assert said in refused.output

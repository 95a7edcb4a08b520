"""`reassign` on the command line: one learning space, or all of a leaver's, or a sentence that says why not."""

from __future__ import annotations

import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from policy.council.establishment import Post
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import Command


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def other(db: Database, item: LearningSpace) -> Post:
    """A Senior Manager of another function."""
    posts = db.read_now(establishment.current).posts_of_role("senior_manager")
    return next(post for post in posts if post.holder and post.function not in (item.function, item.case_function))


def test_one_learning_space_goes_to_somebody_else(
    command: Command, db: Database, item: LearningSpace, other: Post
) -> None:
    name = db.read_now(establishment.current).people[other.holder].name
    done = command("reassign", item.reference.lower(), "--to", name, "--reason", "workload")
    assert done.exit_code == 0, done.output
    assert item.reference in done.output and other.holder in done.output
    now = db.read_now(learning_spaces.by_reference, item.reference)
    assert now and (now.person, now.post) == (other.holder, other.id)


def test_all_of_a_leavers_go_to_one_person(command: Command, db: Database, item: LearningSpace, other: Post) -> None:
    done = command("reassign", "--leaver", DEMO_TEAM_MANAGER, "--to", other.holder, "--reason", "left")
    assert done.exit_code == 0, done.output
    assert db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER) == []


def test_what_nobody_can_take_over_stays_and_is_named(command: Command, db: Database, item: LearningSpace) -> None:
    done = command("reassign", "--leaver", DEMO_TEAM_MANAGER, "--reason", "left")
    assert done.exit_code == 1
    assert f"{item.reference} stays where it is" in done.output
    now = db.read_now(learning_spaces.by_reference, item.reference)
    assert now and now.person == DEMO_TEAM_MANAGER


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "either a reference or --leaver"),
        ("LS-2026Q3-001", "--to PERSON"),
        ("LS-2026Q3-001 --to somebody --reason because", "workload"),
        ("LS-2026Q3-001 --to somebody --reason left", "Nobody"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(command: Command, line: str, said: str) -> None:
    refused = command("reassign", *line.split())
    assert refused.exit_code == 2
    assert said in refused.output

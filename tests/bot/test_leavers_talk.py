"""The QA lead on whoever leaves: one line for everything they owe, and a misspelt name is asked about."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Establishment, Person, Post
from storage.casework import actions, learning_spaces
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment, history
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Command


@pytest.fixture
def leaver(present: Establishment) -> Person:
    return present.people[DEMO_TEAM_MANAGER]


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def heir(present: Establishment, item: LearningSpace) -> Person:
    """A Senior Manager of another function."""
    posts: list[Post] = list(present.posts_of_role("senior_manager"))
    post = next(post for post in posts if post.holder and post.function not in (item.function, item.case_function))
    return present.people[post.holder]


@pytest.fixture
def owned(db: Database, item: LearningSpace) -> Action:
    """An action of whoever leaves."""
    due = date(2027, 1, 15)
    action = Action(
        "AC-2026Q3-001",
        item.reference,
        DEMO_TEAM_MANAGER,
        "Talk it over",
        "supervision",
        due,
        "open",
        FRIDAY,
        token="a" * 32,
    )
    db.write_now(actions.insert_many, [action])
    return action


async def said(talk: Conversation, person: Person, line: str) -> Message:
    return (await talk.text(person, line))[0]


def place_of(name: str, card: Any) -> str:
    """The value of the choice that shows a name; no card carries more of anybody than that."""
    body = json.dumps(card)
    found = [choice for choice in re.findall(r'\{[^{}]*"title": "[^"]*"[^{}]*\}', body) if f'"{name}, ' in choice]
    assert len(found) == 1, body
    return str(json.loads(found[0])["value"])


async def test_everything_of_a_leaver_goes_in_one_go_after_one_question(
    talk: Conversation,
    db: Database,
    qa_lead: Person,
    leaver: Person,
    heir: Person,
    item: LearningSpace,
    owned: Action,
) -> None:
    asked = await said(talk, qa_lead, f"everything of {leaver.name} to {heir.name}")
    for words in (leaver.name, heir.name, item.reference, owned.reference, "Why"):
        assert words in asked.text
    assert heir.id not in json.dumps(asked.card), "a card carries nobody's id"
    assert db.read_now(learning_spaces.waiting_for, leaver.id), "asking first changes nothing"
    again = await talk.press(qa_lead, "give_everything", {})
    assert "Hand over everything?" in again.text, "without a reason it asks again"
    done = await talk.press(qa_lead, "give_everything", {"reason": "left"})
    assert item.reference in done.text
    assert owned.reference in done.text
    assert db.read_now(learning_spaces.waiting_for, leaver.id) == []
    assert db.read_now(actions.open_of, leaver.id) == []
    assert [one.reference for one in db.read_now(actions.open_of, heir.id)] == [owned.reference]
    verbs = [entry.verb for entry in db.read_now(history.read) if entry.actor == f"person:{DEMO_QA_LEAD}"]
    assert {"reassigned", "action_transferred"} <= set(verbs)
    assert "nothing left to hand over" in (await talk.press(qa_lead, "give_everything", {"reason": "left"})).text


async def test_what_the_heir_is_too_close_to_is_named_and_stays(
    talk: Conversation, db: Database, present: Establishment, qa_lead: Person, leaver: Person, item: LearningSpace
) -> None:
    """The manager of the very team whose work it is."""
    worker = next(post for post in present.posts.values() if post.holder == item.practitioner)
    manager = present.people[present.posts[worker.line_manager_post].holder]
    asked = await said(talk, qa_lead, f"give everything from {leaver.name} to {manager.name}")
    assert f"too close to the work: {item.reference}" in asked.text
    done = await talk.press(qa_lead, "give_everything", {"reason": "left"})
    assert "too close" in done.text
    assert db.read_now(learning_spaces.waiting_for, leaver.id) == [item]


async def test_a_misspelt_name_is_answered_with_the_nearest_and_a_press_says_the_line_again(
    talk: Conversation, qa_lead: Person, leaver: Person, heir: Person, item: LearningSpace, owned: Action
) -> None:
    wrong = heir.name[:-2] + heir.name[-1]
    for line in (
        f"reassign {item.reference} to {wrong}",
        f"everything of {leaver.name} to {wrong}",
        f"everything of {leaver.name[:-2]}{leaver.name[-1]} to {heir.name}",
    ):
        asked = await said(talk, qa_lead, line)
        assert asked.text.startswith("Who do you mean?"), line
        meant = heir if wrong in line else leaver
        assert meant.id not in json.dumps(asked.card), "a card carries nobody's id"
        assert "The nearest names" in (await talk.press(qa_lead, "who_meant", {})).text, "none chosen: asked again"
        answer = await talk.press(qa_lead, "who_meant", {"who": place_of(meant.name, asked.card)})
        assert heir.name in answer.text
        assert "Who do you mean?" not in answer.text


async def test_an_action_goes_to_a_name_that_was_meant(
    talk: Conversation, db: Database, qa_lead: Person, heir: Person, owned: Action
) -> None:
    asked = await said(talk, qa_lead, f"reassign {owned.reference} to {heir.name.split()[0]}x {heir.name.split()[-1]}")
    given = await talk.press(qa_lead, "who_meant", {"who": place_of(heir.name, asked.card)})
    assert "Given to someone else" in given.text
    assert [one.reference for one in db.read_now(actions.open_of, heir.id)] == [owned.reference]


async def test_nobody_but_the_qa_team_is_told_whose_names_are_near(
    talk: Conversation, leaver: Person, heir: Person, item: LearningSpace, owned: Action
) -> None:
    wrong = heir.name[:-2] + heir.name[-1]
    for line in (
        f"reassign {item.reference} to {wrong}",
        f"reassign {owned.reference} to {wrong}",
        f"everything of {heir.name} to {wrong}",
    ):
        answer = await said(talk, leaver, line)
        assert heir.name not in answer.text + json.dumps(answer.card), line
    forged = await talk.press(leaver, "give_everything", {"reason": "left"})
    assert "The QA lead does that" in forged.text
    assert (await talk.press(leaver, "who_meant", {"who": "0"})).text.startswith("I cannot tell who that is")


@pytest.mark.parametrize("place", ["7", "-1", "x", 0, None, "²"])
async def test_a_place_that_was_not_offered_asks_again(
    talk: Conversation, qa_lead: Person, leaver: Person, heir: Person, place: object
) -> None:
    await said(talk, qa_lead, f"everything of {leaver.name} to {heir.name[:-2]}")
    assert (await talk.press(qa_lead, "who_meant", {"who": place})).text.startswith("Who do you mean?")


async def test_half_a_line_and_one_person_twice_are_asked_about(
    talk: Conversation, qa_lead: Person, leaver: Person
) -> None:
    assert "to whom?" in (await said(talk, qa_lead, f"everything of {leaver.name}")).text
    assert "same person" in (await said(talk, qa_lead, f"everything of {leaver.name} to {leaver.id}")).text


async def test_who_has_left_already_is_known_by_their_id(
    talk: Conversation, db: Database, present: Establishment, qa_lead: Person, heir: Person, owned: Action
) -> None:
    people = {key: person for key, person in present.people.items() if key != DEMO_TEAM_MANAGER}
    gone = Establishment.of(people.values(), present.posts.values(), present.cases.values())
    db.write_now(establishment.replace, gone)
    await said(talk, qa_lead, f"everything of {DEMO_TEAM_MANAGER} to {heir.name}")
    await talk.press(qa_lead, "give_everything", {"reason": "left"})
    assert db.read_now(actions.open_of, DEMO_TEAM_MANAGER) == []


def test_at_the_server_actions_go_too_and_a_misspelt_name_is_answered_with_the_nearest(
    command: Command, db: Database, leaver: Person, heir: Person, owned: Action
) -> None:
    wrong = heir.name[:-2] + heir.name[-1]
    refused = command("reassign", "--leaver", leaver.name, "--to", wrong, "--reason", "left")
    assert refused.exit_code == 2
    assert f"{heir.id}  {heir.name}" in refused.output
    refused = command("reassign", "--leaver", leaver.name[:-2], "--to", heir.id, "--reason", "left")
    assert refused.exit_code == 2
    assert f"{leaver.id}  {leaver.name}" in refused.output
    done = command("reassign", "--leaver", leaver.name, "--to", heir.id, "--reason", "left")
    assert done.exit_code == 0, done.output
    assert "1 learning space and 1 action handed over" in done.output
    assert db.read_now(actions.open_of, leaver.id) == []

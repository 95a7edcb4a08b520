"""`reopen` and `moderate` at the front desk: for the QA team alone, asked back before anything happens."""

from __future__ import annotations

import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.conversation import Conversation
from bot.login import login
from dialogs.kit.message import Message
from policy.council.establishment import Establishment, Person
from storage.casework import corrections, learning_spaces, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.database import Database
from tests.bot.conftest import Command
from tests.bot.filling import fill_to_review, press


@pytest.fixture
def manager(present: Establishment) -> Person:
    return present.people[DEMO_TEAM_MANAGER]


@pytest.fixture
async def sent_in(talk: Conversation, db: Database, manager: Person) -> LearningSpace:
    """The team manager's learning space, sent in through the cards."""
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    await press(talk, manager, review, "submit")
    found = db.read_now(learning_spaces.by_reference, item.reference)
    assert found and found.state == "submitted"
    return found


async def said(talk: Conversation, person: Person, line: str) -> Message:
    return (await talk.text(person, line))[0]


async def test_a_form_is_opened_again_on_a_card_and_corrected_on_the_same_pages(
    talk: Conversation, db: Database, manager: Person, qa_lead: Person, sent_in: LearningSpace
) -> None:
    asked = await said(talk, qa_lead, f"reopen {sent_in.reference}")
    assert asked.text.startswith(f"Open {sent_in.reference} again?")
    assert db.read_now(corrections.asked, sent_in.reference) is None
    again = await talk.press(qa_lead, "reopen", {"ref": sent_in.reference})
    assert again.text.startswith(f"Open {sent_in.reference} again?")
    done = await talk.press(qa_lead, "reopen", {"ref": sent_in.reference, "reason": "missing_answer"})
    assert done.text.startswith(f"Open again: {sent_in.reference}")
    assert f"{sent_in.reference} is open again" in (await said(talk, manager, "list")).text
    opened = await said(talk, manager, f"open {sent_in.reference}")
    assert "The meeting" in opened.text
    assert "more time" not in opened.text
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    await press(talk, manager, review, "submit")
    [kept] = db.read_now(corrections.versions, sent_in.reference)
    assert kept.state == "corrected"


async def test_with_its_reason_it_is_done_at_once(
    talk: Conversation, db: Database, qa_lead: Person, sent_in: LearningSpace
) -> None:
    done = await said(talk, qa_lead, f"Re-open {sent_in.reference.lower()}, because an answer is wrong.")
    assert done.text.startswith(f"Open again: {sent_in.reference}")
    [row] = db.read_now(corrections.versions, sent_in.reference)
    assert row.reason == "wrong_answer"


@pytest.mark.parametrize("verb", ["reopen", "moderate"])
async def test_nobody_else_can_ask_and_nothing_happens(
    talk: Conversation, db: Database, manager: Person, present: Establishment, sent_in: LearningSpace, verb: str
) -> None:
    before = len(db.read_now(history.read))
    head = next(iter(present.posts_of_role("head_of_service"))).holder
    for person in (manager, present.people[head], present.people[sent_in.practitioner]):
        assert (await said(talk, person, f"{verb} {sent_in.reference}")).text.startswith("The QA lead does that")
        press_verb = "reopen" if verb == "reopen" else "ask_second_look"
        forged = await talk.press(person, press_verb, {"ref": sent_in.reference, "reason": "grade_and_reasons"})
        assert forged.text.startswith("The QA lead does that")
    assert len(db.read_now(history.read)) == before


async def test_the_qa_lead_asks_for_a_second_look_with_a_reason(
    talk: Conversation, db: Database, qa_lead: Person, sent_in: LearningSpace
) -> None:
    asked = await said(talk, qa_lead, f"moderate {sent_in.reference}")
    assert asked.text.startswith(f"Moderate {sent_in.reference}?")
    assert db.read_now(moderations.of_subject, sent_in.reference) is None
    done = await talk.press(qa_lead, "ask_second_look", {"ref": sent_in.reference, "reason": "asked_by_manager"})
    found = db.read_now(moderations.of_subject, sent_in.reference)
    assert found
    assert (found.why, found.draw) == ("requested", {"reason": "asked_by_manager"})
    assert done.text.startswith(f"Moderation {found.reference}")
    again = await said(talk, qa_lead, f"moderate {sent_in.reference} because learning")
    assert "had been selected before" in again.text or "Others" in again.text
    assert db.read_now(moderations.of_subject, sent_in.reference) == found


async def test_what_is_not_sent_in_can_be_neither(talk: Conversation, db: Database, qa_lead: Person) -> None:
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    for line in (f"reopen {item.reference}", f"moderate {item.reference}"):
        assert (await said(talk, qa_lead, line)).text.startswith("It is not sent in yet")


async def test_the_command_on_the_server_opens_it_too(
    talk: Conversation, db: Database, sent_in: LearningSpace, command: Command
) -> None:
    refused = command("reopen", sent_in.reference, "--because", "no reason")
    assert refused.exit_code == 2
    assert "wrong_answer" in refused.output
    done = command("reopen", sent_in.reference, "--because", "wrong_case")
    assert done.exit_code == 0, done.output
    row = db.read_now(corrections.asked, sent_in.reference)
    assert row and row.reopened_by == f"operator:{login()}"

"""The front desk: whoever presses or types gets an answer that is theirs, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from assurance.establishment.demo_council import (
    DEMO_DIRECTOR,
    DEMO_EXECUTIVE_DIRECTOR,
    DEMO_QA_LEAD,
    DEMO_SENIOR_MANAGER,
    DEMO_TEAM_MANAGER,
)
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment, history
from storage.engine.database import Database
from storage.outbox import notices
from tests.bot.filling import answers_on, button, fill_to_review, press


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock, woken: list[bool]) -> Conversation:
    return Conversation(db, framework, clock, wake=lambda: woken.append(True))


@pytest.fixture
def manager(db: Database) -> Person:
    return db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]


@pytest.fixture
def qa_lead(db: Database) -> Person:
    return db.read_now(establishment.current).people[DEMO_QA_LEAD]


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


async def _list(talk: Conversation, person: Person) -> Message:
    return (await talk.text(person, "list"))[0]


async def test_a_manager_fills_in_the_form_page_by_page_and_gets_a_receipt_without_answers(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace, woken: list[bool]
) -> None:
    review = await fill_to_review(talk, manager, await _list(talk, manager))
    receipt = await press(talk, manager, review, "submit")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert (stored.state, stored.grade, stored.submitted_by) == ("submitted", "good", manager.id)
    assert item.reference in receipt.text
    assert item.case_ref not in receipt.text
    assert "good" not in receipt.text.casefold().split()
    assert woken


async def test_pressing_send_twice_sends_once_and_says_when(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    review = await fill_to_review(talk, manager, await _list(talk, manager))
    first = await press(talk, manager, review, "submit")
    second = await press(talk, manager, review, "submit")
    assert first.text != second.text
    assert "already" in second.text.casefold()
    entries = [entry for entry in db.read_now(history.read) if entry.verb == "learning_space_submitted"]
    assert [entry.subject for entry in entries] == [item.reference]


async def test_an_old_review_card_shows_the_answers_as_they_are_now_before_anything_is_sent(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    review = await fill_to_review(talk, manager, await _list(talk, manager))
    page = await press(talk, manager, review, "edit", step="judgement")
    await press(talk, manager, page, "next", **answers_on(page.card, grade="requires_improvement"))
    shown = await press(talk, manager, review, "submit")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert stored.state == "opened"
    assert "changed since" in shown.text


async def test_what_was_put_aside_is_there_when_the_manager_comes_back(
    talk: Conversation, manager: Person, item: LearningSpace
) -> None:
    page = await press(talk, manager, await _list(talk, manager), "open")
    saved = await press(talk, manager, page, "later", **{**answers_on(page.card), "in_person": "part"})
    assert "saved" in saved.text.casefold()
    again = await press(talk, manager, saved, "open")
    assert answers_on(again.card)
    chosen = {each["id"]: each.get("value") for each in _inputs(again)}
    assert chosen["in_person"] == "part"


async def test_a_reference_may_be_typed_with_its_own_word(
    talk: Conversation, manager: Person, item: LearningSpace
) -> None:
    opened = (await talk.text(manager, f"please open {item.reference.lower()}"))[0]
    assert "Step 1" in opened.text


async def test_somebody_elses_reference_and_one_that_does_not_exist_look_the_same(
    talk: Conversation, db: Database, item: LearningSpace
) -> None:
    other = db.read_now(establishment.current).people[DEMO_EXECUTIVE_DIRECTOR]
    theirs = (await talk.text(other, f"open {item.reference}"))[0]
    nothing = (await talk.text(other, "open LS-2026Q3-999"))[0]
    assert theirs == nothing
    assert item.case_ref not in theirs.text


async def test_a_director_reads_that_it_is_owed_and_nothing_of_what_is_in_it(
    talk: Conversation, db: Database, item: LearningSpace
) -> None:
    people = db.read_now(establishment.current).people
    said = (await talk.text(people[DEMO_DIRECTOR], f"open {item.reference}"))[0]
    assert f"What you can see of {item.reference}" in said.text
    assert people[DEMO_TEAM_MANAGER].name in said.text and "not sent in yet" in said.text
    assert item.case_ref not in said.text and people[item.practitioner].name not in said.text


@pytest.mark.parametrize("verb", ["open", "next", "back", "later", "review", "edit", "submit"])
async def test_somebody_elses_card_opens_nothing_whichever_button_is_pressed(
    talk: Conversation, db: Database, item: LearningSpace, verb: str
) -> None:
    other = db.read_now(establishment.current).people[DEMO_SENIOR_MANAGER]
    before = len(db.read_now(history.read))
    said = await talk.press(
        other, verb, {"verb": verb, "ref": item.token, "step": "meeting", "v": 0, "in_person": "yes"}
    )
    assert item.case_ref not in said.text
    assert "cannot open" in said.text
    assert len(db.read_now(history.read)) == before


@pytest.mark.parametrize(
    "verb", ["open", "next", "submit", "edit", "approve_run", "acknowledge", "home", "", "drop table"]
)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"ref": None},
        {"ref": 7, "v": "x", "step": []},
        {"ref": {"$ne": ""}, "v": True, "step": {"a": 1}},
        {"ref": "x" * 100_000, "step": "\x00", "v": -1},
        {"ref": "' OR 1=1 --", "step": "meeting", "v": 10**30, "in_person": ["yes"]},
    ],
)
async def test_whatever_stands_in_a_button_the_answer_is_kind_and_nothing_is_written(
    talk: Conversation, db: Database, manager: Person, verb: str, data: dict[str, Any]
) -> None:
    before = len(db.read_now(history.read))
    said = await talk.press(manager, verb, data)
    assert said.text
    assert len(db.read_now(history.read)) == before


async def test_forged_answers_on_ones_own_card_are_held_against_the_form(talk: Conversation, manager: Person) -> None:
    page = await press(talk, manager, await _list(talk, manager), "open")
    forged = {
        "date_held": "2031-01-01",
        "in_person": "maybe",
        "immediate_risk": ["no"],
        "grade": "outstanding",
        "x": "y",
    }
    stays = await press(talk, manager, page, "next", **forged)  # type: ignore[arg-type]
    assert "Step 1" in stays.text


async def test_a_safety_answer_wakes_the_couriers_at_once(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace, woken: list[bool]
) -> None:
    page = await press(talk, manager, await _list(talk, manager), "open")
    woken.clear()
    await press(talk, manager, page, "next", **{**answers_on(page.card), "immediate_risk": "yes"})
    urgent = [notice for notice in db.read_now(notices.about, item.reference) if notice.urgent]
    assert urgent
    assert woken


async def test_the_qa_lead_allocates_a_month_by_typing_it_and_pressing_approve(
    talk: Conversation, db: Database, qa_lead: Person, woken: list[bool]
) -> None:
    proposal = (await talk.text(qa_lead, "allocate December 2026"))[0]
    approved = await press(talk, qa_lead, proposal, "approve_run")
    again = await press(talk, qa_lead, proposal, "approve_run")
    assert "Approved" in approved.text
    assert "before" in again.text
    assert woken
    given = db.read_now(learning_spaces.of_run, button(proposal, "approve_run").data["ref"])
    assert len(given) == 40


async def test_a_proposal_put_aside_allocates_nothing_and_cannot_be_approved_afterwards(
    talk: Conversation, db: Database, qa_lead: Person
) -> None:
    proposal = (await talk.text(qa_lead, "allocate december"))[0]
    aside = await press(talk, qa_lead, proposal, "withdraw_run")
    late = await press(talk, qa_lead, proposal, "approve_run")
    assert "allocate December 2026" in aside.text
    assert "settled" in late.text
    assert db.read_now(learning_spaces.of_run, button(proposal, "approve_run").data["ref"]) == []


async def test_an_approved_month_cannot_be_put_aside(talk: Conversation, qa_lead: Person) -> None:
    proposal = (await talk.text(qa_lead, "allocate December 2026"))[0]
    await press(talk, qa_lead, proposal, "approve_run")
    assert "Approved" in (await press(talk, qa_lead, proposal, "withdraw_run")).text


async def test_nobody_but_the_qa_lead_allocates(talk: Conversation, manager: Person, qa_lead: Person) -> None:
    proposal = (await talk.text(qa_lead, "allocate December 2026"))[0]
    assert "QA lead" in (await talk.text(manager, "allocate December 2026"))[0].text
    for verb in ("approve_run", "withdraw_run"):
        assert "QA lead" in (await press(talk, manager, proposal, verb)).text


@pytest.mark.parametrize(("typed", "said"), [("allocate October 2026", "over"), ("allocate August 2027", "too far")])
async def test_a_month_that_is_past_or_too_far_is_said_kindly(
    talk: Conversation, qa_lead: Person, typed: str, said: str
) -> None:
    assert said in (await talk.text(qa_lead, typed))[0].text


@pytest.mark.parametrize(
    "typed", ["hello", "help", "thanks", "what?", "", "\x00\x01", "🎉", "x" * 50_000, "<at>bot</at>"]
)
async def test_every_line_gets_one_useful_answer(talk: Conversation, manager: Person, typed: str) -> None:
    answers = await talk.text(manager, typed)
    assert len(answers) == 1
    assert answers[0].text


async def test_a_dialog_has_the_buttons_a_dialog_window_knows(
    talk: Conversation, manager: Person, item: LearningSpace
) -> None:
    opened = await talk.dialog(manager, "open", {"ref": item.token})
    assert opened.card
    kinds = {action["type"] for action in opened.card["actions"]}
    assert kinds == {"Action.Submit"}


async def test_a_database_that_fails_is_said_and_nothing_pretends_to_be_saved(
    talk: Conversation, db: Database, manager: Person
) -> None:
    page = await press(talk, manager, await _list(talk, manager), "open")
    db.close()
    said = await press(talk, manager, page, "next", **answers_on(page.card))
    assert "went wrong on our side" in said.text


def _inputs(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(element: Any) -> None:
        if isinstance(element, dict):
            if str(element.get("type", "")).startswith("Input."):
                found.append(element)
            for value in element.values():
                walk(value)
        elif isinstance(element, list):
            for value in element:
                walk(value)

    walk(message.card)
    return found


async def test_a_button_nobody_answers_to_is_counted_logged_and_answered_kindly_and_does_nothing(
    db: Database, framework: Framework, clock: Clock, manager: Person, item: LearningSpace
) -> None:
    unknown: list[bool] = []
    talk = Conversation(db, framework, clock, unknown_button=lambda: unknown.append(True))
    before = db.read_now(history.newest)
    with capture_logs() as lines:
        said = [await talk.press(manager, verb, {"verb": verb, "ref": item.token}) for verb in ("opne", "Ann B\u2026")]
    assert len(unknown) == 2
    assert [line["verb"] for line in lines if line["event"] == "unknown button"] == ["opne", "unreadable"]
    for message in said:
        assert message.text.startswith("I do not know this button")
        assert "nothing was changed" in message.text
        assert button(message, "home")
    assert db.read_now(history.newest) == before


async def test_a_word_that_is_none_of_ours_beside_a_reference_shows_nothing_of_it(
    talk: Conversation, manager: Person, item: LearningSpace
) -> None:
    (said,) = await talk.text(manager, f"cancel {item.reference}")
    assert "I did not follow what to do with it. Nothing was done." in said.text
    (opened,) = await talk.text(manager, f"please open {item.reference}")
    assert opened.text.startswith(f"Learning space {item.reference}")

"""What cannot be taken as an answer: each said in its own way, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_SENIOR_MANAGER
from bot.conversation import Conversation
from policy.council.establishment import Person
from storage.casework import conversations, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from storage.engine.session import Session
from tests.bot.by_typing.typist import (
    Typist,
    asked_by,
    draft_of,
    up_to,
)


@pytest.mark.parametrize(
    ("question", "typed", "said"),
    [
        ("in_person", "7", "There are 3 choices"),
        ("in_person", "perhaps", "among the 3 answers"),
        ("in_person", "\U0001f44d", "symbol or a picture"),
        ("date_held", "03/13", "put the day first"),
        ("date_held", "soon", "could not read a day"),
        ("date_held", "Friday 14 March 2026", "14 March is a Saturday"),
        ("date_held", "tomorrow", "has not come yet"),
        ("date_held", "1/1/2020", "on or after"),
        ("immediate_risk", "maybe", "yes or no"),
        ("worked_well", "x" * 10_000, "9,500 characters too long"),
        ("action_1_by", "1 October 2030", "up to"),
        ("action_1_by", "next Friday", "Friday 27 November or Friday 4 December"),
        ("action_1_by", "next week", "could not read a day"),
    ],
)
async def test_an_answer_that_cannot_be_taken_says_why_and_the_draft_stays(
    say: Typist, db: Database, item: LearningSpace, question: str, typed: str, said: str
) -> None:
    await say("type")
    await up_to(say, db, question)
    before = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    reply = await say(typed)
    assert said in reply
    assert asked_by(db) == question
    assert db.read_now(learning_spaces.load_draft, item.reference, item.person) == before
    assert "xxxxx" not in reply


@pytest.mark.parametrize("typed", ["Call mum on 07700 900123", "NHS 943 476 5919 was checked", "moved to PR1 2AB"])
async def test_details_are_neither_kept_nor_said_again(
    say: Typist, db: Database, item: LearningSpace, typed: str
) -> None:
    await say("type")
    await up_to(say, db, "worked_well")
    reply = await say(typed)
    assert "delete your message" in reply
    assert "07700" not in reply
    assert "943" not in reply
    assert "PR1" not in reply
    assert "worked_well" not in draft_of(db, item).answers


async def test_words_that_may_name_somebody_are_kept_with_a_question_back(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await up_to(say, db, "worked_well")
    reply = await say("Jordan Ashmole felt heard at every visit.")
    assert "Could this be a name?" in reply
    assert "Ashmole" not in reply
    assert "worked_well" in draft_of(db, item).answers


async def test_somebody_elses_reference_and_none_at_all_get_the_same_answer(
    talk: Conversation, db: Database, item: LearningSpace
) -> None:
    other = Typist(talk, db.read_now(establishment.current).people[DEMO_SENIOR_MANAGER])
    theirs = await other(f"type {item.reference}")
    assert theirs == await other("type LS-2026Q3-999")
    assert item.case_ref not in theirs
    assert db.read_now(conversations.load, DEMO_SENIOR_MANAGER) is None


async def test_a_stranger_to_a_loop_learns_nothing_by_asking_to_type_it(
    talk: Conversation, db: Database, say: Typist
) -> None:
    assert await say("type CL-2026Q3-999") == await say("open LS-2026Q3-999")


async def test_what_has_a_card_and_no_questions_of_its_own_is_said_to(say: Typist) -> None:
    assert "filled in on its card" in await say("type AC-2026Q3-001")


async def test_several_forms_are_offered_by_reference_and_day(say: Typist, db: Database, item: LearningSpace) -> None:
    def second(session: Session) -> None:
        more = replace(item, reference="LS-2026Q3-900", token="e" * 32, case_ref="NM-000001")
        learning_spaces.insert(session, replace(more, due_on=item.due_on + timedelta(days=3)))

    db.write_now(second)
    said = await say("type")
    assert f"type {item.reference}" in said
    assert "type LS-2026Q3-900" in said
    assert "LS-2026Q3-900" in await say("type LS-2026Q3-900")


async def test_with_nothing_waiting_there_is_nothing_to_ask(talk: Conversation, db: Database) -> None:
    idle = db.read_now(establishment.current).people[DEMO_QA_LEAD]
    assert "Nothing to answer" in await Typist(talk, idle)("type")


async def test_two_lines_at_once_answer_one_question_and_the_second_is_not_put_elsewhere(
    say: Typist, talk: Conversation, db: Database, item: LearningSpace, manager: Person
) -> None:

    await say("type")
    replies = await asyncio.gather(*(talk.text(manager, text) for text in ("yesterday", "23 November")))
    said = [message.text for reply in replies for message in reply]
    assert sum("Kept:" in one for one in said) == 1
    assert sum("I have not taken that one" in one or "could not read" in one or "none of" in one for one in said) <= 1
    assert set(draft_of(db, item).answers) == {"date_held", "soft_checks"}


async def test_asking_in_the_middle_for_a_form_that_is_not_ones_own_leaves_the_question_where_it_was(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    with_others = db.read_now(learning_spaces.after_reference, "", 40)
    somebody_elses = next(one for one in with_others if one.person != item.person)
    await say("type")
    await up_to(say, db, "worked_well")
    await say(f"type {somebody_elses.reference}")
    refusal, question = say.last
    assert "cannot open" in refusal.text.lower()
    assert "worked well" in question.text.lower()
    assert asked_by(db) == "worked_well"

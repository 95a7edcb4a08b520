"""Back, skip, later, where am I, a command in the middle, and an earlier answer put right."""

from __future__ import annotations

import re

import pytest

from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.bot.by_typing.typist import (
    Typist,
    answer_all,
    asked_by,
    draft_of,
    up_to,
)


async def test_back_asks_the_question_before_with_its_answer_and_next_keeps_it(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await say("yesterday")
    back = await say("back")
    assert "Date of the meeting" in back
    assert "Now: Tuesday 24 November" in back
    assert "in person" in await say("next")
    assert draft_of(db, item).answers["date_held"] == "2026-11-24"


async def test_back_at_the_first_question_stays_there(say: Typist) -> None:
    await say("type")
    assert "Date of the meeting" in await say("back")


async def test_only_what_may_be_left_empty_can_be_skipped(say: Typist, db: Database) -> None:
    await say("type")
    assert "This one is needed" in await say("skip")
    assert asked_by(db) == "date_held"
    await up_to(say, db, "others_present")
    assert "hear from the child" in await say("skip")


async def test_later_keeps_everything_and_says_how_to_go_on(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    await say("yesterday")
    said = await say("later")
    assert "saved" in said
    assert f"type {item.reference}" in said
    assert "in person" in await say(f"type {item.reference}")
    assert draft_of(db, item).answers["date_held"] == "2026-11-24"


async def test_where_am_i_counts_what_is_answered_and_what_is_needed(say: Typist) -> None:
    await say("type")
    await say("yesterday")
    said = await say("where am I?")
    assert re.search(r"You are at question 2 of \d+\. One answer is saved\.", said)
    assert "needed before you can send it" in said
    assert "in person" in await say("continue")


async def test_a_command_in_the_middle_is_done_and_the_question_is_offered_again(say: Typist, db: Database) -> None:
    await say("type")
    await up_to(say, db, "family_feedback")
    for command in ("list", "help", "actions", "thanks"):
        said = await say(command)
        assert len(say.last) == 2
        assert re.search(r"You were at question 5 of \d+", said)
        assert "Did you hear from the child" in said
        assert asked_by(db) == "family_feedback"


async def test_asking_for_more_time_in_the_middle_leaves_the_question_where_it_was(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    said = await say("extension")
    assert "more time" in said.lower()
    assert "You were at question 1" in said
    assert "You were at question 1" in await say(f"extension {item.reference}")


@pytest.mark.parametrize(
    "text",
    [
        "Extended family were part of the plan, and it shows.",
        "Open questions remain about contact, and more time was given.",
        "Change the contact plan to weekly visits and review it.",
        "Actually the visits were regular and well prepared.",
        "Allocate a new worker for direct work.",
        "help is offered early",
    ],
)
async def test_a_free_text_that_begins_like_a_command_is_an_answer(
    say: Typist, db: Database, item: LearningSpace, text: str
) -> None:
    await say("type")
    await up_to(say, db, "worked_well")
    await say(text)
    assert draft_of(db, item).answers["worked_well"] == text


# -- putting an answer right ------------------------------------------------------------------------------------------


async def test_an_earlier_answer_is_put_right_in_one_line_and_the_question_stays(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await up_to(say, db, "family_feedback")
    said = await say("actually the meeting was 23 November")
    assert "Kept: Monday 23 November" in said
    assert "Did you hear from the child" in said
    assert draft_of(db, item).answers["date_held"] == "2026-11-23"


async def test_an_answer_is_asked_again_by_its_number_and_then_it_goes_on_where_it_was(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await up_to(say, db, "immediate_risk")
    assert "Did the practitioner take part?" in await say("change 3")
    said = await say("no")
    assert "immediate risk" in said
    assert draft_of(db, item).answers["practitioner_took_part"] == "no"


async def test_the_grade_is_changed_by_its_name_at_the_end_and_read_again_before_it_is_sent(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await answer_all(say, db)
    said = await say("change grade to requires improvement")
    assert "Check and send" in said
    assert draft_of(db, item).answers["grade"] == "requires_improvement"
    await say("send")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert stored.grade == "requires_improvement"


async def test_a_correction_that_brings_up_a_question_asks_it_before_going_on(say: Typist, db: Database) -> None:
    await say("type")
    await up_to(say, db, "immediate_risk")
    assert "Why not in person" in await say("change in person to partly")
    assert "immediate risk" in await say("travel")


async def test_a_correction_that_fits_several_questions_is_asked_about(say: Typist, db: Database) -> None:
    await say("type")
    await answer_all(say, db)
    said = await say("change learning")
    assert "more than one question" in said or "Now:" in said


async def test_an_optional_answer_can_be_taken_out_again(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    await up_to(say, db, "family_feedback", others_present="1 and 2")
    assert draft_of(db, item).answers["others_present"] == ["team_manager", "iro"]
    await say("back")
    assert "taken it out" in await say("clear")
    assert not draft_of(db, item).answers.get("others_present")

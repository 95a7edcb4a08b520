"""A form answered by typing: every answer is kept as on a card, and what may be left out may be."""

from __future__ import annotations

import re
from dataclasses import replace

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.database import Database
from tests.bot.by_typing.typist import (
    ANSWERS,
    Typist,
    answer_all,
    asked_by,
    draft_of,
    place_of,
    up_to,
)


async def test_a_whole_learning_space_is_graded_by_typing(
    say: Typist, db: Database, item: LearningSpace, woken: list[bool]
) -> None:
    first = await say(f"grade {item.reference} by typing")
    assert "Question 1 of" in first
    assert item.case_ref in first
    review = await answer_all(say, db)
    assert "Check and send" in review
    assert "The worker listened" in review
    receipt = await say("send")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert (stored.state, stored.grade, stored.submitted_by) == ("submitted", "good", DEMO_TEAM_MANAGER)
    assert "Sent in" in receipt
    assert item.case_ref not in receipt
    assert woken
    assert place_of(db) is None


async def test_only_the_word_send_sends_a_yes_or_an_ok_may_have_been_meant_for_something_else(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await answer_all(say, db)
    for word in ("YES", "ok", "y"):
        assert "Type send to send it in" in await say(word)
    assert "Sent in" in await say("send")


async def test_every_answer_is_in_the_draft_the_moment_it_is_given(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    for count, given in enumerate(["yesterday", "partly", "travel"], 1):
        await say(given)
        draft = draft_of(db, item)
        assert draft.version == count
    assert draft_of(db, item).answers == {
        "date_held": "2026-11-24",
        "in_person": "part",
        "not_in_person_reason": "travel",
        "soft_checks": [],
    }


async def test_asking_to_type_without_a_reference_takes_the_only_form_there_is(
    say: Typist, item: LearningSpace
) -> None:
    assert item.reference in await say("type")


async def test_the_first_line_of_every_answer_is_fit_for_a_locked_screen(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    for _ in range(40):
        question = asked_by(db)
        if question == "*":
            break
        await say(ANSWERS.get(question) or ("good" if question.startswith("grade_") else "yes"))
        for message in say.last:
            first = message.text.splitlines()[0]
            assert not re.search(r"\b(good|inadequate|outstanding)\b", f"{first} {message.summary}", re.IGNORECASE)
            assert item.case_ref not in f"{first} {message.summary}"


async def test_the_conversation_keeps_places_and_never_words(say: Typist, db: Database) -> None:
    await say("type")
    await up_to(say, db, "worked_well")
    await say("The worker listened carefully.")
    place = place_of(db)
    assert place
    assert "listened" not in repr(replace(place))


# -- the red route ---------------------------------------------------------------------------------------------------


async def test_a_child_at_risk_typed_raises_the_red_route_at_once_and_shows_what_to_do(
    say: Typist, db: Database, item: LearningSpace, woken: list[bool]
) -> None:
    await say("type")
    await up_to(say, db, "immediate_risk")
    woken.clear()
    said = await say("yes")
    assert "Use your safeguarding procedure now" in said
    assert "Whom have you told?" in said
    flag = db.read_now(red_flags.of, item.reference)
    assert flag is not None
    assert woken
    assert "red_route_raised" in [entry.verb for entry in db.read_now(history.read)]
    assert "morning or afternoon" in (await say("1") and await say("2.30"))
    await say("2.30pm")
    assert "What you saw" in await say("done")


async def test_a_risk_that_was_typed_by_mistake_can_be_put_right(say: Typist, db: Database) -> None:
    await say("type")
    await up_to(say, db, "immediate_risk")
    await say("yes")
    said = await say("change 6 to no")
    assert "What you saw" in said

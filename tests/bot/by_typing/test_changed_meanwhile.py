"""The item, its date, the form or an answer changes while somebody types."""

from __future__ import annotations

import re
from datetime import timedelta

from assurance.establishment.demo_council import DEMO_SENIOR_MANAGER, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.bot.by_typing.typist import (
    WEDNESDAY,
    Typist,
    answer_all,
    asked_by,
    change_item,
    draft_of,
    inputs_on,
    place_of,
)
from tests.bot.filling import answers_on, press


async def test_an_item_taken_off_the_list_meanwhile_is_said_and_the_line_is_not_kept(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    change_item(db, item, state="withdrawn")
    said = await say("yesterday")
    assert "No longer with you" in said
    assert place_of(db) is None
    assert "No longer" not in await say("list")


async def test_an_item_given_to_somebody_else_meanwhile_is_said(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    change_item(db, item, person=DEMO_SENIOR_MANAGER)
    said = await say("yesterday")
    assert "No longer with you" in said
    assert item.case_ref not in said


async def test_an_item_sent_in_on_a_card_meanwhile_is_said_with_its_day(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    change_item(db, item, state="submitted", submitted_at=WEDNESDAY, submitted_by=DEMO_TEAM_MANAGER)
    said = await say("yesterday")
    assert "already been sent in" in said or "Already sent in" in said


async def test_a_new_due_date_is_said_with_the_next_question(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    change_item(db, item, due_on=item.due_on + timedelta(days=7))
    said = await say("yesterday")
    assert "The date has changed" in said
    assert "The date has changed" not in await say("yes")


async def test_a_form_that_lost_the_question_goes_on_with_the_next_open_one(
    say: Typist, talk: Conversation, db: Database, item: LearningSpace, framework: Framework
) -> None:
    await say("type")
    await say("yesterday")
    form = framework.form("learning_space")
    meeting = form.steps[0].model_copy(
        update={"fields": tuple(field for field in form.steps[0].fields if "in_person" not in field.key)}
    )
    forms = tuple(
        one.model_copy(update={"steps": (meeting, *one.steps[1:])}) if one.key == form.key else one
        for one in framework.forms
    )
    talk.framework = framework.model_copy(update={"forms": forms})
    said = await say("yes")
    assert "The form has changed" in said
    assert "Did the practitioner take part?" in said
    assert "practitioner_took_part" not in draft_of(db, item).answers


async def test_an_answer_given_on_a_card_meanwhile_is_not_overwritten_by_a_line_typed_for_it(
    say: Typist, talk: Conversation, db: Database, item: LearningSpace, manager: Person
) -> None:
    await say("type")
    card = await talk.press(manager, "open", {"ref": item.token})
    await press(talk, manager, card, "next", **answers_on(card.card))
    said = await say("23 November")
    assert "have changed on a card" in said
    assert draft_of(db, item).answers["date_held"] == "2026-11-20"
    assert "Child's voice" in await say("next")


async def test_after_a_day_away_a_line_is_no_answer_until_its_author_goes_on(
    db: Database, framework: Framework, manager: Person, item: LearningSpace
) -> None:
    today = Typist(Conversation(db, framework, Clock.standing(WEDNESDAY)), manager)
    await today("type")
    await today("yesterday")
    later = Typist(Conversation(db, framework, Clock.standing(WEDNESDAY + timedelta(hours=25))), manager)
    said = await later("yes")
    assert "in person" in said  # yes goes on, and answers nothing
    assert "in_person" not in draft_of(db, item).answers
    much_later = Typist(Conversation(db, framework, Clock.standing(WEDNESDAY + timedelta(hours=60))), manager)
    said = await much_later("partly")
    assert "more than a day" in said
    assert "in_person" not in draft_of(db, item).answers
    assert "Was it held in person?" in await much_later("continue")
    await much_later("partly")
    assert draft_of(db, item).answers["in_person"] == "part"


async def test_an_old_conversation_does_not_follow_somebody_who_asks_for_their_list(
    db: Database, framework: Framework, manager: Person
) -> None:
    await Typist(Conversation(db, framework, Clock.standing(WEDNESDAY)), manager)("type")
    later = Typist(Conversation(db, framework, Clock.standing(WEDNESDAY + timedelta(hours=25))), manager)
    await later("list")
    assert len(later.last) == 1


async def test_a_review_that_has_changed_on_a_card_is_read_again_before_it_is_sent(
    say: Typist, talk: Conversation, db: Database, item: LearningSpace, manager: Person
) -> None:
    await say("type")
    await answer_all(say, db)
    page = await talk.press(manager, "edit", {"ref": item.token, "step": "judgement"})
    await press(talk, manager, page, "next", **answers_on(page.card, grade="requires_improvement"))
    said = await say("send")
    assert "have changed since" in said
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert stored.state == "opened"
    assert "Sent in" in await say("send")


async def test_send_before_the_end_says_how_much_is_missing_and_asks_for_it(say: Typist, db: Database) -> None:
    await say("type")
    await say("yesterday")
    said = await say("send")
    assert re.search(r"\d+ answers are still needed", said)
    assert asked_by(db) == "in_person"


async def test_a_card_of_an_older_form_loses_nothing_that_the_form_still_asks(
    talk: Conversation, db: Database, item: LearningSpace, manager: Person, framework: Framework
) -> None:
    card = await talk.press(manager, "open", {"ref": item.token})
    form = framework.form("learning_space")
    renamed = form.steps[0].model_copy(update={"key": "the_meeting", "title": "How you met"})
    forms = tuple(
        one.model_copy(update={"steps": (renamed, *one.steps[1:])}) if one.key == form.key else one
        for one in framework.forms
    )
    talk.framework = framework.model_copy(update={"forms": forms})
    page = await press(talk, manager, card, "next", **answers_on(card.card, in_person="part"))
    assert "The form has changed" in page.text
    assert {each["id"]: each.get("value") for each in inputs_on(page)}["in_person"] == "part"
    await press(talk, manager, page, "next", **answers_on(page.card, in_person="part", not_in_person_reason="travel"))
    assert draft_of(db, item).answers["in_person"] == "part"


async def test_a_question_that_was_taken_out_of_the_form_is_said_not_swallowed(
    talk: Conversation, db: Database, item: LearningSpace, manager: Person, framework: Framework
) -> None:
    card = await talk.press(manager, "open", {"ref": item.token})
    form = framework.form("learning_space")
    fewer = tuple(field for field in form.steps[0].fields if field.key != "others_present")
    forms = tuple(
        one.model_copy(update={"steps": (one.steps[0].model_copy(update={"fields": fewer}), *one.steps[1:])})
        if one.key == form.key
        else one
        for one in framework.forms
    )
    talk.framework = framework.model_copy(update={"forms": forms})
    page = await press(talk, manager, card, "next", **answers_on(card.card))
    assert "The form has changed" in page.text
    assert draft_of(db, item).answers["in_person"] == "yes"

"""Begun on a card, gone on with by typing; and a text typed while a card with a box for it is open."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.conversation import Conversation
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.bot.by_typing.typist import WEDNESDAY, Typist, draft_of, inputs_on
from tests.bot.filling import answers_on, press


async def test_what_a_card_has_answered_is_not_asked_again(
    say: Typist, talk: Conversation, manager: Person, item: LearningSpace
) -> None:
    card = await talk.press(manager, "open", {"ref": item.token})
    await press(talk, manager, card, "next", **answers_on(card.card))
    said = await say("type")
    assert "Child's voice and lived experience" in said


async def test_a_text_typed_while_a_card_with_a_text_box_is_open_is_put_into_the_box(
    say: Typist, talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    page = await talk.press(manager, "open", {"ref": item.token})
    for _ in range(3):
        page = await press(talk, manager, page, "next", **answers_on(page.card))
    assert "What worked well" in page.text
    text = "The worker listened, and the plan changed because of what was said."
    reply = await say(text)
    assert "first free text box" in reply
    assert "worked_well" not in draft_of(db, item).answers
    shown = {each["id"]: each.get("value") for each in inputs_on(say.last[0])}
    assert shown["worked_well"] == text
    refused = await say("Call 07700 900123 about the plan")
    assert "delete your message" in refused
    assert "07700" not in refused
    assert "characters too long" in await say("x" * 900)


async def test_without_an_open_text_box_a_stray_line_is_answered_as_ever(say: Typist) -> None:
    assert "I did not follow that" in await say("the visits were regular and the plan was clear " * 6)


async def _boxes(say: Typist) -> dict[str, str | None]:
    return {each["id"]: each.get("value") for each in inputs_on(say.last[0])}


async def test_a_text_typed_while_more_time_is_asked_for_is_put_into_its_box_and_nothing_is_asked(
    say: Typist, talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    await say("extension")
    assert "I put what you just typed" in await say("The family moved house, so the visit had to be put back.")
    assert (await _boxes(say))["note"] == "The family moved house, so the visit had to be put back."
    assert "Now: The family moved house" in say.last[0].text
    assert db.read_now(more_time.of, item.reference) == []
    again = await say("They moved house, and two visits had to be put back.")
    assert again.count("I put what you just typed") == 1
    assert (await _boxes(say))["note"] == "They moved house, and two visits had to be put back."
    note = "They moved house, and two visits had to be put back."
    given = answers_on(say.last[0].card, note=note, new_date="2026-12-22")
    await press(talk, manager, say.last[0], "ask_extension", **given)
    [made] = db.read_now(more_time.of, item.reference)
    assert made.note == note
    assert "I did not follow that" in await say("It was only a question of the house.")


async def test_what_breaks_the_guard_or_is_too_long_is_not_put_into_a_box(say: Typist) -> None:
    await say("extension")
    refused = await say("Mum asked us to ring 07700 900123 first")
    assert "delete your message" in refused
    assert "07700" not in refused
    said = await say("word " * 400)  # the card is still the one in front of them
    assert "I did not put what you just typed" in said
    assert "characters too long" in said
    assert "word word" not in said


async def test_a_card_left_for_another_one_is_offered_nothing(say: Typist) -> None:
    await say("extension")
    await say("list")
    assert "I did not follow that" in await say("The family moved house, so the visit had to be put back.")


async def test_a_card_shown_more_than_a_day_ago_is_offered_nothing(
    db: Database, framework: Framework, manager: Person
) -> None:
    clock = Clock.standing(WEDNESDAY)
    talk = Conversation(db, framework, clock)
    say = Typist(talk, manager)
    await say("extension")
    talk.clock = Clock.standing(WEDNESDAY + timedelta(hours=25))
    assert "I did not follow that" in await say("The family moved house, so the visit had to be put back.")


async def test_a_card_left_for_typing_is_offered_nothing_afterwards(say: Typist) -> None:
    await say("extension")
    await say("type")
    await say("later")
    assert "I did not follow that" in await say("The family moved house, so the visit had to be put back.")

"""Moderation as it is pressed: blind until one's own view is stored, and only for those it belongs to."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.cli.terminal_card import buttons_of, inputs_of
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.casework import form_drafts, learning_spaces, loops, moderations
from storage.casework.moderations import Moderation
from storage.council import establishment, history
from storage.engine.database import Database, Session
from storage.schema.tables import answers
from tests.bot.filling import press
from tests.bot.second_looks import OWN, moderator_of, opened, selected, sent_in


@pytest.fixture
def manager(db: Database) -> Person:
    return db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]


async def _own_view(talk: Conversation, person: Person, moderation: Moderation, **changes: str) -> list[Message]:
    """Every card on the way from the first page to both views side by side."""
    cards = [await opened(talk, person, moderation)]
    for _ in range(3):
        asked = {question.id for question in inputs_of(cards[-1].card)}
        answers = {key: value for key, value in {**OWN, **changes}.items() if key in asked}
        cards.append(await press(talk, person, cards[-1], "moderation_next", **answers))
    return cards


async def test_before_ones_own_view_is_stored_no_card_can_tell_the_first_grade(
    talk: Conversation, db: Database, manager: Person
) -> None:
    """Whatever the first grade was, every card up to then is the same to the letter."""
    reference = await sent_in(talk, manager, "inadequate")
    moderation = db.read_now(moderations.of_subject, reference)
    assert moderation
    moderator = moderator_of(talk, moderation)
    rounds: list[list[str]] = []
    for grade in ("good", "inadequate", "outstanding"):  # after the first round the draft is always the same

        def regrade(session: Session, grade: str = grade) -> None:
            given = learning_spaces.load_answers(session, reference) or {}
            learning_spaces.update(session, reference, grade=grade, impact=grade)
            moderations.update(session, moderation.reference, original_grade=grade, original_impact=grade)
            session.execute(_new_answers(reference, {**given, "grade": grade, "impact": grade, "grade_reasons": grade}))

        db.write_now(regrade)
        cards = [await opened(talk, moderator, moderation)]
        cards.append(await press(talk, moderator, cards[-1], "moderation_next", grade="good", impact="good"))
        cards.append(await press(talk, moderator, cards[-1], "moderation_next"))
        cards.append(await press(talk, moderator, cards[-1], "moderation_next"))  # something is missing
        cards.append(await press(talk, moderator, cards[-1], "moderation_back"))
        cards.append(await press(talk, moderator, cards[-1], "moderation_later"))
        cards += await talk.text(moderator, "moderations")
        cards += await talk.text(moderator, "list")
        rounds.append([card.text + card.summary + json.dumps(card.card) for card in cards])
    assert rounds[1] == rounds[2]
    assert all("inadequate" not in card.casefold() for card in rounds[2][-2:])


def _new_answers(reference: str, given: dict[str, Any]) -> sa.Update:
    return sa.update(answers).where(answers.c.reference == reference).values(answers=given)


async def test_after_it_both_are_shown_side_by_side(talk: Conversation, manager: Person) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    cards = await _own_view(talk, moderator_of(talk, moderation), moderation)
    assert "Overall practice grade: first Good, second Requires improvement to be good" in cards[-1].text
    assert "Plan, review and progress: Good, both times" in cards[-1].text
    assert "Parts of practice" not in cards[-1].text


async def test_an_old_card_pressed_again_changes_nothing(talk: Conversation, db: Database, manager: Person) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    moderator = moderator_of(talk, moderation)
    cards = await _own_view(talk, moderator, moderation)
    again = await press(talk, moderator, cards[-2], "moderation_next", quality_evidence="no")
    assert again.text == cards[-1].text
    stored = db.read_now(moderations.by_reference, moderation.reference)
    assert stored and stored.form["grading"]["quality_evidence"] == "yes"


async def test_the_talk_is_booked_written_down_and_confirmed_with_buttons(
    talk: Conversation, db: Database, manager: Person
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    moderator = moderator_of(talk, moderation)
    both = (await _own_view(talk, moderator, moderation))[-1]
    refused = await press(talk, moderator, both, "moderation_book", booked_on="2026-11-01")
    assert "Please choose a day after " in refused.text
    booked = await press(talk, moderator, refused, "moderation_book", booked_on="2026-11-24")
    assert "Talk: Tuesday 24 November" in booked.text
    page = await press(talk, moderator, booked, "moderation_talk")
    half = await press(
        talk, moderator, page, "moderation_talked", discussed_on="2026-11-20", way="video", accepted="yes"
    )
    assert "Please write a few words." in half.text
    said = {
        "discussed_on": "2026-11-20",
        "way": "video",
        "accepted": "yes",
        "managers_view": "They see it the same way.",
    }
    outcome = await press(talk, moderator, half, "moderation_talked", **said)
    assert "The outcome will be: lowered." in outcome.text
    closed = await press(talk, moderator, outcome, "moderation_close")
    assert "Outcome: lowered." in closed.text
    assert buttons_of(closed.card) == []
    stored = db.read_now(moderations.by_reference, moderation.reference)
    assert stored and (stored.state, stored.outcome) == ("closed", "lowered")
    again = (await press(talk, moderator, outcome, "moderation_close")).text
    assert "You closed this moderation on Friday 20 November 2026" in again
    assert "Your press changed nothing." in again and "Outcome: lowered." in again


async def test_the_manager_may_read_it_once_it_was_talked_through_and_history_says_so(
    talk: Conversation, db: Database, manager: Person
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    moderator = moderator_of(talk, moderation)
    assert "cannot open" in (await opened(talk, manager, moderation)).text
    both = (await _own_view(talk, moderator, moderation, grade="good"))[-1]
    assert "cannot open" in (await opened(talk, manager, moderation)).text
    page = await press(talk, moderator, both, "moderation_talk")
    said = {
        "discussed_on": "2026-11-20",
        "way": "phone",
        "accepted": "yes",
        "managers_view": "They see it the same way.",
    }
    outcome = await press(talk, moderator, page, "moderation_talked", **said)
    await press(talk, moderator, outcome, "moderation_close")
    read = await opened(talk, manager, moderation)
    assert "Outcome: agreed." in read.text
    assert "They see it the same way." in read.text
    assert buttons_of(read.card) == []
    entries = db.read_now(history.read, subject=moderation.reference)
    assert [entry.actor for entry in entries if entry.verb == "moderation_read"] == [f"person:{manager.id}"]


async def test_moderated_up_the_qa_lead_stands_the_loop_down_only_with_a_reason(
    talk: Conversation, db: Database, manager: Person, qa_lead: Person
) -> None:
    reference = await sent_in(talk, manager, "inadequate")
    moderation = db.read_now(moderations.of_subject, reference)
    assert moderation
    moderator = moderator_of(talk, moderation)
    both = (await _own_view(talk, moderator, moderation))[-1]
    early = await talk.press(
        qa_lead, "moderation_stand_down", {"ref": moderation.token, "stand_down_because": "Too soon"}
    )
    assert "Not yet" in early.text
    page = await press(talk, moderator, both, "moderation_talk")
    said = {
        "discussed_on": "2026-11-20",
        "way": "phone",
        "accepted": "yes",
        "managers_view": "They see it the same way.",
    }
    await press(talk, moderator, await press(talk, moderator, page, "moderation_talked", **said), "moderation_close")
    offer = await opened(talk, qa_lead, moderation)
    without = await press(talk, qa_lead, offer, "moderation_stand_down", stand_down_because="")
    assert "Please write a few words." in without.text
    loop = db.read_now(loops.of_subject, reference)
    assert loop and loop.state == "open"
    await press(talk, qa_lead, without, "moderation_stand_down", stand_down_because="The moderator saw sound practice.")
    loop = db.read_now(loops.of_subject, reference)
    assert loop and (loop.state, loop.result) == ("closed", "stood_down")


VERBS = (
    "moderate",
    "moderation_next",
    "moderation_back",
    "moderation_later",
    "moderation_type",
    "moderation_send",
    "moderation_book",
    "moderation_talk",
    "moderation_talked",
    "moderation_close",
    "moderation_again",
    "moderation_settle",
    "moderation_stand_down",
)


@pytest.mark.parametrize("verb", VERBS)
async def test_whoever_it_does_not_belong_to_can_press_nothing(
    talk: Conversation, db: Database, manager: Person, verb: str
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    director = next(post.holder for post in db.read_now(establishment.current).posts_of_role("director"))
    stranger = db.read_now(establishment.current).people[director]
    before = len(db.read_now(history.read))
    for person in (stranger, manager):
        said = await talk.press(person, verb, {"ref": moderation.token, "step": "judgement", **OWN})
        assert any(words in said.text for words in ("cannot open", "Not yet"))
        assert moderation.subject not in said.text
    assert len(db.read_now(history.read)) == before
    after = db.read_now(moderations.by_reference, moderation.reference)
    assert after == moderation


async def test_a_page_whose_form_has_changed_since_gives_back_what_stood_in_its_boxes(
    talk: Conversation, db: Database, manager: Person, framework: Framework
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    moderator = moderator_of(talk, moderation)
    card = await opened(talk, moderator, moderation)
    form = framework.form("moderation")
    renamed = form.steps[0].model_copy(update={"key": "own_view"})
    changed = form.model_copy(update={"steps": (renamed, *form.steps[1:])})
    forms = tuple(changed if one.key == form.key else one for one in framework.forms)
    talk.framework = framework.model_copy(update={"forms": forms})
    for verb in ("moderation_next", "moderation_later", "moderation_type"):
        page = await press(talk, moderator, card, verb, grade="good", impact="inadequate")
        assert "The form has changed since" in page.text
        assert {one.id: one.value for one in inputs_of(page.card)} == {"grade": "good", "impact": "inadequate"}
    await press(talk, moderator, page, "moderation_later", grade="good", impact="inadequate")
    draft = db.read_now(form_drafts.load, moderation.reference, "moderation", moderator.id)
    assert draft
    assert draft.answers == {"grade": "good", "impact": "inadequate"}


async def test_a_question_that_was_taken_out_of_the_form_is_said_and_the_rest_is_kept(
    talk: Conversation, db: Database, manager: Person, framework: Framework
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    moderator = moderator_of(talk, moderation)
    cards = await _own_view(talk, moderator, moderation)
    page = await press(talk, moderator, cards[-1], "moderation_talk")
    form = framework.form("moderation_talk")
    fewer = form.steps[0].model_copy(update={"fields": tuple(one for one in form.steps[0].fields if one.key != "way")})
    forms = tuple(form.model_copy(update={"steps": (fewer,)}) if one is form else one for one in framework.forms)
    talk.framework = framework.model_copy(update={"forms": forms})
    again = await press(talk, moderator, page, "moderation_later", way="video", accepted="yes")
    assert "The form has changed since" in again.text
    draft = db.read_now(form_drafts.load, moderation.reference, "moderation_talk", moderator.id)
    assert draft
    assert draft.answers == {"accepted": "yes"}


@pytest.mark.parametrize("verb", [*VERBS, "moderations"])
@pytest.mark.parametrize("data", [{}, {"ref": 7, "step": []}, {"ref": "x" * 100_000}, {"ref": None, "grade": ["good"]}])
async def test_whatever_stands_in_a_button_the_answer_is_kind(
    talk: Conversation, manager: Person, verb: str, data: dict[str, Any]
) -> None:
    assert (await talk.press(manager, verb, data)).text


async def test_the_list_is_for_the_qa_team_and_shows_ones_own_first(
    talk: Conversation, manager: Person, qa_lead: Person
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "good"))
    listed = (await talk.text(qa_lead, "moderations"))[0]
    assert moderation.reference in listed.text
    assert "good" not in listed.text.casefold()
    assert "QA team" in (await talk.text(manager, "moderations"))[0].text
    home = (await talk.text(moderator_of(talk, moderation), "list"))[0]
    assert f"Moderation: {moderation.reference}" in home.text


async def test_another_moderator_sees_where_it_stands_and_no_grade(
    talk: Conversation, db: Database, manager: Person
) -> None:
    moderation = selected(talk, await sent_in(talk, manager, "outstanding"))
    team = {
        post.holder
        for role in ("qa_lead", "qa_officer")
        for post in db.read_now(establishment.current).posts_of_role(role)
        if post.holder
    }
    for other in sorted(team - {moderation.moderator}):
        seen = await opened(talk, db.read_now(establishment.current).people[other], moderation)
        assert "The grades are shown once the moderator has given their own view." in seen.text
        assert "outstanding" not in seen.text.casefold()

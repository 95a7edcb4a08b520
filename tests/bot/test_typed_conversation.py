"""A form answered by typing, one question at a time: every answer is kept as on a card, and nothing typed is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from assurance.demo_council import DEMO_QA_LEAD, DEMO_SENIOR_MANAGER, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.message import Message
from policy.establishment import Person
from policy.framework import Framework
from storage import conversations, establishment, history, learning_spaces, red_flags
from storage.database import Database
from storage.learning_spaces import Draft, LearningSpace
from storage.session import Session
from tests.bot.conftest import FRIDAY
from tests.bot.filling import answers_on, press

WEDNESDAY = FRIDAY + timedelta(days=5)
"""Five days after the allocation: 25 November 2026, 10:00."""

ANSWERS = {
    "date_held": "yesterday",
    "in_person": "yes",
    "practitioner_took_part": "yes",
    "others_present": "skip",
    "family_feedback": "both",
    "immediate_risk": "no",
    "grade": "good",
    "impact": "2",
    "grade_reasons": "Direct work is planned and the plan moves on.",
    "strength_themes": "1 and planning",
    "worked_well": "The worker listened, and the plan changed because of it.",
    "learning_themes": "supervision",
    "even_better": "Record the reasons for decisions in supervision.",
    "practitioner_reflection": "skip",
    "wider_learning": "no",
    "action_1_what": "Arrange reflective supervision every month.",
    "action_1_owner": "1",
    "action_1_by": "ok",
    "action_1_kind": "supervision",
    "action_2_wanted": "no",
}


class Typist:
    """Somebody who types, and what the bot last said to them."""

    def __init__(self, talk: Conversation, person: Person) -> None:
        self.talk = talk
        self.person = person
        self.last: list[Message] = []

    async def __call__(self, text: str) -> str:
        self.last = await self.talk.text(self.person, text)
        return "\n----\n".join(message.text for message in self.last)


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(WEDNESDAY)


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
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def say(talk: Conversation, manager: Person) -> Typist:
    return Typist(talk, manager)


def _draft(db: Database, item: LearningSpace) -> Draft:
    draft = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft
    return draft


def _place(db: Database) -> conversations.TypedConversation | None:
    return db.read_now(conversations.load, DEMO_TEAM_MANAGER)


def _asked(db: Database) -> str:
    place = _place(db)
    return place.question if place else ""


async def _answer_all(say: Typist, db: Database, **different: str) -> str:
    """Answer whatever is asked until the end is reached; the last thing said."""
    said = ""
    for _ in range(60):
        question = _asked(db)
        if question == "*":
            return said
        given = {**ANSWERS, **different}.get(question)
        said = await say(given or ("good" if question.startswith("grade_") else "yes"))
    raise AssertionError(f"the questions do not end:\n{said}")


async def _up_to(say: Typist, db: Database, question: str, **different: str) -> str:
    said = ""
    for _ in range(60):
        if _asked(db) == question:
            return said
        key = _asked(db)
        given = {**ANSWERS, **different}.get(key)
        said = await say(given or ("good" if key.startswith("grade_") else "yes"))
    raise AssertionError(f"{question} never comes:\n{said}")


# -- from the first question to the receipt --------------------------------------------------------------------------


async def test_a_whole_learning_space_is_graded_by_typing(
    say: Typist, db: Database, item: LearningSpace, woken: list[bool]
) -> None:
    first = await say(f"grade {item.reference} by typing")
    assert "Question 1 of" in first
    assert item.case_ref in first
    review = await _answer_all(say, db)
    assert "Check and send" in review
    assert "The worker listened" in review
    receipt = await say("send")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert (stored.state, stored.grade, stored.submitted_by) == ("submitted", "good", DEMO_TEAM_MANAGER)
    assert "Sent in" in receipt
    assert item.case_ref not in receipt
    assert woken
    assert _place(db) is None


async def test_yes_at_the_end_sends_as_well(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    await _answer_all(say, db)
    assert "Sent in" in await say("YES")


async def test_every_answer_is_in_the_draft_the_moment_it_is_given(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    for count, given in enumerate(["yesterday", "partly", "travel"], 1):
        await say(given)
        draft = _draft(db, item)
        assert draft.version == count
    assert _draft(db, item).answers == {
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
        question = _asked(db)
        if question == "*":
            break
        await say(ANSWERS.get(question) or ("good" if question.startswith("grade_") else "yes"))
        for message in say.last:
            first = message.text.splitlines()[0]
            assert not re.search(r"\b(good|inadequate|outstanding)\b", f"{first} {message.summary}", re.IGNORECASE)
            assert item.case_ref not in f"{first} {message.summary}"


# -- moving about ----------------------------------------------------------------------------------------------------


async def test_back_asks_the_question_before_with_its_answer_and_next_keeps_it(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await say("yesterday")
    back = await say("back")
    assert "Date of the meeting" in back
    assert "Now: Tuesday 24 November" in back
    assert "in person" in await say("next")
    assert _draft(db, item).answers["date_held"] == "2026-11-24"


async def test_back_at_the_first_question_stays_there(say: Typist) -> None:
    await say("type")
    assert "Date of the meeting" in await say("back")


async def test_only_what_may_be_left_empty_can_be_skipped(say: Typist, db: Database) -> None:
    await say("type")
    assert "This one is needed" in await say("skip")
    assert _asked(db) == "date_held"
    await _up_to(say, db, "others_present")
    assert "hear from the child" in await say("skip")


async def test_later_keeps_everything_and_says_how_to_go_on(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    await say("yesterday")
    said = await say("later")
    assert "saved" in said
    assert f"type {item.reference}" in said
    assert "in person" in await say(f"type {item.reference}")
    assert _draft(db, item).answers["date_held"] == "2026-11-24"


async def test_where_am_i_counts_what_is_answered_and_what_is_needed(say: Typist) -> None:
    await say("type")
    await say("yesterday")
    said = await say("where am I?")
    assert re.search(r"You are at question 2 of \d+\. One answer is saved\.", said)
    assert "needed before you can send it" in said
    assert "in person" in await say("continue")


async def test_a_command_in_the_middle_is_done_and_the_question_is_offered_again(say: Typist, db: Database) -> None:
    await say("type")
    await _up_to(say, db, "family_feedback")
    for command in ("list", "help", "actions", "thanks"):
        said = await say(command)
        assert len(say.last) == 2
        assert re.search(r"You were at question 5 of \d+", said)
        assert "Did you hear from the child" in said
        assert _asked(db) == "family_feedback"


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
    await _up_to(say, db, "worked_well")
    await say(text)
    assert _draft(db, item).answers["worked_well"] == text


# -- putting an answer right -----------------------------------------------------------------------------------------


async def test_an_earlier_answer_is_put_right_in_one_line_and_the_question_stays(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await _up_to(say, db, "family_feedback")
    said = await say("actually the meeting was 23 November")
    assert "Kept: Monday 23 November" in said
    assert "Did you hear from the child" in said
    assert _draft(db, item).answers["date_held"] == "2026-11-23"


async def test_an_answer_is_asked_again_by_its_number_and_then_it_goes_on_where_it_was(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await _up_to(say, db, "immediate_risk")
    assert "Did the practitioner take part?" in await say("change 3")
    said = await say("no")
    assert "immediate risk" in said
    assert _draft(db, item).answers["practitioner_took_part"] == "no"


async def test_the_grade_is_changed_by_its_name_at_the_end_and_read_again_before_it_is_sent(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await _answer_all(say, db)
    said = await say("change grade to requires improvement")
    assert "Check and send" in said
    assert _draft(db, item).answers["grade"] == "requires_improvement"
    await say("send")
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert stored.grade == "requires_improvement"


async def test_a_correction_that_brings_up_a_question_asks_it_before_going_on(say: Typist, db: Database) -> None:
    await say("type")
    await _up_to(say, db, "immediate_risk")
    assert "Why not in person" in await say("change in person to partly")
    assert "immediate risk" in await say("travel")


async def test_a_correction_that_fits_several_questions_is_asked_about(say: Typist, db: Database) -> None:
    await say("type")
    await _answer_all(say, db)
    said = await say("change learning")
    assert "more than one question" in said or "Now:" in said


async def test_an_optional_answer_can_be_taken_out_again(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    await _up_to(say, db, "family_feedback", others_present="1 and 2")
    assert _draft(db, item).answers["others_present"] == ["team_manager", "iro"]
    await say("back")
    assert "taken it out" in await say("clear")
    assert not _draft(db, item).answers.get("others_present")


# -- what goes wrong, each said in its own way -----------------------------------------------------------------------


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
    await _up_to(say, db, question)
    before = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    reply = await say(typed)
    assert said in reply
    assert _asked(db) == question
    assert db.read_now(learning_spaces.load_draft, item.reference, item.person) == before
    assert "xxxxx" not in reply


@pytest.mark.parametrize("typed", ["Call mum on 07700 900123", "NHS 943 476 5919 was checked", "moved to PR1 2AB"])
async def test_details_are_neither_kept_nor_said_again(
    say: Typist, db: Database, item: LearningSpace, typed: str
) -> None:
    await say("type")
    await _up_to(say, db, "worked_well")
    reply = await say(typed)
    assert "delete your message" in reply
    assert "07700" not in reply
    assert "943" not in reply
    assert "PR1" not in reply
    assert "worked_well" not in _draft(db, item).answers


async def test_words_that_may_name_somebody_are_kept_with_a_question_back(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    await _up_to(say, db, "worked_well")
    reply = await say("Jordan Ashmole felt heard at every visit.")
    assert "Could this be a name?" in reply
    assert "Ashmole" not in reply
    assert "worked_well" in _draft(db, item).answers


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


async def test_a_second_look_is_said_to_have_its_card(say: Typist) -> None:
    assert "filled in on its card" in await say("type MO-2026Q3-001")


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
    import asyncio

    await say("type")
    replies = await asyncio.gather(*(talk.text(manager, text) for text in ("yesterday", "23 November")))
    said = [message.text for reply in replies for message in reply]
    assert sum("Kept:" in one for one in said) == 1
    assert sum("I have not taken that one" in one or "could not read" in one or "none of" in one for one in said) <= 1
    assert set(_draft(db, item).answers) == {"date_held", "soft_checks"}


# -- what changes under one's feet -----------------------------------------------------------------------------------


def _change(db: Database, item: LearningSpace, **columns: object) -> None:
    def change(session: Session) -> None:
        learning_spaces.update(session, item.reference, **columns)

    db.write_now(change)


async def test_an_item_taken_off_the_list_meanwhile_is_said_and_the_line_is_not_kept(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    _change(db, item, state="withdrawn")
    said = await say("yesterday")
    assert "No longer with you" in said
    assert _place(db) is None
    assert "No longer" not in await say("list")


async def test_an_item_given_to_somebody_else_meanwhile_is_said(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    _change(db, item, person=DEMO_SENIOR_MANAGER)
    said = await say("yesterday")
    assert "No longer with you" in said
    assert item.case_ref not in said


async def test_an_item_sent_in_on_a_card_meanwhile_is_said_with_its_day(
    say: Typist, db: Database, item: LearningSpace
) -> None:
    await say("type")
    _change(db, item, state="submitted", submitted_at=WEDNESDAY, submitted_by=DEMO_TEAM_MANAGER)
    said = await say("yesterday")
    assert "already been sent in" in said or "Already sent in" in said


async def test_a_new_due_date_is_said_with_the_next_question(say: Typist, db: Database, item: LearningSpace) -> None:
    await say("type")
    _change(db, item, due_on=item.due_on + timedelta(days=7))
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
    assert "practitioner_took_part" not in _draft(db, item).answers


async def test_an_answer_given_on_a_card_meanwhile_is_not_overwritten_by_a_line_typed_for_it(
    say: Typist, talk: Conversation, db: Database, item: LearningSpace, manager: Person
) -> None:
    await say("type")
    card = await talk.press(manager, "open", {"ref": item.token})
    await press(talk, manager, card, "next", **answers_on(card.card))
    said = await say("23 November")
    assert "have changed on a card" in said
    assert _draft(db, item).answers["date_held"] == "2026-11-20"
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
    assert "in_person" not in _draft(db, item).answers
    much_later = Typist(Conversation(db, framework, Clock.standing(WEDNESDAY + timedelta(hours=60))), manager)
    said = await much_later("partly")
    assert "more than a day" in said
    assert "in_person" not in _draft(db, item).answers
    assert "Was it held in person?" in await much_later("continue")
    await much_later("partly")
    assert _draft(db, item).answers["in_person"] == "part"


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
    await _answer_all(say, db)
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
    assert _asked(db) == "in_person"


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
    assert {each["id"]: each.get("value") for each in _inputs(page)}["in_person"] == "part"
    await press(talk, manager, page, "next", **answers_on(page.card, in_person="part", not_in_person_reason="travel"))
    assert _draft(db, item).answers["in_person"] == "part"


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
    assert _draft(db, item).answers["in_person"] == "yes"


# -- the red route ---------------------------------------------------------------------------------------------------


async def test_a_child_at_risk_typed_raises_the_red_route_at_once_and_shows_what_to_do(
    say: Typist, db: Database, item: LearningSpace, woken: list[bool]
) -> None:
    await say("type")
    await _up_to(say, db, "immediate_risk")
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
    await _up_to(say, db, "immediate_risk")
    await say("yes")
    said = await say("change 6 to no")
    assert "What you saw" in said


# -- begun elsewhere -------------------------------------------------------------------------------------------------


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
    assert "worked_well" not in _draft(db, item).answers
    shown = {each["id"]: each.get("value") for each in _inputs(say.last[0])}
    assert shown["worked_well"] == text
    refused = await say("Call 07700 900123 about the plan")
    assert "delete your message" in refused
    assert "07700" not in refused
    assert "characters too long" in await say("x" * 900)


async def test_without_an_open_text_box_a_stray_line_is_answered_as_ever(say: Typist) -> None:
    assert "I did not follow that" in await say("the visits were regular and the plan was clear " * 6)


def _inputs(message: Message) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if str(node.get("type", "")).startswith("Input."):
                found.append(node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(message.card)
    return found


async def test_the_conversation_keeps_places_and_never_words(say: Typist, db: Database) -> None:
    await say("type")
    await _up_to(say, db, "worked_well")
    await say("The worker listened carefully.")
    place = _place(db)
    assert place
    assert "listened" not in repr(replace(place))

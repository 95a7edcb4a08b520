"""What somebody answers is for a question that is gone, passed or answered: it is said, shown again, and never lost."""

from __future__ import annotations

from typing import Any

import pytest

from policy.framework.framework import FormField, FormStep
from tests.councils import SENIOR_MANAGER, TEAM_MANAGER
from tests.dialogs.reading import inputs_of, text_of, walk
from tests.journeys.bad_input.room import Room, letter_text
from tests.journeys.bad_input.table import Sort
from tests.journeys.bad_input.ways import BY_NAME, Kind, ask_by_typing, said

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEARNING_SPACE, LOOP = BY_NAME["learning space"], BY_NAME["closing the loop"]
OWN_VIEW, TALK = BY_NAME["moderation"], BY_NAME["moderation talk"]
CHANGED = "The form has changed"


def _renamed(step: FormStep) -> FormStep:
    """The same page under another name."""
    return step.model_copy(update={"key": f"{step.key}_anew"})


def _without(key: str) -> Any:
    """A form that asks one question fewer."""

    def change(step: FormStep) -> FormStep:
        fields: tuple[FormField, ...] = tuple(field for field in step.fields if field.key != key)
        return step.model_copy(update={"fields": fields})

    return change


async def _page(room: Room, kind: Kind, step: str, *, window: bool = False) -> dict[str, Any]:
    opened = {"verb": kind.opens, "ref": kind.token(room.forms), "step": step}
    if window:
        return (await room.at(kind.person).open_dialog(opened)).card
    return (await room.press(kind.person, opened)).card


def _pressed(card: dict[str, Any], verb: str, **answers: str) -> dict[str, Any]:
    """What a client sends for a button of a card."""
    stands = {key: str(one.get("value") or "") for key, one in inputs_of(card).items()}
    button = next(
        one["data"] for one in walk(card) if one["type"].startswith("Action.") and one["data"].get("verb") == verb
    )
    return {**stands, **answers, **button}


# -- a form changed ----------------------------------------------------------------------------------------------------


WROTE = "What I wrote while the form was being changed."
PAGES = (
    (LEARNING_SPACE, "learning_space", "judgement", "grade_reasons", WROTE),
    (LOOP, "closing_the_loop", "learning", "taken_from_it", WROTE),
    (OWN_VIEW, "moderation", "", "grade", "inadequate"),
    (TALK, "moderation_talk", "", "managers_view", WROTE),
)
"""A kind of form, its key, a page and one of its boxes, and what stands in it."""
SMALL = (
    (
        BY_NAME["action update"],
        "action_update",
        "evidence_on",
        {"update": "blocked", "note": WROTE, "evidence_on": "2026-02-05"},
    ),
    (BY_NAME["more time"], "extension", "new_date", {"reason": "other", "new_date": "2026-02-24", "note": WROTE}),
    (
        BY_NAME["set action"],
        "action_set",
        "kind",
        {"what": WROTE, "owner": "team_manager", "by": "2026-03-11", "kind": "training"},
    ),
)
"""A small form, its key, the question it loses, and what stands in its boxes."""


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
@pytest.mark.parametrize(("kind", "form", "step", "box", "words"), PAGES, ids=[one[0].name for one in PAGES])
@pytest.mark.parametrize("button", ["next", "later"])
async def test_what_stood_in_the_boxes_of_a_page_that_is_gone_stands_in_the_boxes_of_the_new_one(
    room: Room, kind: Kind, form: str, step: str, box: str, words: str, window: bool, button: str
) -> None:
    before = room.state()
    card = await _page(room, kind, step, window=window)
    later = "moderation_later" if form.startswith("moderation") else kind.saves.replace("next", "later")
    verb = kind.saves if button == "next" else later
    with room.form_changed(form, _renamed):
        answer = await room.press(kind.person, _pressed(card, verb, **{box: words}), window=window)
    assert CHANGED in text_of(answer.card)
    assert inputs_of(answer.card)[box]["value"] == words
    assert room.state() == before


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
@pytest.mark.parametrize(("kind", "form", "gone", "stands"), SMALL, ids=[one[0].name for one in SMALL])
async def test_nothing_is_sent_with_less_than_stood_on_the_card_of_a_small_form(
    room: Room, kind: Kind, form: str, gone: str, stands: dict[str, str], window: bool
) -> None:
    before = room.state()
    card = await _page(room, kind, "", window=window)
    with room.form_changed(form, _without(gone)):
        answer = await room.press(kind.person, _pressed(card, kind.saves, **stands), window=window)
    assert CHANGED in text_of(answer.card)
    boxes = inputs_of(answer.card)
    assert {key: boxes[key]["value"] for key in stands if key != gone} == {
        key: value for key, value in stands.items() if key != gone
    }
    assert room.state() == before


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
async def test_a_question_taken_out_of_a_loops_form_is_said_and_the_other_answers_are_kept(
    room: Room, window: bool
) -> None:
    card = await _page(room, LOOP, "learning", window=window)
    words = "Plans are looked at in every supervision."
    with room.put_back(), room.form_changed("closing_the_loop", _without("support")):
        answer = await room.press(LOOP.person, _pressed(card, "loop_next", taken_from_it=words), window=window)
        assert CHANGED in text_of(answer.card)
        assert room.answers(SENIOR_MANAGER)["taken_from_it"] == words


async def test_setting_an_action_from_a_page_that_is_gone_shows_the_page_again_with_what_stood_in_it(
    room: Room,
) -> None:
    card = await _page(room, LOOP, "meeting")
    before = room.state()
    with room.form_changed("closing_the_loop", _renamed):
        answer = await room.press(LOOP.person, _pressed(card, "want_action", met_on="2026-02-05"))
    assert CHANGED in text_of(answer.card)
    assert inputs_of(answer.card)["met_on"]["value"] == "2026-02-05"
    assert room.state() == before


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
async def test_asking_for_more_time_from_a_page_that_cannot_be_kept_shows_the_page_again_first(
    room: Room, window: bool
) -> None:
    card = await _page(room, LEARNING_SPACE, "meeting", window=window)
    before = room.state()
    pressed = _pressed(card, "more_time", date_held="2026-03-13")
    answer = await room.press(TEAM_MANAGER, pressed, window=window)
    assert "has not come yet" in text_of(answer.card)
    assert inputs_of(answer.card)["date_held"]["value"] == "2026-03-13"
    with room.form_changed("learning_space", _renamed):
        answer = await room.press(TEAM_MANAGER, {**pressed, "date_held": "2026-02-09"}, window=window)
    assert CHANGED in text_of(answer.card)
    assert inputs_of(answer.card)["date_held"]["value"] == "2026-02-09"
    assert room.state() == before


@pytest.mark.parametrize(
    ("kind", "form", "sort", "words"),
    [
        (LEARNING_SPACE, "learning_space", "several of", "1"),
        (LOOP, "closing_the_loop", "several of", "1"),
        (TALK, "moderation_talk", "one of", "by video"),
    ],
    ids=[kind.name for kind in (LEARNING_SPACE, LOOP, TALK)],
)
async def test_a_line_typed_for_a_question_that_is_gone_answers_no_other_one(
    room: Room, kind: Kind, form: str, sort: Sort, words: str
) -> None:
    question = kind.asks[sort]
    before = room.state()
    await ask_by_typing(room, kind, question)
    with room.put_back(), room.form_changed(form, _without(question.key)):
        reply = said(await room.type(kind.person, words))
        assert CHANGED in reply.text and "What you answered is kept" in reply.text
    await room.type(kind.person, "later")
    assert room.state() == before


async def test_numbers_in_an_email_mean_the_questions_of_the_letter_they_answer_although_the_form_has_lost_one(
    room: Room,
) -> None:
    reference = room.forms.space.reference
    await room.write(TEAM_MANAGER, reference, f"open {reference}")
    with room.put_back(), room.form_changed("learning_space", _without("practitioner_took_part")):
        letter = letter_text(await room.write(TEAM_MANAGER, reference, "3. no\n5. 2"))
        answers = room.answers(TEAM_MANAGER)
        assert answers["family_feedback"] == "parent_or_carer"
        assert answers["others_present"] == ["team_manager"]
        assert "I did not know which question one line of your message belong" in letter
    await room.write(TEAM_MANAGER, reference, "NO")


# -- passed, or answered before ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
@pytest.mark.parametrize(
    ("kind", "step", "later"),
    [
        (LEARNING_SPACE, "meeting", {"in_person": "part", "not_in_person_reason": "travel"}),
        (LOOP, "meeting", {}),
        (OWN_VIEW, "", {"grade": "requires_improvement"}),
        (TALK, "", {"way": "phone"}),
    ],
    ids=[kind.name for kind in (LEARNING_SPACE, LOOP, OWN_VIEW, TALK)],
)
async def test_the_same_page_sent_twice_changes_nothing_the_second_time(
    room: Room, kind: Kind, step: str, later: dict[str, str], window: bool
) -> None:
    with room.put_back():
        card = await _page(room, kind, step, window=window)
        pressed = _pressed(card, kind.saves, **later)
        first = await room.press(kind.person, pressed, window=window)
        between = room.state()
        again = await room.press(kind.person, pressed, window=window)
        assert text_of(again.card) == text_of(first.card)
        assert room.state() == between


@pytest.mark.parametrize("window", [False, True], ids=["card", "window"])
@pytest.mark.parametrize("kind", [LEARNING_SPACE, LOOP], ids=lambda kind: kind.name)
async def test_an_older_page_puts_nothing_over_what_was_typed_since_and_shows_what_it_held(
    room: Room, kind: Kind, window: bool
) -> None:
    question = kind.asks["past day"]
    with room.put_back():
        card = await _page(room, kind, question.page, window=window)
        await ask_by_typing(room, kind, question)
        await room.type(kind.person, "6 February")
        kept = room.answers(kind.person)
        pressed = _pressed(card, kind.saves, **{question.key: "2026-02-05"})
        answer = await room.press(kind.person, pressed, window=window)
        assert "changed elsewhere" in text_of(answer.card)
        assert inputs_of(answer.card)[question.key]["value"] == "2026-02-05"
        assert kept[question.key] == "2026-02-06"
        assert room.answers(kind.person) == kept


@pytest.mark.parametrize("kind", [LEARNING_SPACE, LOOP], ids=lambda kind: kind.name)
async def test_the_same_line_typed_twice_answers_one_question_only(room: Room, kind: Kind) -> None:
    question = kind.asks["past day"]
    with room.put_back():
        await ask_by_typing(room, kind, question)
        said(await room.type(kind.person, "5 February"))
        kept = room.answers(kind.person)
        assert kept[question.key] == "2026-02-05"
        again = said(await room.type(kind.person, "5 February"))
        assert room.answers(kind.person) == kept
        assert "Check and send" in again.text and "Type send to send it in, change and a number" in again.text


async def test_an_email_sent_twice_leaves_what_the_first_one_left(room: Room) -> None:
    reference = room.forms.space.reference
    with room.put_back():
        first = letter_text(await room.write(TEAM_MANAGER, reference, "1. 5 February\n8. outstanding"))
        kept = room.state()
        second = letter_text(await room.write(TEAM_MANAGER, reference, "1. 5 February\n8. outstanding"))
        assert second.split("--------")[0] == first.split("--------")[0]
        assert room.state() == kept
    await room.write(TEAM_MANAGER, reference, "NO")


async def test_a_question_answered_twice_in_one_email_is_asked_again_and_the_answer_before_stands(room: Room) -> None:
    before = room.state()
    letter = letter_text(await room.write(TEAM_MANAGER, room.forms.space.reference, "1. 5 February\n1. 6 February"))
    assert "It was answered twice. Please write the one that counts." in letter
    assert room.state() == before
    await room.write(TEAM_MANAGER, room.forms.space.reference, "NO")

"""The form as its author meets it: one step at a time, nothing lost, everything once more before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.forms.form_card import answers_in, form_message, review_message, step_message
from dialogs.kit.card_lint import lint
from dialogs.kit.wording import HINT
from tests.dialogs.reading import buttons_of, first_line, inputs_of, text_of, walk, words_of
from tests.dialogs.sample_facts import CASE, FRAMEWORK, GOOD_ANSWERS, PRACTITIONER, RED, TOKEN, refused, view
from tests.dialogs.samples import cards, messages

STOP = (
    "Stop. Use your safeguarding procedure now: speak to the team manager and Head of Service by phone. "
    "Do not write details here."
)


def _step(name: str, answers: dict[str, Any] | None = None, raw: dict[str, Any] | None = None) -> dict[str, Any]:
    card = step_message(view(name, answers, raw), FRAMEWORK).card
    assert card
    return card


def test_the_first_step_shows_the_case_the_practitioner_and_the_due_date_below_a_safe_heading() -> None:
    card = cards()["form_fresh"]
    assert first_line(card) == "Learning space LS-2026Q3-014"
    text = text_of(card)
    assert "Step 1 of 6: The meeting" in text
    assert CASE in text
    assert PRACTITIONER in text
    assert "Tuesday 29 December" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("meeting", "Step 1 of 6: The meeting"),
        ("domains", "Step 2 of 6: What you saw"),
        ("judgement", "Step 3 of 6: Overall judgement"),
        ("learning", "Step 4 of 6: Learning"),
        ("action_1", "Step 5 of 6: Action"),
    ],
)
def test_every_step_says_how_far_it_is(name: str, said: str) -> None:
    assert said in text_of(_step(name, GOOD_ANSWERS))


def test_the_review_is_the_last_step_and_a_red_route_is_one_more() -> None:
    assert "Step 6 of 6: Check and send" in messages()["review"].text
    assert "Step 2 of 7: Immediate attention" in messages()["form_red_route"].text


def test_the_grades_of_the_parts_are_short_lists_with_a_line_of_help_each() -> None:
    card = cards()["form_domains"]
    parts = [one for one in inputs_of(card).values() if one["id"].startswith("grade_")]
    assert len(parts) == 8
    for part in parts:
        assert part["style"] == "compact"
        assert [choice["value"] for choice in part["choices"]][-1] == "not_applicable"
    assert "The child is seen, heard and understood, and it changes what we do; direct work." in words_of(card)


def test_the_grade_words_are_explained_where_the_overall_grade_is_given() -> None:
    text = text_of(cards()["form_judgement"])
    for grade in FRAMEWORK.grades:
        assert grade.help in text


def test_there_is_a_reminder_to_use_roles_under_every_text_box() -> None:
    card = cards()["form_learning"]
    boxes = [one for one in inputs_of(card).values() if one["type"] == "Input.Text"]
    assert len(boxes) == 3
    assert sum(HINT in words for words in words_of(card)) == 3
    assert all(box["maxLength"] == 500 for box in boxes)


def test_what_may_be_left_empty_says_so_and_nothing_blocks_saving_half_a_page() -> None:
    card = cards()["form_fresh"]
    assert inputs_of(card)["others_present"]["label"] == "Who else was there? (optional)"
    # A required box would keep Teams from sending the others: Back and Save for later must always work.
    assert not any("isRequired" in one for one in inputs_of(card).values())


def test_answers_come_back_as_they_were_left() -> None:
    boxes = inputs_of(cards()["form_meeting"]) | inputs_of(cards()["form_learning"])
    assert boxes["date_held"]["value"] == "2026-12-02"
    assert boxes["others_present"]["value"] == "team_manager,iro"
    assert boxes["worked_well"]["value"] == GOOD_ANSWERS["worked_well"]


def test_a_refused_answer_stands_in_its_box_with_what_to_put_right() -> None:
    card = _step("meeting", {}, {"date_held": "2027-01-04"})
    assert inputs_of(card)["date_held"]["value"] == "2027-01-04"
    assert "This date has not come yet. Please give the day it took place." in words_of(card)


def test_several_things_to_put_right_are_counted_at_the_top() -> None:
    assert "Five answers need another look. The rest is saved." in text_of(cards()["form_problems"])
    bare = _step("meeting", {}, {})
    assert "Five answers are still missing. The rest is saved." in text_of(bare)


def test_a_question_that_an_answer_brought_up_is_no_mistake() -> None:
    text = text_of(cards()["form_newly_asked"])
    assert "Because of what you answered, there is one more question here." in text
    assert "Why not in person, or only partly?" in text
    assert "Please choose" not in text


def test_words_that_must_go_are_said_and_words_that_may_stay_are_shown() -> None:
    text = text_of(cards()["form_identifier"])
    assert "This holds what looks like a postcode. Please take it out, and use a role instead." in text
    assert "Could this be a name? If it is, please use a role instead: " in text
    assert "\u201cJordan Ashmole\u201d" in text


def test_what_was_not_kept_is_said_on_the_page_that_comes_next() -> None:
    text = text_of(cards()["form_not_kept"])
    assert "This was not kept:" in text
    assert "What worked well: " in text
    assert "a phone number" in text
    assert "07700" not in text


def test_the_buttons_carry_the_step_and_the_version_and_at_the_first_step_there_is_no_way_back() -> None:
    first = buttons_of(cards()["form_fresh"])
    assert list(first) == ["Next", "Save for later", "Ask for more time"]
    later = buttons_of(cards()["form_domains"])
    assert list(later) == ["Next", "Back", "Save for later"]
    assert later["Next"] == {"verb": "next", "ref": TOKEN, "step": "domains", "v": 3}
    assert list(buttons_of(cards()["form_action_1"])) == ["Review", "Back", "Save for later"]


def test_the_red_route_says_stop_in_a_box_of_its_own_and_asks_for_no_details() -> None:
    card = cards()["form_red_route"]
    boxes = [one for one in walk(card) if one.get("style") == "attention"]
    assert len(boxes) == 1
    said = boxes[0]["items"][0]["inlines"][0]["text"]
    assert said.startswith(STOP)
    assert "not a referral" in said
    assert not any(one["type"] == "Input.Text" for one in inputs_of(card).values())


def test_the_question_of_immediate_risk_stands_apart_and_is_never_typed() -> None:
    card = cards()["form_fresh"]
    apart = [one for one in walk(card) if one["type"] == "Container" and one.get("style") == "emphasis"]
    assert [box["items"][0]["id"] for box in apart] == ["immediate_risk"]


def test_in_a_dialog_window_every_button_is_a_submit() -> None:
    kinds = {one["type"] for one in cards()["form_in_dialog"]["actions"]}
    assert kinds == {"Action.Submit"}


def test_an_action_is_due_in_four_weeks_unless_someone_says_otherwise() -> None:
    assert inputs_of(_step("action_1", {}))["action_1_by"]["value"] == "2026-12-31"
    chosen = _step("action_1", {"action_1_by": "2027-01-11"})
    assert inputs_of(chosen)["action_1_by"]["value"] == "2027-01-11"


def test_owners_are_offered_in_a_closed_list_because_names_come_from_outside() -> None:
    owner = inputs_of(cards()["form_action_1"])["action_1_owner"]
    assert owner["style"] == "compact"
    assert [choice["value"] for choice in owner["choices"]] == ["practitioner", "team_manager", "auditor"]


def test_the_review_lists_every_answer_by_step() -> None:
    text = messages()["review"].text
    assert "Was it held in person? Yes" in text
    assert "Date of the meeting: Wednesday 2 December" in text
    assert "Overall practice grade: Good" in text
    assert GOOD_ANSWERS["worked_well"] in text
    assert "Who will do it: Orla Quillfeather (Practitioner)" in text
    assert "Please read it through once. Nothing is sent in until you press Send." in text


def test_the_review_sends_changes_or_saves_with_three_buttons() -> None:
    card = cards()["review"]
    buttons = buttons_of(card)
    assert buttons["Send"] == {"verb": "submit", "ref": TOKEN, "v": 3}
    assert buttons["Change"] == {"verb": "edit", "ref": TOKEN, "v": 3}
    assert list(buttons) == ["Send", "Change", "Save for later"]
    steps = inputs_of(card)["step"]
    assert [choice["value"] for choice in steps["choices"]] == [
        "meeting",
        "domains",
        "judgement",
        "learning",
        "action_1",
    ]


def test_what_is_missing_is_counted_by_step_and_cannot_be_sent() -> None:
    card = cards()["review_missing"]
    text = text_of(card)
    assert "Before you can send this, 16 answers are still needed:" in text
    assert "The meeting: \nfive answers" in text
    assert "Send" not in buttons_of(card)
    assert inputs_of(card)["step"]["value"] == "meeting"


def test_a_soft_check_asks_back_and_is_open_about_moderation() -> None:
    text = messages()["review_soft"].text
    assert "The overall grade stands two or more above one of the parts it rests on." in text
    assert "The QA team will look at this one with you, to help grades mean the same for everyone." in text
    assert "Are you sure? Say why" in messages()["form_sure_why"].text


def test_words_that_may_name_someone_are_shown_once_more_before_sending_and_stop_nothing() -> None:
    card = cards()["review_words"]
    assert "\u201cJordan Ashmole\u201d" in text_of(card)
    assert "Send" in buttons_of(card)


def test_a_note_of_ours_stands_at_the_top() -> None:
    message = review_message(view("", GOOD_ANSWERS), FRAMEWORK, note="Please look at them once more.")
    assert "Please look at them once more." in message.text.splitlines()[:9]


def test_the_page_a_view_is_at_is_the_page_that_is_shown() -> None:
    assert "Check and send" in form_message(view("", GOOD_ANSWERS), FRAMEWORK).text
    assert "The meeting" in form_message(view("meeting"), FRAMEWORK).text


def test_an_answer_that_is_no_longer_asked_for_is_not_shown_on_the_review() -> None:
    answers = {**GOOD_ANSWERS, "told_whom": ["team_manager"], "not_in_person_reason": "travel"}
    text = review_message(view("", answers), FRAMEWORK).text
    assert "Travel" not in text
    assert "Whom have you told?" not in text
    assert "Whom have you told?" in review_message(view("", {**RED, "told_whom": ["team_manager"]}), FRAMEWORK).text


def test_what_a_button_carries_is_not_taken_for_an_answer() -> None:
    pressed = {"verb": "next", "ref": TOKEN, "step": "meeting", "v": 3, "in_person": "yes"}
    assert answers_in(pressed) == {"in_person": "yes"}


def test_no_question_of_the_form_is_called_like_something_a_button_carries() -> None:
    keys = {field.key for form in FRAMEWORK.forms for step in form.steps for field in step.fields}
    assert not keys & {"verb", "ref", "step", "v"}


def test_a_refused_answer_is_named_by_its_question() -> None:
    assert list(refused("learning", worked_well="Call 07700 900123")) == ["worked_well"]


def test_no_step_can_be_taken_for_the_one_before_where_a_card_is_drawn_over_another() -> None:
    keyed = [
        (one["key"], next(inner["id"] for inner in walk(one) if inner["type"].startswith("Input.")))
        for step in ("meeting", "domains", "judgement", "learning", "action_1")
        for one in _step(step, GOOD_ANSWERS)["body"]
        if "key" in one
    ]
    assert len(keyed) > 20
    assert all(key == question for key, question in keyed)
    assert len(dict(keyed)) == len(keyed)


# -- several answers to one question ----------------------------------------------------------------------------------


def _themes(card: dict[str, Any]) -> dict[str, Any]:
    boxes = [one for key, one in inputs_of(card).items() if key.startswith("strength_themes")]
    assert not any(one.get("isMultiSelect") for one in boxes)
    assert {one["style"] for one in boxes} == {"compact"}
    return {one["id"]: one.get("value") for one in boxes}


def test_up_to_three_themes_are_three_lists_that_open_and_not_fourteen_ticks() -> None:
    first, *more = GOOD_ANSWERS["strength_themes"]
    shown = _themes(_step("learning", GOOD_ANSWERS))
    assert list(shown) == ["strength_themes", "strength_themes-2", "strength_themes-3"]
    assert list(shown.values()) == [first, *more, *["-"] * (2 - len(more))]
    assert list(_themes(_step("learning")).values()) == [None, "-", "-"]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"strength_themes": "a", "strength_themes-2": "b", "strength_themes-3": "-"}, "a,b"),
        ({"strength_themes-3": "c", "strength_themes": "a", "strength_themes-2": "-"}, "a,c"),
        ({"strength_themes-2": "b", "strength_themes-3": "-"}, "b"),
        ({"strength_themes": "-", "strength_themes-2": "-", "strength_themes-3": "-"}, ""),
        ({"strength_themes": "a,b,c"}, "a,b,c"),
    ],
    ids=["two", "the third first", "only the second", "none", "ticks of an older card"],
)
def test_what_stands_in_the_three_lists_is_one_answer(sent: dict[str, str], meant: str) -> None:
    assert answers_in({**sent, "verb": "next"}) == {"strength_themes": meant}


def test_a_refused_step_names_each_question_at_its_top_says_what_to_do_and_keeps_what_was_chosen() -> None:
    first, second = [theme.key for theme in FRAMEWORK.themes][:2]
    raw = answers_in({"strength_themes": first, "strength_themes-2": second, "worked_well": "Call 07700 900123"})
    card = _step("learning", GOOD_ANSWERS, raw)
    summary = next(one for one in card["body"] if one.get("style") == "attention")
    said = text_of(summary)
    assert "What worked well: \nThis holds what looks like a phone number. Please take it out" in said
    assert list(_themes(card).values()) == [first, second, "-"]
    box = inputs_of(card)["worked_well"]
    assert box["value"] == "Call 07700 900123"
    assert box["label"] == "What worked well – please look again"


def test_what_the_grades_mean_is_folded_with_a_line_that_opens_it_and_hides_nothing_to_answer() -> None:
    card = _step("judgement", GOOD_ANSWERS)
    title, fold = next(
        (one, card["body"][at + 1]) for at, one in enumerate(card["body"]) if one.get("selectAction") is not None
    )
    assert title["selectAction"]["targetElements"] == [fold["id"]]
    assert fold["isVisible"] is False
    assert FRAMEWORK.grades[0].help in text_of(fold)
    hidden = {**fold, "items": [*fold["items"], inputs_of(card)["grade"]]}
    assert lint({**card, "body": [*card["body"][:-1], hidden]})

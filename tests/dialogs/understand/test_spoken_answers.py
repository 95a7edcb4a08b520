"""An answer is understood by its number, its words or a short form of them; two meanings are a question back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.forms.question_text import question_text
from dialogs.understand.spoken_answers import Heard, read_answer
from dialogs.understand.spoken_problems import say_heard
from policy.forms.forms import FormContext, choices_of
from policy.framework.framework import Choice, FormField
from tests.dialogs.sample_facts import FRAMEWORK

OWNERS = (Choice(key="m1", title="Ngozi Hartwell, Team Manager"), Choice(key="w1", title="Tomasz Reed, practitioner"))
CONTEXT = FormContext.of(FRAMEWORK, allocated_on=date(2026, 11, 2), today=date(2026, 11, 25), owners=OWNERS)
FORM = FRAMEWORK.form("learning_space")


def _field(key: str) -> FormField:
    return FORM.field(key)


def _hear(key: str, said: str, **answers: Any) -> Heard:
    return read_answer(_field(key), said, CONTEXT, answers)


def _code(key: str, said: str, **answers: Any) -> str:
    problem = _hear(key, said, **answers).problem
    return problem.code if problem else ""


@pytest.mark.parametrize("said", ["2", "Good", "GOOD.", "number 2", "option 2", "2. Good", "two", "it is good"])
def test_a_grade_is_given_by_number_or_word(said: str) -> None:
    assert _hear("grade", said).value == "good"


@pytest.mark.parametrize("said", ["RI", "requires improvement", "Requires Improvement to be Good", "improvement", "3"])
def test_a_short_form_is_enough_where_it_fits_one_answer(said: str) -> None:
    assert _hear("grade", said).value == "requires_improvement"


@pytest.mark.parametrize("said", ["n/a", "N.A.", "not applicable", "5"])
def test_not_applicable_is_an_answer_where_it_is_offered(said: str) -> None:
    assert _hear("grade_identity", said).value == "not_applicable"


def test_adequate_is_not_taken_for_inadequate_and_not_good_not_for_good() -> None:
    assert _code("grade", "adequate") == "not_a_choice"
    assert _code("grade", "not good") == "not_a_choice"
    assert _code("grade", "very good") == "not_a_choice"


def test_a_number_out_of_range_is_told_how_many_there_are() -> None:
    heard = _hear("grade", "7")
    assert heard.problem
    assert (heard.problem.code, heard.problem.limit) == ("out_of_range", 4)
    assert "There are 4 choices" in say_heard(heard.problem, _field("grade"), "7", CONTEXT)
    assert _code("grade", "0") == "out_of_range"


def test_words_that_fit_two_answers_are_asked_about() -> None:
    assert _code("family_feedback", "yes") == "which_choice"
    assert _hear("family_feedback", "parent").value == "parent_or_carer"
    assert _code("family_feedback", "no") == "not_a_choice"


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("1, 3 and 4", [0, 2, 3]),
        ("1 3 4", [0, 2, 3]),
        ("supervision and timeliness", [7, 11]),
        ("Child's voice and direct work, Planning", [0, 3]),
        ("- Assessment\n- Permanence", [1, 4]),
        ("risk", [2]),
    ],
)
def test_several_answers_are_given_in_one_line(said: str, keys: list[int]) -> None:
    offered = choices_of(_field("strength_themes"), CONTEXT)
    assert _hear("strength_themes", said).value == [offered[number].key for number in keys]


def test_several_answers_with_one_that_is_none_are_not_half_taken() -> None:
    assert _hear("strength_themes", "1, 3 and football").value is None
    assert _code("strength_themes", "1 and 99") == "out_of_range"


@pytest.mark.parametrize(("said", "value"), [("y", "yes"), ("Yes please", "yes"), ("nope", "no"), ("2", "no")])
def test_yes_and_no_in_their_many_forms(said: str, value: str) -> None:
    assert _hear("immediate_risk", said).value == value


def test_maybe_is_neither_yes_nor_no() -> None:
    assert _code("immediate_risk", "maybe") == "not_a_choice"
    assert _code("immediate_risk", "3") == "out_of_range"


def test_an_optional_question_may_be_skipped_and_a_needed_one_not() -> None:
    assert _hear("others_present", "skip").skipped
    assert _hear("others_present", "nobody").skipped
    assert _hear("practitioner_reflection", "none").skipped
    assert _code("grade", "skip") == "required"
    assert not _hear("grade", "skip").skipped


def test_what_is_needed_only_after_another_answer_may_be_skipped_until_then() -> None:
    assert _hear("even_better", "skip").skipped
    assert _code("even_better", "skip", learning_themes=["assessment"]) == "required"


def test_a_weekday_means_the_past_for_a_meeting_and_the_future_for_an_action() -> None:
    assert _hear("date_held", "Friday").value == "2026-11-20"
    assert _hear("action_1_by", "Friday").value == "2026-11-27"
    assert _hear("date_held", "the 13th").value == "2026-11-13"


def test_next_friday_is_asked_about_by_both_its_days() -> None:
    heard = _hear("action_1_by", "next Friday")
    assert heard.problem
    said = say_heard(heard.problem, _field("action_1_by"), "", CONTEXT)
    assert "Friday 27 November or Friday 4 December" in said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("03/13", "day_first"),
        ("soon", "not_a_date"),
        ("Friday 14 March 2026", "not_that_weekday"),
        ("31/2", "no_such_day"),
    ],
)
def test_a_date_that_cannot_be_read_says_why(said: str, code: str) -> None:
    assert _code("date_held", said) == code


def test_a_day_still_to_come_is_read_as_such_so_that_the_form_can_say_so() -> None:
    assert _hear("date_held", "27 November").value == "2026-11-27"


def test_ok_takes_the_usual_date() -> None:
    assert _hear("action_1_by", "ok").value == "2026-12-23"


def test_a_time_without_its_half_of_the_day_is_asked_about() -> None:
    heard = _hear("told_at", "2.30")
    assert heard.problem
    assert "2.30am or 2.30pm" in say_heard(heard.problem, _field("told_at"), "", CONTEXT)
    assert _hear("told_at", "2.30pm").value == "14:30"


def test_a_confirmation_is_yes_or_nothing() -> None:
    assert _hear("told_confirmed", "done").value is True
    assert _code("told_confirmed", "not yet") == "required"


@pytest.mark.parametrize("key", ["grade", "worked_well", "date_held", "strength_themes", "immediate_risk"])
def test_an_emoji_alone_is_no_answer(key: str) -> None:
    assert _code(key, "\U0001f44d\U0001f44d") == "no_words"


def test_a_text_that_is_too_long_is_told_by_how_much() -> None:
    said = "a" * 10_000
    heard = _hear("worked_well", said)
    assert heard.problem
    reply = say_heard(heard.problem, _field("worked_well"), said, CONTEXT)
    assert "9,500 characters too long" in reply
    assert "500 fit" in reply
    assert "still in your message" in reply
    assert "aaa" not in reply


def test_a_name_is_found_by_a_part_of_it_and_never_when_two_have_it() -> None:
    assert _hear("action_1_owner", "tomasz").value == "w1"
    twins = replace(CONTEXT, owners=(*OWNERS, Choice(key="w2", title="Tomasz Vale, practitioner")))
    heard = read_answer(_field("action_1_owner"), "Tomasz", twins, {})
    assert heard.problem
    assert heard.problem.code == "which_choice"


@pytest.mark.parametrize("form", FRAMEWORK.forms, ids=lambda form: form.key)
def test_every_choice_of_every_form_is_read_back_from_its_number_and_its_title(form: Any) -> None:
    for step in form.steps:
        for field in step.fields:
            if field.kind not in ("choice", "choices"):
                continue
            for number, choice in enumerate(choices_of(field, CONTEXT), 1):
                wanted = [choice.key] if field.kind == "choices" else choice.key
                for said in (str(number), choice.title, choice.title.upper(), choice.key, f"{number}. {choice.title}"):
                    assert read_answer(field, said, CONTEXT, {}).value == wanted, (field.key, said)


@pytest.mark.parametrize("form", FRAMEWORK.forms, ids=lambda form: form.key)
def test_every_question_can_be_put_in_words_with_its_answers_numbered(form: Any) -> None:
    for step in form.steps:
        for field in step.fields:
            said = question_text(field, CONTEXT, {})
            assert said.startswith(field.label)
            for number, choice in enumerate(choices_of(field, CONTEXT), 1):
                assert f"  {number}. {choice.title}" in said


def test_a_question_put_in_words_keeps_the_answer_to_itself_unless_it_is_asked_to_show_it() -> None:
    assert "Now:" not in question_text(_field("grade"), CONTEXT, {"grade": "inadequate"})
    assert "Now: Inadequate" in question_text(_field("grade"), CONTEXT, {"grade": "inadequate"}, show_answer=True)


@given(st.text(max_size=400), st.sampled_from([field.key for step in FORM.steps for field in step.fields]))
def test_nothing_typed_breaks_the_reading_and_every_problem_has_words(said: str, key: str) -> None:
    heard = _hear(key, said)
    assert (heard.value is not None) + (heard.problem is not None) + heard.skipped == 1
    if heard.problem:
        words = say_heard(heard.problem, _field(key), said, CONTEXT)
        assert words.endswith((".", "?"))

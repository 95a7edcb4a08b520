"""The form as a letter asks it: every open question by number and name, and nothing that was answered."""

from __future__ import annotations

from dialogs.forms.form_text import form_text, name_of_question
from dialogs.understand.reply_answers import pair_answers
from policy.forms.forms import choices_of
from policy.framework.framework import FormField
from tests.dialogs.sample_facts import CASE, GOOD_ANSWERS, PRACTITIONER, view

FORM = view("meeting").form
CONTEXT = view("meeting").context


def _words(field: FormField) -> str:
    offered = choices_of(field, CONTEXT)
    return offered[0].title if offered else "Something about it"


def test_a_letter_asks_every_question_of_an_empty_form_by_number_and_name() -> None:
    asked = form_text(FORM, {}, CONTEXT)
    assert len(asked.fields) > 15
    for number, field in enumerate(asked.fields, 1):
        assert f"\n{number}. {field.label}" in asked.text
        for place, choice in enumerate(choices_of(field, CONTEXT), 1):
            assert f"  {place}. {choice.title}" in asked.text


def test_a_letter_holds_no_answer_no_case_and_asks_only_what_is_open() -> None:
    part = {key: GOOD_ANSWERS[key] for key in ("date_held", "in_person", "grade", "worked_well")}
    asked = form_text(FORM, part, CONTEXT)
    assert {field.key for field in asked.fields}.isdisjoint(part)
    assert str(GOOD_ANSWERS["worked_well"]) not in asked.text
    assert "Now:" not in asked.text
    assert CASE not in asked.text
    without_owners = asked.text.replace(f"{PRACTITIONER} (Practitioner)", "")
    assert PRACTITIONER not in without_owners


def test_a_whole_form_leaves_nothing_to_ask() -> None:
    done = {**GOOD_ANSWERS}
    open_ones = {field.key for field in form_text(FORM, done, CONTEXT).fields}
    assert not {field.key for field in form_text(FORM, {}, CONTEXT).fields if field.required} & open_ones
    assert form_text(FORM, done, CONTEXT, everything=True).fields


def test_every_name_and_number_in_a_letter_is_understood_in_the_reply_to_it() -> None:
    asked = form_text(FORM, {}, CONTEXT)
    for number, field in enumerate(asked.fields, 1):
        name = name_of_question(field)
        for begin in ([name] if len(name) < 60 else []) + [f"{number}."]:  # nobody copies a question of two lines
            found = pair_answers(f"{begin} {_words(field)}", asked.fields)
            assert [one.field for one in found.said] == [field.key], begin

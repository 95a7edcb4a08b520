"""How people steer a typed conversation: a few words each way, and an answer that looks like one stays an answer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understand.typed_words import find_question, hear_control, is_short_command, is_yes
from dialogs.understand.understanding import understand
from policy.forms.form_questions import questions
from tests.dialogs.sample_facts import GOOD_ANSWERS, view

TODAY = date(2026, 12, 3)
FORM, CONTEXT = view("meeting").form, view("meeting").context
ASKED = questions(FORM, GOOD_ANSWERS)


@pytest.mark.parametrize(
    ("said", "do"),
    [
        ("back", "back"),
        ("Go back please", "back"),
        ("skip", "skip"),
        ("next", "skip"),
        ("Later.", "later"),
        ("stop", "later"),
        ("where am I?", "where"),
        ("How far am I", "where"),
        ("carry on", "again"),
        ("review", "review"),
        ("Submit it", "send"),
        ("clear", "clear"),
    ],
)
def test_a_word_steers_however_it_is_written(said: str, do: str) -> None:
    heard = hear_control(said)
    assert heard
    assert heard.do == do


@pytest.mark.parametrize(
    ("said", "what", "value"),
    [
        ("change grade to good", "grade", "good"),
        ("change 3", "3", ""),
        ("Please change my answer to question 3 to yes", "question 3", "yes"),
        ("actually the meeting was 12 March", "meeting", "12 March"),
        ("Sorry, the meeting was on Friday", "meeting", "Friday"),
        ("correct in person to partly", "in person", "partly"),
    ],
)
def test_a_correction_names_the_answer_and_the_new_one(said: str, what: str, value: str) -> None:
    heard = hear_control(said)
    assert heard
    assert (heard.do, heard.what, heard.value) == ("change", what, value)


@pytest.mark.parametrize("said", ["yes", "the visits were regular", "stop smoking support was offered in good time"])
def test_an_answer_does_not_steer(said: str) -> None:
    assert hear_control(said) is None


@pytest.mark.parametrize(
    ("what", "value", "key"),
    [
        ("grade", "good", "grade"),
        ("meeting", "12 March", "date_held"),
        ("date of the meeting", "", "date_held"),
        ("in person", "partly", "in_person"),
        ("impact", "good", "impact"),
        ("question 2", "", "in_person"),
        ("what worked well", "", "worked_well"),
    ],
)
def test_an_answer_is_found_by_its_number_or_its_name(what: str, value: str, key: str) -> None:
    found = find_question(what, value, ASKED, CONTEXT, GOOD_ANSWERS)
    assert [one.field.key for one in found] == [key]


def test_a_name_that_fits_nothing_or_several_is_not_guessed() -> None:
    assert find_question("football", "", ASKED, CONTEXT, GOOD_ANSWERS) == ()
    assert find_question("99", "", ASKED, CONTEXT, GOOD_ANSWERS) == ()
    assert len(find_question("action", "", ASKED, CONTEXT, GOOD_ANSWERS)) != 1


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("grade LS-2026Q3-014 by typing", "LS-2026Q3-014"),
        ("type LS-2026Q3-014", "LS-2026Q3-014"),
        ("LS-2026Q3-014 by typing please", "LS-2026Q3-014"),
        ("type CL-2026Q3-003", "CL-2026Q3-003"),
        ("type", ""),
        ("Type?", ""),
        ("by typing", ""),
        ("can i answer by typing", ""),
        ("one question at a time", ""),
    ],
)
def test_asking_to_be_asked_is_understood(said: str, reference: str) -> None:
    intent = understand(said, TODAY)
    assert (intent.kind, intent.reference) == ("type", reference)


def test_opening_an_item_is_still_opening_it() -> None:
    assert understand("open LS-2026Q3-014", TODAY).kind == "open"


def test_a_command_in_the_middle_of_a_free_text_is_only_the_barest_one() -> None:
    assert is_short_command("my list", free_text=True)
    assert not is_short_command("more time with dad", free_text=True)
    assert is_short_command("take back LS-2026Q3-014", free_text=True)
    assert not is_short_command("it went as in LS-2026Q3-014", free_text=True)
    assert is_short_command("what have i got", free_text=False)


def test_agreeing_at_the_end_is_yes_and_nothing_longer() -> None:
    assert is_yes("YES")
    assert is_yes("yes please")
    assert not is_yes("yes but change the date")


@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_steering(said: str) -> None:
    heard = hear_control(said)
    if heard is not None and heard.do == "change":
        find_question(heard.what, heard.value, ASKED, CONTEXT, GOOD_ANSWERS)

"""Every card has a full plain-text twin: a terminal, an email or a screen reader misses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.wording import CALL
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import FormField
from tests.dialogs import samples
from tests.dialogs.reading import buttons_of, inputs_of, walk, words_of
from tests.dialogs.sample_facts import AUDITOR, FRAMEWORK, TODAY

FOLD = "\u25be"
"""Drawn beside the title of a fold."""
KINDS = {field.kind: field for form in FRAMEWORK.forms for step in form.steps for field in step.fields}


def _flat(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


def _further_boxes(card: dict[str, Any]) -> list[str]:
    """What only a card needs: boxes for a second and a third answer. In the text one writes several numbers."""
    further = [one for one in walk(card) if "-" in one.get("id", "") and one["type"] == "Input.ChoiceSet"]
    return [*(one["label"] for one in further), *("None", "No other")] if further else []


def test_the_text_says_everything_the_card_says() -> None:
    missing = {}
    for name, card in samples.cards().items():
        text = _flat(samples.messages()[name].text)
        boxes = _further_boxes(card)
        said = [
            words for words in map(_flat, words_of(card)) if words and words not in ("Please confirm", CALL, *boxes)
        ]
        if left_out := [words for words in said if words.rstrip(f": {FOLD}") not in text]:
            missing[name] = left_out
    assert not missing


def test_the_text_says_whom_to_call_where_the_card_has_a_link_for_it() -> None:
    said = samples.messages()["e16_attention_call"]
    assert CALL in words_of(samples.cards()["e16_attention_call"])
    assert f"Call {AUDITOR} now." in said.text


def test_the_text_offers_every_button() -> None:
    missing = {
        name: left_out
        for name, card in samples.cards().items()
        if (left_out := [title for title in buttons_of(card) if f"[{title}]" not in samples.messages()[name].text])
    }
    assert not missing


def test_choices_are_numbered_from_one() -> None:
    message = samples.messages()["form_meeting"]
    assert "Was it held in person?\n  1. Yes\n  2. Partly\n  3. No" in message.text


def test_the_text_shows_what_stands_in_a_box_already() -> None:
    assert "  Now: Wednesday 2 December" in samples.messages()["form_meeting"].text


def test_a_typed_command_stands_beside_the_button_it_replaces() -> None:
    assert "[Open] or type: open LS-2026Q3-014" in samples.messages()["e1_allocated"].text
    assert "[Show my list] or type: list" in samples.messages()["receipt"].text


def test_every_box_has_a_question_in_words() -> None:
    silent = [
        (name, key)
        for name, card in samples.cards().items()
        for key, element in inputs_of(card).items()
        if not (element["label"].strip() and element["errorMessage"].strip())
    ]
    assert not silent


@pytest.mark.parametrize("field", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("newly_asked", [False, True])
def test_a_box_with_something_wrong_says_so_at_its_question_on_the_card_and_in_plain_text(
    field: FormField, newly_asked: bool
) -> None:
    page = Page("A form", summary="A form")
    context = FormContext.of(FRAMEWORK, allocated_on=TODAY, today=TODAY)
    Question(field, context, {}, problem=Problem("required"), newly_asked=newly_asked).put_on(page)
    said = page.message()
    assert said.card
    spoken = " ".join(str(box.get(part, "")) for box in inputs_of(said.card).values() for part in ("label", "title"))
    (at_the_question,) = [line for line in said.text.splitlines() if line.startswith(field.label)]
    for words in (spoken, at_the_question):
        assert ("please look again" in words) is not newly_asked

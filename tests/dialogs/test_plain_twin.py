"""Every card has a full plain-text twin: a terminal, an email or a screen reader misses nothing."""

from __future__ import annotations

import pytest

from tests.dialogs import samples
from tests.dialogs.reading import buttons_of, inputs_of, words_of


def _flat(text: str) -> str:
    return " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize("name", sorted(samples.cards()))
def test_the_text_says_everything_the_card_says(name: str) -> None:
    message = samples.messages()[name]
    assert message.card
    text = _flat(message.text)
    for words in words_of(message.card):
        if _flat(words) and words != "Please confirm":
            assert _flat(words).rstrip(": ") in text, words


@pytest.mark.parametrize("name", sorted(samples.cards()))
def test_the_text_offers_every_button(name: str) -> None:
    message = samples.messages()[name]
    assert message.card
    for title in buttons_of(message.card):
        assert f"[{title}]" in message.text


def test_choices_are_numbered_from_one() -> None:
    message = samples.messages()["form_meeting"]
    assert "Was it held in person?\n  1. Yes\n  2. Partly\n  3. No" in message.text


def test_the_text_shows_what_stands_in_a_box_already() -> None:
    assert "  Now: Wednesday 2 December" in samples.messages()["form_meeting"].text


def test_a_typed_command_stands_beside_the_button_it_replaces() -> None:
    assert "[Open] or type: open LS-2026Q3-014" in samples.messages()["e1_allocated"].text
    assert "[Show my list] or type: list" in samples.messages()["receipt"].text


@pytest.mark.parametrize("name", sorted(samples.cards()))
def test_every_box_has_a_question_in_words(name: str) -> None:
    for element in inputs_of(samples.cards()[name]).values():
        assert element["label"].strip()
        assert element["errorMessage"].strip()

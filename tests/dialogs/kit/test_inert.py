"""Whatever a person types, and whatever anyone is called, a card or a terminal shows it and does nothing else."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.kit.card_lint import lint
from dialogs.kit.cards import LARGEST_CARD
from dialogs.kit.inert import inert, one_line, without_controls
from tests.dialogs.hostile import HOSTILE, messages_with
from tests.dialogs.reading import walk

FRAGMENTS = st.sampled_from(
    [*HOSTILE, "{{", "}}", "](", "\u202e", "\x1b[2J", "\ud800", "\u2028", "Zoë O'Hara-Ng", "王小明"]
)
TYPED = st.lists(st.one_of(FRAGMENTS, st.text(max_size=12)), min_size=1, max_size=5).map("".join)


def _shown(card: dict[str, object]) -> list[dict[str, object]]:
    return [element for element in walk(card) if element["type"] in ("TextBlock", "TextRun")]


@given(TYPED)
@settings(max_examples=40, deadline=None)
def test_a_name_or_an_answer_is_only_ever_shown(words: str) -> None:
    for name, message in messages_with(words).items():
        assert message.card
        problems = [one for one in lint(message.card) if "would be read" in one or "turn into" in one]
        assert not problems, (name, problems)
        for element in _shown(message.card):
            assert "{{" not in str(element["text"])
        json.dumps(message.card, ensure_ascii=False).encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", message.text)


@pytest.mark.parametrize("words", HOSTILE)
def test_what_comes_from_outside_stands_where_no_markdown_is_read(words: str) -> None:
    marker = "zqx" + words
    for name, message in messages_with(marker).items():
        assert message.card
        for element in walk(message.card):
            if element["type"] == "TextBlock":
                assert "zqx" not in element["text"], name
            if element["type"] == "Input.ChoiceSet" and element["style"] == "expanded":
                assert not any("zqx" in choice["title"] for choice in element["choices"]), name


def test_the_sense_of_what_was_typed_stays() -> None:
    assert without_controls("Zoë\tO'Hara\r\nNg") == "Zoë O'Hara\nNg"
    assert inert("5 < 6 & {one}") == "5 < 6 & {one}"
    assert one_line("  two\n lines ") == "two lines"
    assert re.sub("\u2060", "", inert("{{{DATE(x)}}}")) == "{{{DATE(x)}}}"


@given(st.text(max_size=60))
def test_the_joiner_breaks_every_pair_of_braces(words: str) -> None:
    assert "{{" not in inert(words + "{{" + words)
    assert "${" not in inert("$" + "{" + words)


def test_a_long_name_cannot_make_a_card_too_big() -> None:
    for message in messages_with("A" * 300).values():
        assert message.card
        assert len(json.dumps(message.card)) < LARGEST_CARD

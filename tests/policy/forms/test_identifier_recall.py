"""How much of what must never be typed the guard finds, and how often it speaks of nothing; docs/privacy.md says it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from policy.check.loader import load_framework
from policy.forms.identifiers import scan
from tests.policy.forms.identifier_corpus import HELD, PLAIN

RULES = load_framework().identifiers
TODAY = date(2026, 12, 14)
PRIVACY = (Path(__file__).parents[3] / "docs" / "privacy.md").read_text(encoding="utf-8")


def is_found(sentence: str, words: str) -> bool:
    """Whether anything the guard marks, of whatever kind, touches the words."""
    start = sentence.index(words)
    return any(one.start < start + len(words) and start < one.end for one in scan(sentence, RULES, TODAY))


def written(kind: str) -> tuple[int, int]:
    """What the table of docs/privacy.md says of a kind: how many of how many."""
    row = re.search(rf"^\| `{kind}` \|.*\| (\d+) of (\d+) \|", PRIVACY, re.MULTILINE)
    assert row, f"docs/privacy.md says nothing of {kind}"
    return int(row[1]), int(row[2])


@pytest.mark.parametrize("kind", HELD)
def test_what_is_found_of_each_kind_is_what_the_privacy_page_says(kind: str) -> None:
    found = [words for sentence, words in HELD[kind] if is_found(sentence, words)]
    missed = [words for sentence, words in HELD[kind] if words not in found]
    assert (len(found), len(HELD[kind])) == written(kind), f"missed: {missed}"


def test_every_kind_the_file_may_name_is_measured() -> None:
    assert {*RULES.block, *RULES.warn} == set(HELD)


def test_how_often_the_guard_speaks_of_nothing_is_what_the_privacy_page_says() -> None:
    wrong = [(text, text[one.start : one.end]) for text in PLAIN for one in scan(text, RULES, TODAY)]
    row = re.search(r"(\d+) of (\d+) plain sentences", PRIVACY)
    assert row and (len({text for text, _ in wrong}), len(PLAIN)) == (int(row[1]), int(row[2])), wrong


def test_what_is_stopped_is_stopped_whatever_stands_beside_it() -> None:
    for sentence, words in (one for kind in RULES.block for one in HELD[kind]):
        alone = is_found(sentence, words)
        assert is_found(f"Sarah Jones. {sentence} And www.example.org.", words) == alone

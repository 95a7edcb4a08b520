"""Every message of the corpus is understood as its expectation says, in every part of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.mail import mime
from bot.mail.reading import kinds
from tests.bot.mail.corpus_reader import FOLDER, OUR_ADDRESS, Example, examples, heard

SENT = "This learning space is due on Wednesday 16 December 2026."
TOKEN = "k7f3abcd2345wxyz"


def _understood(example: Example) -> dict[str, Any]:
    incoming = example.incoming()
    found: dict[str, Any] = {
        "kind": incoming.kind,
        "sender": incoming.sender,
        "authenticity": incoming.authenticity,
        "notes": list(incoming.notes),
        "new_text": incoming.new_text,
        "inline": [[one.under, one.said] for one in incoming.inline],
    }
    if incoming.bounce:
        found["bounce"] = {
            "final_recipient": incoming.bounce.final_recipient,
            "status": incoming.bounce.status,
            "action": incoming.bounce.action,
            "original_message_id": incoming.bounce.original_message_id,
        }
    if incoming.kind == "reply":
        asked = example.expected["heard"]["asked"]
        reply = heard(incoming, asked)
        found["heard"] = {
            "asked": asked,
            "intent": reply.intent,
            "reference": reply.reference,
            "grade": reply.grade,
            "summary": reply.summary,
            "day": reply.day,
            "detail": reply.detail,
            "leftovers": list(reply.leftovers),
            "unclear": [[one.why, one.text] for one in reply.unclear],
            "answers": {one.field: one.text for one in reply.said},
        }
    return found


def _expected(example: Example) -> dict[str, Any]:
    wanted = {key: value for key, value in example.expected.items() if key not in ("what", "from_exchange")}
    wanted.setdefault("inline", [])
    if "heard" in wanted:
        silent = {"reference": "", "grade": "", "summary": "", "day": None, "detail": ""}
        wanted["heard"] = silent | wanted["heard"]
    return wanted


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_a_message_is_understood_as_it_was_meant(example: Example) -> None:
    assert _understood(example) == _expected(example), example.expected["what"]


def test_the_corpus_is_large_and_every_message_says_what_is_expected_of_it() -> None:
    assert len(examples()) >= 70
    assert {path.stem for path in FOLDER.glob("*.eml")} == {path.stem for path in FOLDER.glob("*.toml")}
    stated = {"what", "from_exchange", "kind", "sender", "authenticity", "notes", "new_text"}
    assert [one.name for one in examples() if not stated <= one.expected.keys()] == []
    assert [one.name for one in examples() if (one.expected["kind"] == "reply") != ("heard" in one.expected)] == []
    stated_kinds = {one.expected["kind"] for one in examples()}
    assert stated_kinds == {"reply", "auto_reply", "bounce", "calendar", "encrypted", "ours", "list", "unreadable"}


def test_only_addresses_nobody_has_stand_in_the_corpus() -> None:
    for one in examples():
        domains = re.findall(rb"@([A-Za-z0-9.-]+\.[A-Za-z]{2,})", one.raw.replace(b"=\r\n", b""))
        assert {domain.lower().rpartition(b".")[2] for domain in domains} <= {b"example", b"01dc"}, one.name


def test_our_own_letter_never_passes_for_what_somebody_wrote() -> None:
    for one in examples():
        incoming = one.incoming()
        if incoming.sender != OUR_ADDRESS:
            assert SENT not in incoming.new_text, one.name
            assert TOKEN not in incoming.new_text, one.name


def test_the_word_our_letter_carried_is_found_in_what_was_quoted() -> None:
    quoting = [one for one in examples() if TOKEN.encode() in one.raw]
    assert len(quoting) > 20
    assert [one.name for one in quoting if TOKEN not in one.incoming().quoted_text] == []


def test_a_reply_names_the_letters_it_answers_as_letters_are_kept() -> None:
    named = {one.incoming().in_reply_to for one in examples()}
    assert named == {"", "<7c1f.014@bot.northmoor.example>"}
    threads = {one.incoming().references for one in examples()}
    assert threads == {(), ("<7c1f.013@bot.northmoor.example>", "<7c1f.014@bot.northmoor.example>")}


def test_the_mark_we_look_for_is_the_mark_our_letters_carry() -> None:
    assert mime.LOOP_HEADER.lower() == kinds.LOOP_HEADER

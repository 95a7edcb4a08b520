"""Asking for more time and deciding it, in words: who decides, and everything a decision rests on."""

from __future__ import annotations

from tests.dialogs.samples import messages


def test_whoever_asks_reads_who_decides() -> None:
    asked = "Ask for a new date here. Your Head of Service decides. The date can move once."
    assert asked in messages()["request_extension"].text
    assert "Somebody above you decides." in messages()["request_nobody_above"].text


def test_the_head_of_service_sees_who_asks_why_both_dates_until_when_to_decide_and_the_note() -> None:
    assert messages()["request_seen"].text == (
        "More time asked for: LS-2026Q3-014\n\n"
        "Priya Fernhollow asks for more time for a learning space.\n\n"
        "Reason: The practitioner is away\nDue: Tuesday 29 December\nNew date: Friday 8 January 2027\n\n"
        "It can be decided until the end of Tuesday 29 December. Without a decision it stays as it is.\n\n"
        "Their note: The room is not free before then.\n\n"
        "Why not?\n  (Only if you decline. Who asked can read it. Use roles, not names. No case detail.)\n\n"
        "[Agree]\n[Decline]"
    )


def test_the_message_says_the_same_without_the_note() -> None:
    seen, sent = messages()["request_seen"].text, messages()["e8_asked"].text
    assert sent == seen.replace("Their note: The room is not free before then.\n\n", "")


def test_the_posts_a_search_found_are_told_apart() -> None:
    found = messages()["search_many"].text
    assert "Given to: Team Manager, Harbour Team; Team Manager, Duty Team 2; Senior Manager North; and others." in found

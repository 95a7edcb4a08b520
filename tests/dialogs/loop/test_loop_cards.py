"""Closing the loop in words: each message in full, and what stands on the opened card for whom."""

from __future__ import annotations

import pytest

from dialogs.kit.questions import LOOK_AGAIN
from tests.dialogs.reading import buttons_of
from tests.dialogs.sample_facts import CASE, PRACTITIONER, TOKEN
from tests.dialogs.samples_loop import loop_forms, loop_notices, loop_receipts

KEEP = "Please keep this between you and the people who need to know."
OPEN = "[Open] or type: open CL-2026Q3-003"

IN_FULL = {
    "e26_meeting": (
        "A meeting to hold: CL-2026Q3-003\n\n"
        "No meeting with the practitioner and their manager is noted yet.\n\n"
        "Meet by: Thursday 17 December\nLearning space: LS-2026Q3-014\n\n"
        f"If you have met, open the form and put in the date.\n\n{KEEP}\n\n{OPEN}"
    ),
    "e27_late": (
        "Closing the loop, 4 days late on Monday 4 January: CL-2026Q3-003\n\n"
        "The form has not come back yet. Please finish it and send it to the Head of Service.\n\n"
        "If something is in the way, tell the Head of Service: they can help.\n\n"
        f"Form due: Thursday 31 December 2026\nLearning space: LS-2026Q3-014\n\n{KEEP}\n\n{OPEN}"
    ),
    "e27_head": (
        "Closing the loop, 4 days late on Monday 4 January: CL-2026Q3-003\n\n"
        "The form has not come back from the Senior Manager yet.\n\n"
        "Please find out what is in the way, and help to get it done.\n\n"
        f"Form due: Thursday 31 December 2026\nLearning space: LS-2026Q3-014\n\n{KEEP}"
    ),
    "e28_head": (
        "For you to authorise: CL-2026Q3-003\n\n"
        "The Senior Manager has sent the form. Please read it, then authorise it or send it back.\n\n"
        f"Learning space: LS-2026Q3-014\nSent: Thursday 10 December\n\n{KEEP}\n\n{OPEN}"
    ),
    "e29_back": (
        "Sent back: CL-2026Q3-003\n\n"
        "Leila Coldharrow has read the form and asks you to change something.\n\n"
        f"What it is stands in the form. Everything you wrote is still there.\n\n{KEEP}\n\n{OPEN}"
    ),
    "e30_qa": (
        "Authorised: CL-2026Q3-003\n\n"
        "It is with you now. The re-audit opens by itself on its day.\n\n"
        f"Re-audit: Monday 1 March 2027\n\n{KEEP}\n\n{OPEN}"
    ),
    "e31_opened": (
        "Re-audit opened: LS-2026Q4-031\n\n"
        "It was given to an independent manager, who has been told.\n\n"
        f"Learning space: LS-2026Q4-031\nRe-audit of: CL-2026Q3-003\n\n{KEEP}\n\n{OPEN}"
    ),
    "e32_embedded": (
        "How it came out: CL-2026Q3-003\n\n"
        "The learning is embedded.\n\n"
        "Re-audit: LS-2026Q4-031\n\n"
        f"Open it to see then and now side by side.\n\n{KEEP}\n\n{OPEN}"
    ),
}


@pytest.mark.parametrize("name", sorted(IN_FULL))
def test_a_message_about_a_loop_says_this_and_nothing_more(name: str) -> None:
    assert loop_notices()[name].text == IN_FULL[name]


def test_every_way_in_carries_the_opaque_id() -> None:
    card = loop_notices()["e17_senior_opens"].card
    assert card and buttons_of(card) == {"Open": {"verb": "loop", "ref": TOKEN}}


def test_managers_above_hear_of_a_late_form_and_cannot_open_it_from_the_message() -> None:
    for name in ("e27_head", "e27_executive", "e28_vacant", "e26_nobody"):
        card = loop_notices()[name].card
        assert card and buttons_of(card) == {}


def test_then_and_now_stand_together_on_the_opened_card_alone() -> None:
    holding = {name for name, message in loop_forms().items() if "Then and now" in message.text}
    assert holding == {"form_loop_record", "form_loop_then_and_now"}
    assert all("Then and now" not in said.text for said in {**loop_notices(), **loop_receipts()}.values())


def test_the_practitioner_reads_their_own_form_without_the_case() -> None:
    said = loop_forms()["form_loop_then_and_now"].text
    assert PRACTITIONER in said and CASE not in said


def test_why_it_was_sent_back_stands_above_the_form() -> None:
    said = loop_forms()["form_loop_sent_back"].text
    assert "It was sent back, with these words:\n\nPlease say what the team took from it." in said


def test_a_meeting_without_the_team_manager_is_asked_back() -> None:
    assert "! This needs Team Manager as well." in loop_forms()["form_loop_problems"].text


def test_what_has_to_change_is_not_called_optional_and_then_asked_for() -> None:
    for name, mark in (("form_loop_authorise", ""), ("form_loop_send_back_problem", LOOK_AGAIN)):
        said = loop_forms()[name].text
        assert f"What has to change?{mark}\n  (Only if you send it back." in said
        assert "(optional)" not in said


def test_three_endings_say_which_answer_belongs_to_which_button() -> None:
    said = loop_forms()["form_loop_qa"].text
    assert "  4. The practitioner no longer holds cases\n  (Only if you press Not testable.)" in said
    assert "Why does it not go on?\n  (Only if you press Stand down. Use roles, not names.)" in said
    assert "A re-audit of its own asks nothing first." in said
    assert "[Not testable]\n[Stand down]\n[A re-audit of its own]" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loop_sent", "Thank you. The Head of Service authorises it next."),
        (
            "loop_sent_vacant",
            "Thank you. Nobody is in post to authorise it, so the QA team is asked to find someone.",
        ),
        ("loop_sent_nobody", "Thank you. It has been kept."),
    ],
)
def test_whoever_sent_the_form_reads_who_authorises_it_next(name: str, said: str) -> None:
    assert said in loop_receipts()[name].text


def test_a_form_is_late_only_while_somebody_still_has_to_send_it() -> None:
    boxes = loop_receipts()["loops"].text.split("\n\nCL-")[1:]
    late = [box.partition(",")[0] for box in boxes if "The form is late." in box]
    assert late == ["2026Q3-001", "2026Q3-002", "2026Q3-004"]
    assert len(boxes) == 7, "a closed one is on no list of what is outstanding"

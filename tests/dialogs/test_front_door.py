"""Plain words get plain answers, fitted to who asks."""

from __future__ import annotations

from tests.dialogs.reading import buttons_of
from tests.dialogs.samples import cards, messages


def test_an_unknown_person_is_told_kindly_what_to_do_and_nothing_else() -> None:
    message = messages()["unknown_person"]
    assert message.text == (
        "Hello\n\n"
        "I do not have you on my list yet, so there is nothing I can show you.\n\n"
        "Please ask the QA team to add you. Once they have, say hello again and we can start."
    )
    assert buttons_of(cards()["unknown_person"]) == {}


def test_help_shows_allocate_to_the_qa_lead_alone() -> None:
    assert "allocate December 2026" in messages()["help_qa_lead"].text
    assert "allocate" not in messages()["help"].text


def test_help_does_not_send_a_practitioner_to_a_form_they_do_not_have() -> None:
    assert "open LS-" not in messages()["help_practitioner"].text
    assert "list: what is waiting for you, and by when" in messages()["help_practitioner"].text


def test_a_welcome_says_why_we_are_here_and_when_we_write() -> None:
    text = messages()["welcome"].text
    assert "This is where learning spaces come to you." in text
    assert "I write on working days, between 9 and 5. Only an immediate risk to a child comes at other times." in text
    assert "You will only hear from me when a piece of work has been chosen" in messages()["welcome_practitioner"].text


def test_what_goes_wrong_on_our_side_is_said_to_be_ours() -> None:
    text = messages()["sorry"].text
    assert "Something went wrong on our side, not yours. What you had saved is safe." in text


def test_a_near_miss_is_answered_with_the_command_it_came_close_to() -> None:
    assert "Did you mean list?" in messages()["confused_command"].text


def test_in_a_shared_room_nothing_is_said_of_anybodys_work() -> None:
    assert "private" in messages()["private_only"].text
    assert "LS-" not in messages()["private_only"].text


def test_the_receipt_thanks_and_holds_a_reference_and_a_time() -> None:
    assert messages()["receipt"].text == (
        "Sent in: LS-2026Q3-014\n\n"
        "Thank you for taking the time. Your learning space is complete and safely stored.\n\n"
        "Reference: LS-2026Q3-014\n"
        "Sent in: Thursday 3 December 2026 at 2:05 pm\n\n"
        "Your answers are no longer shown in this chat.\n\n"
        "[Show my list] or type: list"
    )


def test_a_second_press_hears_that_it_was_done_and_by_whom_if_not_by_them() -> None:
    assert "This was sent in on Thursday 3 December 2026 at 2:05 pm." in messages()["already"].text
    assert "This was sent in by Gethin Gorsedale on" in messages()["already_other"].text


def test_saving_for_later_says_that_nothing_was_sent_and_how_to_carry_on() -> None:
    message = messages()["saved"]
    assert "Everything you have written is saved. Nothing is sent in until you press Send." in message.text
    assert "[Carry on] or type: open LS-2026Q3-014" in message.text

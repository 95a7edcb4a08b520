"""Plain words get plain answers, fitted to who asks."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from assurance.access.authority import ALLOCATES, EXPORTS
from assurance.access.loop_people import RUNS_IT
from assurance.channels import receive_mail
from assurance.escalation.hold_step import HOLDS
from assurance.moderation.moderation_selection import ASKS
from assurance.moderation.moderation_view import QA
from assurance.self_check import list_findings
from dialogs.front_door.front_door import help_message
from dialogs.understand.understanding import Kind, understand
from tests.dialogs.reading import buttons_of
from tests.dialogs.sample_facts import FRAMEWORK
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


def test_a_quarter_that_no_year_has_is_called_that_and_not_half_a_reference() -> None:
    said = messages()["confused_no_such_quarter"].text
    assert "there is no such quarter: a year has Q1 to Q4." in said
    assert "look at the digits" in said
    assert "missing" not in said


ROLES = tuple(role.key for role in FRAMEWORK.roles)
TODAY = date(2026, 12, 1)
NO_COMMAND = {"unknown", "greeting", "thanks", "help", "decide", "acknowledge"}
"""Said without being told how, by the words of a button too; and whoever reads the help knows that word."""
ON_ITS_LINE = {"hold": "preview", "unfreeze": "freeze", "everything": "reassign", "held": "findings", "more": "search"}
OF_THE_FEW = {
    "allocate": ALLOCATES,
    "take_back": ALLOCATES,
    "reassign": (*ALLOCATES, *EXPORTS),
    "preview": HOLDS,
    "freeze": HOLDS,
    "moderate": ASKS,
    "moderations": QA,
    "reopen": FRAMEWORK.corrections.reopened_by,
    "set_action": (*RUNS_IT, *FRAMEWORK.moderation.moderators, FRAMEWORK.closing_the_loop.meets.rpartition(".")[2]),
    "emails": receive_mail.READS,
    "findings": list_findings.READS,
    "reachability": EXPORTS,
    "export": EXPORTS,
    "reflect": ("practitioner",),
}
"""The commands some roles only may use, and which, where the use-case says it."""


def lines_of_help(role: str) -> dict[str, str]:
    """Kind of command -> what its line says it does, for somebody of one role."""
    lines = [line.partition(": ") for line in help_message([role]).text.splitlines() if ": " in line]
    return {understand(typed, TODAY).kind: does for typed, _, does in lines if not typed.startswith("[")}


def test_every_command_that_is_understood_is_in_the_help_of_somebody() -> None:
    told = {kind for role in ROLES for kind in lines_of_help(role)}
    assert "unknown" not in told, "the help names something that is not understood"
    assert told | set(ON_ITS_LINE) == set(get_args(Kind)) - NO_COMMAND
    for kind, line in ON_ITS_LINE.items():
        assert kind in lines_of_help("qa_lead")[line]


@pytest.mark.parametrize("kind", OF_THE_FEW)
def test_a_command_for_some_roles_is_in_their_help_and_in_nobody_elses(kind: str) -> None:
    assert {role for role in ROLES if kind in lines_of_help(role)} == set(OF_THE_FEW[kind])


@pytest.mark.parametrize("role", ROLES)
def test_help_is_short_enough_to_read_on_a_phone_between_two_visits(role: str) -> None:
    lines = lines_of_help(role)
    assert len(lines) <= (10 if role not in QA else 20)
    assert all(len(does) <= 60 for does in lines.values()), lines


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

"""People say a command in their own way; what is none gets an answer that fits, and nothing typed is kept."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.front_door.front_door import confused_message
from dialogs.understand.understanding import Intent, understand
from tests.dialogs.reading import text_of

TODAY = date(2026, 12, 3)


@pytest.mark.parametrize("said", ["hi", "Hello!", "Good morning", "HELLO THERE.", "hey bot", "<at>The bot</at> hi"])
def test_a_greeting_is_a_greeting(said: str) -> None:
    assert understand(said, TODAY).kind == "greeting"


@pytest.mark.parametrize("said", ["list", "LIST", "What's due?", "what’s due", "my learning spaces", "my list please"])
def test_asking_what_waits_shows_the_list(said: str) -> None:
    assert understand(said, TODAY).kind == "home"


@pytest.mark.parametrize("said", ["actions", "My actions", "show my actions please", "action tracker", "tracker"])
def test_asking_for_actions_shows_the_tracker(said: str) -> None:
    assert understand(said, TODAY).kind == "actions"


def test_an_action_is_opened_and_given_away_by_its_reference() -> None:
    opened = understand("open ac-2026q3-031", TODAY)
    assert (opened.kind, opened.reference) == ("open", "AC-2026Q3-031")
    given = understand("reassign AC-2026Q3-031 to Orla Quillfeather", TODAY)
    assert (given.kind, given.reference, given.person) == ("reassign", "AC-2026Q3-031", "orla quillfeather")


@pytest.mark.parametrize("said", ["help", "Help?", "?", "what can you do?", "who are you", "how does this work"])
def test_asking_for_help_gets_help(said: str) -> None:
    assert understand(said, TODAY).kind == "help"


@pytest.mark.parametrize("said", ["thanks", "Thank you!", "cheers"])
def test_thanks_are_thanks(said: str) -> None:
    assert understand(said, TODAY).kind == "thanks"


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("allocate December 2026", date(2026, 12, 1)),
        ("Allocate dec", date(2026, 12, 1)),
        ("please allocate for january", date(2027, 1, 1)),
        ("allocate sept 2027", date(2027, 9, 1)),
        ("allocate 2026-12", date(2026, 12, 1)),
        ("allocate 1/2027", date(2027, 1, 1)),
        ("allocate next month", date(2027, 1, 1)),
        ("allocate this month", date(2026, 12, 1)),
        ("allocation for March 2027", date(2027, 3, 1)),
    ],
)
def test_a_month_can_be_said_in_any_way(said: str, month: date) -> None:
    assert understand(said, TODAY) == Intent("allocate", month=month)


@pytest.mark.parametrize(
    "said",
    ["open LS-2026Q3-014", "LS-2026Q3-014", "ls 2026q3 14", "LS\u20132026Q3\u2013014 please", "is LS-2026Q3-014 mine"],
)
def test_a_reference_opens_its_learning_space_however_a_phone_writes_it(said: str) -> None:
    assert understand(said, TODAY) == Intent("open", reference="LS-2026Q3-014")


@pytest.mark.parametrize("said", ["cancel LS-2026Q3-014", "LS-2026Q3-014 escalate", "delete ls 2026q3 14 please"])
def test_a_word_that_is_none_of_ours_beside_a_reference_does_not_open_it(said: str) -> None:
    assert understand(said, TODAY) == Intent("unknown", reference="LS-2026Q3-014", hint="what_with_it")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("", "nothing"),
        ("  \n ", "nothing"),
        ("\U0001f44d", "nothing"),
        ("allocate", "which_month"),
        ("allocate everything", "which_month"),
        ("December", "month_alone"),
        ("LS-2026", "half_reference"),
        ("2026Q3", "half_reference"),
        ("open LS-9999Q9-999", "no_such_quarter"),
        ("CL-2026Q0-004", "no_such_quarter"),
        ("mo 2026 q12 7", "no_such_quarter"),
        ("the visits were regular and the plan was clear " * 6, "answer"),
        ("mum is on 07700 900123", "details"),
        ("her email is a@b.example", "details"),
        ("NHS 943 476 5919", "details"),
        ("DOB 03/04/2015", "details"),
        ("he lives at PR1 2AB", "details"),
        ("3", "choice"),
        ("Yes", "choice"),
        ("lsit", "command"),
        ("halp me", "command"),
        ("tell me a joke", ""),
    ],
)
def test_what_is_no_command_is_recognised_for_what_it_looks_like(said: str, hint: str) -> None:
    intent = understand(said, TODAY)
    assert (intent.kind, intent.hint) == ("unknown", hint)


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_nothing_typed_is_kept(said: str) -> None:
    intent = understand(said, TODAY)
    kept = {field.name: getattr(intent, field.name) for field in fields(intent)}
    assert kept["nearest"] in ("", "list", "help", "open", "allocate", "actions")
    assert kept["reference"] == "" or kept["reference"][:3] in ("LS-", "CL-", "AC-")


def test_a_very_long_message_is_read_no_further_than_it_needs() -> None:
    assert understand("a" * 1_000_000, TODAY).hint == "answer"


@given(st.text(alphabet="bcdfgjkmpqvwxz ", min_size=8, max_size=120))
def test_the_answer_to_a_line_we_did_not_follow_never_repeats_it(said: str) -> None:
    intent = understand(said, TODAY)
    if intent.kind != "unknown":
        return
    message = confused_message(intent)
    assert message.card
    answer = f"{message.text}{message.summary}{text_of(message.card)}".casefold()
    for word in said.split():
        if len(word) > 3:
            assert word not in answer


def test_each_kind_of_line_gets_an_answer_of_its_own() -> None:
    typed = ["", "allocate", "december", "LS-2026", "x " * 200, "DOB", "yes", "lsit", "tell me a joke"]
    answers = {confused_message(understand(said, TODAY)).text for said in typed}
    assert len(answers) == len(typed)


def test_somebody_who_types_details_is_asked_to_delete_them() -> None:
    said = confused_message(understand("he lives at PR1 2AB", TODAY)).text
    assert "delete your message" in said
    assert "Use roles, not names" in said


@pytest.mark.parametrize(
    ("said", "reference", "wanted"),
    [
        ("find TM-FS-04", "", "tm-fs-04"),
        ("find LS-2026Q3-014", "LS-2026Q3-014", ""),
        ("Who has ls 2026q3 014?", "LS-2026Q3-014", ""),
        ("search for Family Safeguarding, please", "", "family safeguarding"),
        ("look up Harbour Team", "", "harbour team"),
        ("find", "", ""),
    ],
)
def test_a_search_is_understood(said: str, reference: str, wanted: str) -> None:
    assert understand(said, TODAY) == Intent("search", reference=reference, wanted=wanted)


def test_what_looks_like_somebodys_details_is_not_looked_for() -> None:
    assert understand("find the child at PR1 2AB", TODAY).hint == "details"

"""What may reach a locked screen, a colleague or an escalation: never a grade, a case, a practitioner or a child."""

from __future__ import annotations

import re
from functools import cache

import pytest

from dialogs.kit.cards import OPENS_A_WINDOW
from dialogs.kit.message import Message
from tests.dialogs import samples
from tests.dialogs.reading import buttons_of, first_line, text_of
from tests.dialogs.sample_facts import AUDITOR, CASE, FRAMEWORK, GOOD_ANSWERS, PRACTITIONER

GRADES = [grade.title.casefold() for grade in FRAMEWORK.grades] + ["grade", "graded", "inadequate"]
ANSWERS = [str(value) for key, value in GOOD_ANSWERS.items() if isinstance(value, str) and " " in value]
CHILD = ("child's name", "date of birth", "address", "school", "allegation", "diagnos", "offence")
STAFF = (AUDITOR, "Tomasz", "Gethin", "Leila", "Ngozi")


def _says(text: str, words: list[str] | tuple[str, ...]) -> list[str]:
    return _any_of(tuple(words)).findall(text)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _everything(message: Message) -> str:
    assert message.card
    return "\n".join([message.text, message.summary, text_of(message.card)])


def test_no_notice_holds_a_grade_a_case_a_practitioner_or_an_answer() -> None:
    telling = {}
    for name, notice in samples.notices().items():
        # "Good news" is not a grade; no other "good" may stand in a notice.
        said = re.sub(r"Good news|a good day", "", _everything(notice))
        if found := _says(said, (*GRADES, *ANSWERS, *CHILD, CASE, PRACTITIONER)):
            telling[name] = found
    assert not telling


def test_a_locked_screen_shows_nothing_of_anybody() -> None:
    telling = {}
    for name, message in samples.messages().items():
        shown = [message.summary]
        if message.card:
            shown += [first_line(message.card), message.card["speak"], message.card["fallbackText"]]
        for line in shown:
            assert line, name
            assert len(line) <= 120, (name, line)
            assert "\n" not in line, (name, line)
            said = line.replace("Good news", "")
            if found := _says(said, (*GRADES, *STAFF, *ANSWERS, CASE, PRACTITIONER)):
                telling[name] = found
    assert not telling


@pytest.mark.parametrize("name", ["receipt", "receipt_red_route", "already", "saved", "withdrawn", "not_yours"])
def test_what_replaces_the_form_holds_no_answer_and_no_grade(name: str) -> None:
    said = _everything(samples.messages()[name])
    assert not _says(said, [*GRADES, "good", "outstanding"])
    assert not _says(said, ANSWERS)
    assert CASE not in said
    assert PRACTITIONER not in said


def test_the_list_names_neither_case_nor_practitioner() -> None:
    for name, message in samples.homes().items():
        said = _everything(message)
        assert CASE not in said, name
        assert PRACTITIONER not in said, name


def test_the_opened_form_is_the_only_place_that_names_the_case_and_the_practitioner() -> None:
    holding = {name for name, message in samples.messages().items() if CASE in message.text}
    assert holding
    assert all(name.startswith(("form_", "review", "result_sent_by_reader")) for name in holding)


def test_a_button_carries_an_opaque_id_and_nothing_of_anybody() -> None:
    for name, card in samples.cards().items():
        for data in buttons_of(card).values():
            assert set(data) - {"msteams"} <= {"verb", "ref", "step", "v", "seconds"}, name
            assert data.get("msteams", OPENS_A_WINDOW) == OPENS_A_WINDOW, name
            carried = str(data.get("ref", ""))
            assert re.fullmatch(r"|[0-9a-f]{32}|LS-2026Q3-\d{3}|list-\d+", carried), name


def test_an_unknown_person_learns_nothing_at_all() -> None:
    said = _everything(samples.messages()["unknown_person"])
    assert "LS-" not in said
    assert "learning space" not in said.casefold()
    assert "QA team" in said


def test_something_that_is_not_yours_and_something_that_is_not_there_read_the_same() -> None:
    said = _everything(samples.messages()["not_yours"])
    assert "LS-" not in said


def test_immediate_attention_says_whom_to_call_and_nothing_more() -> None:
    message = samples.notices()["e16_attention"]
    said = message.text
    assert said.splitlines()[0] == "Immediate attention: LS-2026Q3-014"
    assert f"Call {AUDITOR} now." in said
    assert AUDITOR not in message.summary
    assert "not a referral" in said
    assert not _says(said, ["risk", "child", "safeguarding concern", "function"])

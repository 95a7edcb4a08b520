"""Plain text on its way: lines that fit, and every word where it was once a mail program has put them together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.flowed import flow
from bot.mail.mime import compose
from bot.mail.reading.between import answers_between
from bot.mail.reading.lines import plain_lines
from desk.flowed import plain_text
from desk.mailbox import Mail
from dialogs.letters.letters import Letter
from tests.bot.mail.well_made import well_made

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
WORDS = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=30)
LINES = st.builds(lambda indent, words: " " * indent + " ".join(words), st.integers(0, 4), st.lists(WORDS, max_size=40))


def sent(text: str, calendar: bytes = b"") -> Mail:
    raw = compose(
        Letter("About", text, "<p>x</p>"),
        sender="qa-bot@northmoor.example",
        sender_name="QA bot",
        recipient="a@northmoor.example",
        message_id="<1@northmoor.example>",
        at=AT,
        calendar=calendar,
    )
    return Mail("qa-bot@northmoor.example", "a@northmoor.example", raw)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_every_text_comes_back_as_it_was_written(lines: list[str]) -> None:
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    mail = sent(text)
    well_made(mail)
    assert plain_text(mail.message()) == text


def test_our_own_reading_puts_the_same_lines_together() -> None:
    lines = ["8. " + "A long answer " * 12, "", "  - short", "A sentence " * 30]
    wanted = [" ".join(line.split()) for line in lines]
    assert [" ".join(line.text.split()) for line in plain_lines(flow("\n".join(lines)), flowed=True)][:4] == wanted


@pytest.mark.parametrize(
    "line", ["> not a quote", "From here on", " an indented line", "--", "8. A long one " + "and so on " * 20]
)
def test_lines_that_mail_programs_take_for_something_else_are_kept_as_they_are(line: str) -> None:
    assert plain_text(sent(f"{line}\n").message()).rstrip() == line.rstrip()


def test_the_line_a_reply_brings_back_is_never_broken() -> None:
    token = "[Ref LS-2026Q3-000017/z562vzygefwcf67f]"
    assert token in flow(f"Please leave this line in your reply, whatever else you do with it: {token}\n")


@pytest.mark.parametrize("calendar", [b"", b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"])
def test_the_language_is_said_of_a_letter_with_a_date_and_of_one_without(calendar: bytes) -> None:
    well_made(sent("Hello.\n", calendar))


def test_answers_between_the_broken_lines_of_a_quote_are_told_from_the_lines() -> None:
    choices = "; ".join(f"{number} A kind of learning" for number in range(1, 9))
    asked = [
        "6. Is any child at immediate risk, or is there a safety matter not already being dealt with?: (please answer)",
        f"7. Learning: (please answer: {choices})",
        "8. Short: (please answer)",
    ]
    quoted = []
    for line, said in zip(asked, ("no", "2", ""), strict=True):
        pieces = flow(line).splitlines()
        assert len(pieces) > 1 or not said
        quoted += [*(piece.strip() for piece in pieces), *([said] if said else [])]
    assert [one.said for one in answers_between("\n".join(quoted), "\n".join(asked))] == ["no", "2"]

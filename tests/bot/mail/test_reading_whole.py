"""Nothing somebody wrote is lost, and nothing we wrote passes for theirs, however their program quotes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mail.incoming import Inline, answers_between
from bot.mail.reading.bodies import read_body
from bot.mail.reading.lines import tidy
from bot.mail.reading.parts import take_apart
from dialogs.letters.letters import Letter, Letterhead, chat_link, letter
from policy.lifecycle.reply_token import token_line, tokens_in
from tests.bot.mail.corpus_reader import Example, examples, understand
from tests.bot.mail.test_reading_anything import holds
from tests.dialogs.samples import messages

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TOKEN = "k7f3abcd2345wxyz"
WORDS = "the plan was clear and visits are regular but chronology stops in june children speak worker listens 3 good"
SENTENCE = st.lists(st.sampled_from(WORDS.split()), min_size=4, max_size=10).map(
    lambda all_: " ".join(["we saw", *all_])
)
NEW = st.lists(SENTENCE, min_size=1, max_size=6)
SENT = f"""\
Learning space LS-2026Q3-014

It is due on Wednesday 16 December 2026.
1. Overall practice grade
2. Strengths
How to answer
Reply to this email.
[Ref LS-2026Q3-014/{TOKEN}]""".splitlines()
BLOCK = """\
From: Bot <bot@northmoor.example>
Sent: 16 November 2026 09:00
To: Priya Nair
Subject: Learning space""".splitlines()
WROTE = "On Mon, 16 Nov 2026 at 09:00, Bot <bot@northmoor.example> wrote:"
FROM = "From: Priya Nair <priya.nair@northmoor.example>\nContent-Type: text/{}; charset=utf-8\n\n"
QUOTES = {
    "marked": [WROTE, "", *(f"> {line}" for line in SENT)],
    "marked twice": [WROTE, "", *(f">> {line}" for line in SENT), "> we saw nothing new, said somebody earlier"],
    "outlook": ["_" * 32, *BLOCK, "", *SENT],
    "original message": ["-----Original Message-----", *BLOCK, "", *SENT],
    "without marks": [WROTE, "", *SENT],
    "a name alone": ["Learning Space Bot wrote:", *(f"> {line}" for line in SENT)],
    "an address alone": ["bot@northmoor.example wrote:", *(f"> {line}" for line in SENT)],
    "broken attribution": [WROTE[:50], WROTE[50:], "", *(f"> {line}" for line in SENT)],
}


@pytest.mark.parametrize("way", QUOTES)
@FEW
@given(new=NEW, signed=st.booleans())
def test_new_words_stay_word_for_word_and_our_letter_stays_out(way: str, new: list[str], signed: bool) -> None:
    signature = ["", "Kind regards", "Priya Nair", "Team Manager", "01632 960123"] if signed else []
    found = understand((FROM.format("plain") + "\n".join([*new, *signature, "", *QUOTES[way]])).encode())
    assert found.new_text == "\n".join(new)
    assert TOKEN in found.quoted_text


@FEW
@given(new=NEW)
def test_words_below_a_marked_quote_are_kept_too(new: list[str]) -> None:
    found = understand((FROM.format("plain") + "\n".join([*QUOTES["marked"], "", *new])).encode())
    assert found.new_text == "\n".join(new)
    assert found.inline == (Inline("\n".join(line for line in SENT if line), "\n".join(new)),)


@FEW
@given(new=st.lists(SENTENCE, min_size=2, max_size=5, unique=True))
def test_answers_between_quoted_lines_keep_their_order_and_their_questions(new: list[str]) -> None:
    asked = [f"{number}. Question number {number}" for number in range(1, len(new) + 1)]
    text = [WROTE, ""]
    for question, answer in zip(asked, new, strict=True):
        text += [f"> {question}", "", answer, ""]
    found = understand((FROM.format("plain") + "\n".join([*text, f"> {SENT[-1]}"])).encode())
    assert found.new_text == "\n\n".join(new)
    assert found.inline == tuple(map(Inline, asked, new))


@pytest.mark.parametrize("program", ["outlook", "gmail", "apple"])
@FEW
@given(new=NEW)
def test_the_same_holds_for_html(program: str, new: list[str]) -> None:
    letter = "".join(f"<p>{line}</p>" for line in SENT)
    block, wrote = "<br>".join(map(html.escape, BLOCK)), html.escape(WROTE)
    quote = {
        "outlook": f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{block}</div>{letter}',
        "gmail": f'<div class="gmail_quote"><div>{wrote}</div><blockquote>{letter}</blockquote></div>',
        "apple": f'<blockquote type="cite">{wrote}</blockquote><blockquote type="cite">{letter}</blockquote>',
    }[program]
    words = "".join(f"<div>{line}</div>" for line in new)
    found = understand((FROM.format("html") + words + quote).encode())
    assert found.new_text == "\n".join(new)
    assert TOKEN in found.quoted_text


# -- our own letters, as they really go out ---------------------------------------------------------------------------


@cache
def _letters() -> dict[str, Letter]:
    """One in four of the messages the bot can say, as letters; each way of replying takes them all."""
    line = token_line("LS-2026Q3-014", TOKEN)
    return {
        name: letter(
            message,
            subject="Learning space",
            head=Letterhead("Northmoor", chat_link("00000000-0000-4000-8000-000000000000")),
            token_line=line,
            may_stop=True,
        )
        for name, message in sorted(messages().items())[::4]
    }


def _replied(sent: Letter, way: str, new: str) -> tuple[str, str]:
    """A subtype and a body: the letter answered on top, as three programs do it."""
    words = "".join(f"<div>{html.escape(line)}</div>" for line in new.splitlines())
    block, wrote = "<br>".join(map(html.escape, BLOCK)), html.escape(WROTE)
    inside = sent.html.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    match way:
        case "marked":
            quoted = "\n".join(f"> {line}" for line in sent.text.splitlines())
            return "plain", f"{new}\n\nbot@northmoor.example wrote:\n{quoted}\n"
        case "bare":
            return "plain", "\n".join([new, "", "_" * 32, *BLOCK, "", sent.text])
        case "outlook":
            rule = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
            return "html", f'{words}<div><div style="{rule}"><p class="MsoNormal">{block}</p></div></div>{inside}'
        case _:
            return "html", f'{words}<div class="gmail_quote"><div>{wrote}</div><blockquote>{inside}</blockquote></div>'


@pytest.mark.parametrize("way", ["marked", "bare", "outlook", "gmail"])
def test_no_letter_of_ours_leaks_into_what_was_newly_written(way: str) -> None:
    new = "1. Good\n2. The plan needs dates, and the school was asked."
    for name, sent in _letters().items():
        subtype, body = _replied(sent, way, new)
        found = understand((FROM.format(subtype) + body).encode())
        assert found.new_text == new, name
        assert tokens_in(found.quoted_text) == (TOKEN,), name
        assert found.kind == "reply", name
        if way == "bare":
            assert answers_between(found.quoted_text, sent.text) == (), name


def _in_order(wanted: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether every wanted line stands among the lines, in the same order."""
    rest = iter(lines)
    return all(any(line == one for line in rest) for one in wanted)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_line_understood_as_new_stands_in_the_message(example: Example) -> None:
    found = example.incoming()
    holds(found)
    lines = [shown for line in read_body(take_apart(example.raw)).lines for shown in (line.text, f"> {line.text}")]
    assert _in_order([line for line in found.new_text.split("\n") if line], lines)


# -- Outlook quotes without marks: only the letter itself tells an answer from a question -----------------------------


@FEW
@given(new=st.lists(SENTENCE, min_size=1, max_size=4, unique=True), beside=st.booleans())
def test_answers_typed_into_a_bare_quote_are_found_with_the_letter_at_hand(new: list[str], beside: bool) -> None:
    asked = [f"{number}. Question number {number}?" for number in range(1, len(new) + 1)]
    sent = [SENT[0], *asked, SENT[-1]]
    quoted = [*BLOCK, "", sent[0]]
    for question, answer in zip(asked, new, strict=True):
        quoted += [f"{question} {answer}"] if beside else [question, answer]
    found = answers_between("\n".join([*quoted, sent[-1]]), "\n".join(sent))
    assert [one.said for one in found] == new
    assert [one.under.split("\n")[-1] for one in found] == asked


def test_an_untouched_quote_holds_no_answers() -> None:
    assert answers_between("\n".join([*BLOCK, "", *SENT]), "\n".join(SENT)) == ()
    assert (
        answers_between("\n".join([*BLOCK, "", *SENT, "", *BLOCK, "", "somebody's older words"]), "\n".join(SENT)) == ()
    )
    assert answers_between("no letter of ours at all", "\n".join(SENT)) == ()


def test_letters_that_take_no_room_hide_nothing() -> None:
    assert tidy("Y\u200bES\u00a0please\ufeff") == "YES please"

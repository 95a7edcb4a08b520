"""A message as a letter: one source, the message's own plain text, laid out once as text and once as HTML.

HTML is made from the same lines as the text, so neither can say what the other does not. A letter fetches nothing: no
picture, no font, no script. Its one link opens the chat in Teams, and counts nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from dialogs.kit import wording
from dialogs.kit.inert import without_controls
from dialogs.kit.message import Message

HOW_TO_ANSWER = "How to answer"
IN_TEAMS = "open the app in Teams and press the button of that name."
OPEN_CHAT = "Open the chat in Teams"
IF_NOTHING_HAPPENS = "If nothing happens"

WORDS_FOR_BUTTONS = {"Agree": "agree", "Decline": "decline", wording.ACKNOWLEDGE: wording.ACKNOWLEDGE}
"""What a reply may say for a button whose message names no command of its own."""

IN_ITS_LETTER = "reply to the email that asked you for it, or press the button in Teams."
OWN_WORDS = "reply with your own words."

_BY_REPLY = re.compile(
    rf"list|help|agree|decline|{wording.ACKNOWLEDGE}|(?:open|extension|undo) LS-\S+|(?:open|action) AC-\S+"
    r"|held|(?:send|drop) all held"
)
"""What a reply is understood by. For anything else the letter says where it can be done."""
_REFLECT = "reflect "
_UNBROKEN = re.compile(r"(\b[A-Z]{2}-\d{4}Q\d-\d{1,6}\b)")
_PRESS = re.compile(r"\[(?P<title>[^\[\]]{1,60})\](?: or type: (?P<typed>.+))?")
_FACT = re.compile(r"(?P<name>[A-Z][^:.!?\n]{0,39}): (?P<value>\S.*)")
_CHOICE = re.compile(r"\s*(?P<number>\d{1,2})\. (?P<said>.+)")
_BULLET = re.compile(r"\s*[-\u2022] (?P<said>.+)")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose letters they are."""

    council: str
    chat: str = ""
    """Where the bot's chat in Teams opens, or empty: `chat_link`."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be put into an envelope."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, and how they are laid out."""

    kind: str
    """para, subheading, facts, numbered, bullets or stress."""
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    first: int = 1
    """Of a numbered list: its first number."""


@dataclass(frozen=True, slots=True)
class _Parts:
    heading: str
    blocks: tuple[Block, ...]
    answers: tuple[tuple[str, str], ...]
    """Each a lead ('Open: reply with the words') and the words to write, empty where nothing is written."""


def letter(
    message: Message,
    *,
    subject: str,
    head: Letterhead,
    token_line: str = "",
    can_reply: bool = True,
    may_stop: bool = False,
    of_many: bool = False,
) -> Letter:
    """A message as a letter.

    `subject` comes from `dialogs/letters/letter_subjects.py`. `token_line` is the signed line a reply brings back
    (`policy.lifecycle.reply_token.token_line`); with `can_reply` False nothing about replying is said, because the
    message itself asks for a phone call or a reply is not awaited. `may_stop` adds how to ask for no more email.
    `of_many` is an answer, which may list several things: a word that names none of them would not say which is meant.
    """
    parts = _parts(message, can_reply=can_reply, of_many=of_many)
    footer = tuple(_footer(head.council, token_line if can_reply else "", may_stop=may_stop and can_reply))
    subject = " ".join(without_controls(subject).split())
    html = _template().render(
        subject=subject,
        heading=parts.heading,
        blocks=parts.blocks,
        answers=parts.answers,
        how_heading=HOW_TO_ANSWER,
        open_chat=OPEN_CHAT,
        chat=head.chat,
        footer=footer,
    )
    return Letter(subject, _text(parts, footer, head.chat), html)


def chat_link(bot_id: str) -> str:
    """The address at which Teams opens the chat with a bot, on a computer and on a phone alike; empty without an id.

    `bot_id` is the Entra application id. The form is the one Microsoft's own embed code gives. It says nothing of
    who opens it or what about.
    """
    return f"https://teams.microsoft.com/l/chat/0/0?users=28:{bot_id}" if bot_id else ""


def _parts(message: Message, *, can_reply: bool, of_many: bool = False) -> _Parts:
    """The message taken apart: its heading, its blocks, and its buttons as ways to answer."""
    heading, _, rest = without_controls(message.text).strip().partition("\n")
    blocks: list[Block] = []
    answers: list[tuple[str, str]] = []
    for chunk in re.split(r"\n\s*\n", rest.strip("\n")):
        lines = [line.rstrip() for line in chunk.split("\n") if line.strip()]
        kept = []
        for line in lines:
            press = _PRESS.fullmatch(line.strip())
            if press is None:
                kept.append(line)
                continue
            typed = (press["typed"] or "").strip()
            answer = _answer(press["title"], typed, can_reply=can_reply, of_many=of_many)
            # "Open in a window" is the same as "Open": a letter has no windows.
            if not answer[1] or all(answer[1] != words for _, words in answers):
                answers.append(answer)
        blocks += _blocks(kept)
    if any(typed for _, typed in answers):
        answers.append(("Write above the old text. It does not matter whether you use capital letters.", ""))
    return _Parts(heading.strip(), tuple(blocks), tuple(dict.fromkeys(answers)))


def _answer(title: str, typed: str, *, can_reply: bool, of_many: bool) -> tuple[str, str]:
    """How to do by letter what a button does: what to lead with, and the words to write, if any."""
    words = typed or WORDS_FOR_BUTTONS.get(title, "")
    if can_reply and of_many and not typed and words:
        return f"{title}: {IN_ITS_LETTER}", ""
    if can_reply and words.startswith(_REFLECT):
        return (f"{title}: reply with the words", words) if of_many else (f"{title}: {OWN_WORDS}", "")
    if can_reply and _BY_REPLY.fullmatch(words):
        return f"{title}: reply with the {'words' if ' ' in words else 'word'}", words
    return f"{title}: {IN_TEAMS}", ""


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    """One chunk of the text as blocks: facts, numbered choices, bullets, or sentences."""
    if not lines:
        return
    if lines[0].startswith(IF_NOTHING_HAPPENS):
        yield Block("stress", tuple(line.strip() for line in lines))
        return
    facts = [_FACT.fullmatch(line.strip()) for line in lines]
    # "Please do not answer here: speak to them by phone." is a sentence; "Late: fewer than 5" among others is not.
    a_sentence = len(facts) == 1 and facts[0] is not None and facts[0]["value"][0].islower()
    if all(facts) and not a_sentence:
        yield Block("facts", rows=tuple((found["name"], found["value"]) for found in facts if found))
        return
    waiting: list[str] = []
    kind, first = "para", 1
    for line in lines:
        number, bullet = _CHOICE.fullmatch(line), _BULLET.fullmatch(line)
        now = "numbered" if number else "bullets" if bullet else "para"
        follows_on = number is not None and kind == "numbered" and int(number["number"]) == first + len(waiting)
        if waiting and (now != kind or (number and not follows_on)):
            yield Block(kind, tuple(waiting), first=first)
            waiting = []
        if not waiting and number:
            first = int(number["number"])
        kind = now
        found = number or bullet
        waiting.append(found["said"].strip() if found else line.strip())
    yield Block(kind, tuple(waiting), first=first)


def _footer(council: str, token_line: str, *, may_stop: bool) -> Iterable[str]:
    if token_line:
        yield f"Please leave this line in your reply: {token_line}"
    yield (
        f"This email comes from the practice quality assurance bot of {council}. A person does not read this mailbox."
    )
    yield "Please do not write the name or the details of a child, a family or a worker in an email."
    if may_stop:
        yield "To get this in Teams only, reply with the words stop emails. What is late still comes by email."


def _text(parts: _Parts, footer: Sequence[str], chat: str) -> str:
    """The plain text: what a screen reader, an old phone or a careful person reads."""
    chunks = [parts.heading]
    for block in parts.blocks:
        match block.kind:
            case "facts":
                chunks.append("\n".join(f"{name}: {value}" for name, value in block.rows))
            case "numbered":
                chunks.append("\n".join(f"  {n}. {line}" for n, line in enumerate(block.lines, start=block.first)))
            case "bullets":
                chunks.append("\n".join(f"  - {line}" for line in block.lines))
            case _:
                chunks.append("\n".join(block.lines))
    if parts.answers:
        chunks += [HOW_TO_ANSWER, "\n".join(" ".join(filter(None, pair)) for pair in parts.answers)]
    if chat:
        chunks.append(f"{OPEN_CHAT}: {chat}")
    # Not "-- ": some programs cut what follows that out of a reply, and with it the line we ask to be left.
    chunks += ["--------", "\n\n".join(footer)]
    return "\n\n".join(chunks) + "\n"


def _whole(text: str) -> Markup:
    """The text, safe in HTML, with references never broken over two lines."""
    # Escaped first; a reference has nothing in it to escape, so wrapping it afterwards adds our own tag only.
    return Markup(_UNBROKEN.sub(r'<span style="white-space:nowrap;">\1</span>', str(escape(text))))  # noqa: S704


@cache
def _template() -> Template:
    """The one layout, read and compiled once."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["whole"] = _whole
    return environment.get_template("letter.html.j2")

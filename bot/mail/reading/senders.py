"""Who a message says it is from, read strictly: one address or none, whatever the display name pretends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail.reading.headers import Headers, decode_words

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|\\.|[(),:;<>]|[^"\\(),:;<>]++', re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,250}")
_ADDRESS_INSIDE = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
MAX_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in small letters and the name shown beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a message names as its sender. `doubts` are reasons not to take the name at its word."""

    mailbox: Mailbox
    doubts: tuple[str, ...] = ()


def sender_of(headers: Headers) -> Sender:
    """The one address of the one From line; an empty one when there are several or none.

    Doubts: no_sender, several_senders, address_in_name, unusual_letters, on_behalf, reply_to_differs. Reply-To never
    counts. `on_behalf`: Sender names somebody else, who wrote it in the first one's name.
    """
    lines = headers.every("from")
    boxes = [box for line in lines[:5] for box in mailboxes(line)]
    if len(lines) != 1 or len(boxes) != 1:
        return Sender(Mailbox(""), ("several_senders" if len(lines) > 1 or len(boxes) > 1 else "no_sender",))
    box = boxes[0]
    doubts = []
    shown = [found.lower() for found in _ADDRESS_INSIDE.findall(box.name)]
    if any(found != box.address for found in shown):
        doubts.append("address_in_name")
    if not box.address.isascii() or "xn--" in box.address:
        doubts.append("unusual_letters")
    wrote = [other.address for line in headers.every("sender")[:5] for other in mailboxes(line)]
    if any(other != box.address for other in wrote):
        doubts.append("on_behalf")
    answers_to = [other.address for line in headers.every("reply-to")[:5] for other in mailboxes(line)]
    if any(other != box.address for other in answers_to):
        doubts.append("reply_to_differs")
    return Sender(box, tuple(doubts))


def recipients_of(headers: Headers) -> tuple[str, ...]:
    """The addresses of To and Cc, at most 100."""
    lines = [*headers.every("to")[:5], *headers.every("cc")[:5]]
    return tuple(box.address for line in lines for box in mailboxes(line))[:MAX_ADDRESSES]


def mailboxes(value: str) -> list[Mailbox]:
    """The mailboxes of an address header. Words are decoded after the header has been cut up, never before:
    an encoded comma or bracket is part of a name. Something that is no address is left out.
    """
    found: list[Mailbox] = []
    name: list[str] = []
    address: list[str] | None = None
    given = ""
    depth = 0
    for piece in [*_TOKEN.findall(value), ","]:
        if depth or piece in ("(", ")"):
            depth = max(0, depth + (piece == "(") - (piece == ")"))
        elif address is not None:
            if piece == ">":
                given, address = "".join(address).strip(), None
            else:
                address.append(piece)
        elif piece == "<":
            address = []
        elif piece in (",", ";"):
            if box := _mailbox(name, given):
                found.append(box)
            name, given = [], ""
            if len(found) >= MAX_ADDRESSES:
                break
        elif piece == ":":
            name = []  # a group: "Undisclosed recipients:;"
        else:
            name.append(piece)
    return found


def _mailbox(name: list[str], given: str) -> Mailbox | None:
    words = "".join(name).strip()
    address = given or words
    if not _ADDRESS.fullmatch(address) or not address.isprintable():
        return None
    shown = decode_words(re.sub(r"\\(.)", r"\1", words.strip().strip('"'))) if given else ""
    return Mailbox(address.lower(), shown.strip().strip("'\""))

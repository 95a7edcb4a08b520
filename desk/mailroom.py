"""The mailboxes of everybody at the desk: letters of the bot come in by SMTP, a person's replies go to it by SMTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import aiosmtplib

from desk.bot_line import BotSays
from desk.flowed import plain_text
from desk.mailbox import Mail, Post

GATEWAY = "desk.example"
"""What the gateway calls itself that says of a sender that they are who they say, as a council's own would."""
MOST_LETTERS = 200
"""Kept of each mailbox."""
SEND_SECONDS = 20.0

Json = dict[str, Any]


class Mailroom:
    """Mailboxes by address, in lower case. Without an address of the bot's listener nobody here can write to it."""

    def __init__(self, now: Callable[[], str], *, bot_smtp: str = "") -> None:
        """`now` is the bot's time as ISO text; `bot_smtp` is host:port of the bot's listener."""
        self.post = Post(listeners=[self._came])
        """Where the bot's letters come in; serve it with `smtp_server`."""
        self.changed: Callable[[str], None] = lambda address: None
        """Told whose mailbox has changed, by address."""
        self._now = now
        self._bot_smtp = bot_smtp
        self._boxes: dict[str, list[Json]] = {}

    def _came(self, mail: Mail) -> None:
        """A letter has come."""
        del self.post.taken[:]  # what is kept is what the page shows
        self._put(mail.recipient, _as_json(mail.message(), "in", self._now()))

    def of(self, address: str) -> list[Json]:
        """Somebody's letters, oldest first: 'in' came from the bot, 'out' was sent to it."""
        return self._boxes.get(address.lower(), [])

    async def send(self, address: str, name: str, *, in_reply_to: str, subject: str, text: str) -> None:
        """Write to the bot as this person. BotSays when there is nowhere to send it or it was not taken."""
        answered = next((one for one in self.of(address) if one["id"] == in_reply_to), None)
        if in_reply_to and answered is None:
            raise BotSays("The letter this answers is not in the mailbox any more.", 404)
        host, _, port = self._bot_smtp.rpartition(":")
        to = answered["reply_to"] if answered else next((one["from"] for one in self.of(address)), "")
        if not host or not to:
            raise BotSays("The bot takes no email here, or has not written to this person yet.", 409)
        letter = _reply(address, name, to, answered, subject, text)
        try:
            await aiosmtplib.send(letter, hostname=host, port=int(port), timeout=SEND_SECONDS, start_tls=False)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise BotSays(f"The bot did not take the letter ({type(error).__name__}). It may be starting.") from None
        self._put(address, _as_json(letter, "out", self._now()))

    def _put(self, address: str, letter: Json) -> None:
        box = self._boxes.get(address.lower(), [])
        self._boxes[address.lower()] = [*box, letter][-MOST_LETTERS:]
        self.changed(address.lower())

    def as_json(self) -> Json:
        """Everything worth keeping."""
        return dict(self._boxes)

    def restore(self, kept: Json) -> None:
        """Take back what `as_json` gave."""
        self._boxes = {str(address): list(letters) for address, letters in kept.items()}


def _reply(address: str, name: str, to: str, answered: Json | None, subject: str, text: str) -> EmailMessage:
    """What a mail client sends: the new words above, what is answered quoted below."""
    letter = EmailMessage()
    letter["From"] = Address(name, addr_spec=address)
    letter["To"] = to
    about = answered["subject"] if answered else ""
    letter["Subject"] = subject or (about if about.lower().startswith("re:") else f"Re: {about}".strip())
    letter["Authentication-Results"] = f"{GATEWAY}; dmarc=pass header.from={address.rpartition('@')[2]}"
    letter["Message-ID"] = f"<{uuid.uuid4().hex}@desk.example>"
    if answered:
        letter["In-Reply-To"] = answered["message_id"]
        letter["References"] = f"{answered['references']} {answered['message_id']}".strip()
        quoted = "\n".join(f"> {line}" for line in answered["text"].splitlines())
        text = f"{text}\n\n{answered['from']} wrote:\n{quoted}\n"
    letter.set_content(text)
    return letter


def _as_json(letter: EmailMessage, direction: str, at: str) -> Json:
    return {
        "id": uuid.uuid4().hex,
        "at": at,
        "direction": direction,
        "from": _header(letter, "From"),
        "to": _header(letter, "To"),
        "reply_to": _header(letter, "Reply-To") or _header(letter, "From"),
        "subject": _header(letter, "Subject"),
        "text": plain_text(letter),
        "html": _html(letter),
        "attachments": [_attached(part) for part in letter.iter_attachments()],
        "message_id": _header(letter, "Message-ID"),
        "in_reply_to": _header(letter, "In-Reply-To"),
        "references": _header(letter, "References"),
    }


def _header(letter: EmailMessage, name: str) -> str:
    return " ".join(str(letter.get(name, "")).split())


def _html(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    return _text(part) if part is not None else ""


def _text(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return ""


def _attached(part: Any) -> Json:
    kind = part.get_content_type()
    found: Json = {"name": part.get_filename() or "attachment", "type": kind}
    if kind.startswith("text/"):
        found["text"] = _text(part)
    return found

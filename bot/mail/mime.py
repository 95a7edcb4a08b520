"""A letter put into its envelope: headers that thread it, that keep machines from answering it, and its two bodies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.mail.flowed import PARAMETERS, flow
from dialogs.letters.letters import Letter

LOOP_HEADER = "X-Learning-Space-Bot"
"""Our own mark: mail that carries it came from a bot like this one and is never answered."""
LONGEST_NAME = 78

_POLICY = SMTP.clone(max_line_length=78, raise_on_defect=False)


def compose(
    letter: Letter,
    *,
    sender: str,
    sender_name: str,
    recipient: str,
    recipient_name: str = "",
    message_id: str,
    at: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    calendar: bytes = b"",
) -> bytes:
    """The whole message as bytes with CRLF, ready for SMTP or for Graph's MIME send.

    `calendar` is a finished .ics file. ValueError for an address no header can carry.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(recipient, recipient_name)
    message["Reply-To"] = _address(sender, sender_name)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
    if references:
        message["References"] = " ".join(references)
    # RFC 3834, and Exchange's own word for it: no machine should answer this.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = "1"
    message.set_content(flow(letter.text), cte="quoted-printable", params=PARAMETERS)
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if calendar:
        # A file beside the letter, not a meeting request: the letter stays an email one can reply to (docs/adr/0016).
        message.add_attachment(calendar, maintype="text", subtype="calendar", filename="date.ics", cte="base64")
        part = list(message.iter_attachments())[-1]
        part.set_param("charset", "utf-8")
        part.set_param("method", _method_of(calendar))
    # Last: setting a body takes every Content- header of the message with it.
    message["Content-Language"] = "en-GB"
    return message.as_bytes()


def _address(address: str, name: str) -> Address:
    """An address with its display name; control characters can neither end a header nor begin one."""
    return Address(display_name=_one_line(name)[:LONGEST_NAME], addr_spec=_one_line(address))


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _method_of(calendar: bytes) -> str:
    line = next((row for row in calendar.splitlines() if row.startswith(b"METHOD:")), b"METHOD:PUBLISH")
    return line.removeprefix(b"METHOD:").decode("ascii").strip()

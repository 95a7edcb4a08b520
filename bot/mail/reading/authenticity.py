"""Whether a message really comes from the address it names; a From line alone proves nothing (channels.md 6)."""

from __future__ import annotations

import re
from typing import Literal

from bot.mail.reading.headers import Headers
from bot.mail.reading.senders import Sender

Authenticity = Literal["internal", "dmarc", "none"]

_COMMENT_OR_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?|\\.|[()]|[^"\\()]++', re.DOTALL)
_DISQUALIFYING = frozenset(("several_senders", "no_sender", "address_in_name", "unusual_letters", "on_behalf"))


def authenticity(headers: Headers, sender: Sender, *, trusted_authserv: str, from_exchange: bool) -> Authenticity:
    """internal: Exchange says the sender was signed in to our tenant. dmarc: our own gateway checked the domain.

    `from_exchange`: the message was fetched from Exchange, which strips copies of its own headers that come from
    outside. Anywhere else that header is anybody's to write, and is not looked at.
    """
    if _DISQUALIFYING & set(sender.doubts):
        return "none"
    if from_exchange and [value.strip().lower() for value in headers.every("x-ms-exchange-organization-authas")] == [
        "internal"
    ]:
        return "internal"
    return "dmarc" if _dmarc_passed(headers, sender, trusted_authserv) else "none"


def _dmarc_passed(headers: Headers, sender: Sender, trusted_authserv: str) -> bool:
    """Only the topmost Authentication-Results with our gateway's own name counts: others may come with the mail."""
    wanted = trusted_authserv.strip().lower()
    if not wanted:
        return False
    for value in headers.every("authentication-results"):
        results = [_words(part) for part in _bare(value).split(";")]
        if not results or not results[0] or results[0][0] != wanted:
            continue
        checked = [result for result in results[1:] if result and result[0].startswith("dmarc=")]
        if len(checked) != 1 or checked[0][0] != "dmarc=pass":
            return False
        domains = [word.removeprefix("header.from=") for word in checked[0] if word.startswith("header.from=")]
        return domains == [sender.mailbox.address.rpartition("@")[2]]
    return False


def _bare(value: str) -> str:
    """The value without comments and quoted strings, which a sender can fill as they like."""
    kept = []
    depth = 0
    for piece in _COMMENT_OR_QUOTED.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append('""' if piece.startswith('"') else piece)
    return "".join(kept)


def _words(part: str) -> list[str]:
    return re.sub(r"\s*=\s*", "=", part.strip().lower()).split()

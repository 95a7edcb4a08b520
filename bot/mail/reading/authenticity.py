"""Whether a message really comes from the address it names; a From line alone proves nothing (channels.md 6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    ours = _findings_of_ours(headers, trusted_authserv.strip().lower(), from_exchange=from_exchange)
    return "dmarc" if _dmarc_passed(ours, sender) else "none"


def _findings_of_ours(headers: Headers, wanted: str, *, from_exchange: bool) -> list[list[str]]:
    """The results in every Authentication-Results that our gateway itself has written, each as its words.

    A gateway's filters write one each, all above the Received line the gateway adds: SPF, DKIM and DMARC in any order.
    What stands below that line came with the message, and its sender may have written our gateway's name there.
    Exchange puts Received lines of its own on top, so of mail fetched from it only the topmost of ours counts.
    """
    found = []
    for name, value in headers.lines:
        if name == "received" and not from_exchange:
            break
        if name != "authentication-results":
            continue
        results = [_words(part) for part in _bare(value).split(";")]
        if wanted and results[0] and results[0][0] == wanted:
            found += [result for result in results[1:] if result]
            if from_exchange:
                break
    return found


def _dmarc_passed(ours: Sequence[list[str]], sender: Sender) -> bool:
    """Whether DMARC was checked, and every finding of it is a pass for the domain the sender names."""
    checked = [result for result in ours if result[0].startswith("dmarc=")]
    wanted = [sender.mailbox.address.rpartition("@")[2]]
    return bool(checked) and all(
        result[0] == "dmarc=pass"
        and [word.removeprefix("header.from=") for word in result if word.startswith("header.from=")] == wanted
        for result in checked
    )


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

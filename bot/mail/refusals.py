"""What a relay's no means: about the person, about this letter, or about us; and how much of it is safe to keep."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import aiosmtplib

About = Literal["busy", "full", "address", "letter", "us"]
"""busy: passing, tried again. full: the person's mailbox. address: the address is no good. letter: no to this one
message. us: the relay does not let us send at all, which somebody has to mend there or in our settings."""

_GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.1", "5.2.1")
"""Enhanced statuses that mean the address itself is no good."""
_ABOUT_US = ("5.7.", "5.5.", "5.1.7", "5.1.8", "5.3.2")
"""Policy, protocol, and our own address as a sender (RFC 3463). Postfix says them at RCPT unless told otherwise
(smtpd_delay_reject), and a milter says them at DATA."""
_US_BY_CODE = (500, 501, 502, 503, 504, 521, 530, 534, 535, 538)
"""Codes that mean the same without an enhanced status: our commands, our sign-in, our TLS (RFC 5321, 4954, 3207)."""
_STATUS = re.compile(r"(?:^|\(#)([245]\.\d{1,3}\.\d{1,3})(?=[\s)]|$)")


def about(error: aiosmtplib.SMTPResponseException) -> About:
    """Whose trouble a refusal of one recipient or of one message is."""
    status = status_of(error)
    if status.endswith(".2.2") and status[0] in "45":
        return "full"
    if error.code < 500:
        return "busy"
    if about_us(error):
        return "us"
    bare = not status and error.code in (550, 551, 553) and isinstance(error, aiosmtplib.SMTPRecipientRefused)
    return "address" if status in _GONE or bare else "letter"


def about_us(error: BaseException) -> bool:
    """Whether a lasting no has nothing to do with whoever is written to."""
    if not isinstance(error, aiosmtplib.SMTPResponseException) or error.code < 500:
        return False
    status = status_of(error)
    return status.startswith(_ABOUT_US) or (error.code in _US_BY_CODE and status not in _GONE) or error.code == 530


def status_of(error: aiosmtplib.SMTPResponseException) -> str:
    """The enhanced status of the answer ('5.1.1'), or empty; the rest of it is never kept."""
    found = _STATUS.search(str(error.message).strip())
    return found[1] if found else ""


def code_of(error: BaseException) -> str:
    """'550 5.1.1', or the kind of failure: safe to keep."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {status_of(error)}".strip()
    return type(error).__name__


def is_certificate(error: BaseException | None) -> bool:
    """Whether it failed because a certificate is not believed."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


GIVE_UP_SECONDS = 4 * 3600.0
"""A relay that takes everybody else's letters all this time refuses one mailbox, not us: the news goes another way."""
_FORGOTTEN_SECONDS = 3600.0


@dataclass(slots=True)
class _Refused:
    first: float
    last: float
    code: str
    others_went: bool = False
    alone: bool = False
    """Refused again although others were taken since."""


class TurnedAway:
    """Who is refused for reasons that are ours. One alone may be a mailbox that lets nobody write to it; two are us."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[str, _Refused] = {}
        self._in_a_row: set[str] = set()

    def refused(self, recipient: str, code: str) -> None:
        """A letter to them was turned away."""
        now = self._monotonic()
        found = self._known.setdefault(recipient, _Refused(now, now, code))
        found.last, found.code, found.alone = now, code, found.others_went
        self._in_a_row.add(recipient)

    def taken(self, recipient: str) -> None:
        """A letter to them was taken."""
        self._in_a_row.clear()
        self._known.pop(recipient, None)
        for other in self._known.values():
            if not other.others_went:
                other.first, other.others_went = self._monotonic(), True

    def everybody(self) -> bool:
        """Whether more than one was turned away and nobody's letter was taken in between."""
        return len(self._in_a_row) > 1

    def for_good(self, recipient: str) -> bool:
        """Whether it has been this one mailbox alone for so long that waiting is no use."""
        found = self._known.get(recipient)
        return bool(found and found.alone and found.last - found.first >= GIVE_UP_SECONDS)

    def alone(self) -> tuple[int, str]:
        """How many are turned away although others are not, and with which code."""
        now = self._monotonic()
        self._known = {who: one for who, one in self._known.items() if now - one.last < _FORGOTTEN_SECONDS}
        codes = [one.code for one in self._known.values() if one.alone]
        return len(codes), codes[-1] if codes else ""

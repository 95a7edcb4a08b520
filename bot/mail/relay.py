"""The address of a council's own mail relay, taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class BadAddress(ValueError):
    """The relay's address cannot be used; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters are handed over, and as whom."""

    host: str
    port: int
    tls: bool
    """TLS from the first byte."""
    starttls: bool
    """TLS after a word in clear, without which nothing is sent."""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Relay:
        """'smtps://user:password@relay.example:465', 'smtp+starttls://relay.example:587', 'smtp://127.0.0.1:2525'.

        BadAddress for anything else; plain SMTP is for this machine only.
        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise BadAddress("the port must be a number") from None
        host = parts.hostname or ""
        if parts.scheme not in ("smtps", "smtp+starttls", "smtp") or not host:
            raise BadAddress("write smtps://user:password@host:465 or smtp+starttls://user:password@host:587")
        if parts.scheme == "smtp" and host not in LOOPBACK:
            raise BadAddress("plain smtp:// is for this machine only; use smtps:// or smtp+starttls://")
        usual = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(host, port or usual, parts.scheme == "smtps", parts.scheme == "smtp+starttls", user, password)

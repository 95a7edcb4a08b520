"""Mailboxes on this machine: an SMTP server that takes letters, with everything that goes wrong at a real relay."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Listener = Callable[["Mail"], None]


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it arrived, exactly."""

    sender: str
    """The envelope's, not the header's."""
    recipient: str
    raw: bytes

    def message(self) -> EmailMessage:
        """The message read back."""
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass(slots=True)
class SmtpFault:
    """One thing that goes wrong at the relay.

    `at` is connect, mail, rcpt, data or after (the message is taken and the answer lost). `answer` is what the relay
    says; empty cuts the connection, and at 'after' the cut comes once the message is safely kept.
    """

    at: str
    answer: str = ""
    times: int = 1
    recipient: str = ""
    """Only for this recipient; empty for everybody."""


@dataclass
class Post:
    """Everybody's mail on this machine, in the order it came."""

    taken: list[Mail] = field(default_factory=list)
    faults: list[SmtpFault] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    """Called with each message as it is kept; the desk shows it then."""

    def to(self, address: str) -> list[Mail]:
        """What a mailbox holds."""
        return [mail for mail in self.taken if mail.recipient.casefold() == address.casefold()]

    def keep(self, mail: Mail) -> None:
        """Put a message into its mailbox."""
        self.taken.append(mail)
        for listener in self.listeners:
            listener(mail)

    def fault(self, at: str, recipient: str = "") -> SmtpFault | None:
        """The fault whose turn it is, counted down."""
        for one in self.faults:
            if one.at == at and one.times != 0 and one.recipient in ("", recipient):
                one.times -= 1
                return one
        return None


class _Handler:
    """What the SMTP server asks at every step."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's own names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        fault = self._post.fault("connect")
        if fault:
            return [_say(server, fault)]
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self._post.fault("mail"):
            return _say(server, fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self._post.fault("rcpt", address):
            return _say(server, fault)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if fault := self._post.fault("data", envelope.rcpt_tos[0]):
            return _say(server, fault)
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        for recipient in envelope.rcpt_tos:
            self._post.keep(Mail(envelope.mail_from or "", recipient, raw))
        if fault := self._post.fault("after", envelope.rcpt_tos[0]):
            return _say(server, fault)
        return "250 2.6.0 Queued"


def _say(server: SMTP, fault: SmtpFault) -> str:
    """The relay's answer, or no answer at all."""
    if not fault.answer and isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return fault.answer or "421 4.3.2 Closing"


@contextlib.asynccontextmanager
async def smtp_server(
    post: Post,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    users: dict[str, str] | None = None,
) -> AsyncIterator[int]:
    """Serve SMTP on 127.0.0.1 and give the port. `tls` from the first byte, `starttls` on request; `users` must sign
    in, each with their password.
    """
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"hostname": "desk.example", "loop": loop, "enable_SMTPUTF8": True}
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    if users is not None:
        options |= {"authenticator": _authenticator(users), "auth_required": True, "auth_require_tls": False}
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")  # it does not see our own TLS
    server = await loop.create_server(lambda: SMTP(_Handler(post), **options), "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _authenticator(users: dict[str, str]) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False)

    return check

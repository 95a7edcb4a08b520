"""Takes email by SMTP, from a relay that hands it over or from the desk: safe on disk before we say that we have it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 35 * 1024 * 1024
"""Bytes; a message with 25 MB of attachments is this long as it travels."""
MOST_CONNECTIONS = 50
MOST_RECIPIENTS = 20

Keep = Callable[[bytes], Awaitable[bool]]
"""Puts a message on disk. False when it cannot be kept now; the sender then keeps it and tries again."""

log = structlog.get_logger("bot.mail.listener")


class MailListener:
    """An SMTP server for one address. It relays nothing."""

    def __init__(self, mailbox: str, keep: Keep) -> None:
        self._mailbox = mailbox.casefold()
        self._keep = keep
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Begin to listen. OSError when the address is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port, backlog=MOST_CONNECTIONS)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Let nobody in any more."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def _protocol(self) -> SMTP:
        return SMTP(self, data_size_limit=LARGEST, hostname="learning-space-bot", ident="learning-space-bot")

    # The names of these methods are aiosmtpd's.

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only for our own mailbox; 'qa-bot+anything@' is the same one."""
        local, _, domain = address.casefold().rpartition("@")
        if f"{local.partition('+')[0]}@{domain}" != self._mailbox:
            return "550 5.1.1 There is no such mailbox here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep it, and only then say so."""
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 There is no message"
        try:
            kept = await self._keep(raw)
        except Exception as error:  # noqa: BLE001  whatever it is, the sender must keep the message
            log.warning("mail not kept", error=type(error).__name__)
            kept = False
        return "250 2.0.0 Kept" if kept else "451 4.3.0 Please try again later"

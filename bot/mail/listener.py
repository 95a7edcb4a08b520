"""Takes email by SMTP or LMTP, from a relay that hands it over or from the desk: on disk before we say we have it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

LARGEST = 35 * 1024 * 1024
"""Bytes; a message with 25 MB of attachments is this long as it travels."""
MOST_CONNECTIONS = 20
MOST_RECIPIENTS = 20
LONGEST_LINE = 64 * 1024
"""Bytes of one line. The standard allows a thousand; programs that write HTML keep to it less often than one thinks."""
TOO_MUCH = LARGEST + LARGEST // 4
"""Bytes since the last message was kept, after which whoever sends them is cut off, whatever they say they send."""

Keep = Callable[[bytes], Awaitable[bool]]
"""Puts a message on disk. False when it cannot be kept now; the sender then keeps it and tries again."""

log = structlog.get_logger("bot.mail.listener")


class _Door(SMTP):
    """One connection. Whoever begins with LHLO speaks LMTP and is answered once for each recipient (RFC 2033)."""

    line_length_limit = LONGEST_LINE

    def __init__(self, listener: MailListener) -> None:
        super().__init__(listener, data_size_limit=LARGEST, hostname="learning-space-bot", ident="learning-space-bot")
        self._listener = listener
        self._taken = 0
        self.by_lmtp = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let them in, or say that there are too many."""
        super().connection_made(transport)
        self._listener.connections.add(self)
        if len(self._listener.connections) > MOST_CONNECTIONS and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 Too many connections, please try again later\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Somebody else may come in."""
        self._listener.connections.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Bytes have come. A line that never ends would be collected for ever."""
        self._taken += len(data)
        if self._taken > TOO_MUCH and isinstance(self.transport, asyncio.Transport):
            log.warning("mail cut off", bytes=self._taken)
            self.transport.abort()
            return
        super().data_received(data)

    def begin_again(self) -> None:
        """The message is dealt with."""
        self._taken = 0

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802
        """The greeting of LMTP."""
        self.by_lmtp = True
        await self.smtp_EHLO(arg)


class MailListener:
    """A server for one address, by SMTP and LMTP on the same port. It relays nothing."""

    def __init__(self, mailbox: str, keep: Keep) -> None:
        self._mailbox = mailbox.casefold()
        self._keep = keep
        self._server: asyncio.Server | None = None
        self.connections: set[_Door] = set()
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Begin to listen. OSError when the address is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Door(self), host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Let nobody in any more."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

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
        answer = await self._kept(envelope)
        if not isinstance(server, _Door):
            return answer
        server.begin_again()
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if server.by_lmtp else answer

    async def _kept(self, envelope: Envelope) -> str:
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 There is no message"
        try:
            kept = await self._keep(raw)
        except Exception as error:  # noqa: BLE001  whatever it is, the sender must keep the message
            log.warning("mail not kept", error=type(error).__name__)
            kept = False
        return "250 2.0.0 Kept" if kept else "451 4.3.0 Please try again later"

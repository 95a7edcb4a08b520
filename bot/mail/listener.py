"""Takes email by SMTP or LMTP, from a relay that hands it over or from the desk: on disk before we say we have it."""

from __future__ import annotations

import asyncio
import re
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


_STATUS = re.compile(r"\d{3}[ -]\d\.\d{1,3}\.\d{1,3}\b")
_STATUS_OF = {
    "500": "5.5.2", "501": "5.5.4", "502": "5.5.1", "503": "5.5.1", "504": "5.5.4", "530": "5.7.0", "550": "5.1.1",
    "552": "5.3.4", "554": "5.5.0", "555": "5.5.4", "421": "4.3.2", "451": "4.3.0", "452": "4.5.3",
}  # fmt: skip
"""The library's own answers carry no enhanced status; whoever offers them must give one each (RFC 2034, 3463)."""


class _Door(SMTP):
    """One connection. Whoever begins with LHLO speaks LMTP and is answered once for each recipient (RFC 2033)."""

    line_length_limit = LONGEST_LINE

    def __init__(self, listener: MailListener) -> None:
        super().__init__(
            listener,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="learning-space-bot",
            ident="learning-space-bot",
        )
        self._listener = listener
        self._taken = 0
        self._offering = False
        """What is said now is a greeting."""
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

    async def push(self, status: str | bytes) -> None:
        """Say something, with its enhanced status; greetings have none (RFC 2034)."""
        said = status.decode("ascii", "replace") if isinstance(status, bytes) else status
        if not self._offering and said[:3] != "220" and said[:1] in ("2", "4", "5") and not _STATUS.match(said):
            number = _STATUS_OF.get(said[:3], f"{said[0]}.{'0' if said[0] == '2' else '5'}.0")
            said = f"{said[:4]}{number} {said[4:]}"
        await super().push(said.encode("utf-8", "replace"))

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        """The greeting of SMTP, with what is offered."""
        self._offering = bool(hostname)
        await super().smtp_EHLO(hostname)
        self._offering = False

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        """The greeting of those who know nothing newer."""
        self._offering = bool(hostname)
        await super().smtp_HELO(hostname)
        self._offering = False

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

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What is offered beside the library's own: commands are read one after the other, however they come."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

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
        return "250 2.1.5 OK"

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

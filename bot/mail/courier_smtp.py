"""The SMTP road: a council's own relay, spoken to over TLS, one connection a message."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable

import aiosmtplib

from bot.alarm import STOP_SECONDS
from bot.mail.courier import Envelope, Posted
from bot.mail.pace import Pace
from bot.mail.relay import Relay
from bot.mail.road import PacedRoad

ANSWER_SECONDS = 15.0
"""How long the relay may take over any one answer."""
OPENING_SECONDS = 20.0
"""How long connecting, securing and signing in may take together; the whole stays below the dispatcher's deadline."""
WAIT_SECONDS = 300.0
"""After a passing refusal (4xx): relays that greylist want a few minutes."""
FULL_SECONDS = 4 * 3600.0
"""A full mailbox is not emptied in minutes."""
_GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.1", "5.2.1")
"""Enhanced statuses that mean the address itself is no good."""


class SmtpRoad(PacedRoad):
    """Hands messages to one relay, at most four at once."""

    def __init__(
        self,
        relay: Relay,
        *,
        sender: str,
        pace: Pace | None = None,
        trust: ssl.SSLContext | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`trust` says whose certificates are believed; the machine's own list unless given."""
        super().__init__("smtp", pace=pace, monotonic=monotonic)
        self._relay = relay
        self._sender = sender
        self._trust = trust or ssl.create_default_context()
        self._seconds = answer_seconds

    async def close(self) -> None:
        """Nothing stays open between messages."""

    async def check(self) -> str:
        """Connect, greet and sign in without sending anything. Empty when that works, else what does not."""
        client = self._client()
        try:
            await self._open(client)
        except _Refused as refused:
            return str(self._alarm) or refused.posted.reason
        finally:
            await _part(client)
        return ""

    def _client(self) -> aiosmtplib.SMTP:
        relay = self._relay
        return aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls,
            start_tls=False,  # done by hand below, so that a relay without it is told apart from one that is down
            timeout=self._seconds,
            tls_context=self._trust,
        )

    async def _hand_over(self, envelope: Envelope) -> Posted:
        client = self._client()
        try:
            await self._open(client)
            return await self._transact(client, envelope)
        except _Refused as refused:
            return refused.posted
        finally:
            await _part(client)

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        """Connect, secure and sign in. Whatever fails here, nothing has been handed over."""
        relay = self._relay
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await client.connect()
                await client.ehlo()
                if relay.starttls:
                    await self._secure(client)
                if relay.user:
                    await client.login(relay.user, relay.password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code < 500:
                raise _Refused(Posted("later", _code(error), wait_seconds=WAIT_SECONDS)) from None
            raise self._stop(
                _code(error), f"The relay {relay.host} refuses the user or the password in BOT_SMTP_URL."
            ) from None
        except aiosmtplib.SMTPNotSupported:
            raise self._stop("no_sign_in", f"The relay {relay.host} offers no way to sign in that we know.") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if _is_certificate(error):
                raise self._stop(
                    "certificate", f"The certificate of the relay {relay.host} cannot be trusted."
                ) from None
            raise _Refused(Posted("later", _code(error))) from None

    async def _secure(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            raise self._stop("no_starttls", f"The relay {self._relay.host} offers no STARTTLS, so nothing is sent.")
        await client.starttls(tls_context=self._trust)
        await client.ehlo()

    async def _transact(self, client: aiosmtplib.SMTP, envelope: Envelope) -> Posted:
        """MAIL, RCPT and DATA. Once the message itself is on its way, a lost answer is unknown."""
        try:
            await client.mail(self._sender)
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                stop = self._stop(_code(error), f"The relay refuses {self._sender} as a sender ({_code(error)}).")
                return stop.posted
            return Posted("later", _code(error), wait_seconds=WAIT_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Posted("later", _code(error))
        try:
            await client.rcpt(envelope.recipient)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Posted("later", _code(error))
        try:
            answer = await client.data(envelope.raw)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error)
        except (aiosmtplib.SMTPException, OSError, asyncio.IncompleteReadError) as error:
            return Posted("unknown", _code(error))
        return Posted("sent", remote_id="", reason=str(answer.code))

    def _stop(self, code: str, alarm: str) -> _Refused:
        """Nothing more is tried for a while: somebody has to mend it."""
        self._alarm.sound(alarm, code=code)
        return _Refused(Posted("later", code, wait_seconds=STOP_SECONDS))


class _Refused(Exception):
    """The relay did not let us get as far as handing anything over."""

    def __init__(self, posted: Posted) -> None:
        super().__init__(posted.reason)
        self.posted = posted


def _refusal(error: aiosmtplib.SMTPResponseException) -> Posted:
    """What the relay's no to one recipient or one message means: 4xx later, 5xx never, a full mailbox much later."""
    status = _status_of(error)
    if status.endswith(".2.2"):
        return Posted("later", f"mailbox full {status}", wait_seconds=FULL_SECONDS)
    if error.code < 500:
        return Posted("later", _code(error), wait_seconds=WAIT_SECONDS)
    gone = status in _GONE or (not status and error.code in (550, 551, 553) and _is_rcpt(error))
    return Posted("never", _code(error), address_fails=gone)


def _is_rcpt(error: aiosmtplib.SMTPResponseException) -> bool:
    return isinstance(error, aiosmtplib.SMTPRecipientRefused)


def _status_of(error: aiosmtplib.SMTPResponseException) -> str:
    """The enhanced status at the head of the answer ('5.1.1'), or empty; the rest of it is never kept."""
    word = str(error.message).strip().split(" ", 1)[0]
    parts = word.split(".")
    return word if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) else ""


def _code(error: BaseException) -> str:
    """'550 5.1.1', or the kind of failure: safe to keep."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {_status_of(error)}".strip()
    return type(error).__name__


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _part(client: aiosmtplib.SMTP) -> None:
    """Say goodbye if anybody is still there."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        if client.is_connected:
            await client.quit(timeout=2.0)
    client.close()

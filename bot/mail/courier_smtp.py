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
from bot.mail.refusals import TurnedAway, about, about_us, code_of, is_certificate
from bot.mail.relay import Relay
from bot.mail.road import PacedRoad
from bot.network.trust import trust as machine_trust

ANSWER_SECONDS = 15.0
"""How long the relay may take over any one answer."""
OPENING_SECONDS = 20.0
"""How long connecting, securing and signing in may take together; the whole stays below the dispatcher's deadline."""
WAIT_SECONDS = 300.0
"""After a passing refusal (4xx): relays that greylist want a few minutes."""
FULL_SECONDS = 4 * 3600.0
"""A full mailbox is not emptied in minutes."""


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
        self._trust = trust or machine_trust()
        self._seconds = answer_seconds
        self._turned_away = TurnedAway(monotonic)

    def problem(self) -> str:
        """What stops mail, or some of it, in words for an administrator; empty when nothing does."""
        if words := super().problem():
            return words
        refused, code = self._turned_away.alone()
        if not refused:
            return ""
        who = "one person" if refused == 1 else f"{refused} people"
        return (
            f"The relay {self._relay.host} takes letters, but none to {who} ({code}): a rule there or at their mailbox "
            f"does not let {self._sender} write to them."
        )

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
                raise _Refused(Posted("later", code_of(error), wait_seconds=WAIT_SECONDS, no_answer=True)) from None
            raise self._stop(
                code_of(error), f"The relay {relay.host} refuses the user or the password in BOT_SMTP_URL."
            ) from None
        except aiosmtplib.SMTPNotSupported:
            raise self._stop("no_sign_in", f"The relay {relay.host} offers no way to sign in that we know.") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if is_certificate(error):
                raise self._stop(
                    "certificate", f"The certificate of the relay {relay.host} cannot be trusted."
                ) from None
            if about_us(error):
                raise self._stop(code_of(error), self._refuses_us(error)) from None
            raise _Refused(Posted("later", code_of(error), no_answer=True)) from None

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
                return self._stop(code_of(error), self._refuses_us(error)).posted
            return Posted("later", code_of(error), wait_seconds=WAIT_SECONDS, no_answer=True)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Posted("later", code_of(error), no_answer=True)
        try:
            await client.rcpt(envelope.recipient)
        except aiosmtplib.SMTPResponseException as error:
            return self._refusal(error, envelope.recipient)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Posted("later", code_of(error), no_answer=True)
        except ValueError as error:
            return Posted("later", code_of(error))
        await envelope.begin()
        try:
            answer = await client.data(envelope.raw)
        except aiosmtplib.SMTPResponseException as error:
            return self._refusal(error, envelope.recipient)
        except (aiosmtplib.SMTPException, OSError, asyncio.IncompleteReadError) as error:
            return Posted("unknown", code_of(error))
        self._turned_away.taken(envelope.recipient)
        return Posted("sent", remote_id="", reason=str(answer.code))

    def _refusal(self, error: aiosmtplib.SMTPResponseException, recipient: str) -> Posted:
        """What the relay's no to one recipient or one message comes to."""
        code = code_of(error)
        match about(error):
            case "full":
                return Posted("later", f"mailbox full {code}", wait_seconds=FULL_SECONDS)
            case "busy":
                return Posted("later", code, wait_seconds=WAIT_SECONDS)
            case "us":
                return self._not_us(error, recipient)
            case whose:
                return Posted("never", code, address_fails=whose == "address")

    def _not_us(self, error: aiosmtplib.SMTPResponseException, recipient: str) -> Posted:
        """Nothing is lost by what the relay has against us: the letter waits until that is mended.

        One alone does not keep the others waiting: it may be a mailbox that lets nobody write to it.
        """
        code = code_of(error)
        self._turned_away.refused(recipient, code)
        if self._turned_away.for_good(recipient):
            return Posted("never", code)
        if self._turned_away.everybody():
            return self._stop(code, self._refuses_us(error)).posted
        self._alarm.sound(self._refuses_us(error), seconds=0.0, code=code)
        return Posted("later", code, wait_seconds=STOP_SECONDS)

    def _refuses_us(self, error: BaseException) -> str:
        return (
            f"The relay refuses letters from {self._sender} ({code_of(error)}). Let {self._relay.host} accept this "
            "sender from this machine; until then letters wait."
        )

    def _name(self) -> str:
        return f"The relay {self._relay.host}"

    async def _answers(self) -> bool:
        client = self._client()
        try:
            await self._open(client)
        except _Refused as refused:
            return not refused.posted.no_answer
        finally:
            await _part(client)
        return True

    def _stop(self, code: str, alarm: str) -> _Refused:
        """Nothing more is tried for a while: somebody has to mend it."""
        self._alarm.sound(alarm, code=code)
        return _Refused(Posted("later", code, wait_seconds=STOP_SECONDS))


class _Refused(Exception):
    """The relay did not let us get as far as handing anything over."""

    def __init__(self, posted: Posted) -> None:
        super().__init__(posted.reason)
        self.posted = posted


async def _part(client: aiosmtplib.SMTP) -> None:
    """Say goodbye if anybody is still there."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        if client.is_connected:
            await client.quit(timeout=2.0)
    client.close()

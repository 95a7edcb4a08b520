"""Who a message is really from: the findings of our own gateway, all of them, and nobody else's."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.mail.incoming import Incoming, understand_mail
from bot.mail.listener import MailListener
from tests.bot.mail.conftest import MAILBOX, MANAGER
from tests.bot.mail.milters import milters, milters_are_here, signed
from tests.bot.mail.postfix import HOST, Postfix, Reserved, postfix, postfix_is_here
from tests.patience import PATIENCE

OURS = "Authentication-Results: gw.northmoor.example"
PASS = f"{OURS}; dmarc=pass (p=reject) header.from=northmoor.example"
FAIL = f"{OURS}; dmarc=fail header.from=northmoor.example"
DKIM = f"{OURS};\r\n\tdkim=pass (2048-bit key) header.d=northmoor.example;\r\n\tdkim-atps=neutral"
SPF = f"{OURS}; spf=pass smtp.mailfrom=northmoor.example"
RECEIVED = "Received: from mx.partner.example by gw.northmoor.example; Mon, 30 Nov 2026 10:00:00 +0000"
MESSAGE = f"From: {MANAGER}\r\nTo: {MAILBOX}\r\nSubject: YES\r\n"


def believed(*above: str, with_it: str = "") -> str:
    """What is made of a message with these lines on top and these among its own."""
    lines = [*above, MESSAGE + with_it]
    return understand_mail(
        ("\r\n".join(lines) + "\r\n\r\nYES\r\n").encode(), our_address=MAILBOX, trusted_authserv="gw.northmoor.example"
    ).authenticity


@pytest.mark.parametrize("above", [(PASS,), (DKIM, PASS), (PASS, DKIM), (SPF, DKIM, PASS), (SPF, "X-Spam: no", PASS)])
def test_every_finding_our_gateway_wrote_is_read_in_whatever_order(above: tuple[str, ...]) -> None:
    assert believed(*above, RECEIVED) == "dmarc"


@pytest.mark.parametrize(
    "above",
    [
        (DKIM, RECEIVED, PASS),
        (RECEIVED, PASS),
        (FAIL, PASS, RECEIVED),
        (PASS, FAIL, RECEIVED),
        (SPF, DKIM, RECEIVED),
        (f"{OURS}; dmarc=pass header.from=elsewhere.example", PASS, RECEIVED),
        ("Authentication-Results: mx.attacker.example; dmarc=pass header.from=northmoor.example", DKIM, RECEIVED),
    ],
)
def test_what_came_with_the_message_or_contradicts_itself_proves_nothing(above: tuple[str, ...]) -> None:
    assert believed(*above) == "none"


def test_a_finding_among_the_senders_own_lines_is_not_our_gateways() -> None:
    assert believed(SPF, RECEIVED, with_it=f"{PASS}\r\n") == "none"


@dataclass
class Gateway:
    """A Postfix whose filters check what comes in, and the key the council signs with."""

    postfix: Postfix
    mailbox: int
    key: rsa.RSAPrivateKey


def _doors(dkim: str, dmarc: str) -> dict[str, dict[str, str]]:
    orders = {"dmarc_last": f"{dkim},{dmarc}", "dkim_last": f"{dmarc},{dkim}", "dkim_alone": dkim}
    return {name: {"smtpd_milters": order} for name, order in orders.items()}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    if not (postfix_is_here() and milters_are_here()):
        pytest.skip("Postfix, OpenDKIM and OpenDMARC are not here")
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    folder, mailbox = Path(tempfile.mkdtemp(prefix="milters-", dir="/tmp")), Reserved()
    folder.chmod(0o755)
    routes = f"transport_maps = inline:{{ {{northmoor.example = lmtp:inet:127.0.0.1:{mailbox.port}}} }}"
    try:
        with (
            milters(folder, authserv=HOST, key=public) as (dkim, dmarc),
            postfix(_doors(dkim, dmarc), routes) as running,
        ):
            yield Gateway(running, mailbox.port, key)
    finally:
        mailbox.free()
        shutil.rmtree(folder, ignore_errors=True)


async def comes(gateway: Gateway, raw: bytes, *, door: str, sender: str = MANAGER) -> Incoming:
    """A message handed to Postfix, as it comes to the bot's own door by LMTP."""
    came: asyncio.Queue[bytes] = asyncio.Queue()

    async def keep(message: bytes) -> bool:
        came.put_nowait(message)
        return True

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", gateway.postfix.ports[door]) as client:
            client.sendmail(sender, [MAILBOX], raw)

    listener = MailListener(MAILBOX, keep)
    await listener.start("127.0.0.1", gateway.mailbox)
    try:
        await asyncio.to_thread(hand_over)
        async with asyncio.timeout(PATIENCE):
            return understand_mail(await came.get(), our_address=MAILBOX, trusted_authserv=HOST)
    finally:
        await listener.stop()


@pytest.mark.parametrize("door", ["dmarc_last", "dkim_last"])
async def test_behind_a_real_postfix_with_opendkim_and_opendmarc_a_signed_message_is_its_senders(
    gateway: Gateway, door: str
) -> None:
    incoming = await comes(gateway, signed((MESSAGE + "\r\nYES\r\n").encode(), gateway.key), door=door)
    assert (incoming.authenticity, incoming.sender) == ("dmarc", MANAGER)


@pytest.mark.parametrize("door", ["dmarc_last", "dkim_alone"])
async def test_behind_the_same_gateway_a_message_that_brings_its_own_finding_is_nobodys(
    gateway: Gateway, door: str
) -> None:
    forged = f"Authentication-Results: {HOST}; dmarc=pass header.from=northmoor.example\r\n{MESSAGE}\r\nYES\r\n"
    incoming = await comes(gateway, forged.encode(), door=door, sender="x@attacker.example")
    assert incoming.authenticity == "none"

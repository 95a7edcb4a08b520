"""A real Postfix between the bot and everybody's mailboxes: what it refuses, and that nothing is lost by it."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from bot.mail.courier_smtp import SmtpRoad
from bot.mail.listener import MailListener
from bot.mail.relay import Relay
from bot.service import Service
from desk.mailbox import Post, smtp_server
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from storage.outbox import letters
from tests.bot.mail.by_email.correspondent import GATEWAY, MAILBOX, Correspondent
from tests.bot.mail.conftest import envelope
from tests.bot.mail.postfix import Postfix, Reserved, postfix, postfix_is_here
from tests.bot.mail.well_made import well_made
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(not postfix_is_here(), reason="Postfix is not here")

OTHERS = "inline:{ {qa-bot@northmoor.example = 553 5.7.1 not owned by user} }"
PEOPLE = "inline:{ {full@northmoor.example = 550 5.2.2 Mailbox full} {gone@northmoor.example = 550 5.1.1 Unknown} }"
FOUND = f"Authentication-Results: {GATEWAY}; dmarc=pass header.from=northmoor.example"
CHECKED = f"inline:{{ {{northmoor.example = PREPEND {FOUND}}} }}"
DOORS = {
    "open": {},
    "checked": {
        "smtpd_sender_restrictions": f"check_sender_access inline:{{ {{northmoor.example = PREPEND {FOUND}}} }}"
    },
    "sender": {"smtpd_sender_restrictions": f"check_sender_access {OTHERS}"},
    "relaying": {"smtpd_relay_restrictions": "reject_unauth_destination"},
    "starttls": {"smtpd_tls_security_level": "encrypt"},
    "greeting": {"smtpd_client_restrictions": "reject", "smtpd_delay_reject": "no"},
    "client": {"smtpd_client_restrictions": "reject"},
    "data": {"smtpd_data_restrictions": "reject"},
    "people": {"smtpd_recipient_restrictions": f"check_recipient_access {PEOPLE}, permit"},
}


@dataclass
class Gateway:
    """The council's Postfix, the port of everybody's mailboxes behind it, and the one it hands the bot's mail to."""

    postfix: Postfix
    mailboxes: int
    bot: int


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    mailboxes, bot = Reserved(), Reserved()
    routes = f"{{{MAILBOX} = lmtp:inet:127.0.0.1:{bot.port}}} {{northmoor.example = smtp:[127.0.0.1]:{mailboxes.port}}}"
    with postfix(DOORS, f"transport_maps = inline:{{ {routes} }}") as running:
        yield Gateway(running, mailboxes.port, bot.port)
    mailboxes.free()
    bot.free()


def road_to(gateway: Gateway, door: str) -> SmtpRoad:
    return SmtpRoad(Relay.parse(f"smtp://127.0.0.1:{gateway.postfix.ports[door]}"), sender=MAILBOX)


@pytest.mark.parametrize("door", ["sender", "relaying", "starttls", "greeting", "client", "data"])
async def test_whatever_postfix_has_against_the_bot_is_said_to_an_administrator_and_loses_no_letter(
    gateway: Gateway, door: str
) -> None:
    road = road_to(gateway, door)
    posted = await road.send(envelope())
    assert (posted.outcome, posted.address_fails) == ("later", False), posted
    assert "refuses letters from" in road.problem()


@pytest.mark.parametrize(
    ("who", "outcome", "address_fails", "waits"), [("full", "later", False, 4 * 3600.0), ("gone", "never", True, None)]
)
async def test_a_full_mailbox_and_an_unknown_address_are_still_the_persons(
    gateway: Gateway, who: str, outcome: str, address_fails: bool, waits: float | None
) -> None:
    road = road_to(gateway, "people")
    posted = await road.send(envelope(1, f"{who}@northmoor.example"))
    assert (posted.outcome, posted.address_fails, posted.wait_seconds) == (outcome, address_fails, waits)
    assert road.problem() == ""


async def test_postfix_hands_over_a_message_in_any_alphabet_instead_of_sending_it_back(gateway: Gateway) -> None:
    came: asyncio.Queue[bytes] = asyncio.Queue()

    async def keep(raw: bytes) -> bool:
        came.put_nowait(raw)
        return True

    def hand_over() -> None:
        raw = "From: Zoë <zoë@partner.example>\r\nSubject: Größe\r\n\r\nlist\r\n".encode()
        with smtplib.SMTP("127.0.0.1", gateway.postfix.ports["open"]) as client:
            client.sendmail("zoë@partner.example", [MAILBOX], raw, mail_options=["SMTPUTF8"])

    listener = MailListener(MAILBOX, keep)
    await listener.start("127.0.0.1", gateway.bot)
    try:
        await asyncio.to_thread(hand_over)
        async with asyncio.timeout(PATIENCE):
            raw = await came.get()
    finally:
        await listener.stop()
    assert "Subject: Größe".encode() in raw


@pytest.fixture
async def post(gateway: Gateway) -> AsyncIterator[tuple[Post, int]]:
    """Everybody's mailboxes, behind Postfix: the bot's relay is a door that refuses its sender."""
    post = Post()
    async with smtp_server(post, port=gateway.mailboxes):
        yield post, gateway.postfix.ports["sender"]
    for mail in post.taken:
        well_made(mail)


@pytest.fixture
def bot_listens(gateway: Gateway) -> int:
    """Where Postfix hands over the bot's mail, by LMTP."""
    return gateway.bot


async def test_a_relay_that_refuses_the_bots_sender_loses_neither_letters_nor_answers(
    gateway: Gateway, service: Service, manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    manager.port = gateway.postfix.ports["checked"]
    await manager.send(f"open {item.reference}")
    assert service.mail
    async with asyncio.timeout(PATIENCE):
        while not db.read_now(letters.thread, item.person, item.reference):
            await asyncio.sleep(0.02)
        while not service.mail.problem():
            await asyncio.sleep(0.02)
    url = f"http://127.0.0.1:{service.port}/healthz"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 503
        assert f"refuses letters from {MAILBOX} (553 5.7.1)" in str((await answer.json())["problems"])
    # Somebody lets the bot in.
    service.mail.road._relay = Relay.parse(f"smtp://127.0.0.1:{gateway.postfix.ports['open']}")
    service.mail.road._alarm.over()
    service._clock.move_to(service._clock.now() + timedelta(minutes=6))
    service.dispatcher.wake()
    await manager.send("list")
    subjects = {str((await manager.letter())["Subject"]) for _ in range(3)}
    assert subjects == {
        "About your email",
        f"About your email: {item.reference}",
        f"A learning space for you: {item.reference}",
    }

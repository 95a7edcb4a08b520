"""The service in production with a mailbox at Exchange: letters out by Graph, replies in by delta, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.edge import Addresses
from bot.mail import postman
from bot.service import Service
from bot.settings import Settings
from desk.entra import METADATA_PATH, Entra
from desk.faults import Fault
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post
from desk.serving import own_certificate, serving
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.council import establishment
from storage.engine.database import Database, Session
from storage.outbox import replies
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import LAST, WHOLE, body, now
from tests.bot.mail.by_email.reports import non_delivery
from tests.bot.mail.conftest import MAILBOX
from tests.patience import PATIENCE

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"
FORM = WHOLE.partition("Kind")[0] + LAST


@dataclass
class Exchange:
    """The bot's mailbox at Exchange, the council's Entra, and one manager who lives in Outlook."""

    mailbox: GraphMailboxDesk
    post: Post
    db: Database
    framework: Framework
    settings: Settings
    addresses: Addresses
    address: str
    sent: int = 0

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        """The service, started anew on the same database."""
        service = Service(self.settings, self.framework, Clock.starting(FRIDAY), self.db, addresses=self.addresses)
        await service.start()
        try:
            yield service
        finally:
            await service.stop()

    async def letter(self, number: int) -> EmailMessage:
        """The letter with that number, from 0, among those to the manager that are about her email or her work."""
        async with asyncio.timeout(PATIENCE):
            while len(self.letters()) <= number:
                await asyncio.sleep(0.02)
        return self.letters()[number]

    def letters(self) -> list[EmailMessage]:
        found = [mail.message() for mail in self.post.to(self.address)]
        return [one for one in found if "calendar" not in str(one["Subject"])]

    def replies_to(self, letter: EmailMessage, text: str) -> None:
        """What Outlook sends inside the tenant, lying in the inbox."""
        self.sent += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.address, MAILBOX, f"RE: {letter['Subject']}"
        message["Message-ID"] = f"<{self.sent}@outlook.example>"
        message["In-Reply-To"] = message["References"] = str(letter["Message-ID"])
        message["X-MS-Exchange-Organization-AuthAs"] = "Internal"
        message.set_content(
            f"{text}\n\n{'_' * 32}\nFrom: QA bot <{MAILBOX}>\nSent: 20 November 2026 10:00\nTo: Me\nSubject: x\n\n"
        )
        self.mailbox.arrive(message.as_bytes())


def _only_for(session: Session, person: str) -> None:
    session.connection.exec_driver_sql("UPDATE notices SET state = 'cancelled' WHERE recipient <> ?", (person,))


@pytest.fixture
async def exchange(
    db: Database, framework: Framework, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Exchange]:
    monkeypatch.setattr(postman, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(postman, "AGAIN_SECONDS", 0.1)
    today = datetime.now(UTC)  # noqa: TID251  a real handshake wants a certificate of today
    db.write_now(channels.set_state, DEMO_TEAM_MANAGER, "teams", "blocked", "", FRIDAY)
    db.write_now(_only_for, DEMO_TEAM_MANAGER)
    entra = Entra(APP_ID, TENANT_ID, lambda: today, secret="s3cret")
    mailbox = GraphMailboxDesk(MAILBOX, post, good_token=entra.tokens.__contains__)
    tls, trusted = own_certificate(tmp_path, today)
    async with (
        serving(entra.application(), tls=tls) as login,
        serving(entra.application()) as keys,
        serving(mailbox.application()) as graph,
    ):
        settings = Settings.load(
            mode="production",
            host="127.0.0.1",
            port=0,
            sweep_seconds=0.2,
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            app_secret="s3cret",
            app_secret_expires="2026-12-20",
            database_url="given",
            mail="graph",
            mailbox=MAILBOX,
        )
        where = Addresses(
            openid_metadata=f"{keys}{METADATA_PATH}",
            authority=login,
            trust=str(trusted),
            graph=graph,
            service_url=f"{keys}/nobody/",
            loopback=True,
        )
        address = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].email
        yield Exchange(mailbox, post, db, framework, settings, where, address)


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


def answered(db: Database, number: int) -> Callable[[], bool]:
    """Whether so many messages have come in and are done with."""

    def done() -> bool:
        found = db.read_now(replies.get, number)
        return found is not None and found.state != replies.RECEIVED

    return done


async def test_a_grade_goes_out_and_comes_back_through_exchange_and_a_restart_loses_nothing(
    exchange: Exchange, item: LearningSpace, db: Database
) -> None:
    async with exchange.service():
        first = await exchange.letter(0)
        assert first["Subject"] == f"A learning space for you: {item.reference}"
        exchange.replies_to(first, f"open {item.reference}")
        questions = await exchange.letter(1)
        await until(answered(db, 1))
    exchange.replies_to(questions, FORM)  # while nobody is there
    async with exchange.service():
        back = await exchange.letter(2)
        assert "Everything is answered." in body(back), body(back)
        assert now(db, item).state == "opened"
        await until(answered(db, 2))
    exchange.mailbox.expired.add("all")  # and Exchange has forgotten where we were
    exchange.replies_to(back, "YES")
    async with exchange.service():
        exchange.mailbox.expired.clear()
        receipt = await exchange.letter(3)
        await until(answered(db, 3))
    assert str(receipt["In-Reply-To"]) == "<3@outlook.example>"
    assert now(db, item).state == "submitted"
    assert len(exchange.letters()) == 4, "each answered once"
    assert db.read_now(replies.get, 4) is None, "nothing was taken in twice"


async def test_an_answer_lost_on_its_way_to_exchange_is_looked_up_after_the_restart_and_not_sent_twice(
    exchange: Exchange, item: LearningSpace, db: Database
) -> None:
    async with exchange.service():
        first = await exchange.letter(0)
        exchange.mailbox.faults.add(Fault(503, accepted=True), path="/send", times=1)
        exchange.replies_to(first, "list")
        await exchange.letter(1)
        await until(answered(db, 1))
    db.write_now(replies.save, 1, state=replies.RECEIVED)
    async with exchange.service():
        await until(answered(db, 1))
    assert len(exchange.letters()) == 2


async def test_a_letter_that_bounces_at_exchange_marks_the_address(exchange: Exchange, db: Database) -> None:
    async with exchange.service():
        first = await exchange.letter(0)
        exchange.mailbox.arrive(non_delivery(str(first["Message-ID"]), exchange.address, to=MAILBOX))
        await until(answered(db, 1))
    found = db.read_now(channels.get, DEMO_TEAM_MANAGER, "mail")
    assert found is not None and found.state == "disabled"


async def test_monitoring_sees_when_the_secret_ends(exchange: Exchange) -> None:
    async with (
        exchange.service() as service,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{service.port}/metrics") as page,
    ):
        (line,) = [one for one in (await page.text()).splitlines() if one.startswith("bot_credential_ends")]
    assert float(line.split()[1]) == datetime(2026, 12, 20, tzinfo=UTC).timestamp()


async def test_while_the_permission_is_gone_health_says_so_and_replies_wait(exchange: Exchange, db: Database) -> None:
    denied = b'{"error": {"code": "ErrorAccessDenied", "message": "No"}}'
    async with exchange.service() as service:
        first = await exchange.letter(0)
        exchange.mailbox.faults.add(Fault(403, denied), path="delta", times=-1)
        exchange.replies_to(first, "list")
        async with asyncio.timeout(PATIENCE):
            while not any("may not use the mailbox" in one for one in await service.problems()):
                await asyncio.sleep(0.05)
        exchange.mailbox.faults.clear()
        await exchange.letter(1)
        async with asyncio.timeout(PATIENCE):
            while any("may not use the mailbox" in one for one in await service.problems()):
                await asyncio.sleep(0.05)

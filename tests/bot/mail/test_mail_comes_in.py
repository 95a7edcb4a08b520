"""Email fetched from a mailbox in Graph's shape, once whatever restarts; and the QA team's queue of unclear ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from assurance.channels.receive_mail import MOST_ATTEMPTS, begin_reading, finish_reading, keep_mail
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from bot.mail.courier import MailCourier
from bot.mail.courier_smtp import SmtpRoad
from bot.mail.front_desk import MailDesk
from bot.mail.graph import GraphMailbox
from bot.mail.graph_errors import GraphFailed
from bot.mail.pace import Pace
from bot.mail.postman import Postman
from bot.mail.relay import Relay
from bot.network.client import HttpClient
from bot.teams.tokens import GRAPH
from desk.faults import Fault
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post, smtp_server
from desk.serving import serving
from dialogs.kit.message import Message
from policy.framework.framework import Framework
from storage.council import establishment, history
from storage.engine.database import Database
from storage.outbox import replies
from tests.bot.conftest import FRIDAY
from tests.patience import PATIENCE

MAILBOX = "qa-bot@northmoor.example"


class GoodToken:
    """A token source that always has one."""

    async def get(self, audience: str = GRAPH) -> str:
        return "good"

    def forget(self, token: str, audience: str = GRAPH) -> None:
        return None


@dataclass
class Office:
    """The bot's mailbox at Exchange, and whoever brings its post in."""

    exchange: GraphMailboxDesk
    post: Post
    db: Database
    framework: Framework
    graph: GraphMailbox
    courier: MailCourier

    def postman(self) -> Postman:
        """A new one, as after a restart."""
        talk = Conversation(self.db, self.framework, Clock.standing(FRIDAY))
        desk = MailDesk(talk, self.courier, mailbox=MAILBOX, authserv="")
        return Postman(self.db, Clock.standing(FRIDAY), desk, mailbox=MAILBOX, graph=self.graph)

    def arrives(self, text: str, *, sender: str = "", inside: bool = True) -> None:
        """A message comes into the mailbox; `inside` says whether Exchange knows who sent it."""
        message = EmailMessage()
        message["From"] = sender or self.db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].email
        message["To"] = MAILBOX
        message["Message-ID"] = f"<{len(self.exchange.in_folder('inbox'))}@outlook.example>"
        message["X-MS-Exchange-Organization-AuthAs"] = "Internal" if inside else "Anonymous"
        message.set_content(text)
        self.exchange.arrive(message.as_bytes())

    def kept(self) -> list[int]:
        return self.db.read_now(replies.waiting, 100)


@pytest.fixture
async def office(db: Database, framework: Framework) -> AsyncIterator[Office]:
    post = Post()
    exchange = GraphMailboxDesk(MAILBOX, post, good_token=lambda token: token == "good")
    http = HttpClient()
    clock = Clock.standing(FRIDAY)
    async with smtp_server(post) as port, serving(exchange.application()) as url:
        graph = GraphMailbox(http, GoodToken(), MAILBOX, clock.now, graph_url=url, answer_seconds=2.0)
        road = SmtpRoad(Relay.parse(f"smtp://127.0.0.1:{port}"), sender=MAILBOX, pace=Pace())
        courier = MailCourier(db, framework, road, clock.now, mailbox=MAILBOX)
        yield Office(exchange, post, db, framework, graph, courier)
        await road.close()
    await http.close()


async def test_what_has_come_in_is_fetched_once_however_often_one_looks(office: Office) -> None:
    postman = office.postman()
    await postman.fetch_once()
    for _ in range(3):
        office.arrives("list")
    assert await postman.fetch_once() == 3
    assert await postman.fetch_once() == 0
    assert await office.postman().fetch_once() == 0, "after a restart it goes on where it was"
    office.arrives("help")
    assert await office.postman().fetch_once() == 1


async def test_when_exchange_has_forgotten_where_we_were_nothing_is_read_twice(office: Office) -> None:
    postman = office.postman()
    office.arrives("list")
    assert await postman.fetch_once() == 1
    office.arrives("help")
    gone = b'{"error": {"code": "SyncStateNotFound", "message": "gone"}}'
    office.exchange.faults.add(Fault(410, gone), path="delta", times=1)
    assert await postman.fetch_once() == 1


async def test_a_failing_mailbox_loses_nothing_and_is_told_in_words_to_act_on(office: Office) -> None:
    office.arrives("list")
    denied = b'{"error": {"code": "ErrorAccessDenied", "message": "No"}}'
    office.exchange.faults.add(Fault(403, denied), path="delta", times=-1)
    postman = office.postman()
    with pytest.raises(GraphFailed):
        await postman.fetch_once()
    await postman.start()
    async with asyncio.timeout(PATIENCE):
        while not postman.problem():
            await asyncio.sleep(0.02)
    await postman.stop()
    assert f"The bot may not use the mailbox {MAILBOX}" in postman.problem()
    office.exchange.faults.clear()
    assert await postman.fetch_once() == 1


async def test_a_crash_between_two_messages_of_a_page_keeps_each_once(office: Office) -> None:
    for _ in range(4):
        office.arrives("list")
    broken = b'{"error": {"code": "ServiceUnavailable", "message": "No"}}'
    postman = office.postman()
    await postman.fetch_once()
    assert len(office.kept()) == 4
    for _ in range(3):
        office.arrives("help")
    office.exchange.faults.add(Fault(503, broken), path="/$value", times=1)
    with pytest.raises(GraphFailed):
        await postman.fetch_once()
    assert await office.postman().fetch_once() == 3
    assert len(office.kept()) == 7


async def test_a_colleague_inside_is_answered_and_the_same_words_from_outside_are_not(office: Office) -> None:
    address = office.db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].email
    postman = office.postman()
    office.arrives("list", inside=False)
    office.arrives("list")
    await postman.fetch_once()
    await postman.start()
    await postman.quiet()
    await postman.stop()
    assert len(office.post.to(address)) == 1
    assert [row.reason for row in office.db.read_now(replies.unclear)] == ["not_authenticated"]


async def test_a_message_that_breaks_us_is_tried_three_times_and_then_given_to_a_person(office: Office) -> None:
    office.db.write_now(keep_mail, external_id="x", raw=b"list", from_exchange=False, now=FRIDAY)
    (number,) = office.kept()
    for _ in range(MOST_ATTEMPTS):
        assert office.db.write_now(begin_reading, number=number, now=FRIDAY) is not None
    assert office.db.write_now(begin_reading, number=number, now=FRIDAY) is None
    assert [row.reason for row in office.db.read_now(replies.unclear)] == ["failed"]


# -- the QA team's queue ---------------------------------------------------------------------------------------------


def said(office: Office, person: str, text: str = "", **data: str) -> Message:
    talk = Conversation(office.db, office.framework, Clock.standing(FRIDAY))
    found = office.db.read_now(establishment.current).people[person]
    if text:
        return asyncio.run(talk.text(found, text))[0]
    return asyncio.run(talk.press(found, data["verb"], data))


def a_queue(office: Office) -> None:
    raw = b"From: x@northmoor.example\r\nTo: y@z.example\r\nSubject: hello\r\n\r\nCould somebody ring me?\r\n"
    office.db.write_now(keep_mail, external_id="x", raw=raw, from_exchange=False, now=FRIDAY)
    office.db.write_now(
        finish_reading,
        number=1,
        event="give_up",
        person=DEMO_TEAM_MANAGER,
        subject="LS-2026Q3-017",
        reason="not_understood",
        now=FRIDAY,
    )


@pytest.fixture
def qa_lead(db: Database) -> str:
    return next(post.holder for post in db.read_now(establishment.current).posts_of_role("qa_lead"))


def test_the_qa_lead_sees_who_wrote_about_what_and_why_it_is_unclear_but_not_what(office: Office, qa_lead: str) -> None:
    a_queue(office)
    listed = said(office, qa_lead, "emails").text
    assert listed.startswith("One email is not clear")
    assert "LS-2026Q3-017" in listed and "I did not understand what it asks for." in listed
    assert "ring me" not in listed
    assert "One email is not clear" in said(office, qa_lead, "list").text


def test_opening_one_leaves_a_trace_and_settling_takes_it_off_the_list(office: Office, qa_lead: str) -> None:
    a_queue(office)
    assert "Could somebody ring me?" in said(office, qa_lead, "email 1").text
    assert office.db.read_now(history.read, subject="LS-2026Q3-017")[-1].verb == "email_read"
    assert "Email 1 is dealt with" in said(office, qa_lead, verb="settle_email", step="1").text
    assert "No email waits for you" in said(office, qa_lead, "emails").text


@pytest.mark.parametrize("text", ["emails", "email 1"])
def test_nobody_outside_the_qa_team_reads_other_peoples_emails(office: Office, text: str) -> None:
    a_queue(office)
    assert "The QA lead does that" in said(office, DEMO_TEAM_MANAGER, text).text
    assert "The QA lead does that" in said(office, DEMO_TEAM_MANAGER, verb="settle_email", step="1").text
    assert len(office.db.read_now(replies.unclear)) == 1


@pytest.mark.parametrize("number", ["99", "abc", "", "1; DROP TABLE x"])
def test_a_number_that_is_none_of_the_queue_is_said_kindly(office: Office, qa_lead: str, number: str) -> None:
    a_queue(office)
    assert "There is no such email" in said(office, qa_lead, verb="settle_email", step=number).text

"""Whatever lies in the mailbox is taken to its end: nothing stops the post, nothing hostile changes anything."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiosmtplib
import pytest
import sqlalchemy as sa

from assurance.channels.receive_mail import keep_mail
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from bot.mail.courier import MailCourier
from bot.mail.courier_smtp import SmtpRoad
from bot.mail.front_desk import MailDesk
from bot.mail.pace import Pace
from bot.mail.postman import Postman
from bot.mail.relay import Relay
from desk.mailbox import Mail, Post, smtp_server
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.council import establishment
from storage.engine.database import Database, Session
from storage.outbox import replies
from storage.schema import tables
from tests.bot.conftest import FRIDAY
from tests.bot.mail.corpus_reader import OUR_ADDRESS, OUR_GATEWAY, Example, examples

ADDRESS = "priya.nair@northmoor.example"
"""Who most messages of the corpus are from; here it is the demo's team manager."""
QUICK = Pace(a_minute=1_000_000)


def is_manager(session: Session, address: str) -> None:
    """The team manager has this address."""
    council = establishment.current(session)
    changed = replace(council.people[DEMO_TEAM_MANAGER], email=address)
    establishment.replace(session, replace(council, people=council.people | {DEMO_TEAM_MANAGER: changed}))


@dataclass
class Reader:
    """A reader of one mailbox, without the rest of the service."""

    db: Database
    postman: Postman
    post: Post

    async def takes(self, *messages: bytes, from_exchange: bool = True) -> list[replies.Received]:
        """Keep these messages and read them all; how they stand."""
        known = {row.external_id for row in self.rows()}
        for number, raw in enumerate(messages, len(known)):
            self.db.write_now(
                keep_mail, external_id=f"message {number}", raw=raw, from_exchange=from_exchange, now=FRIDAY
            )
        await self.postman.quiet()
        return [row for row in self.rows() if row.external_id not in known]

    def rows(self) -> list[replies.Received]:
        def read(session: Session) -> list[replies.Received]:
            found = session.execute(sa.select(tables.received_mail)).mappings()
            return [replies.Received(**row) for row in found]

        return self.db.read_now(read)

    def decided(self) -> dict[str, object]:
        """Everything nobody may change without a YES of their own."""

        def read(session: Session) -> dict[str, object]:
            columns = [
                tables.allocations.c[name] for name in ("reference", "due_on", "grade", "impact", "submitted_at")
            ]
            found: dict[str, object] = {"items": session.execute(sa.select(*columns)).all()}
            for table in (
                tables.actions,
                tables.requests,
                tables.red_flags,
                tables.answers,
                tables.loops,
                tables.moderations,
            ):
                found[table.name] = session.execute(sa.select(table)).all()
            found["wants"] = session.execute(sa.select(tables.mail_preferences)).all()
            return found

        return self.db.read_now(read)


@asynccontextmanager
async def reading(
    db: Database, framework: Framework, post: Post, *, mailbox: str = OUR_ADDRESS, port: int = 0
) -> AsyncIterator[Reader]:
    """A mailbox that is read, whose letters go to `post`, or to the relay on that port."""
    async with smtp_server(post) as own:
        clock = Clock.standing(FRIDAY)
        road = SmtpRoad(Relay.parse(f"smtp://127.0.0.1:{port or own}"), sender=mailbox, pace=QUICK)
        courier = MailCourier(db, framework, road, clock.now, mailbox=mailbox)
        desk = MailDesk(Conversation(db, framework, clock), courier, mailbox=mailbox, authserv=OUR_GATEWAY)
        postman = Postman(db, clock, desk, mailbox=mailbox, listen_on=("127.0.0.1", 0))
        await postman.start()
        try:
            yield Reader(db, postman, post)
        finally:
            await postman.stop()


@pytest.fixture
async def reader(db: Database, framework: Framework, post: Post) -> AsyncIterator[Reader]:
    db.write_now(is_manager, ADDRESS)
    talkative = framework.model_copy(update={"mail": framework.mail.model_copy(update={"answers_a_day": 1_000_000})})
    async with reading(db, talkative, post) as found:
        yield found


def about(reference: str) -> list[bytes]:
    """The corpus, about a learning space the manager has."""
    return [one.raw.replace(b"LS-2026Q3-014", reference.encode()) for one in examples()]


async def test_every_message_of_the_corpus_is_taken_and_none_decides_anything(reader: Reader) -> None:
    before = reader.decided()
    (item, *_) = reader.db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)
    rows = await reader.takes(*about(item.reference))
    assert len(rows) == len(examples())
    assert [row.id for row in rows if row.state == replies.RECEIVED or row.reason == "failed"] == []
    draft = reader.db.read_now(learning_spaces.load_draft, item.reference, DEMO_TEAM_MANAGER)
    assert draft and draft.answers["grade"], "answers are kept as a draft, which is no grade"
    after = reader.decided()
    after.pop("wants"), before.pop("wants")  # "stop emails" is theirs to say, and needs no YES
    assert after == before


def _hostile(reference: str) -> Iterator[bytes]:
    """Bytes at random, messages broken at random, and what was made to hurt."""
    chance = random.Random(20261120)  # the same every time
    for _ in range(60):
        yield chance.randbytes(chance.randrange(2_000))
    for _ in range(120):
        raw = bytearray(chance.choice(about(reference)))
        for _ in range(chance.randrange(1, 8)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(60)] = chance.randbytes(chance.randrange(40))
        yield bytes(raw)
    head = f"From: {ADDRESS}\r\nTo: {OUR_ADDRESS}\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n".encode()
    mixed = head + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    yield mixed + b"--b\r\nContent-Type: text/plain\r\n\r\nYES\r\n" * 10_000 + b"--b--\r\n"
    pdf = b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 6_500_000
    yield mixed + b"--b\r\nContent-Type: text/plain\r\n\r\nYES\r\n" + pdf + b"\r\n--b--\r\n"
    yield head + b"Content-Type: text/html\r\n\r\n" + b"<div><p" * 200_000
    yield head + b"Subject: " + b"=?utf-8?q?" * 50_000 + b"\r\n\r\nYES"
    yield head + b"Message-ID: " + b"<" * 100_000 + b"\r\nReferences: " + b"<a@b> " * 50_000 + b"\r\n\r\nYES"
    yield head + b"\r\n" + b"1. " * 300_000
    yield head + "\r\n\udcff\x00\u202e YES".encode("utf-8", "surrogatepass")


async def test_hostile_messages_are_all_taken_and_change_nothing(reader: Reader) -> None:
    before = reader.decided()
    hostile = list(_hostile(reader.db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0].reference))
    rows = await reader.takes(*hostile)
    rows += await reader.takes(b"list", *hostile[-4:], from_exchange=False)
    assert [row.id for row in rows if row.state == replies.RECEIVED or row.reason == "failed"] == []
    after = reader.decided()
    after.pop("wants"), before.pop("wants")  # a broken "stop emails" may still say so
    assert after == before


@pytest.mark.parametrize("example", [one for one in examples() if "forged" in one.name or "lookalike" in one.name])
async def test_a_forged_sender_is_neither_believed_nor_answered(reader: Reader, example: Example) -> None:
    (row,) = await reader.takes(example.raw, from_exchange=False)
    assert (row.state, row.reason) in {("unclear", "not_authenticated"), ("unclear", "unknown_sender")}
    assert reader.post.taken == []


# -- two bots ---------------------------------------------------------------------------------------------------------


@contextmanager
def gateway(post: Post, to: dict[str, int], *, strips: bool) -> Iterator[None]:
    """Hands every letter on to the mailbox it is for, vouching for its sender; `strips` takes every mark off it."""
    waiting: set[asyncio.Task[None]] = set()

    def handed_over(mail: Mail) -> None:
        task = asyncio.create_task(_hand_on(mail, to, strips=strips))
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    post.listeners.append(handed_over)
    yield
    post.listeners.remove(handed_over)


async def _hand_on(mail: Mail, to: dict[str, int], *, strips: bool) -> None:
    raw = mail.raw
    if strips:
        head, _, rest = raw.partition(b"\r\n\r\n")
        marks = (b"auto-submitted", b"x-auto-response", b"x-learning-space", b"references", b"in-reply-to")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(marks)]
        raw = b"\r\n".join(kept) + b"\r\n\r\n" + rest
    domain = mail.sender.rpartition("@")[2]
    found = f"Authentication-Results: {OUR_GATEWAY}; dmarc=pass header.from={domain}\r\n".encode()
    await aiosmtplib.send(
        found + raw,
        sender=mail.sender,
        recipients=[mail.recipient],
        hostname="127.0.0.1",
        port=to[mail.recipient],
        start_tls=False,
    )


ONE, OTHER = "bot.one@northmoor.example", "bot.other@northmoor.example"


@asynccontextmanager
async def two_bots(
    council_twice: tuple[Database, Database], framework: Framework, post: Post, *, strips: bool
) -> AsyncIterator[tuple[Reader, Reader]]:
    """Two mailboxes, each of which is a manager's address in the other's council."""
    one_db, other_db = council_twice
    one_db.write_now(is_manager, OTHER)
    other_db.write_now(is_manager, ONE)
    async with (
        smtp_server(post) as relay,
        reading(one_db, framework, Post(), mailbox=ONE, port=relay) as one,
        reading(other_db, framework, Post(), mailbox=OTHER, port=relay) as other,
    ):
        assert one.postman.listener and other.postman.listener
        to = {ONE: one.postman.listener.port, OTHER: other.postman.listener.port}
        with gateway(post, to, strips=strips):
            yield one, other


@pytest.fixture
def council_twice(
    db: Database, demo_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Database]]:
    folder = tmp_path_factory.mktemp("other council")
    for file in demo_template.parent.glob("council.db*"):
        shutil.copy(file, folder / file.name)
    with Database.open(f"sqlite:///{folder / 'council.db'}") as other:
        yield db, other


def begins() -> Mail:
    """Somebody writes to one bot as if from the other."""
    head = f"From: {OTHER}\r\nTo: {ONE}\r\nSubject: hello\r\nMessage-ID: <begins@x.example>\r\n\r\n"
    return Mail(OTHER, ONE, head.encode() + b"Could somebody ring me about the car park?\r\n")


async def quiet(post: Post, *bots: Reader) -> int:
    """Until no letter has come for a while and nobody has one to read; how many came in all."""
    before = -1
    while before != len(post.taken):
        before = len(post.taken)
        await asyncio.sleep(0.5)
        for bot in bots:
            await bot.postman.quiet()
    return before


async def test_two_bots_that_write_to_each_other_stop_after_one_letter(
    council_twice: tuple[Database, Database], framework: Framework, post: Post
) -> None:
    async with two_bots(council_twice, framework, post, strips=False) as (one, other):
        post.keep(begins())
        assert await quiet(post, one, other) == 2, "what began it, and one answer"
        assert [row.kind for row in other.rows()] == ["ours"]


async def test_two_bots_stop_also_where_a_gateway_takes_every_mark_off_their_letters(
    council_twice: tuple[Database, Database], framework: Framework, post: Post
) -> None:
    few = framework.model_copy(update={"mail": framework.mail.model_copy(update={"answers_a_day": 4})})
    async with two_bots(council_twice, few, post, strips=True) as (one, other):
        post.keep(begins())
        assert 2 <= await quiet(post, one, other) <= 1 + 2 * 4
        last = [row for bot in (one, other) for row in bot.rows() if row.reason == "too_many"]
        assert len(last) == 1, "the one who had said enough fell silent"

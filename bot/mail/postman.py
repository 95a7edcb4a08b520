"""Brings email in and has it read: from the mailbox by Graph, or from the SMTP listener; both survive a restart."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from assurance.channels.receive_mail import digest_of, keep_mail, mail_to_read
from bot.mail.front_desk import MailDesk
from bot.mail.graph_errors import GraphFailed, in_words
from bot.mail.listener import MailListener
from storage.council import meta
from storage.engine.errors import StorageError
from storage.outbox import replies

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.conversation import Conversation
    from bot.mail.graph import GraphMailbox
    from bot.mail.outgoing import MailOut
    from bot.settings import Settings
    from storage.engine.database import Database, Session

POLL_SECONDS = 20.0
"""How often the mailbox is asked for what has come in since."""
AGAIN_SECONDS = 30.0
"""After a message that could not be taken, or a mailbox that did not answer."""
LONGEST_WAIT_SECONDS = 600.0
FINISH_SECONDS = 2.0
"""What the message in hand is given when the service is told to stop."""
AT_A_TIME = 20
"""Messages looked up together."""
CURSOR, SINCE = "mail_cursor", "mail_since"

log = structlog.get_logger("bot.mail.postman")


class Postman:
    """One per process. `start` returns at once; `stop` when the message in hand is finished."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        desk: MailDesk,
        *,
        mailbox: str,
        graph: GraphMailbox | None = None,
        listen_on: tuple[str, int] | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._desk = desk
        self._graph = graph
        self._listen_on = listen_on
        self.listener = MailListener(mailbox, self._keep) if listen_on else None
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._alarm = ""
        self._failures = 0
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()
        self._put_off: set[int] = set()
        """What this round could not take; the others are not kept waiting for it."""

    async def start(self) -> None:
        """Begin. OSError when the address to listen on is taken."""
        if self.listener and self._listen_on:
            await self.listener.start(*self._listen_on)
        self._tasks = [asyncio.create_task(self._read(), name="mail reader")]
        if self._graph:
            self._tasks.append(asyncio.create_task(self._fetch(), name="mail fetcher"))

    async def stop(self) -> None:
        """Take no more in, and let go."""
        if self.listener:
            await self.listener.stop()
        self._stopping.set()
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks[:1], timeout=FINISH_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def problem(self) -> str:
        """Why no email comes in, in words for an administrator; empty when all is well."""
        return self._alarm

    async def quiet(self) -> None:
        """Until everything that is here has been read once; for a clock that is being moved."""
        while True:
            self._idle.clear()
            self._wake.set()
            await self._idle.wait()
            if not await self._not_tried():
                return
            await asyncio.sleep(0.05)

    # -- in -----------------------------------------------------------------------------------------------------------

    async def _keep(self, raw: bytes) -> bool:
        """From the listener: on disk before we say that we have it."""
        try:
            await self._db.write(
                keep_mail, external_id=digest_of(raw), raw=raw, from_exchange=False, now=self._clock.now()
            )
        except StorageError as error:
            log.warning("mail not kept", error=type(error).__name__)
            return False
        self._wake.set()
        return True

    async def _fetch(self) -> None:
        while True:
            pause = POLL_SECONDS
            try:
                await self.fetch_once()
                self._failures, self._alarm = 0, ""
            except GraphFailed as failed:
                self._failures += 1
                self._alarm = in_words(failed.failure, self._graph.mailbox if self._graph else "") or self._alarm
                pause = failed.failure.wait_seconds or min(AGAIN_SECONDS * self._failures, LONGEST_WAIT_SECONDS)
                log.warning("mailbox not read", reason=failed.failure.kind, failures=self._failures)
            except Exception as error:  # noqa: BLE001  a locked database must not end the loop
                self._failures += 1
                pause = AGAIN_SECONDS
                log.warning("mailbox not read", error=type(error).__name__, failures=self._failures)
            await asyncio.sleep(pause)

    async def fetch_once(self) -> int:
        """Everything that has come in since last time; how many messages. Raises GraphFailed.

        The place we have read to is kept only after its messages are, so a crash reads a page twice and keeps it once.
        """
        assert self._graph
        since = await self._db.write(_since, self._clock.now())
        link, kept = await self._db.read(meta.get, CURSOR, ""), 0
        while True:
            try:
                page = await self._graph.arrivals(link)
            except GraphFailed as failed:
                if failed.failure.kind != "gone" or not link:
                    raise
                # Graph has forgotten where we were. From the beginning: what we have is known by its id.
                link = ""
                continue
            for message in page.messages:
                kept += await self._take_in(message, since)
            link = page.next_link or page.delta_link
            await self._db.write(meta.save, CURSOR, link)
            if not page.next_link:
                return kept

    async def _take_in(self, message: dict[str, object], since: datetime) -> bool:
        number = str(message.get("id", ""))
        if not number or "@removed" in message or _came_before(message, since):
            return False
        external = f"graph:{number}"
        if await self._db.read(replies.is_known, external):
            return False
        assert self._graph
        try:
            raw = await self._graph.mime_of(number)
        except GraphFailed as failed:
            if failed.failure.kind == "not_found":
                return False  # somebody has deleted it meanwhile
            raise
        new: bool = await self._db.write(
            keep_mail, external_id=external, raw=raw, from_exchange=True, now=self._clock.now()
        )
        self._wake.set()
        return new

    # -- read ---------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._put_off.clear()
            again = False
            try:
                while numbers := await self._not_tried():
                    for number in numbers:
                        if self._stopping.is_set():
                            return
                        if not await self._desk.take(number):
                            self._put_off.add(number)
                again = bool(self._put_off)
            except Exception as error:  # noqa: BLE001  a locked database must not end the loop
                again = True
                log.warning("mail not read", error=type(error).__name__)
            self._idle.set()
            try:
                await asyncio.wait_for(self._wake.wait(), AGAIN_SECONDS if again else None)
            except TimeoutError:
                continue

    async def _not_tried(self) -> list[int]:
        """What is still to be read in this round, oldest first."""
        found = await self._db.read(mail_to_read, AT_A_TIME + len(self._put_off))
        return [number for number in found if number not in self._put_off]


def open_postman(settings: Settings, db: Database, clock: Clock, talk: Conversation, out: MailOut) -> Postman:
    """The way in that belongs to a way out, from the settings."""
    desk = MailDesk(talk, out.courier, mailbox=settings.mailbox, authserv=settings.mail_authserv)
    return Postman(db, clock, desk, mailbox=settings.mailbox, graph=out.graph, listen_on=settings.listen_for_mail())


def _since(session: Session, now: datetime) -> datetime:
    """When this council's bot first looked into its mailbox: what lay there before was not written to it."""
    kept = meta.get(session, SINCE)
    if not kept:
        kept = now.isoformat()
        meta.save(session, SINCE, kept)
    return datetime.fromisoformat(kept)


def _came_before(message: dict[str, object], since: datetime) -> bool:
    try:
        received = datetime.fromisoformat(str(message.get("receivedDateTime", "")))
    except ValueError:
        return False
    return received.tzinfo is not None and received < since

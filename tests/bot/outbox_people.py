"""A dispatcher over a real outbox and a courier whose channel is a list, for tests of what goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from assurance.common.courier import Begin, CourierResult, Delivery, unwatched
from bot.clock import Clock
from bot.dispatcher import Dispatcher
from bot.metrics import Metrics
from dialogs.kit.message import Message
from policy.framework.framework import Framework
from storage.engine.database import Database
from storage.engine.session import Session
from storage.outbox import notices
from storage.outbox.notices import NewNotice
from tests.bot.conftest import FRIDAY
from tests.patience import PATIENCE

LATE = FRIDAY + timedelta(minutes=5)


class Recorder:
    """A courier whose channel is a list; `answer` decides what comes of each delivery, `hold` when."""

    channel = "teams"

    def __init__(
        self, answer: Callable[[Delivery], CourierResult] = lambda _: CourierResult("sent", remote_id="1")
    ) -> None:
        self.answer = answer
        self.took: list[tuple[Delivery, Message]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.before_it_begins = asyncio.Event()
        self.before_it_begins.set()

    async def deliver(self, delivery: Delivery, message: Message, begin: Begin = unwatched) -> CourierResult:
        await self.before_it_begins.wait()
        await begin()
        self.took.append((delivery, message))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            await self.hold.wait()
        finally:
            self.at_once -= 1
        return self.answer(delivery)


@contextlib.asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[Dispatcher]:
    """Its loop, for as long as the block lasts."""
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        await dispatcher.stop(0.1)
        await asyncio.wait_for(task, 5)


def a_dispatcher(db: Database, framework: Framework, clock: Clock, courier: Recorder, **more: int) -> Dispatcher:
    """One with a single courier."""
    return Dispatcher(db, framework, clock, {"teams": courier}, Metrics(), **more)


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


def a_notice(
    subject: str, *, due_at: datetime = FRIDAY, channel: str = "teams", event: str = "E13", person: str = "p-0001"
) -> NewNotice:
    """Something due since Friday morning."""
    facts = {"reference": subject, "due_on": "2026-12-18", "auditor": "A Manager", "function": "MASH", "days_late": 2}
    return NewNotice(event, "+2", subject, person, "executive_director", channel, False, due_at, due_at, facts)


def put(session: Session, *new: NewNotice) -> None:
    """Write it into the outbox."""
    notices.add(session, new, at=LATE)

"""The reader threads: whoever asks is told, also when the database is closed over them."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from storage.engine.database import READERS, Closed, Database, Session
from tests.patience import PATIENCE

CALLER = contextvars.ContextVar("caller", default="")


async def test_every_read_that_waits_when_the_database_closes_is_told_something(database: Database) -> None:
    go_on = threading.Event()
    begun = threading.Barrier(READERS + 1)

    def slow(session: Session) -> str:
        if not go_on.is_set():
            begun.wait(PATIENCE)
        go_on.wait(PATIENCE)
        return "read"

    reads = [asyncio.ensure_future(database.read(slow)) for _ in range(READERS + 3)]
    await asyncio.to_thread(begun.wait, PATIENCE)  # as many as there are threads; the others wait for one
    closing = asyncio.create_task(asyncio.to_thread(database.close))
    await asyncio.sleep(0.1)
    go_on.set()
    async with asyncio.timeout(PATIENCE):
        outcomes = await asyncio.gather(*reads, return_exceptions=True)
        await closing
    assert [outcome == "read" or isinstance(outcome, Closed) for outcome in outcomes] == [True] * len(reads)
    assert outcomes.count("read") >= READERS


async def test_a_read_that_fails_fails_for_its_caller_alone(database: Database) -> None:
    def refuse(session: Session) -> str:
        raise PermissionError("not yours")

    refused, fine = await asyncio.gather(
        database.read(refuse), database.read(lambda session: "fine"), return_exceptions=True
    )
    assert isinstance(refused, PermissionError)
    assert fine == "fine"


async def test_a_read_sees_what_its_caller_has_set(database: Database) -> None:
    CALLER.set("the front desk")
    assert await database.read(lambda session: CALLER.get()) == "the front desk"


async def test_nothing_is_read_once_the_database_is_closed(database: Database) -> None:
    await asyncio.to_thread(database.close)
    with pytest.raises(Closed):
        await database.read(lambda session: "too late")

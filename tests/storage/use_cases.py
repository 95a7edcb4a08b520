"""The smallest use-cases there are, for tests that are about the database itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import Any

from sqlalchemy import insert, select

from storage.engine.database import Database, Session
from storage.schema.tables import meta as facts
from tests.patience import PATIENCE


def write_down(session: Session, key: str, value: str = "yes") -> str:
    """Save one fact; the database refuses a key that is taken."""
    session.execute(insert(facts).values(key=key, value=value))
    return key


def keys(session: Session) -> set[str]:
    """Every fact's name but those of the schema itself."""
    return {key for key in session.execute(select(facts.c.key)).scalars() if not key.startswith("schema_")}


async def in_one_batch(database: Database, *writes: Awaitable[Any]) -> list[Any]:
    """Hold the writer up until every write is queued, so that they share one commit; results or errors in order."""
    begun, gate = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        begun.set()
        gate.wait(PATIENCE)

    holding = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(begun.wait, PATIENCE)
    waiting = [asyncio.ensure_future(write) for write in writes]
    await asyncio.sleep(0.01)
    gate.set()
    await holding
    return await asyncio.gather(*waiting, return_exceptions=True)

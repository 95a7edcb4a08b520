"""Small facts about the whole council, one line each."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from storage.engine import memo
from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema import tables

_VALUE = select(tables.meta.c.value).where(tables.meta.c.key == bindparam("wanted"))
_EVERY = select(tables.meta.c.key, tables.meta.c.value)


def get(session: Session, key: str, default: str = "") -> str:
    """The fact of that name, or `default`."""
    value = memo.look_up(
        session,
        tables.meta.name,
        key,
        one=lambda: session.execute(_VALUE, {"wanted": key}).scalar(),
        every=lambda: {row[0]: row[1] for row in session.execute(_EVERY)},
    )
    return default if value is None else str(value)


def read(session: Session, key: str, default: str = "") -> str:
    """The same, read from the table whatever is known, for whoever keeps what they read."""
    value = session.execute(_VALUE, {"wanted": key}).scalar()
    return default if value is None else str(value)


def save(session: Session, key: str, value: str) -> None:
    """Remember a fact, in place of what it was before."""
    put(session, tables.meta, {"key": key, "value": value})
    memo.remember(session, tables.meta.name, key, value)

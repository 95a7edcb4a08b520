"""The pulse of the parts that must never stop: when each last did its round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from storage.engine import memo
from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema import tables

_heartbeats = tables.heartbeats
_LAST = select(_heartbeats).where(_heartbeats.c.name == bindparam("part"))
_EVERY = select(_heartbeats)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last round of one part."""

    name: str
    at: datetime
    detail: dict[str, Any]


def beat(session: Session, name: str, at: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Say that a part has just done its round."""
    kept = Heartbeat(name, at, dict(detail or {}))
    put(session, _heartbeats, {"name": kept.name, "at": kept.at, "detail": kept.detail})
    memo.remember(session, _heartbeats.name, name, kept)


def last(session: Session, name: str) -> Heartbeat | None:
    """The last round of a part, or None if it never did one."""
    found: Heartbeat | None = memo.look_up(
        session,
        _heartbeats.name,
        name,
        one=lambda: _heartbeat(session.execute(_LAST, {"part": name}).first()),
        every=lambda: {row[0]: _heartbeat(row) for row in session.execute(_EVERY)},
    )
    return found


def _heartbeat(row: Sequence[Any] | None) -> Heartbeat | None:
    return Heartbeat(*row) if row else None

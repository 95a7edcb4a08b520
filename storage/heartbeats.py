"""The pulse of the parts that must never stop: when each last did its round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from storage import tables
from storage.session import Session
from storage.upsert import put

_heartbeats = tables.heartbeats
_LAST = select(_heartbeats).where(_heartbeats.c.name == bindparam("part"))


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last round of one part."""

    name: str
    at: datetime
    detail: dict[str, Any]


def beat(session: Session, name: str, at: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Say that a part has just done its round."""
    put(session, _heartbeats, {"name": name, "at": at, "detail": dict(detail or {})})


def last(session: Session, name: str) -> Heartbeat | None:
    """The last round of a part, or None if it never did one."""
    row = session.execute(_LAST, {"part": name}).first()
    return Heartbeat(*row) if row else None

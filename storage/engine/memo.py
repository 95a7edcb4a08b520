"""Small tables a use-case asks many times: the first question reads one row, the second all of them, no other any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from storage.engine.session import Session

_ALL = object()
"""Stands among the keys once every row has been read."""


def look_up(
    session: Session,
    table: str,
    key: str,
    *,
    one: Callable[[], Any | None],
    every: Callable[[], Mapping[str, Any]],
) -> Any | None:
    """The row of a key, or None. Most turns ask one thing only; a sweep asks a dozen."""
    known: dict[Any, Any] = session.memo.setdefault(table, {})
    if key not in known and _ALL not in known:
        if known:
            known.update(every())
            known[_ALL] = None
        else:
            known[key] = one()
    return known.get(key)


def remember(session: Session, table: str, key: str, row: Any) -> None:
    """A row that was just written."""
    session.memo.setdefault(table, {})[key] = row


def forget(session: Session, table: str) -> None:
    """The table was changed by other means."""
    session.memo.pop(table, None)

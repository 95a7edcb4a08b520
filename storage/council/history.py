"""What was done, by whom and when: only ever added to, each row sealed with the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select

from policy.council.actor import Actor
from storage.council import meta
from storage.engine.session import Session
from storage.schema import tables

TAIL = "history_tail"
"""The fact that holds 'seq:hash' of the newest row, so that a row taken off the end is missed."""

PAGE = 2_000  # rows read at once; the history of years does not fit in memory

_history = tables.history
_INSERT = insert(_history)
_NEWEST = select(func.coalesce(func.max(_history.c.seq), 0))

_PLAIN = json.JSONEncoder(allow_nan=False)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of history."""

    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str

    def computed_hash(self) -> str:
        """What the row's hash must be, from what the row says."""
        return seal(self.previous_hash, self.seq, self.at, self.actor, self.verb, self.subject, self.detail)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A row to be added with others. `detail` holds ids, dates and counts that JSON can write, never free text."""

    verb: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    """Who did it, where it is somebody else than of the others it is added with."""


@dataclass(frozen=True, slots=True)
class Added:
    """A row this use-case has added, as much of it as says who did what."""

    seq: int
    actor: str
    verb: str


def added(session: Session) -> Sequence[Added]:
    """The rows this use-case has added so far, in their order. Nothing is read for it."""
    return session.added


def append(
    session: Session, *, at: datetime, actor: Actor, verb: str, subject: str, detail: Mapping[str, Any] | None = None
) -> int:
    """Add a row and return its number. `detail` holds ids, dates and counts that JSON can write, never free text."""
    return append_many(session, at=at, actor=actor, entries=[NewEntry(verb, subject, detail or {})])


def append_many(session: Session, *, at: datetime, actor: Actor, entries: Sequence[NewEntry]) -> int:
    """Add rows in one statement, in their order, and return the number of the last one in the chain."""
    seq, previous = _tail(session)
    rows = []
    for entry in entries:
        seq += 1
        by = str(entry.actor or actor)
        kept = json.loads(_PLAIN.encode(dict(entry.detail)))  # as it will be read back
        sealed = seal(previous, seq, at, by, entry.verb, entry.subject, kept)
        rows.append(
            {
                "seq": seq,
                "at": at,
                "actor": by,
                "verb": entry.verb,
                "subject": entry.subject,
                "detail": kept,
                "previous_hash": previous,
                "hash": sealed,
            }
        )
        previous = sealed
    if rows:
        session.execute(_INSERT, rows)
        session.memo[_history.name][TAIL] = (seq, previous)
        session.before_commit(TAIL, _keep_tail)
        session.added += [Added(row["seq"], row["actor"], row["verb"]) for row in rows]
    return seq


def seal(previous: str, seq: int, at: datetime, actor: str, verb: str, subject: str, detail: Mapping[str, Any]) -> str:
    """SHA-256 over the hash before and this row as canonical JSON."""
    row = [previous, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, verb, subject, detail]
    return hashlib.sha256(_CANONICAL.encode(row).encode("ascii")).hexdigest()


def read(
    session: Session, *, subject: str = "", after: int = 0, limit: int | None = None, newest_first: bool = False
) -> list[Entry]:
    """Rows in order of `seq`: all, or those about one subject, or those after a number."""
    statement = select(_history).where(_history.c.seq > after)
    if subject:
        statement = statement.where(_history.c.subject == subject)
    order = _history.c.seq.desc() if newest_first else _history.c.seq
    return [Entry(*row) for row in session.execute(statement.order_by(order).limit(limit))]


def newest(session: Session) -> int:
    """The number of the newest row."""
    return int(session.execute(_NEWEST).scalar_one())


@dataclass(frozen=True, slots=True)
class ChainMark:
    """How far the chain has been checked: the last row seen and its hash. The beginning is row 0."""

    seq: int = 0
    hash: str = ""

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> ChainMark:
        """The mark as it was written down; the beginning for nothing."""
        seq, _, sealed = text.partition(":")
        return cls(int(seq), sealed) if seq else cls()


@dataclass(frozen=True, slots=True)
class ChainLook:
    """What checking a stretch of the chain came to."""

    mark: ChainMark
    """Where to go on."""
    problems: list[str]
    at_end: bool
    """Whether the newest row was reached."""


def head(session: Session) -> ChainMark:
    """The row that was written last: the head of the chain."""
    return ChainMark(*_tail(session))


def verify(session: Session) -> list[str]:
    """Walk the whole chain. Empty when it is intact, else a sentence for each row that was edited, moved or removed."""
    problems: list[str] = []
    look = ChainLook(ChainMark(), [], False)
    while not look.at_end:
        look = verify_from(session, look.mark, PAGE)
        problems += look.problems
    return problems


def verify_from(session: Session, mark: ChainMark, most: int) -> ChainLook:
    """Check up to `most` rows after a mark. From a mark that is kept, only what was added since has to be read.

    The row of the mark itself is looked at again, so that one replaced under it is missed by nobody.
    """
    problems: list[str] = []
    if mark.seq:
        row = session.execute(select(_history).where(_history.c.seq == mark.seq)).first()
        if row is None:
            problems.append(f"{_rows(mark.seq, mark.seq)} removed.")
        elif (found := Entry(*row)).hash != mark.hash or found.computed_hash() != found.hash:
            problems.append(f"History row {found.seq} ({found.verb} {found.subject}) was edited.")
    expected, previous, last = mark.seq + 1, mark.hash, mark.seq
    # A row numbered 0 or below has no business here, so a walk from the beginning must see it.
    after = mark.seq or -(2**31)
    rows = session.execute(select(_history).where(_history.c.seq > after).order_by(_history.c.seq).limit(most)).all()
    for entry in (Entry(*row) for row in rows):
        if entry.seq > expected:
            problems.append(f"{_rows(expected, entry.seq - 1)} removed.")
        elif entry.previous_hash != previous:
            problems.append(f"History row {entry.seq} does not follow the row before it: one of them was replaced.")
        if entry.computed_hash() != entry.hash:
            problems.append(f"History row {entry.seq} ({entry.verb} {entry.subject}) was edited.")
        expected, previous, last = entry.seq + 1, entry.hash, entry.seq
    at_end = len(rows) < most
    if at_end:
        tail_seq, tail_hash = _tail(session)
        if tail_seq >= expected:
            problems.append(f"{_rows(expected, tail_seq)} removed from the end.")
        elif (tail_seq, tail_hash) != (expected - 1, previous):
            problems.append(f"History row {expected - 1} is not the one that was written last, row {tail_seq}.")
    return ChainLook(ChainMark(last, previous), problems, at_end)


def newest_at(session: Session) -> datetime | None:
    """When the newest entry was written; None while there is none."""
    found: datetime | None = session.execute(select(_history.c.at).order_by(_history.c.seq.desc()).limit(1)).scalar()
    return found


def _tail(session: Session) -> tuple[int, str]:
    """The newest row's number and hash, read once a transaction."""
    known = session.memo.setdefault(_history.name, {})
    if TAIL not in known:
        seq, _, sealed = meta.read(session, TAIL, "0:").partition(":")
        known[TAIL] = (int(seq), sealed)
    tail: tuple[int, str] = known[TAIL]
    return tail


def _keep_tail(session: Session) -> None:
    """The fact is written once for all the rows of a transaction."""
    if tail := session.memo.get(_history.name, {}).get(TAIL):
        meta.save(session, TAIL, f"{tail[0]}:{tail[1]}")


def _rows(first: int, last: int) -> str:
    return f"History row {first} was" if first == last else f"History rows {first} to {last} were"

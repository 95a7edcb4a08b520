"""The anchor of the history: its head under a key that is not in the database, so that a chain written anew is missed.

Whoever can write to the database can compute every hash of the chain again. They cannot compute the code without the
key; and the codes of earlier days stand in the service's log, where they cannot be changed from here.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select

from policy.council.actor import Actor
from storage.council import history, meta
from storage.council.history import ChainMark
from storage.engine.session import Session
from storage.schema import tables

CHECKED = "verified:history"
"""The fact that holds how far the service has checked what was added."""
ANCHOR = "history_anchor"
"""The fact that holds 'seq:hash:code' of the last whole check without a fault."""
LENGTH = 20
"""Hexadecimal digits of a code: 80 bits."""


def code(key: str, mark: ChainMark) -> str:
    """What stands for a head of the chain under a key."""
    return hmac.new(key.encode(), f"{mark.seq}:{mark.hash}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def drop(session: Session, key: str) -> str:
    """Anchor the head as it is now, after a whole check without a fault; 'row:code', to be kept outside."""
    head = history.head(session)
    sealed = code(key, head)
    meta.save(session, ANCHOR, f"{head}:{sealed}")
    return f"{head.seq}:{sealed}"


def reseal(session: Session, key: str, *, actor: Actor, at: datetime) -> str:
    """Anchor the head under a new key, which the history says was done and by whom."""
    history.append(session, at=at, actor=actor, verb="history_resealed", subject="history")
    return drop(session, key)


def problems(session: Session, key: str) -> list[str]:
    """What the two marks say: the head the service last saw, and the anchor. Reads only, whatever the length."""
    found = history.verify_from(session, ChainMark.read(meta.get(session, CHECKED)), 0).problems
    kept = meta.get(session, ANCHOR)
    if kept:
        mark, _, sealed = kept.rpartition(":")
        at = ChainMark.read(mark)
        if not hmac.compare_digest(code(key, at), sealed):
            found.append("The history's anchor was changed, or made with another BOT_HISTORY_KEY.")
        elif at.seq and _hash(session, at.seq) != at.hash:
            found.append(f"History row {at.seq} is not the one that was anchored: it or an earlier row was replaced.")
    return found


def differs(session: Session, key: str, said: str) -> str:
    """Whether the history is still the one whose 'row:code' was kept outside; empty, or what is wrong."""
    row, _, sealed = said.strip().rstrip(".").partition(":")  # as it stands at the end of a sentence
    if not row.isdecimal() or len(sealed) != LENGTH:
        return "An anchor is written as in the log: the row, a colon, and the code of twenty signs."
    at = ChainMark(int(row), _hash(session, int(row)))
    if hmac.compare_digest(code(key, at), sealed.lower()):
        return ""
    return f"History row {row} is not the one this code was made of, or BOT_HISTORY_KEY is another one."


def _hash(session: Session, seq: int) -> str:
    found = session.execute(select(tables.history.c.hash).where(tables.history.c.seq == seq)).scalar()
    return str(found or "")

"""The press that is being answered: which message it was on, and how much was known when its answer was made.

What a use-case writes and what its card then stands for go into one transaction, so that nobody who keeps cards true
ever takes the answer to a press for something that press has overtaken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from assurance.common.quiet import QUIET
from policy.council.actor import Actor
from storage.contact import living_cards
from storage.council import history

if TYPE_CHECKING:
    from storage.engine.database import Session


@dataclass(slots=True)
class Press:
    """One press on a message of ours."""

    person: str
    activity_id: str
    """The message."""
    seq: int = 0
    """The last row of history its answer knows of."""
    did: bool = False
    """Whether it has changed anything that others see."""
    settled: bool = False
    """Whether it came second: what the message offered had been decided before."""


@contextlib.contextmanager
def answering(press: Press) -> Iterator[Press]:
    """While this press is being answered."""
    before = _PRESS.set(press)
    try:
        yield press
    finally:
        _PRESS.reset(before)


def pressed_now() -> Press | None:
    """The press that is being answered, if there is one."""
    return _PRESS.get()


def note_answered(session: Session, press: Press, *, now: datetime) -> None:
    """In the transaction of its use-case: the message is being answered with all that this one did.

    Nothing is read for it: a use-case knows what it added to the history.
    """
    rows, me = history.added(session), str(Actor.person(press.person))
    if press.activity_id:
        living_cards.answered(session, press.person, press.activity_id, at=now)
    if rows:
        newest, did = rows[-1].seq, any(row.actor == me and row.verb not in QUIET for row in rows)
        session.after_commit(partial(_done, press, newest, did))


def _done(press: Press, seq: int, did: bool) -> None:
    press.seq = max(press.seq, seq)
    press.did = press.did or did


_PRESS: ContextVar[Press | None] = ContextVar("press", default=None)

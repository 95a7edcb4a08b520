"""Emails that came in, from the moment they are safe on disk; and what was read back and waits for a YES."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from storage.engine.session import Session
from storage.engine.upsert import insert_new, put
from storage.schema import tables

_mail, _read_backs = tables.received_mail, tables.read_backs

RECEIVED, ANSWERED, IGNORED, UNCLEAR, SETTLED = "received", "answered", "ignored", "unclear", "settled"


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came. `raw` is empty once its time is over."""

    id: int
    external_id: str
    received_at: datetime
    from_exchange: bool
    raw: bytes | None
    size: int
    state: str
    kind: str = ""
    person: str = ""
    subject: str = ""
    reason: str = ""
    with_details: bool = False
    attempts: int = 0
    done_at: datetime | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What one person was read back about one subject. `facts` may hold what they typed: never log them."""

    person: str
    subject: str
    what: str
    facts: Mapping[str, Any]
    made_at: datetime


def keep(session: Session, external_id: str, raw: bytes, *, from_exchange: bool, at: datetime) -> bool:
    """Write a message down as it came. False when it was taken in before."""
    row = {
        "external_id": external_id,
        "received_at": at,
        "from_exchange": from_exchange,
        "raw": raw,
        "size": len(raw),
        "state": RECEIVED,
    }
    return session.execute(insert_new(session, _mail, "external_id"), row).rowcount == 1


def is_known(session: Session, external_id: str) -> bool:
    """Whether a message was taken in before."""
    return session.execute(select(_mail.c.id).where(_mail.c.external_id == external_id)).first() is not None


def waiting(session: Session, limit: int = 20) -> list[int]:
    """The messages nobody has understood yet, oldest first."""
    found = select(_mail.c.id).where(_mail.c.state == RECEIVED).order_by(_mail.c.id).limit(limit)
    return [row[0] for row in session.execute(found)]


def get(session: Session, number: int) -> Received | None:
    """One message."""
    row = session.execute(select(_mail).where(_mail.c.id == number)).mappings().first()
    return Received(**row) if row else None


def save(session: Session, number: int, **columns: Any) -> None:
    """Change named columns of a message."""
    session.execute(update(_mail).where(_mail.c.id == number).values(columns))


def unclear(session: Session, limit: int = 20) -> list[Received]:
    """The QA team's queue, oldest first, without the messages themselves."""
    columns = [column for column in _mail.c if column.name != "raw"]
    found = select(*columns).where(_mail.c.state == UNCLEAR).order_by(_mail.c.id).limit(limit)
    return [Received(raw=None, **row) for row in session.execute(found).mappings()]


def count_unclear(session: Session) -> int:
    """How long the QA team's queue is."""
    return int(session.execute(select(func.count()).where(_mail.c.state == UNCLEAR)).scalar_one())


def answered_since(session: Session, person: str, since: datetime) -> int:
    """How many answers a person was written since then."""
    answered = _mail.c.state.in_((ANSWERED, UNCLEAR, SETTLED))
    theirs = (_mail.c.person == person) & (_mail.c.done_at >= since) & answered
    return int(session.execute(select(func.count()).where(theirs)).scalar_one())


# The sweep asks this every time, and building such a statement takes longer than running it.
_over = (
    _mail.c.state.in_((ANSWERED, IGNORED, SETTLED))
    & or_(
        _mail.c.received_at < bindparam("all_before"),
        _mail.c.with_details.is_(True) & (_mail.c.received_at < bindparam("details_before")),
    )
) | ((_mail.c.state == UNCLEAR) & (_mail.c.received_at < bindparam("unclear_before")))
_FORGET = update(_mail).where(_mail.c.raw.is_not(None) & _over).values(raw=None)


def forget_words(session: Session, *, before: datetime, with_details_before: datetime, unclear_before: datetime) -> int:
    """Empty the messages whose time is over; how many. The rows stay, so none is taken in again."""
    moments = {"all_before": before, "details_before": with_details_before, "unclear_before": unclear_before}
    return session.execute(_FORGET, moments).rowcount


# -- what waits for a YES ---------------------------------------------------------------------------------------------


def read_back(session: Session, person: str, subject: str) -> ReadBack | None:
    """What this person was read back about a subject, if they have not said YES or NO since."""
    theirs = (_read_backs.c.person == person) & (_read_backs.c.subject == subject)
    row = session.execute(select(_read_backs).where(theirs)).mappings().first()
    return ReadBack(**row) if row else None


def save_read_back(session: Session, kept: ReadBack) -> None:
    """Remember what was read back, in place of what was read back before."""
    row = {"person": kept.person, "subject": kept.subject, "what": kept.what, "facts": dict(kept.facts)}
    put(session, _read_backs, {**row, "made_at": kept.made_at})


def drop_read_back(session: Session, person: str, subject: str) -> None:
    """It was answered, or is not true any more."""
    theirs = (_read_backs.c.person == person) & (_read_backs.c.subject == subject)
    session.execute(delete(_read_backs).where(theirs))


_DROP = delete(_read_backs).where(_read_backs.c.made_at < bindparam("made_before"))


def drop_read_backs(session: Session, *, before: datetime) -> int:
    """Take away what nobody has said YES to since then; how many."""
    return session.execute(_DROP, {"made_before": before}).rowcount

"""Requests for more time, held steps and pauses as rows, and what moves an item to a new due date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.casework.learning_spaces import OPEN_STATES
from storage.engine.session import Session
from storage.engine.upsert import insert_new
from storage.schema.tables import allocations, holds, notices, pauses, requests

OF_AN_EARLIER_DATE = "|due "
"""What the key of a notice holds once the due date it was about has moved."""
EXTENSION, EXCLUSION = "extension", "exclusion"
ASKED, AGREED, DECLINED, EXPIRED = "asked", "agreed", "declined", "expired"


@dataclass(frozen=True, slots=True)
class Request:
    """One row of `requests`: more time, or to be taken off."""

    token: str
    reference: str
    kind: str
    reason: str
    note: str
    new_due_on: date | None
    asked_by: str
    asked_at: datetime
    state: str = ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    because: str = ""
    """Why it was declined, in the words of whoever did."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One row of `holds`: a step of a learning space that speaks on `until` instead of on its own day."""

    reference: str
    step: str
    until: date
    reason: str
    held_by: str
    held_at: datetime


@dataclass(frozen=True, slots=True)
class PauseRow:
    """One row of `pauses`, both days included; open while it goes on."""

    id: int
    kind: str
    starts: date
    ends: date | None
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """An item whose clock stands, as much of it as starting it again takes."""

    reference: str
    due_on: date
    paused_on: date
    paused_days: int
    ladder: Any
    steps_done: Sequence[str]


_SELECT = sa.select(*(requests.c[field.name] for field in fields(Request)))
_BY_TOKEN = _SELECT.where(requests.c.token == sa.bindparam("wanted"))
_OF = _SELECT.where(requests.c.reference == sa.bindparam("wanted")).order_by(requests.c.asked_at)
_UNDECIDED = _SELECT.where(requests.c.state == ASKED).order_by(requests.c.asked_at, requests.c.token)
_DECIDED_BY = _SELECT.where(
    requests.c.decided_by == sa.bindparam("whose"), requests.c.decided_at > sa.bindparam("since")
)
_SELECT_HOLD = sa.select(*(holds.c[field.name] for field in fields(Hold)))
_HOLD_OF = _SELECT_HOLD.where(holds.c.reference == sa.bindparam("wanted"))
_SELECT_PAUSES = sa.select(*(pauses.c[field.name] for field in fields(PauseRow))).order_by(pauses.c.starts, pauses.c.id)


# -- requests ---------------------------------------------------------------------------------------------------------


def insert(session: Session, request: Request) -> None:
    """Keep a request."""
    session.execute(sa.insert(requests), {field.name: getattr(request, field.name) for field in fields(Request)})


def by_token(session: Session, token: str) -> Request | None:
    """The request a decision card's opaque token stands for, or None."""
    row = session.execute(_BY_TOKEN, {"wanted": token}).first()
    return Request(*row) if row else None


def of(session: Session, reference: str) -> list[Request]:
    """Every request about a learning space, oldest first."""
    return [Request(*row) for row in session.execute(_OF, {"wanted": reference})]


def undecided(session: Session) -> list[Request]:
    """Every request nobody has decided yet, oldest first. There are never many: each ends with its deadline."""
    return [Request(*row) for row in session.execute(_UNDECIDED)]


def decide(session: Session, token: str, state: str, *, by: str, at: datetime, because: str = "") -> bool:
    """Settle a request. False, and nothing changed, if it has been settled before: the first one stands."""
    done = session.execute(
        sa.update(requests)
        .where(requests.c.token == token, requests.c.state == ASKED)
        .values(state=state, decided_by=by, decided_at=at, because=because)
    )
    return done.rowcount == 1


def decided_by(session: Session, person: str, since: datetime) -> list[Request]:
    """The requests a person has decided after an instant."""
    return [Request(*row) for row in session.execute(_DECIDED_BY, {"whose": person, "since": since})]


def reopen(session: Session, token: str, state: str) -> None:
    """A decision was taken back: the request waits as before."""
    undecided = {"state": state, "decided_by": "", "decided_at": None, "because": ""}
    session.execute(sa.update(requests).where(requests.c.token == token).values(undecided))


# -- holds ------------------------------------------------------------------------------------------------------------


def hold_once(session: Session, hold: Hold) -> bool:
    """Keep a hold. False, and nothing changed, if that learning space has had one."""
    row = {field.name: getattr(hold, field.name) for field in fields(Hold)}
    return session.execute(insert_new(session, holds, "reference"), row).rowcount == 1


def hold_of(session: Session, reference: str) -> Hold | None:
    """The hold of a learning space, past or present, or None."""
    row = session.execute(_HOLD_OF, {"wanted": reference}).first()
    return Hold(*row) if row else None


def held_until(session: Session, reference: str) -> dict[str, date]:
    """The step of a learning space that is held, and until which day; empty where none is."""
    held = hold_of(session, reference)
    return {held.step: held.until} if held else {}


def holds_of(session: Session, references: Collection[str]) -> dict[str, Hold]:
    """The holds among these learning spaces, by reference."""
    wanted = list(references)
    found = {}
    for start in range(0, len(wanted), 500):
        for row in session.execute(_SELECT_HOLD.where(holds.c.reference.in_(wanted[start : start + 500]))):
            found[row[0]] = Hold(*row)
    return found


# -- pauses -----------------------------------------------------------------------------------------------------------


def all_pauses(session: Session) -> list[PauseRow]:
    """Every pause somebody switched on, oldest first."""
    return [PauseRow(*row) for row in session.execute(_SELECT_PAUSES)]


def begin_pause(session: Session, *, kind: str, starts: date, by: str, at: datetime) -> None:
    """The clock stands from this day on."""
    session.execute(sa.insert(pauses), {"kind": kind, "starts": starts, "ends": None, "set_by": by, "set_at": at})


def end_pause(session: Session, pause: int, *, ends: date) -> None:
    """The pause's last day was this one; a day before its first means that it stood for no day at all."""
    session.execute(sa.update(pauses).where(pauses.c.id == pause).values(ends=ends))


def stop_clocks(session: Session, on: date, *, today: date) -> int:
    """Stop the clock of every open item with a ladder still to climb, from `on` or the day it was allocated.

    Items that stand already are left; returns how many were stopped.
    """
    begun = sa.case((allocations.c.allocated_on > on, allocations.c.allocated_on), else_=sa.literal(on, sa.Date))
    return session.execute(
        sa.update(allocations)
        .where(
            allocations.c.next_step_at.is_not(None),
            allocations.c.state.in_(OPEN_STATES),
            allocations.c.paused_on.is_(None),
            allocations.c.allocated_on <= today,
        )
        .values(paused_on=begun)
    ).rowcount


def forget_clocks(session: Session) -> None:
    """What was sent in, or taken off, while its clock stood has nothing left to wait for."""
    session.execute(
        sa.update(allocations)
        .where(allocations.c.paused_on.is_not(None), allocations.c.state.not_in(OPEN_STATES))
        .values(paused_on=None)
    )


def stopped(session: Session) -> list[Stopped]:
    """Every item whose clock stands. Read once, when a pause has ended."""
    rows = session.execute(
        sa.select(*(allocations.c[field.name] for field in fields(Stopped)))
        .where(allocations.c.paused_on.is_not(None))
        .order_by(allocations.c.reference)
    )
    return [Stopped(*row) for row in rows]


# -- a new due date ---------------------------------------------------------------------------------------------------


def retire_steps(session: Session, reference: str, events: Collection[str], *, was_due_on: date, reason: str) -> int:
    """What was said or waits to be said of the old due date no longer stands in the way of saying it of the new one.

    Waiting notices are cancelled; how many. The key of every one of them says which due date it was about.
    """
    of_steps = (notices.c.subject == reference, notices.c.step != "", notices.c.event.in_(list(events)))
    cancelled = session.execute(
        sa.update(notices).where(*of_steps, notices.c.state == "pending").values(state="cancelled", reason=reason)
    ).rowcount
    about = f"{OF_AN_EARLIER_DATE}{was_due_on.isoformat()}"
    of_today = notices.c.key.not_like(f"%{OF_AN_EARLIER_DATE}%")
    session.execute(sa.update(notices).where(*of_steps, of_today).values(key=notices.c.key + about))
    return cancelled


def count_again(
    session: Session, reference: str, events: Collection[str], *, was_due_on: date, cancelled_because: str
) -> None:
    """The old due date holds again: `retire_steps` undone."""
    about = f"{OF_AN_EARLIER_DATE}{was_due_on.isoformat()}"
    of_steps = (notices.c.subject == reference, notices.c.event.in_(list(events)), notices.c.key.like(f"%{about}"))
    session.execute(sa.update(notices).where(*of_steps).values(key=sa.func.replace(notices.c.key, about, "")))
    waited = (notices.c.subject == reference, notices.c.state == "cancelled", notices.c.reason == cancelled_because)
    session.execute(sa.update(notices).where(*waited).values(state="pending", reason=""))

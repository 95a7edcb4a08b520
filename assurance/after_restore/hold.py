"""The database was put back to an earlier state: hold what may have been sent since, and tell the QA lead."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.council import history, put_back
from storage.council.put_back import BY_HAND, PutBack
from storage.engine.session import Session
from storage.outbox import held
from storage.outbox.notices import Notice

WAITS = "E89"
SUBJECT = "restore"
RESTORE = Actor.system("restore")


def hold_after_restore(session: Session, framework: Framework, *, now: datetime) -> datetime | None:
    """Before anything is sent: if the database was put back, hold all that fell due until now and say so.

    Returns the instant before which a notice is held, or None where the database was never put back. It is done once
    for each time it was put back; later calls only read.
    """
    found = put_back.waiting(session)
    if found is not None:
        many = held.hold_before(session, now)
        put_back.settle(session, before=now)
        as_of = found.as_of.isoformat() if found.as_of else ""
        detail = {"why": found.why, "as_of": as_of, "held": many}
        history.append(session, at=now, actor=RESTORE, verb="put_back", subject=SUBJECT, detail=detail)
        _tell(session, framework, many, why=found.why, as_of=_local(framework, found.as_of), now=now)
    return put_back.held_before(session)


def note_restore(session: Session, *, actor: Actor, now: datetime) -> None:
    """Write into a database that was put back who did it; what it has to say is held before anything is sent."""
    history.append(session, at=now, actor=actor, verb="restored", subject=SUBJECT)


def put_back_by_hand(session: Session, *, actor: Actor, now: datetime) -> None:
    """Somebody has put this database back by other means, and says so: hold what it has to say, as after a restore."""
    put_back.note(session, PutBack(BY_HAND))
    note_restore(session, actor=actor, now=now)


def hold_older(
    session: Session, framework: Framework, claimed: list[Notice], *, before: datetime | None, now: datetime
) -> list[Notice]:
    """Hold what was claimed and fell due before the database was put back, and return the rest.

    The sweep writes such notices afterwards, for the days that were lost. One the QA lead has sent goes on its way: it
    counts as said once, with an answer nobody saw.
    """
    older = [one for one in claimed if before and one.due_at < before and one.unknown_outcomes != 1]
    if not older:
        return claimed
    held.hold(session, [one.id for one in older])
    _tell(session, framework, held.count(session), why="more", as_of="", now=now)
    return [one for one in claimed if one not in older]


def _tell(session: Session, framework: Framework, many: int, *, why: str, as_of: str, now: datetime) -> None:
    """One notice each time the database was put back, and one a day at most for what is found later."""
    today = Calendar.of(framework).local_date(now).isoformat()
    step = f"more {today}" if why == "more" else now.strftime("%Y-%m-%dT%H:%M:%S")
    facts = {"held": many, "why": why, "as_of": as_of}
    tell_all(session, framework, WAITS, subject=SUBJECT, step=step, facts=facts, now=now)


def _local(framework: Framework, as_of: datetime | None) -> str:
    return as_of.astimezone(ZoneInfo(framework.council.time_zone)).isoformat(timespec="minutes") if as_of else ""

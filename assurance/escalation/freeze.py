"""Switch the inspection freeze on and off: the clock of every learning space stands still in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.common.more_time_refusals import FreezeStands, NoFreeze
from assurance.escalation.hold_step import require_qa_lead
from assurance.escalation.keep_clock import keep_clock, standing_pause
from policy.calendar.calendar import Calendar
from policy.calendar.pauses import FREEZE, Pause
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import learning_spaces, more_time
from storage.council import history
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Frozen:
    """The freeze as it is now."""

    since: date | None
    """The day it began; None when it is off."""
    days: int = 0
    """Calendar days it lasted, once it is over."""
    open_items: int = 0
    """Learning spaces whose clock it concerns."""
    practice_week: Pause | None = None
    """A practice week that stops the clock anyway."""


def freeze_state(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> Frozen:
    """Whether the freeze is on, for the QA lead. Reads only."""
    require_qa_lead(session, framework, actor, now=now)
    on = _on(session)
    pause = standing_pause(session, framework, now=now)
    week = pause if pause and pause.kind != FREEZE else None
    return Frozen(on.starts if on else None, 0, learning_spaces.count_open(session), week)


def freeze(session: Session, framework: Framework, subject: str = "", *, actor: Actor, now: datetime) -> Frozen:
    """Stop the clock from today on. OnlyQaLead; FreezeStands when it is on already."""
    require_qa_lead(session, framework, actor, now=now)
    on = _on(session)
    if on is not None:
        raise FreezeStands(on.starts)
    today = Calendar.of(framework).local_date(now)
    keep_clock(session, framework, actor=actor, now=now)
    more_time.begin_pause(session, kind=FREEZE, starts=today, by=str(actor), at=now)
    history.append(
        session, at=now, actor=actor, verb="clock_stopped", subject="pauses", detail={"starts": today.isoformat()}
    )
    keep_clock(session, framework, actor=actor, now=now)
    return Frozen(today, 0, learning_spaces.count_open(session))


def unfreeze(session: Session, framework: Framework, subject: str = "", *, actor: Actor, now: datetime) -> Frozen:
    """Let the clock run again from today on. OnlyQaLead; NoFreeze when it is not on."""
    require_qa_lead(session, framework, actor, now=now)
    on = _on(session)
    if on is None:
        raise NoFreeze("pauses")
    today = Calendar.of(framework).local_date(now)
    keep_clock(session, framework, actor=actor, now=now)
    more_time.end_pause(session, on.id, ends=today - timedelta(days=1))
    detail = {"starts": on.starts.isoformat(), "ends": (today - timedelta(days=1)).isoformat()}
    history.append(session, at=now, actor=actor, verb="clock_started", subject="pauses", detail=detail)
    stands = keep_clock(session, framework, actor=actor, now=now)
    week = standing_pause(session, framework, now=now) if stands else None
    return Frozen(None, (today - on.starts).days, learning_spaces.count_open(session), week)


def _on(session: Session) -> more_time.PauseRow | None:
    return next((row for row in more_time.all_pauses(session) if row.kind == FREEZE and row.ends is None), None)

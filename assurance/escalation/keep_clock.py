"""Keep the clock of all learning spaces: stop it when a pause begins, and start it again with what it cost nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from assurance.escalation.move_due import move_due
from policy.calendar.calendar import Calendar
from policy.calendar.pauses import Pause, first_paused_day, paused_days, practice_weeks, resumed, standing
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json, next_step_at
from storage.casework import learning_spaces, more_time
from storage.casework.more_time import Stopped
from storage.contact import living_cards
from storage.council import history, meta
from storage.council.history import NewEntry
from storage.engine.session import Session

STOPPED_ON = "clock_stopped_on"
"""The day the clock stopped, in `meta`; empty while it runs."""
LOOKED_ON = "clock_looked_on"
"""The last day pauses were looked at, so that one that came and went during an outage counts too."""
PAUSED = "the clock stood still meanwhile"


def all_pauses(session: Session, framework: Framework) -> tuple[Pause, ...]:
    """Practice weeks of the file and what the QA lead switched on."""
    switched = (Pause(row.kind, row.starts, row.ends) for row in more_time.all_pauses(session))
    return (*practice_weeks(framework), *switched)


def standing_pause(session: Session, framework: Framework, *, now: datetime) -> Pause | None:
    """The pause that stands now, or None. Reads only."""
    return standing(all_pauses(session, framework), Calendar.of(framework).local_date(now))


def keep_clock(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> bool:
    """Bring every open learning space in line with the pauses; whether the clock stands now.

    Called before anything is judged. Doing it twice changes nothing.
    """
    today = Calendar.of(framework).local_date(now)
    pauses = all_pauses(session, framework)
    stopped_on, looked_on = _day(session, STOPPED_ON), _day(session, LOOKED_ON)
    if stopped_on is None and pauses:
        since = looked_on if looked_on and looked_on < today else today - timedelta(days=1)
        stopped_on = first_paused_day(pauses, since, today)
        fresh = stopped_on is not None
    else:
        fresh = False
    if stopped_on is not None:
        if fresh:
            meta.save(session, STOPPED_ON, stopped_on.isoformat())
        stands = standing(pauses, today) is not None
        looks = fresh or looked_on != today or not stands
        # Whatever was allocated since stands still from its own first day on.
        if looks and more_time.stop_clocks(session, stopped_on, today=today):
            living_cards.mark_standing_still(session, at=now)
        if not stands:
            _start_again(session, framework, pauses, actor=actor, today=today, now=now)
            meta.save(session, STOPPED_ON, "")
    else:
        stands = False
    if looked_on is None or looked_on < today:
        if looked_on is not None:
            living_cards.mark_gone_by(session, since=looked_on, before=today, at=now)
        meta.save(session, LOOKED_ON, today.isoformat())
    return stands


def _start_again(
    session: Session, framework: Framework, pauses: tuple[Pause, ...], *, actor: Actor, today: date, now: datetime
) -> None:
    more_time.forget_clocks(session)
    entries = []
    for item in more_time.stopped(session):
        days = paused_days(pauses, item.paused_on, today)
        _resume(session, framework, item, days, now=now)
        entries.append(
            NewEntry("clock_resumed", item.reference, {"paused_on": item.paused_on.isoformat(), "days": days})
        )
    history.append_many(session, at=now, actor=actor, entries=entries)


def _resume(session: Session, framework: Framework, item: Stopped, days: int, *, now: datetime) -> None:
    calendar = Calendar.of(framework)
    after = resumed(item.due_on, item.paused_on, days, calendar)
    if after.due_on != item.due_on:
        move_due(session, framework, item, after.due_on, reason=PAUSED, now=now, done=item.steps_done, paused_on=None)
        return
    paused = item.paused_days + after.late_days_paused
    learning_spaces.update(
        session,
        item.reference,
        paused_on=None,
        paused_days=paused,
        next_step_at=next_step_at(
            ladder_from_json(item.ladder),
            item.due_on + timedelta(days=paused),
            item.steps_done,
            calendar,
            more_time.held_until(session, item.reference),
        ),
    )


def _day(session: Session, key: str) -> date | None:
    found = meta.get(session, key)
    return date.fromisoformat(found) if found else None

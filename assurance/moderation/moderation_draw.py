"""The draw at the end of each month, and the same draw once more for whoever doubts it (R107, A26)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assurance.common.refusals import NotFound
from assurance.moderation.moderation_selection import midnight, select
from policy.calendar.calendar import Calendar, Quarter
from policy.council.actor import Actor
from policy.follow_up.moderation import RANDOM, Drawn, Returned, draw_sample, needed
from policy.framework.framework import Framework
from storage.casework import learning_spaces, moderations, sent_forms
from storage.casework.moderations import ReturnedRow
from storage.council import heartbeats, history
from storage.engine.session import Session

DRAW = Actor.system("sweep")
PULSE = "moderation_draw"
"""The heartbeat whose detail names the last month that was drawn."""
MOST_MONTHS = 12
"""Months caught up on at most, after a very long time without service."""
LARGEST_SEED = 2**31 - 1


def draw_month_end(session: Session, framework: Framework, now: datetime) -> int:
    """Once a month is over, draw from what was returned in its quarter so far; each month once, in order.

    Returns the notices written. Harmless when repeated: the month is noted in the same transaction.
    """
    calendar = Calendar.of(framework)
    this_month = calendar.local_date(now).replace(day=1)
    last = _month_before(this_month)
    beat = heartbeats.last(session, PULSE)
    drawn_up_to = date.fromisoformat(str(beat.detail["month"])) if beat else None
    if drawn_up_to and drawn_up_to >= last:
        return 0
    if sent_forms.any_in_doubt(session, before=midnight(calendar, this_month), now=now):
        return 0  # sent in at the last moment, and perhaps taken back: the draw waits for that minute
    months = [last]
    while drawn_up_to and _month_before(months[0]) > drawn_up_to and len(months) < MOST_MONTHS:
        months.insert(0, _month_before(months[0]))
    written = sum(
        _draw(session, framework, month, now=now) for month in months if not drawn_up_to or month > drawn_up_to
    )
    heartbeats.beat(session, PULSE, now, {"month": last.isoformat()})
    return written


def redraw(session: Session, framework: Framework, month: date) -> tuple[Drawn, ...]:
    """The draw of a month worked out again from its stored seed. NotFound for a month that was not drawn."""
    subject = f"{month:%Y-%m}"
    entry = next((one for one in history.read(session, subject=subject) if one.verb == "moderation_drawn"), None)
    if entry is None:
        raise NotFound(subject)
    rows = _returned(session, framework, month.replace(day=1))
    known = [
        row
        for row in rows
        if row.selected_at and (row.selected_at < entry.at or (row.selected_at == entry.at and row.why != RANDOM))
    ]
    already = {row.reference: row.why for row in known}
    return draw_sample(_entries(rows), already, int(entry.detail["seed"]), float(entry.detail["rate"]))


def _draw(session: Session, framework: Framework, month: date, *, now: datetime) -> int:
    rows = _returned(session, framework, month)
    if not rows:
        return 0
    seed = _seed(framework, month)
    rate = framework.moderation.rate
    drawn = draw_sample(_entries(rows), {row.reference: row.why for row in rows if row.why}, seed, rate)
    history.append(
        session,
        at=now,
        actor=DRAW,
        verb="moderation_drawn",
        subject=f"{month:%Y-%m}",
        detail={
            "seed": seed,
            "rate": rate,
            "returned": len(rows),
            "wanted": needed(len(rows), rate),
            "drawn": [one.reference for one in drawn],
        },
    )
    items = learning_spaces.by_references(session, [one.reference for one in drawn])
    for one in drawn:
        why = {
            "seed": seed,
            "month": f"{month:%Y-%m}",
            "place": one.place,
            "function": one.function,
            "auditor": one.auditor,
        }
        select(session, framework, items[one.reference], why=RANDOM, draw=why, actor=DRAW, now=now)
    return len(drawn)


def returned_in(session: Session, framework: Framework, quarter: Quarter, *, up_to: datetime) -> list[ReturnedRow]:
    """Everything returned in a quarter up to, not at, an instant; late ones count where they came in."""
    calendar = Calendar.of(framework)
    end = min(up_to, midnight(calendar, quarter.next().starts))
    return moderations.returned_between(session, midnight(calendar, quarter.starts), end)


def _returned(session: Session, framework: Framework, month: date) -> list[ReturnedRow]:
    calendar = Calendar.of(framework)
    end = midnight(calendar, calendar.add_months(month, 1))
    return returned_in(session, framework, calendar.quarter_of(month), up_to=end)


def _entries(rows: Sequence[ReturnedRow]) -> list[Returned]:
    return [Returned(row.reference, row.function, row.auditor) for row in rows]


def _seed(framework: Framework, month: date) -> int:
    """A number nobody picks: it follows from the council and the month, and is kept with every pick."""
    words = f"moderation|{framework.council.name}|{month:%Y-%m}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") & LARGEST_SEED


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)

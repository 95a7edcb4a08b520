"""More time and discretion as pure rules: until when one may ask, how far a date may move, until when a step waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from policy.calendar.calendar import Calendar, Quarter
from policy.council.establishment import Establishment, Post
from policy.framework.framework import Framework
from policy.lifecycle.ladder import next_roles_up


def in_time(deadline_at: datetime, now: datetime, *, late_before_pause: bool | None = None) -> bool:
    """Whether more time may still be asked for and agreed: up to the deadline itself, 23:59 local time (R101, A23).

    `late_before_pause` is None while the clock runs. While it stands nobody becomes late: whoever was in time when it
    stopped (False) still is.
    """
    return now <= deadline_at if late_before_pause is None else not late_before_pause


def latest_new_date(framework: Framework, due_on: date, quarter: str) -> date:
    """The last working day that may be agreed: so many days after the due date, by the return date of its quarter."""
    rules = framework.more_time
    returned = Quarter.parse(quarter, framework.calendar.quarter_start_month).ends + timedelta(days=rules.return_days)
    latest = min(due_on + timedelta(days=rules.max_days), returned)
    return Calendar.of(framework).add_working_days(latest + timedelta(days=1), -1)


def fitting_new_date(framework: Framework, due_on: date, quarter: str, wanted: date) -> date | None:
    """The working day a wanted date stands for; None when it is no later than the due date or too late.

    A date on a day off is rolled forward like every due date, but never beyond the latest one.
    """
    latest = latest_new_date(framework, due_on, quarter)
    if not due_on < wanted <= latest:
        return None
    rolled = Calendar.of(framework).roll_forward(wanted)
    return rolled if rolled <= latest else None


def deciding_post(framework: Framework, establishment: Establishment, post: str) -> Post | None:
    """The post whose holder (or deputy) decides for an auditor's post: its Head of Service (A23).

    For a Head of Service or above it is the next level up in their own line, for the Head of Service the Director.
    """
    asker = establishment.posts.get(post)
    roles: tuple[str, ...] = (framework.more_time.decided_by,)
    decides = framework.level(framework.more_time.decided_by)
    own = framework.level(asker.role) if asker else None
    if own is not None and decides is not None and own >= decides:
        roles = next_roles_up(own, framework)
    return next((above for above in establishment.line_of(post) if above.role in roles), None)


def hold_ends(sent_on: date, working_days: int, calendar: Calendar) -> date:
    """The working day on which a held step speaks, so many working days after the one it was due to be sent on."""
    return calendar.add_working_days(calendar.roll_forward(sent_on), working_days)


def next_sending_day(now: datetime, calendar: Calendar) -> date:
    """The day whose steps have not gone out yet: today before send hours begin, else the next working day."""
    today = calendar.local_date(now)
    return today if _sends_on(today, now, calendar) else calendar.roll_forward(today + timedelta(days=1))


def _sends_on(day: date, now: datetime, calendar: Calendar) -> bool:
    return calendar.is_working_day(day) and now < calendar.send_at(day)

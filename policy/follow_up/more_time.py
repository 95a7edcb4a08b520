"""More time and discretion as pure rules: until when one may ask, how far a date may move, until when a step waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.calendar.calendar import Calendar, Quarter
from policy.council.establishment import Establishment, Post
from policy.council.recipients import Recipient, Resolution, Subject, resolve
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


@dataclass(frozen=True, slots=True)
class Deciders:
    """Whose decision a request is: one answer for who is asked, who may decide, and what the asker reads beforehand."""

    asked: Resolution
    """Who is told. Whoever hears because a post is vacant finds somebody; they do not decide."""
    may: frozenset[str]
    """Who may decide: everybody asked, and the holder of a post whose deputy was asked."""


def deciders(framework: Framework, establishment: Establishment, subject: Subject, *, on: date) -> Deciders:
    """The holder of the deciding post or their deputy, never the auditor (R101, A23).

    Where that leaves only the auditor, who holds the post or stands in for it, the next level up decides. A vacant
    post without a deputy is the QA lead's to fill; its decisions do not move up.
    """
    post = _deciding_post(framework, establishment, subject.auditor_post)
    while post is not None:
        deputies = establishment.deputies_of(post.id, on)
        in_post = dict.fromkeys(person for person in (*deputies, post.holder) if person)
        if able := [person for person in in_post if person != subject.auditor_person]:
            asked = Recipient(able[0], (post.role,), "deputy" if able[0] in deputies else "holder")
            return Deciders(Resolution((asked,), ()), frozenset(able))
        if not in_post:
            break
        post = _above(framework, establishment, post)
    role = post.role if post else framework.more_time.decided_by
    resolution = resolve((f"auditor.{role}",), (), subject, establishment, framework, on=on, escalation=True)
    return Deciders(resolution, frozenset(one.person for one in resolution.recipients if one.via != "qa_for_vacancy"))


def _deciding_post(framework: Framework, establishment: Establishment, post: str) -> Post | None:
    """The nearest post of the deciding role above an auditor's; for that role and higher ones the next level up."""
    asker = establishment.posts.get(post)
    decides = framework.level(framework.more_time.decided_by)
    own = framework.level(asker.role) if asker else None
    if asker is not None and own is not None and decides is not None and own >= decides:
        return _above(framework, establishment, asker)
    role = framework.more_time.decided_by
    return next((above for above in establishment.line_of(post) if above.role == role), None)


def _above(framework: Framework, establishment: Establishment, post: Post) -> Post | None:
    level = framework.level(post.role)
    roles = next_roles_up(level, framework) if level is not None else ()
    return next((above for above in establishment.line_of(post.id) if above.role in roles), None)


def hold_ends(sent_on: date, working_days: int, calendar: Calendar) -> date:
    """The working day on which a held step speaks, so many working days after the one it was due to be sent on."""
    return calendar.add_working_days(calendar.roll_forward(sent_on), working_days)


def next_sending_day(now: datetime, calendar: Calendar) -> date:
    """The day whose steps have not gone out yet: today before send hours begin, else the next working day."""
    today = calendar.local_date(now)
    return today if _sends_on(today, now, calendar) else calendar.roll_forward(today + timedelta(days=1))


def _sends_on(day: date, now: datetime, calendar: Calendar) -> bool:
    return calendar.is_working_day(day) and now < calendar.send_at(day)

"""The meeting of a loop: booked from its card, moved and called off, and in the calendars of those who meet (R90)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from assurance.access.loop_people import loop_and_item, those_who_meet, told
from assurance.common.refusals import NotReady, NotYours
from assurance.loop.loop_moves import change, facts_of, say
from assurance.loop.loop_view import context_for, fills_in
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import DECISIONS
from policy.forms.forms import FormContext, Problem, check_page
from policy.framework.framework import Framework
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

BOOKED = "E98"
PAGE, DAY, FROM = "book_meeting", "meeting_on", "meeting_from"
"""The page of the form of decisions, and its two questions."""


@dataclass(frozen=True, slots=True)
class MeetingView:
    """What the card of the meeting is drawn from."""

    loop: Loop
    context: FormContext
    answers: Mapping[str, Any] = field(default_factory=dict)
    """The day and the time that are booked, as the boxes hold them."""
    problems: Mapping[str, Problem] = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)
    auditor: str = ""
    released: bool = False
    """Whether the practitioner may see the result, and so may be invited."""
    moved: bool = False
    """Whether another one was booked before."""


def open_booking(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> MeetingView:
    """The card of the meeting, for whoever is to hold it. Raises NotFound, NotYours, NotReady once it was held."""
    loop, item = _to_be_held(session, framework, token, actor, now)
    return _view(session, framework, loop, item, now)


def book_meeting(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> MeetingView:
    """Book the meeting, or another time for it: those who meet are told, each with the date for their calendar (E98).

    The practitioner is told once they may see the result: before that, nothing may tell them that there is a loop (4.2
    rule 3). The time that stands already is told to nobody again. Raises what `open_booking` raises.
    """
    loop, item = _to_be_held(session, framework, token, actor, now)
    check = check_page(framework.form(DECISIONS), PAGE, raw, context_for(framework, loop, now), framework, {})
    if check.problems:
        return _view(session, framework, loop, item, now, problems=check.problems, entered=check.entered)
    at = _instant(framework, check.answers)
    if at == loop.meeting_at:
        return _view(session, framework, loop, item, now)
    moved, number = loop.meeting_at is not None, loop.meeting_number + 1
    heard = number if item.released_at is not None else loop.meeting_heard
    loop = change(session, framework, loop, meeting_at=at, meeting_number=number, meeting_heard=heard)
    _tell(session, framework, loop, item, at=at, by=actor.person_id, now=now, moved=moved)
    detail = {"at": at.isoformat(), "moved": moved}
    history.append(session, at=now, actor=actor, verb="loop_meeting_booked", subject=loop.reference, detail=detail)
    return _view(session, framework, loop, item, now, moved=moved)


def call_meeting_off(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> MeetingView:
    """Take the meeting out of the calendars it is in. Where none is booked nothing happens. Raises as above."""
    loop, item = _to_be_held(session, framework, token, actor, now)
    if loop.meeting_at is not None:
        loop = drop_meeting(session, framework, loop, by=actor.person_id, now=now)
        history.append(session, at=now, actor=actor, verb="loop_meeting_called_off", subject=loop.reference)
    return _view(session, framework, loop, item, now)


def drop_meeting(
    session: Session,
    framework: Framework,
    loop: Loop,
    *,
    by: str = "",
    now: datetime,
    held_on: date | None = None,
) -> Loop:
    """A meeting still to come falls away; whoever was told of it is told. One that was held is only forgotten."""
    at, item = loop.meeting_at, learning_spaces.by_reference(session, loop.subject)
    if at is None or item is None:
        return loop
    loop = change(session, framework, loop, meeting_at=None, next_step_at=loop.next_step_at)
    if at > now and Calendar.of(framework).local_date(at) != held_on:
        _tell(session, framework, loop, item, at=at, by=by, now=now, called_off=True)
    return loop


def invite_the_practitioner(session: Session, framework: Framework, item: LearningSpace, *, now: datetime) -> int:
    """They may see the result from now on: tell them of a meeting that was booked before; how many notices."""
    loop = loops.of_subject(session, item.reference)
    if loop is None or loop.meeting_at is None or loop.meeting_at <= now or loop.meeting_heard == loop.meeting_number:
        return 0
    loop = change(session, framework, loop, meeting_heard=loop.meeting_number, next_step_at=loop.next_step_at)
    on = Calendar.of(framework).local_date(now)
    meets = min(those_who_meet(framework, establishments.current(session), item, on), default="")
    at = loop.meeting_at
    return _tell(session, framework, loop, item, at=at, by=meets, now=now, only=item.practitioner) if at else 0


def _to_be_held(
    session: Session, framework: Framework, token: str, actor: Actor, now: datetime
) -> tuple[Loop, LearningSpace]:
    loop, item = loop_and_item(session, token)
    if not fills_in(framework, session, loop, item, actor.person_id, Calendar.of(framework).local_date(now)):
        raise NotYours(loop.reference)
    if loop.state != "open":
        raise NotReady(loop.reference)
    return loop, item


def _instant(framework: Framework, answers: Mapping[str, Any]) -> datetime:
    day, at = date.fromisoformat(str(answers[DAY])), time.fromisoformat(str(answers[FROM]))
    calendar = Calendar.of(framework)
    return datetime.combine(day, at, calendar.zone).astimezone(calendar.starts(day).tzinfo)


def _tell(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    *,
    at: datetime,
    now: datetime,
    by: str = "",
    only: str = "",
    **how: bool,
) -> int:
    """E98 to those who meet, or to `only` one of them. `how` is moved or called_off."""
    establishment = establishments.current(session)
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    heard = item.released_at is not None and loop.meeting_heard == loop.meeting_number
    hear = tuple(
        one
        for one in told(framework, establishment, item, framework.event(BOOKED).tell, on).recipients
        if (heard or one.person != item.practitioner) and only in ("", one.person)
    )
    facts = facts_of(
        establishment,
        loop,
        item,
        on,
        meeting_at=at.isoformat(),
        meeting_day=calendar.local_date(at).isoformat(),
        called_by=name_of(establishment, by) if by else "",
        **{name: True for name, is_so in how.items() if is_so},
    )
    off = " off" if how.get("called_off") else ""
    step = f"meeting {loop.meeting_number}{off}"
    return say(session, framework, BOOKED, loop, hear, facts=facts, now=now, step=step)


def _view(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, now: datetime, **more: Any
) -> MeetingView:
    calendar, answers = Calendar.of(framework), {}
    if loop.meeting_at is not None:
        local = loop.meeting_at.astimezone(calendar.zone)
        answers = {DAY: local.date().isoformat(), FROM: f"{local:%H:%M}"}
    return MeetingView(
        loop,
        context_for(framework, loop, now),
        answers,
        auditor=name_of(establishments.current(session), item.person),
        released=item.released_at is not None,
        **more,
    )

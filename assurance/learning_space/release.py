"""The result is released: the auditor has talked with the practitioner, or the framework's days have passed (4.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from assurance.common.decision import Decision
from assurance.common.refusals import NotReady
from assurance.forms.form_view import own_item
from assurance.loop.loop_meeting import invite_the_practitioner
from assurance.notify.tell import function_title, name_of, notices
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.framework.framework import Framework
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

SWEEP = Actor.system("sweep")
RECEIVED, RECOGNISED, RESULT_OPEN = "E15", "E18", "E95"
RELEASED = "released"
"""The step of the notices that tell the practitioner, apart from those of the submission itself."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Release:
    """What came of pressing 'We have talked'."""

    item: LearningSpace
    already: bool


def release(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> Release:
    """The auditor has talked with the practitioner, so these may see the result; a second press changes nothing.

    Raises NotFound, NotYours, Withdrawn, and NotReady before the form is sent in.
    """
    item = own_item(session, token, actor)
    if item.state != SUBMITTED:
        raise NotReady(item.reference)
    if item.released_at is not None:
        return Release(item, already=True)
    return Release(_release(session, framework, item, actor=actor, now=now)[0], already=False)


def release_what_is_due(session: Session, framework: Framework, now: datetime) -> int:
    """Release what was sent in long enough ago; how many notices that wrote."""
    calendar = Calendar.of(framework)
    until = sent_in_before(calendar, now, framework.two_voices.release_after_working_days)
    written = 0
    for item in learning_spaces.unreleased(session, until, BATCH):
        written += _release(session, framework, item, actor=SWEEP, now=now)[1]
    return written


def releases_on(framework: Framework, item: LearningSpace) -> date:
    """The day the result is released at the latest, if it was sent in."""
    calendar = Calendar.of(framework)
    sent_in = calendar.local_date(item.submitted_at or item.deadline_at)
    return calendar.add_working_days(sent_in, framework.two_voices.release_after_working_days)


def talks_to_have(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """For their home card: what a person has sent in and not talked through with the practitioner yet."""
    return [
        Decision("talk_through", item.reference, by_when=releases_on(framework, item), token=item.token)
        for item in learning_spaces.to_talk_through(session, person)
    ]


def sent_in_before(calendar: Calendar, now: datetime, days: int) -> datetime:
    """What was sent in before this instant is released by now: on its `days`th working day after, at 09:00."""
    today = calendar.local_date(now)
    if not calendar.is_working_day(today) or now < calendar.send_at(today):
        today = calendar.add_working_days(today, -1)
    last = calendar.add_working_days(today, -days)
    while calendar.add_working_days(last + timedelta(days=1), days) <= today:
        last += timedelta(days=1)
    return calendar.starts(last + timedelta(days=1))


def _release(
    session: Session, framework: Framework, item: LearningSpace, *, actor: Actor, now: datetime
) -> tuple[LearningSpace, int]:
    by = actor.person_id or str(actor)
    learning_spaces.update(session, item.reference, released_at=now, released_by=by)
    history.append(session, at=now, actor=actor, verb="result_released", subject=item.reference)
    item = replace(item, released_at=now, released_by=by)
    if item.parent_loop:
        _look_at_its_loops(session, item, now)
    told = tell_released(session, framework, item, now=now)
    return item, told + invite_the_practitioner(session, framework, item, now=now)


def _look_at_its_loops(session: Session, item: LearningSpace, now: datetime) -> None:
    """A re-audit's result may be told to the practitioner now: the sweep looks at once, not on the next morning."""
    for loop in loops.of_reaudit(session, item.reference):
        if loop.next_step_at is not None and not loop.is_open:  # it waits for this release, and for nothing else
            loops.update(session, loop.reference, next_step_at=now)


def tell_released(
    session: Session, framework: Framework, item: LearningSpace, *, now: datetime, step: str = RELEASED
) -> int:
    """One message: recognition where the work was recognised, else that the result is open. No grade in either.

    It is news of its own (E95): a card they had weeks ago is no place where anybody looks for it.
    """
    establishment = establishments.current(session)
    recognised = any(grade.key == item.grade and grade.recognised for grade in framework.grades)
    facts = {
        "reference": item.reference,
        "auditor": name_of(establishment, item.person),
        "function": function_title(framework, item.function),
    }
    spoken = RECOGNISED if recognised else RESULT_OPEN
    told = [Recipient(item.practitioner, ("practitioner",), "holder")]
    fresh = [
        notice
        for event in dict.fromkeys((RESULT_OPEN, spoken))
        for notice in notices(
            framework,
            event,
            told,
            subject=item.reference,
            step=step,
            due_at=now,
            not_before=Calendar.of(framework).next_send(now),
            facts=facts,
            state="pending" if event == spoken else "recorded",
            reason="" if event == spoken else "the message that recognises the work says it instead",
        )
    ]
    return outbox.add(session, fresh, at=now)

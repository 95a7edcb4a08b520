"""The red route goes on: until somebody takes it up, everyone who was told is told again, and then the Director too.

Every two working hours, the Director from four working hours on (the framework's numbers). The message stays what it
was: the reference and whom to call.
"""

from __future__ import annotations

from datetime import datetime

from assurance.notify.tell import name_of, notices, roles_told, subject_of
from assurance.red_route.raise_red_route import IMMEDIATE_ATTENTION, next_chase
from policy.calendar.calendar import Calendar
from policy.calendar.working_hours import add_working_hours
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Resolution, resolve
from policy.framework.framework import Framework
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.casework.red_flags import RedFlag
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

SWEEP = Actor.system("sweep")


def chase_red_routes(session: Session, framework: Framework, now: datetime) -> int:
    """Ask again about every flag whose time has come; how many notices that wrote.

    After a time without service it is asked once, not once for each chase that was missed.
    """
    establishment = establishments.current(session)
    written = 0
    for flag in red_flags.to_chase(session, now):
        item = learning_spaces.by_reference(session, flag.reference)
        if item is not None:
            written += _ask_again(session, framework, establishment, flag, item, now=now)
    return written


def _ask_again(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    flag: RedFlag,
    item: LearningSpace,
    *,
    now: datetime,
) -> int:
    chases = flag.chases + 1
    step = f"chase-{chases}"
    # Whoever raised it knows what it is about, even if the learning space has gone to other hands since.
    caller = flag.raised_by if flag.raised_by in establishment.people else item.person
    told = _whom_to_ask(framework, establishment, flag, item, now=now)
    others = [one for one in told.recipients if one.person != caller] or list(told.recipients)
    fresh = notices(
        framework,
        IMMEDIATE_ATTENTION,
        others,
        subject=item.reference,
        step=step,
        due_at=flag.next_chase_at or now,
        not_before=now,
        facts={"reference": item.reference, "auditor": name_of(establishment, caller), "chases": chases},
    )
    asked = [one.recipient for one in fresh]
    outbox.supersede(session, IMMEDIATE_ATTENTION, item.reference, asked, reason="asked again since")
    written = outbox.add(session, fresh, at=now)
    red_flags.chased(session, item.reference, chases=chases, next_at=next_chase(framework, now))
    history.append(
        session,
        at=now,
        actor=SWEEP,
        verb="red_route_chased",
        subject=item.reference,
        detail={"chase": chases, "told": roles_told(others), "notes": list(told.notes)},
    )
    return written


def _whom_to_ask(
    framework: Framework, establishment: Establishment, flag: RedFlag, item: LearningSpace, *, now: datetime
) -> Resolution:
    calendar = Calendar.of(framework)
    rules = framework.red_route
    tell = framework.event(IMMEDIATE_ATTENTION).tell
    if now >= add_working_hours(calendar, flag.raised_at, rules.then_after_hours):
        tell = (*tell, *(each for each in rules.then_tell if each not in tell))
    on = calendar.local_date(now)
    return resolve(tell, (), subject_of(item), establishment, framework, on=on, escalation=False)

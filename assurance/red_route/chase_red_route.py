"""The red route goes on until somebody takes it up: those who were told are told again, and then the next ones up.

Who and when is `policy/follow_up/red_route.py`, with the framework's numbers. The message stays what it was: the
reference and whom to call.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from assurance.notify.tell import notices, roles_told, subject_of
from assurance.red_route.raise_red_route import IMMEDIATE_ATTENTION, whom_to_call
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient, resolve
from policy.follow_up.red_route import ask_again, recipients_by
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
    calendar = Calendar.of(framework)
    chases = flag.chases + 1
    # Whoever raised it knows what it is about, even if the learning space has gone to other hands since.
    caller = flag.raised_by if flag.raised_by in establishment.people else item.person
    first = framework.event(IMMEDIATE_ATTENTION).tell
    tell, more = recipients_by(framework.red_route, calendar, first, flag.raised_at, now)
    on = calendar.local_date(now)
    told = resolve(tell, (), subject_of(item), establishment, framework, on=on, escalation=False)
    others = {one.person: one for one in told.recipients if one.person != caller}
    turn = others or {one.person: one for one in told.recipients}
    again = ask_again(framework.red_route, calendar, [*turn], _asked(session, flag), more_to_come=more, now=now)
    asked: list[Recipient] = [turn[person] for person in again.people]
    fresh = notices(
        framework,
        IMMEDIATE_ATTENTION,
        asked,
        subject=item.reference,
        step=f"chase-{chases}",
        due_at=flag.next_chase_at or now,
        not_before=now,
        facts={**whom_to_call(session, establishment, item.reference, caller), "chases": chases},
    )
    outbox.supersede(session, IMMEDIATE_ATTENTION, item.reference, again.people, reason="asked again since")
    written = outbox.add(session, fresh, at=now)
    red_flags.chased(session, item.reference, chases=chases, next_at=again.next_at)
    history.append(
        session,
        at=now,
        actor=SWEEP,
        verb="red_route_chased",
        subject=item.reference,
        detail={"chase": chases, "told": roles_told(asked), "notes": list(told.notes)},
    )
    return written


def _asked(session: Session, flag: RedFlag) -> Counter[str]:
    """How often each person was asked about this flag since it was raised, the first time too, on however many ways."""
    about = outbox.about(session, flag.reference)
    since = {
        (one.recipient, one.step) for one in about if one.event == IMMEDIATE_ATTENTION and one.due_at >= flag.raised_at
    }
    return Counter(person for person, _ in since)

"""The red route: someone answered that a child is at immediate risk, so people are told at once, at any hour (G1).

The message holds the reference and whom to call, nothing else. The bot is no referral route and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assurance.notify.tell import announce, hearers, name_of, roles_told
from policy.calendar.calendar import Calendar
from policy.calendar.working_hours import add_working_hours
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.ways import TEAMS
from policy.framework.framework import Framework
from storage.casework import red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.casework.red_flags import RedFlag
from storage.contact import channels
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

IMMEDIATE_ATTENTION = "E16"


def raise_red_route(
    session: Session, framework: Framework, item: LearningSpace, *, actor: Actor, now: datetime
) -> bool:
    """Tell those who answer for the child's case (Senior Manager, Head of Service) and the QA lead to call the auditor.

    True the first time; a learning space raises its flag once, however often the answer is saved.
    """
    again_at = next_chase(framework, now)
    flag = RedFlag(item.reference, actor.person_id or str(actor), now, {}, next_chase_at=again_at)
    if not red_flags.raise_once(session, flag):
        return False
    establishment = establishments.current(session)
    resolution = hearers(framework, establishment, IMMEDIATE_ATTENTION, item, now=now)
    others = [recipient for recipient in resolution.recipients if recipient.person != item.person]
    # The auditor need not be asked to call themselves, unless there is nobody else at all.
    without = (item.person,) if others else ()
    notices.add(
        session,
        announce(
            framework,
            establishment,
            IMMEDIATE_ATTENTION,
            item,
            now=now,
            without=without,
            extra=whom_to_call(session, establishment, item.reference, item.person),
        ),
        at=now,
    )
    history.append(
        session,
        at=now,
        actor=actor,
        verb="red_route_raised",
        subject=item.reference,
        detail={"told": roles_told(others or resolution.recipients), "notes": list(resolution.notes)},
    )
    return True


def whom_to_call(session: Session, establishment: Establishment, reference: str, person: str) -> dict[str, str]:
    """All an immediate-attention message may hold: the reference and whom to call (3.1).

    With 'call', the address Teams calls them at, where it is known and Teams has reached them or can.
    """
    facts = {"reference": reference, "auditor": name_of(establishment, person)}
    known, state = establishment.people.get(person), channels.get(session, person, TEAMS)
    if known is None or "@" not in known.email or (state and state.state in channels.CUT_OFF):
        return facts
    met = known.entra_object_id or (state and state.conversation_id)
    return {**facts, "call": known.email} if met else facts


def next_chase(framework: Framework, now: datetime) -> datetime:
    """When everyone is asked again if nobody takes it up: counted in working hours."""
    return add_working_hours(Calendar.of(framework), now, framework.red_route.chase_every_hours)


def record_told(session: Session, item: LearningSpace, told: Mapping[str, Any]) -> None:
    """Keep whom the auditor says they told, and when, beside the flag."""
    flag = red_flags.of(session, item.reference)
    if flag is not None and told and flag.told != dict(told):
        red_flags.set_told(session, item.reference, dict(told))

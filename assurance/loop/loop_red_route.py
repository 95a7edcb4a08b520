"""The red route out of closing the loop: the Senior Manager could not say that the child is safe now (3.2, part A)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assurance.loop.loop_moves import change
from assurance.notify.tell import hearers, notices, roles_told
from assurance.red_route.raise_red_route import IMMEDIATE_ATTENTION, next_chase, record_told, whom_to_call
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.casework.red_flags import RedFlag
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox


def raise_from_loop(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    told: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Loop:
    """Tell those who answer for the child to call whoever met, at once, at any hour; a loop does so once.

    A flag the auditor raised and somebody took up is raised anew: that was another day.
    """
    if IMMEDIATE_ATTENTION not in loop.steps_done:
        loop = change(session, framework, loop, steps_done=(*loop.steps_done, IMMEDIATE_ATTENTION))
        again_at = next_chase(framework, now)
        flag = RedFlag(item.reference, actor.person_id, now, {}, next_chase_at=again_at)
        if not red_flags.raise_once(session, flag):
            red_flags.raise_again(session, item.reference, by=actor.person_id, at=now, next_chase_at=again_at)
        _tell(session, framework, loop, item, actor=actor, now=now)
    record_told(session, item, told)
    return loop


def _tell(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, actor: Actor, now: datetime
) -> None:
    establishment = establishments.current(session)
    resolution = hearers(framework, establishment, IMMEDIATE_ATTENTION, item, now=now)
    # Nobody need be asked to call themselves, unless there is nobody else at all.
    others = [one for one in resolution.recipients if one.person != actor.person_id] or list(resolution.recipients)
    facts = whom_to_call(session, establishment, item.reference, actor.person_id)
    outbox.add(
        session,
        notices(
            framework,
            IMMEDIATE_ATTENTION,
            others,
            subject=item.reference,
            step=loop.reference,
            due_at=now,
            not_before=now,
            facts=facts,
        ),
        at=now,
    )
    history.append(
        session,
        at=now,
        actor=actor,
        verb="red_route_raised",
        subject=item.reference,
        detail={"from": loop.reference, "told": roles_told(others), "notes": list(resolution.notes)},
    )

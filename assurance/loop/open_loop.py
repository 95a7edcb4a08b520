"""Closing the loop begins: an inadequate grade opens a record and asks the Senior Manager to meet (R90-R92, A18)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from assurance.loop.loop_moves import steps_left
from assurance.notify.tell import hearers, name_of, notices, roles_told
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LOOP, START, move
from policy.lifecycle.reference import LOOP as LOOP_KIND
from policy.lifecycle.reference import format_reference
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

OPENED = "E17"
MEETS = "senior_manager"
"""The role that meets with the practitioner and their manager (R90); the facts say whether anybody in it was asked."""


def open_loop(session: Session, framework: Framework, item: LearningSpace, *, actor: Actor, now: datetime) -> Loop:
    """Open the loop of a learning space, or hand back the one it has.

    The meeting is due within the framework's working days, the form within its days, both counted from today (A19).
    """
    known = loops.of_subject(session, item.reference)
    if known is not None:
        return known
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    rules = framework.closing_the_loop
    quarter = calendar.quarter_of(today)
    serial = learning_spaces.next_serial(session, LOOP_KIND, quarter.short)
    loop = Loop(
        reference=format_reference(LOOP_KIND, quarter, serial),
        token=uuid.uuid4().hex,
        subject=item.reference,
        practitioner=item.practitioner,
        state=move(LOOP, START, "grade_inadequate"),
        opened_at=now,
        meet_by=calendar.add_working_days(today, rules.meet_within_working_days),
        return_by=calendar.roll_forward(today + timedelta(days=rules.return_within_days)),
    )
    loop = replace(loop, next_step_at=steps_left(framework, loop)[0].due_at)
    loops.insert(session, loop)
    prompt(session, framework, item, loop, actor=actor, now=now)
    return loop


def prompt(
    session: Session, framework: Framework, item: LearningSpace, loop: Loop, *, actor: Actor, now: datetime
) -> None:
    """Ask the Senior Manager to meet, and tell the others who are to know that the loop is open (E17)."""
    establishment = establishments.current(session)
    resolution = hearers(framework, establishment, OPENED, item, now=now)
    # Not even in another's place: whoever covers for their manager does not hear so how their own work was graded.
    told = [recipient for recipient in resolution.recipients if recipient.person != item.practitioner]
    facts = {
        "reference": loop.reference,
        "learning_space": item.reference,
        "auditor": name_of(establishment, item.person),
        "meet_by": loop.meet_by.isoformat(),
        "return_by": loop.return_by.isoformat(),
        "token": loop.token,
        "asked": any(MEETS in recipient.roles for recipient in told),
    }
    outbox.add(
        session,
        notices(
            framework,
            OPENED,
            told,
            subject=loop.reference,
            due_at=now,
            not_before=Calendar.of(framework).next_send(now),
            facts=facts,
        ),
        at=now,
    )
    history.append(
        session,
        at=now,
        actor=actor,
        verb="loop_opened",
        subject=loop.reference,
        detail={
            "learning_space": item.reference,
            "meet_by": loop.meet_by.isoformat(),
            "return_by": loop.return_by.isoformat(),
            "told": roles_told(told),
            "notes": list(resolution.notes),
        },
    )

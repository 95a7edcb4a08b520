"""A changed file applies to new work; what runs keeps the ladder it was promised, until the QA lead says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assurance.access.authority import ALLOCATES, require_role
from assurance.allocation.allocated import LADDER
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework, Ladder, LadderStep
from policy.lifecycle.ladder import ladder_from_json, ladder_to_json, next_step_at
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

PAGE = 500
GONE = "the ladder has changed"


@dataclass(frozen=True, slots=True)
class Replanned:
    """One open learning space whose promised ladder is not the file's any more."""

    reference: str
    promised_by: str
    """The version of the file it was allocated under."""
    goes: tuple[str, ...]
    """Steps it was promised that the file has no more, or has otherwise."""
    comes: tuple[str, ...]
    """Steps of the file that it was not promised, or otherwise."""


def see_replan(session: Session, framework: Framework, *, now: datetime) -> tuple[Replanned, ...]:
    """Every open learning space that would climb another ladder than it was promised. Reads only."""
    ladder = framework.ladder(LADDER)
    return tuple(_difference(item, ladder) for item in _others(session, ladder))


def replan(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> tuple[Replanned, ...]:
    """Give them the file's ladder; due dates stay, for they were promised to a person. NotYours but for the QA lead.

    A step that was said and is on both ladders is not said again. One whose time has gone by on the new ladder is
    judged by the next sweep as after any absence: the highest speaks, the others are recorded. A second time finds
    nothing.
    """
    calendar = Calendar.of(framework)
    require_role(establishments.current(session), actor, ALLOCATES, on=calendar.local_date(now))
    ladder = framework.ladder(LADDER)
    done = []
    for item in list(_others(session, ladder)):
        found = _difference(item, ladder)
        _apply(session, framework, item, ladder)
        detail = {"from": item.framework_version, "goes": list(found.goes), "comes": list(found.comes)}
        history.append(session, at=now, actor=actor, verb="replanned", subject=item.reference, detail=detail)
        done.append(found)
    return tuple(done)


def _apply(session: Session, framework: Framework, item: LearningSpace, ladder: Ladder) -> None:
    waiting = {one.step for one in notices.about(session, item.reference) if one.step and one.state == "pending"}
    before = ladder_from_json(item.ladder)
    events = {step.event for step in (*before.steps, *ladder.steps)}
    more_time.retire_steps(session, item.reference, events, was_due_on=item.due_on, reason=GONE)
    same = {_what(step) for step in before.steps}
    said = [
        step.name
        for step in ladder.steps
        if step.name in item.steps_done and step.name not in waiting and _what(step) in same
    ]
    holding = more_time.held_until(session, item.reference)
    learning_spaces.update(
        session,
        item.reference,
        ladder=ladder_to_json(ladder),
        framework_version=framework.version,
        steps_done=said,
        next_step_at=next_step_at(ladder, item.counts_from, said, Calendar.of(framework), holding),
    )


def _others(session: Session, ladder: Ladder) -> Iterator[LearningSpace]:
    """The open learning spaces with another ladder, in order of reference."""
    wanted = {_what(step) for step in ladder.steps}
    reference = ""
    while items := learning_spaces.after_reference(session, reference, PAGE):
        for item in items:
            if item.is_open and {_what(step) for step in ladder_from_json(item.ladder).steps} != wanted:
                yield item
        reference = items[-1].reference


def _difference(item: LearningSpace, ladder: Ladder) -> Replanned:
    before = {_what(step): step.name for step in ladder_from_json(item.ladder).steps}
    after = {_what(step): step.name for step in ladder.steps}
    return Replanned(
        item.reference,
        item.framework_version,
        goes=tuple(name for what, name in before.items() if what not in after),
        comes=tuple(name for what, name in after.items() if what not in before),
    )


def _what(step: LadderStep) -> tuple[object, ...]:
    """All that makes a step the same step; where it comes from in the paper is none of it."""
    return (step.name, step.event, step.tell, step.copy_to, step.escalation, step.anchor)

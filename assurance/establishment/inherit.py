"""After an import: what a post owes goes to its new holder, what nobody holds goes on the QA lead's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.learning_space.hand_over import TooClose, hand_over, refuse_if_too_close, tell_of_hands
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.session import Session

NOBODY = "left_without_holder"
"""The verb in the history."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """References of open learning spaces that moved to a new holder, and of those that nobody holds now."""

    moved: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def inherit(
    session: Session,
    framework: Framework,
    before: Establishment,
    after: Establishment,
    *,
    actor: Actor,
    now: datetime,
) -> Inherited:
    """Hand on the open items of every post whose holder this import has changed, and say which.

    A post that is vacant now, or gone, keeps its items where they are, and the QA lead is told (E19).
    """
    moved, left = [], []
    for post in before.posts.values():
        now_held = after.posts.get(post.id)
        holder = now_held.holder if now_held else ""
        if holder == post.holder:
            continue
        for item in learning_spaces.open_of_post(session, post.id):
            if item.person == holder:
                continue
            former = name_of(before, item.person)
            why = _why_not(framework, after, item, holder, now=now)
            if why or now_held is None:
                _nobody(session, framework, after, item, why or "vacant", former, actor=actor, now=now)
                left.append(item.reference)
                continue
            hand_over(
                session,
                framework,
                after,
                item,
                now_held,
                why="inherited",
                reason="",
                actor=actor,
                now=now,
                former_name=former,
            )
            moved.append(item.reference)
    return Inherited(tuple(moved), tuple(left))


def _why_not(framework: Framework, after: Establishment, item: LearningSpace, holder: str, *, now: datetime) -> str:
    """'vacant' if there is nobody, 'unsuitable' if the new holder is too close to the work, else empty."""
    if not holder:
        return "vacant"
    try:
        on = Calendar.of(framework).local_date(now)
        refuse_if_too_close(framework, after, item, after.posts[item.post], on=on)
    except TooClose:
        return "unsuitable"
    return ""


def _nobody(
    session: Session,
    framework: Framework,
    after: Establishment,
    item: LearningSpace,
    why: str,
    former: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    told = sum(entry.verb == NOBODY for entry in history.read(session, subject=item.reference))
    history.append(session, at=now, actor=actor, verb=NOBODY, subject=item.reference, detail={"why": why})
    tell_of_hands(
        session,
        framework,
        after,
        item,
        why=why,
        turn=-1 - told,
        former=item.person,
        former_name=former,
        now=now,
    )

"""Take up an immediate-attention flag: one of those who were told says that they are dealing with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.common.refusals import NotFound, NotYours
from assurance.notify.tell import hearers, name_of
from assurance.red_route.raise_red_route import IMMEDIATE_ATTENTION
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices


def may_take_up(
    session: Session, framework: Framework, establishment: Establishment, item: LearningSpace, *, now: datetime
) -> frozenset[str]:
    """Whoever was asked to call the auditor, a deputy whose cover has ended too, and whoever would be asked today.

    Never the auditor, nor whoever raised it, who cannot say of themselves that somebody has called, unless there is
    nobody else at all.
    """
    flag = red_flags.of(session, item.reference)
    would_be = {one.person for one in hearers(framework, establishment, IMMEDIATE_ATTENTION, item, now=now).recipients}
    were = {one.recipient for one in notices.about(session, item.reference) if one.event == IMMEDIATE_ATTENTION}
    everyone = frozenset(would_be | were)
    return everyone - {item.person, flag.raised_by if flag else ""} or everyone


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who has taken a flag up, and whether it was now."""

    reference: str
    by: str
    by_name: str
    at: datetime
    already: bool


def acknowledge(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> Acknowledgement:
    """Mark the flag of a learning space as taken up by the actor; the first one stands.

    NotFound if there is no such flag, NotYours for anyone who is not among those it is for.
    """
    item = learning_spaces.by_reference(session, reference)
    flag = red_flags.of(session, reference)
    if item is None or flag is None:
        raise NotFound(reference)
    establishment = establishments.current(session)
    if actor.person_id not in may_take_up(session, framework, establishment, item, now=now):
        raise NotYours(reference)
    if red_flags.acknowledge(session, reference, by=actor.person_id, at=now):
        history.append(session, at=now, actor=actor, verb="red_route_acknowledged", subject=reference)
        return Acknowledgement(reference, actor.person_id, name_of(establishment, actor.person_id), now, already=False)
    first, at = flag.acknowledged_by, flag.acknowledged_at or now
    return Acknowledgement(reference, first, name_of(establishment, first), at, already=True)

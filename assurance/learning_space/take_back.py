"""The QA lead takes an open learning space back: given in error, or it cannot go on (R38, R101, A23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.access.authority import ALLOCATES, require_role
from assurance.common.refusals import NotFound, Refused, Withdrawn
from assurance.forms.form_view import refuse_if_submitted
from assurance.notify.tell import OUTLIVES_SUBMISSION, announce
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LEARNING_SPACE, move
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

TAKEN_BACK = "E76"


class NoSuchReasonToTakeBack(Refused):
    """The framework file knows no such reason."""


class IsAReaudit(Refused):
    """A re-audit ends with its loop, as not testable."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A learning space that is not done, and who was told."""

    item: LearningSpace
    told: int
    """How many people."""


def see_before_taking_back(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> LearningSpace:
    """The open item the QA lead would take back. Changes nothing; refuses like `take_back`."""
    establishment = establishments.current(session)
    require_role(establishment, actor, ALLOCATES, on=Calendar.of(framework).local_date(now))
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    refuse_if_submitted(session, item)
    if not item.is_open:
        raise Withdrawn(reference)
    if item.parent_loop:
        raise IsAReaudit(item.parent_loop)
    return item


def take_back(
    session: Session, framework: Framework, reference: str, *, reason: str, actor: Actor, now: datetime
) -> TakenBack:
    """End an open item without a result. Auditor, practitioner and the auditor's Head of Service hear of it (E76).

    A child at immediate risk goes on being chased. The post may be given another one: this one no longer counts.
    Raises NotYours for anyone but the QA lead, NotFound, AlreadyDone once it is sent in, Withdrawn once it has ended,
    IsAReaudit, NoSuchReasonToTakeBack.
    """
    item = see_before_taking_back(session, framework, reference, actor=actor, now=now)
    if reason not in framework.taking_back.reasons:
        raise NoSuchReasonToTakeBack(reference)
    state = move(LEARNING_SPACE, item.state, "withdraw")
    learning_spaces.update(session, reference, state=state, next_step_at=None, paused_on=None)
    learning_spaces.delete_drafts(session, reference)
    outbox.cancel_for(
        session, reference, at=now, reason="the learning space is taken back", keep_events=OUTLIVES_SUBMISSION
    )
    fresh = announce(framework, establishments.current(session), TAKEN_BACK, item, now=now)
    outbox.add(session, fresh, at=now)
    history.append(session, at=now, actor=actor, verb="taken_back", subject=reference, detail={"reason": reason})
    return TakenBack(learning_spaces.by_reference(session, reference) or item, len(fresh))

"""The practitioner's reply to an opened result: their own words, kept beside it for those who may read it (R8, R13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from assurance.common.refusals import NotFound, NotReady, NotYours
from assurance.learning_space.reflect import FIELD, FORM, STEP
from assurance.notify.tell import announce, name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.forms import FormContext, Problem, check_step
from policy.framework.framework import Framework
from storage.casework import learning_spaces, reflections
from storage.casework.reflections import Reflection
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

REPLIED = "E96"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of sending a reply."""

    reference: str
    auditor: str
    """The name of whom it goes to."""
    problem: Problem | None = None
    entered: str = ""
    """With a problem: what stood in the box."""


def reply_to_result(
    session: Session, framework: Framework, reference: str, *, raw: Mapping[str, object], actor: Actor, now: datetime
) -> Reply:
    """Keep a reply in place of an earlier one; the auditor and the practitioner's manager hear that there is one (E96).

    NotFound, NotYours for anyone but the practitioner, NotReady before the result is released. The text goes through
    the same guard as every other; with a problem nothing is kept.
    """
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if not actor.person_id or actor.person_id != item.practitioner:
        raise NotYours(reference)
    if item.released_at is None:
        raise NotReady(reference)
    establishment = establishments.current(session)
    auditor = name_of(establishment, item.person)
    today = Calendar.of(framework).local_date(now)
    context = FormContext.of(framework, allocated_on=item.allocated_on, today=today)
    check = check_step(framework.form(FORM), STEP, raw, context, framework)
    if problem := check.problems.get(FIELD):
        return Reply(reference, auditor, problem, str(check.entered.get(FIELD) or ""))
    kept = reflections.of(session, reference) or Reflection(reference, actor.person_id, "", now)
    reflections.save(session, replace(kept, reply=str(check.answers[FIELD]), replied_at=now))
    history.append(session, at=now, actor=actor, verb="result_replied_to", subject=reference)
    step, without = today.isoformat(), (item.practitioner,)
    fresh = announce(framework, establishment, REPLIED, item, now=now, step=step, without=without)
    outbox.add(session, fresh, at=now)
    return Reply(reference, auditor)

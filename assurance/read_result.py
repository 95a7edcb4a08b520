"""The opened result of one learning space: for the practitioner once it is released, and for those who may read it.

Every reading by somebody who did not write it is in the history (4.2, rule 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assurance.form_view import form_of
from assurance.refusals import NotFound, NotReady, NotYours, Withdrawn
from assurance.release import releases_on
from assurance.tell import name_of, subject_of
from policy.actor import Actor
from policy.calendar import Calendar
from policy.establishment import Establishment
from policy.forms import FormContext
from policy.framework import Form, Framework
from policy.recipients import resolve
from storage import establishment as establishments
from storage import history, learning_spaces, reflections
from storage.learning_spaces import EXCLUDED, SUBMITTED, WITHDRAWN, LearningSpace
from storage.session import Session

FORM_READ = "form_read"


class NotReleased(NotReady):
    """The practitioner's result is not released yet."""

    def __init__(self, reference: str, *, auditor: str, on: date | None) -> None:
        """`on` is the day it is released at the latest; None while the form is not sent in."""
        self.auditor = auditor
        self.on = on
        super().__init__(reference)


@dataclass(frozen=True, slots=True)
class Result:
    """What an opened result is drawn from. It names no child and no case."""

    item: LearningSpace
    auditor: str
    form: Form
    answers: Mapping[str, Any]
    context: FormContext
    reflection: str
    own: bool
    """Whether it is the practitioner's own work."""
    practitioner: str
    """Whose work it was; for a reader who is not the practitioner."""


def read_result(session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime) -> Result:
    """The result, and a line in the history that this person read it.

    NotFound, NotYours for anyone the framework does not name, Withdrawn, NotReleased for the practitioner before the
    release, NotReady for everyone else while it is not sent in.
    """
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    establishment = establishments.current(session)
    today = Calendar.of(framework).local_date(now)
    own = bool(actor.person_id) and actor.person_id == item.practitioner
    if not own and actor.person_id not in _readers(framework, establishment, item, today):
        raise NotYours(reference)
    if item.state in (EXCLUDED, WITHDRAWN):
        raise Withdrawn(reference)
    auditor = name_of(establishment, item.person)
    if own and item.released_at is None:
        raise NotReleased(
            reference, auditor=auditor, on=releases_on(framework, item) if item.state == SUBMITTED else None
        )
    answers = learning_spaces.load_answers(session, reference)
    if item.state != SUBMITTED or answers is None:
        raise NotReady(reference)
    history.append(
        session,
        at=now,
        actor=actor,
        verb=FORM_READ,
        subject=reference,
        detail={"as": "practitioner" if own else "reader"},
    )
    written = reflections.of(session, reference)
    return Result(
        item=item,
        auditor=auditor,
        form=form_of(framework, item),
        answers=answers,
        context=FormContext.of(framework, allocated_on=item.allocated_on, today=today),
        reflection=written.text if written else "",
        own=own,
        practitioner=name_of(establishment, item.practitioner),
    )


def _readers(framework: Framework, establishment: Establishment, item: LearningSpace, today: date) -> frozenset[str]:
    """Who else may read it: its own line and function, and the QA team; never somebody who only stands in for none."""
    found = resolve(
        framework.two_voices.readers,
        (),
        subject_of(item),
        establishment,
        framework,
        on=today,
        escalation=False,
    )
    return frozenset(one.person for one in found.recipients if one.via != "qa_for_vacancy") - {item.person}

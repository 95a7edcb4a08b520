"""The opened result of one learning space: for the practitioner once it is released, and for those who may read it.

Who may is the framework's matrix; every reading is in the history (4.2, rule 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from assurance.access.may_see import FORM_READ, grades_still_blind, opens_when, right_on_learning_space
from assurance.common.final_grade import as_it_stands
from assurance.common.refusals import NotFound, NotReady, NotYours, Withdrawn
from assurance.forms.form_view import form_of
from assurance.learning_space.release import releases_on
from assurance.learning_space.what_comes_next import WhatComesNext, what_comes_next
from assurance.notify.tell import header, name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.visibility import Right
from policy.forms.forms import FormContext
from policy.framework.framework import Form, Framework
from policy.framework.rules_visibility import Condition
from storage.casework import learning_spaces, reflections
from storage.casework.learning_spaces import EXCLUDED, SUBMITTED, WITHDRAWN, LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session


class NotReleased(NotReady):
    """The practitioner's result is not released yet."""

    def __init__(self, reference: str, *, auditor: str, on: date | None) -> None:
        """`on` is the day it is released at the latest; None while the form is not sent in."""
        self.auditor = auditor
        self.on = on
        super().__init__(reference)


class GradesStillBlind(NotReady):
    """The moderator's own grades are to be stored before the first ones are shown."""


class HeaderOnly(NotYours):
    """This person may see that it is owed, and not the form."""

    def __init__(
        self, reference: str, *, facts: Mapping[str, Any], sent_in: bool, opens_when: tuple[Condition, ...]
    ) -> None:
        """`facts` are the header's; `opens_when` says what would open the form for them, nothing if nothing does."""
        self.facts = facts
        self.sent_in = sent_in
        self.opens_when = opens_when
        super().__init__(reference)


@dataclass(frozen=True, slots=True)
class Result:
    """What an opened result is drawn from. It names no child."""

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
    case_ref: str = ""
    """Which case, for whoever may see that; empty for everybody else."""
    sent_by_reader: bool = False
    """Whether the reader sent it in themselves."""
    reply: str = ""
    """What the practitioner answered to it."""
    next: WhatComesNext | None = None
    """For the practitioner: what it leads to, and who helps."""


def read_result(session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime) -> Result:
    """The result, and a line in the history that this person read it.

    NotFound, HeaderOnly for somebody who may see that it is owed, NotYours for anyone else the framework does not
    name, Withdrawn, NotReleased for the practitioner before the release, GradesStillBlind for its moderator, NotReady
    for everyone else while it is not sent in.
    """
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    establishment, person = establishments.current(session), actor.person_id
    today = Calendar.of(framework).local_date(now)
    own = bool(person) and person == item.practitioner
    may = right_on_learning_space(session, framework, establishment, item, "result", person=person, on=today)
    if may < Right.READ and not own:
        raise _refusal(session, framework, establishment, item, person, today)
    if item.state in (EXCLUDED, WITHDRAWN):
        raise Withdrawn(reference)
    auditor = name_of(establishment, item.person)
    if may < Right.READ:
        raise NotReleased(
            reference, auditor=auditor, on=releases_on(framework, item) if item.state == SUBMITTED else None
        )
    answers = learning_spaces.load_answers(session, reference)
    if item.state != SUBMITTED or answers is None:
        raise NotReady(reference)
    if grades_still_blind(session, item, person):
        raise GradesStillBlind(reference)
    reader = _reads_as(item, person)
    history.append(session, at=now, actor=actor, verb=FORM_READ, subject=reference, detail={"as": reader})
    case = right_on_learning_space(session, framework, establishment, item, "case_reference", person=person, on=today)
    written = reflections.of(session, reference)
    item, form = as_it_stands(session, item), form_of(framework, item)
    judged = {form.grade_field: item.grade, form.impact_field: item.impact}
    return Result(
        item=item,
        auditor=auditor,
        form=form,
        answers={**answers, **{key: value for key, value in judged.items() if key in answers}},
        context=FormContext.of(framework, allocated_on=item.allocated_on, today=today),
        reflection=written.text if written else "",
        own=own,
        practitioner=name_of(establishment, item.practitioner),
        case_ref=item.case_ref if case >= Right.READ else "",
        sent_by_reader=reader == "auditor",
        reply=written.reply if written else "",
        next=what_comes_next(session, framework, establishment, item, now=now) if own else None,
    )


def _reads_as(item: LearningSpace, person: str) -> Literal["practitioner", "auditor", "reader"]:
    if person == item.practitioner:
        return "practitioner"
    return "auditor" if person == item.person else "reader"


def _refusal(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    person: str,
    today: date,
) -> NotYours:
    """What somebody who may not open it may see instead."""
    sees = right_on_learning_space(session, framework, establishment, item, "learning_space", person=person, on=today)
    if sees < Right.HEADER or item.state in (EXCLUDED, WITHDRAWN):
        return NotYours(item.reference)
    return HeaderOnly(
        item.reference,
        facts=header(framework, establishment, item, on=today),
        sent_in=item.state == SUBMITTED,
        opens_when=opens_when(framework, establishment, item, "result", person=person, on=today),
    )

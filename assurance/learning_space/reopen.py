"""A submitted form is opened again for its auditor, and closed by itself when its time is over (docs/adr/0013)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.access.authority import require_role
from assurance.common.decision import Decision
from assurance.common.refusals import NotFound, NotReady, Refused
from assurance.notify.tell import announce
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import CORRECTION, START, move
from storage.casework import corrections, learning_spaces
from storage.casework.corrections import Correction
from storage.casework.learning_spaces import SUBMITTED, Draft, LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

REOPENED, CORRECTED = "E79", "E80"
SWEEP = Actor.system("sweep")


class NoSuchReasonToReopen(Refused):
    """The framework file knows no such reason."""


class AuditorGone(Refused):
    """Its auditor is not in the council any more, so nobody could correct it."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """A form that its auditor may correct now."""

    item: LearningSpace
    correct_by: date
    already: bool = False
    """It was open already; nothing has changed."""


def see_before_reopening(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> LearningSpace:
    """The submitted item the QA team would open again. Changes nothing; refuses like `reopen`."""
    establishment = establishments.current(session)
    require_role(establishment, actor, framework.corrections.reopened_by, on=Calendar.of(framework).local_date(now))
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if item.state != SUBMITTED or not learning_spaces.load_answers(session, reference):
        raise NotReady(reference)
    if item.person not in establishment.people:
        raise AuditorGone(reference)
    return item


def reopen(
    session: Session, framework: Framework, reference: str, *, reason: str, actor: Actor, now: datetime
) -> Reopened:
    """Open a submitted form again, with its answers, for the framework's working days; its auditor is told (E79).

    Until a corrected form is sent in the one before stands: its grade, its loop, its moderation and its actions. It is
    not late again, and no ladder begins. A second time while it is open changes nothing.

    Raises NotYours, NotFound, NotReady before it is submitted or when its answers are not kept any more, AuditorGone,
    NoSuchReasonToReopen.
    """
    item = see_before_reopening(session, framework, reference, actor=actor, now=now)
    open_now = corrections.asked(session, reference)
    if open_now is not None:
        return Reopened(item, open_now.correct_by, already=True)
    if reason not in framework.corrections.reasons:
        raise NoSuchReasonToReopen(reference)
    calendar = Calendar.of(framework)
    answers = learning_spaces.load_answers(session, reference) or {}
    row = Correction(
        reference=reference,
        version=len(corrections.versions(session, reference)) + 1,
        state=move(CORRECTION, START, "reopen"),
        reason=reason,
        reopened_by=str(actor),
        reopened_at=now,
        correct_by=calendar.add_working_days(calendar.local_date(now), framework.corrections.within_working_days),
        answers=answers,
        grade=item.grade,
        impact=item.impact,
        submitted_at=learning_spaces.answered_at(session, reference) or now,
    )
    corrections.insert(session, row)
    first = framework.form(item.activity).steps[0].key
    learning_spaces.save_draft(session, Draft(reference, item.person, answers, first, 1, now))
    detail = {"version": row.version, "reason": reason, "correct_by": row.correct_by.isoformat()}
    history.append(session, at=now, actor=actor, verb="form_reopened", subject=reference, detail=detail)
    facts = {"reason": reason, "correct_by": row.correct_by.isoformat()}
    told = announce(
        framework, establishments.current(session), REOPENED, item, now=now, extra=facts, step=f"v{row.version}"
    )
    notices.add(session, told, at=now)
    return Reopened(item, row.correct_by)


def lapse_corrections(session: Session, framework: Framework, now: datetime) -> int:
    """Close what was not sent in again by its last day; the form stays as it was. How many notices that wrote."""
    calendar = Calendar.of(framework)
    written = 0
    for row in corrections.over(session, calendar.local_date(now)):
        item = learning_spaces.by_reference(session, row.reference)
        if item is None:
            continue
        corrections.close(session, row, move(CORRECTION, row.state, "lapse"), at=now)
        learning_spaces.delete_drafts(session, row.reference)
        detail = {"version": row.version}
        history.append(session, at=now, actor=SWEEP, verb="correction_lapsed", subject=row.reference, detail=detail)
        told = announce(
            framework,
            establishments.current(session),
            CORRECTED,
            item,
            now=now,
            extra={"lapsed": True},
            step=f"v{row.version}",
        )
        written += notices.add(session, told, at=now)
    return written


def corrections_to_make(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """The forms a person may correct, for their home card."""
    rows = corrections.asked_of(session, person)
    items = learning_spaces.by_references(session, [row.reference for row in rows])
    return [
        Decision(
            "correct_form",
            row.reference,
            by_when=row.correct_by,
            token=items[row.reference].token,
            because=framework.corrections.reasons.get(row.reason, ""),
        )
        for row in rows
    ]

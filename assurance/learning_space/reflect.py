"""The practitioner's own voice: a reflection on their learning space, until the form is sent in (R8, R83)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assurance.common.refusals import NotFound, NotReady, NotYours, Withdrawn
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.forms import FormContext, Problem, check_step
from policy.framework.framework import Form, Framework
from storage.casework import learning_spaces, reflections
from storage.casework.learning_spaces import EXCLUDED, SUBMITTED, WITHDRAWN, LearningSpace
from storage.casework.reflections import Reflection
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

FORM, STEP, FIELD = "reflection", "reflection", "reflection"


class GradeIsFinal(NotReady):
    """The form has been sent in, so nothing can be added to it any more."""


@dataclass(frozen=True, slots=True)
class ReflectionView:
    """The one question of the reflection, for the practitioner whose work it is about."""

    item: LearningSpace
    auditor: str
    form: Form
    context: FormContext
    text: str
    """What stands in the box: what was just typed, else what is kept."""
    kept: bool
    """Whether it was kept by this call."""
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()


def open_reflection(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> ReflectionView:
    """The reflection as it is. NotFound, NotYours, Withdrawn, and GradeIsFinal once the form is sent in."""
    item = _own(session, reference, actor)
    known = reflections.of(session, reference)
    return _view(session, framework, item, known.text if known else "", now=now)


def save_reflection(
    session: Session,
    framework: Framework,
    reference: str,
    *,
    actor: Actor,
    raw: Mapping[str, object],
    now: datetime,
) -> ReflectionView:
    """Keep what the practitioner typed, in place of what they wrote before. Refuses like `open_reflection`.

    The text goes through the same guard as every other; one that names somebody by number, address or the like is
    shown back and not kept.
    """
    item = _own(session, reference, actor)
    view = _view(session, framework, item, str(raw.get(FIELD) or ""), now=now)
    check = check_step(view.form, STEP, raw, view.context, framework)
    problem = check.problems.get(FIELD)
    if problem:
        shown = str(check.entered.get(FIELD) or "")
        return _view(session, framework, item, shown, now=now, problem=problem)
    text = str(check.answers[FIELD])
    reflections.save(session, Reflection(reference, actor.person_id, text, now))  # a reply comes after it, never before
    history.append(session, at=now, actor=actor, verb="reflection_written", subject=reference)
    return _view(session, framework, item, text, now=now, kept=True, warnings=check.warnings.get(FIELD, ()))


def _own(session: Session, reference: str, actor: Actor) -> LearningSpace:
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if not actor.person_id or item.practitioner != actor.person_id:
        raise NotYours(reference)
    if item.state in (EXCLUDED, WITHDRAWN):
        raise Withdrawn(reference)
    if item.state == SUBMITTED:
        raise GradeIsFinal(reference)
    return item


def _view(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    text: str,
    *,
    now: datetime,
    kept: bool = False,
    problem: Problem | None = None,
    warnings: tuple[Problem, ...] = (),
) -> ReflectionView:
    context = FormContext.of(
        framework, allocated_on=item.allocated_on, today=Calendar.of(framework).local_date(now), owners=()
    )
    auditor = name_of(establishments.current(session), item.person)
    return ReflectionView(item, auditor, framework.form(FORM), context, text, kept, problem, warnings)

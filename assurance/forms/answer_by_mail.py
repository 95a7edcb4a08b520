"""Several answers of a learning-space form at once, as one email brings them, into the same draft as on any channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assurance.common.refusals import NotFound, NotYours
from assurance.forms.form_view import REVIEW, FormView, build_view
from assurance.forms.open_form import open_form
from assurance.forms.save_step import STAY, save_step
from policy.council.actor import Actor
from policy.forms.forms import Problem, is_answered, visible_fields, visible_steps
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class AnswersTaken:
    """What came of the answers of one email."""

    view: FormView
    """The review: everything saved, and what is still missing."""
    kept: tuple[str, ...] = ()
    """The questions whose answer was kept."""
    problems: Mapping[str, Problem] | None = None
    """Question -> why its answer was not kept."""
    warnings: Mapping[str, tuple[Problem, ...]] | None = None
    """Question -> what to look at again. Stops nothing."""
    not_asked: tuple[str, ...] = ()
    """Answers to questions that other answers make moot."""


def own_item_by_reference(session: Session, reference: str, person: str) -> LearningSpace:
    """A person's own learning space by its reference. NotFound, NotYours."""
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if item.person != person:
        raise NotYours(reference)
    return item


def form_by_mail(session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime) -> FormView:
    """The form as it stands, opened for its auditor. Refuses as `open_form` does."""
    item = own_item_by_reference(session, reference, actor.person_id)
    open_form(session, framework, item.token, actor=actor, now=now)
    return _review(session, framework, item, now=now)


def save_answers_by_mail(
    session: Session,
    framework: Framework,
    reference: str,
    *,
    actor: Actor,
    answers: Mapping[str, object],
    now: datetime,
) -> AnswersTaken:
    """Save answers by question, page after page in the form's order; one that is refused keeps no other from standing.

    Nothing is sent in by this. The red route is raised here and now, as everywhere. Refuses as `open_form` does.
    """
    item = own_item_by_reference(session, reference, actor.person_id)
    form = open_form(session, framework, item.token, actor=actor, now=now).form
    problems: dict[str, Problem] = {}
    warnings: dict[str, tuple[Problem, ...]] = {}
    kept: list[str] = []
    left = dict(answers)
    for step in form.steps:
        own = {field.key: left[field.key] for field in step.fields if field.key in left}
        draft = learning_spaces.load_draft(session, reference, actor.person_id)
        earlier = dict(draft.answers) if draft else {}
        if not own or step not in visible_steps(form, earlier):
            continue
        raw = {field.key: earlier.get(field.key) for field in step.fields} | own
        view = save_step(session, framework, item.token, actor=actor, step=step.key, raw=raw, move=STAY, now=now)
        asked = {field.key for field in visible_fields(step, view.answers)}
        for key in own:
            problem = view.problems.get(key) or view.not_kept.get(key)
            if problem is not None:
                problems[key] = problem
            elif key in asked or is_answered(view.answers.get(key)):
                kept.append(key)
            else:
                continue
            warnings |= {key: view.warnings[key]} if view.warnings.get(key) else {}
            del left[key]
    return AnswersTaken(_review(session, framework, item, now=now), tuple(kept), problems, warnings, tuple(left))


def _review(session: Session, framework: Framework, item: LearningSpace, *, now: datetime) -> FormView:
    fresh = learning_spaces.by_reference(session, item.reference) or item
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    return build_view(session, framework, fresh, draft, step=REVIEW, now=now)

"""What a page of a learning-space form is drawn from: the item, the answers so far, and what may be chosen.

Only the person who fills the form in ever gets one: it is the one place that holds the case and the practitioner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assurance.common.refusals import AlreadyDone, NotFound, NotYours, Withdrawn
from assurance.forms.owners import context_of
from assurance.notify.tell import function_title, name_of
from policy.council.actor import Actor
from policy.forms.forms import FormContext, Problem, SoftCheckHit, check_all, soft_checks, visible_steps
from policy.framework.framework import Form, Framework
from storage.casework import corrections, learning_spaces, reflections
from storage.casework.learning_spaces import EXCLUDED, SUBMITTED, WITHDRAWN, Draft, LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session

REVIEW = ""
"""The page after the last: everything once more before it is submitted."""


@dataclass(frozen=True, slots=True)
class FormView:
    """One page of a form for the person who fills it in."""

    item: LearningSpace
    practitioner: str
    """The practitioner's name; shown on the opened form, to the auditor alone."""
    function: str
    """The title of the function the child's case belongs to."""
    form: Form
    step: str
    """The page's key; `REVIEW` (empty) for the review."""
    answers: Mapping[str, Any]
    """Everything saved so far, field by field."""
    version: int
    """How often the draft has changed; 0 before the first answer. A card carries it."""
    context: FormContext
    problems: Mapping[str, Problem] = field(default_factory=dict)
    """Of this page: field -> why its answer does not stand."""
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """Of this page: field -> what to look at again. Stops nothing."""
    entered: Mapping[str, Any] = field(default_factory=dict)
    """Of this page: what to show back in the boxes, refused values too. Never stored."""
    not_kept: Mapping[str, Problem] = field(default_factory=dict)
    """Of the page just saved: field -> why what was typed there was not kept, so that nobody thinks it was."""
    newly_asked: frozenset[str] = frozenset()
    """Questions these answers have just brought up; unanswered, but nobody's fault."""
    overtaken: bool = False
    """Whether this page's answers were changed elsewhere after its card was drawn, so that nothing was kept of it."""
    form_changed: bool = False
    """Whether the card this came from was of an older form."""
    missing: Mapping[str, Mapping[str, Problem]] = field(default_factory=dict)
    """On the review: page -> field -> what still stands in the way of submitting."""
    soft: tuple[SoftCheckHit, ...] = ()
    """The soft checks that hit on the answers so far."""
    red_route: bool = False
    """Whether the answers say that a child is at immediate risk."""
    reflection: str = ""
    """On the review: what the practitioner added in their own words."""

    @property
    def reviewing(self) -> bool:
        """Whether this is the review."""
        return self.step == REVIEW


def form_of(framework: Framework, item: LearningSpace) -> Form:
    """The form an activity is answered with."""
    return framework.form(item.activity)


def own_item(session: Session, token: str, actor: Actor) -> LearningSpace:
    """The open item behind a card's token, for its own auditor.

    NotFound for a token of nothing, NotYours for anyone else's, Withdrawn once it is excluded or withdrawn.
    A submitted one is handed back as it is: the caller decides what its receipt is.
    """
    item = learning_spaces.by_token(session, token) if token else None
    if item is None:
        raise NotFound(token)
    if not actor.person_id or item.person != actor.person_id:
        raise NotYours(item.reference)
    if item.state in (EXCLUDED, WITHDRAWN):
        raise Withdrawn(item.reference)
    return item


def refuse_if_submitted(session: Session, item: LearningSpace) -> None:
    """AlreadyDone, with who and when, once an item is submitted."""
    if item.state == SUBMITTED:
        by = item.submitted_by or item.person
        name = name_of(establishments.current(session), by)
        raise AlreadyDone(item.reference, by=by, by_name=name, at=item.submitted_at or item.deadline_at)


def may_fill_in(session: Session, item: LearningSpace) -> bool:
    """Whether its form can be filled in now: while it is open, and when it was opened again to be corrected."""
    return item.state != SUBMITTED or corrections.asked(session, item.reference) is not None


def refuse_unless_to_fill_in(session: Session, item: LearningSpace) -> None:
    """AlreadyDone, with who and when, for a submitted item that was not opened again."""
    if not may_fill_in(session, item):
        refuse_if_submitted(session, item)


def risk_is_raised(form: Form, answers: Mapping[str, Any]) -> bool:
    """Whether the answers say that a child is at immediate risk."""
    return answers.get(form.risk_field) == "yes"


def build_view(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    draft: Draft | None,
    *,
    step: str,
    now: datetime,
    **page: Any,
) -> FormView:
    """The view of one page; `page` is what a check of that page found, if there was one."""
    form = form_of(framework, item)
    establishment = establishments.current(session)
    context = context_of(framework, establishment, item, now=now)
    answers = dict(draft.answers) if draft else {}
    return FormView(
        item=item,
        practitioner=name_of(establishment, item.practitioner),
        function=function_title(framework, item.case_function),
        form=form,
        step=step,
        answers=answers,
        version=draft.version if draft else 0,
        context=context,
        missing=check_all(form, answers, context, framework) if step == REVIEW else {},
        soft=soft_checks(form, answers, framework),
        red_route=risk_is_raised(form, answers),
        reflection=_reflection(session, item) if step == REVIEW else "",
        **page,
    )


def _reflection(session: Session, item: LearningSpace) -> str:
    written = reflections.of(session, item.reference)
    return written.text if written else ""


def first_page(form: Form, draft: Draft | None) -> str:
    """Where to go on: the page the draft was left at, if it is still asked, else the first."""
    answers = draft.answers if draft else {}
    asked = [step.key for step in visible_steps(form, answers)]
    if draft and draft.step in (*asked, REVIEW):
        return draft.step
    return asked[0]

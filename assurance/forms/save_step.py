"""Save one page of a learning-space form: what is valid is kept, what is not is shown back, nothing is ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assurance.common.refusals import UnknownStep
from assurance.forms.form_view import (
    REVIEW,
    FormView,
    build_view,
    form_of,
    own_item,
    refuse_unless_to_fill_in,
    risk_is_raised,
)
from assurance.forms.open_form import begin
from assurance.forms.owners import context_of
from assurance.red_route.raise_red_route import raise_red_route, record_told
from policy.council.actor import Actor
from policy.forms.forms import SOFT_CHECKS, StepCheck, check_page, next_step, previous_step, visible_steps
from policy.framework.framework import Form, Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import Draft, LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session

NEXT, BACK, STAY = "next", "back", "stay"


def save_step(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    step: str,
    raw: Mapping[str, object],
    move: str,
    now: datetime,
    version: int | None = None,
) -> FormView:
    """Save page `step` as `raw` fills it in, and go where `move` says: next, back, stay, a page's key or the review.

    Only going on complains of what is missing: the view then stays on the page with its problems. A page that
    brings none of its own questions changes nothing. Whatever card it came from, other pages are left as they are,
    and pressing twice is harmless: the draft's version rises only when an answer has changed. An answer that breaks
    the identifier guard is never stored.

    A card that was drawn at an older `version` does not put its answers over newer ones, given elsewhere: the page
    comes back with what stands in its boxes, to be pressed once more.

    The answer that a child is at immediate risk is acted on here and now, whatever else the page lacks.

    Raises NotFound, NotYours, Withdrawn, AlreadyDone, UnknownStep.
    """
    item = own_item(session, token, actor)
    refuse_unless_to_fill_in(session, item)
    form = form_of(framework, item)
    pages = {one.key for one in form.steps}
    if step not in pages or move not in pages | {NEXT, BACK, STAY, REVIEW}:
        raise UnknownStep(item.reference)
    item = begin(session, item, actor=actor, now=now)
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    earlier = dict(draft.answers) if draft else {}
    context = context_of(framework, establishments.current(session), item, now=now)
    check = check_page(form, step, raw, context, framework, earlier)
    answers = kept_answers(check, earlier)
    newly_at_risk = risk_is_raised(form, check.answers) and not risk_is_raised(form, earlier)
    behind = draft is not None and version is not None and version < draft.version and not newly_at_risk
    if behind and overwrites(form, step, check, earlier):  # word of a new risk is never held back
        shown: dict[str, Any] = {"entered": check.entered, "warnings": check.warnings, "overtaken": True}
        return build_view(session, framework, item, draft, step=step, now=now, **shown)
    page = page_after(form, step, move, answers, check)
    draft = _save(session, item, draft, answers, page, now)
    if risk_is_raised(form, answers):
        raise_red_route(session, framework, item, actor=actor, now=now)
        record_told(session, item, _told(form, answers))
    found = what_to_show(check, stays=page == step, complains=move not in (BACK, STAY))
    return build_view(session, framework, item, draft, step=page, now=now, **found)


def kept_answers(check: StepCheck, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to keep: a refused value leaves the answer before it standing, an emptied box takes it away."""
    answers = dict(check.draft)
    for key, problem in check.problems.items():
        if problem.code != "required" and key in earlier and key not in check.draft:
            answers[key] = earlier[key]
    return answers


def page_after(form: Form, step: str, move: str, answers: Mapping[str, Any], check: StepCheck) -> str:
    """The page that comes next."""
    asked = [one.key for one in visible_steps(form, answers)]
    if move == BACK:
        return previous_step(form, step, answers) or asked[0]
    if move == STAY:
        return step if step in asked else asked[0]
    if move in asked:
        return move
    if check.problems:
        return step
    if move == REVIEW:
        return REVIEW
    return next_step(form, step, answers) or REVIEW


def what_to_show(check: StepCheck, *, stays: bool, complains: bool) -> dict[str, Any]:
    """What the page that comes next says of this check. A value that could not be kept is always said, unasked too."""
    refused = {key: problem for key, problem in check.problems.items() if problem.code != "required"}
    if not stays:
        return {"not_kept": refused}
    shown = {"warnings": check.warnings, "entered": check.entered, "not_kept": refused}
    if complains:
        return {**shown, "problems": check.problems, "newly_asked": check.newly_asked}
    return {**shown, "problems": refused}


def overwrites(form: Form, step: str, check: StepCheck, earlier: Mapping[str, Any]) -> bool:
    """Whether saving a page would change or take away an answer that is there."""
    if step not in [one.key for one in visible_steps(form, earlier)]:
        return False
    return any(key != SOFT_CHECKS and earlier.get(key) not in (None, value) for key, value in check.answers.items())


def _save(
    session: Session, item: LearningSpace, draft: Draft | None, answers: dict[str, Any], page: str, now: datetime
) -> Draft | None:
    changed = _given(answers) != _given(draft.answers if draft else {})
    if draft is None and not changed:
        return None
    if draft is not None and not changed and draft.step == page:
        return draft
    version = (draft.version if draft else 0) + changed
    saved = Draft(item.reference, item.person, answers, page, version, now)
    learning_spaces.save_draft(session, saved)
    return saved


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody answered: the note of soft checks alone is no answer."""
    return {key: value for key, value in answers.items() if key != SOFT_CHECKS}


def _told(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of the safety notice: which roles were told and when."""
    fields = [field for step in form.steps if step.notice for field in step.fields if field.kind != "text"]
    return {field.key: answers[field.key] for field in fields if answers.get(field.key) is not None}

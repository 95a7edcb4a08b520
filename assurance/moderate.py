"""The moderator's work up to the talk: an own view first, then both side by side, a day for the talk, what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from assurance.moderation_selection import tell
from assurance.moderation_view import (
    BOOKING,
    FORM,
    GRADING,
    SAID,
    TALK,
    ModerationView,
    build,
    context_of,
    own,
)
from assurance.refusals import NotReady, UnknownStep
from assurance.tell import name_of
from policy.actor import Actor
from policy.calendar import Calendar
from policy.forms import check_form, check_step, next_step, previous_step
from policy.framework import Framework
from policy.lifecycle import MODERATION as LIFE
from policy.lifecycle import move
from storage import establishment as establishments
from storage import form_drafts, history, moderations
from storage.form_drafts import FormDraft
from storage.learning_spaces import LearningSpace
from storage.moderations import DISCUSSED, GRADED, SELECTED, Moderation
from storage.session import Session

BOOKED = "E23"
NEXT, BACK, STAY = "next", "back", "stay"
BEFORE = "before"
"""The part of what is kept that holds an earlier look, once the form had changed."""


def save_moderation_step(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    step: str,
    raw: Mapping[str, object],
    move_to: str,
    now: datetime,
) -> ModerationView:
    """Save a page of the moderator's own view; after the last one it is stored, and only then both are shown.

    A press on an old card, once it is stored, changes nothing and shows both. Raises NotFound, NotYours, UnknownStep.
    """
    moderation, item = own(session, token, actor)
    if moderation.state != SELECTED:
        return build(session, framework, moderation, item, actor=actor, now=now)
    form = framework.form(FORM)
    if step not in [one.key for one in form.steps] or move_to not in (NEXT, BACK, STAY):
        raise UnknownStep(moderation.reference)
    draft = form_drafts.load(session, moderation.reference, FORM, moderation.moderator)
    earlier = dict(draft.answers) if draft else {}
    check = check_step(form, step, raw, context_of(framework, item, now), framework, earlier)
    answers = {**check.draft}
    for key, problem in check.problems.items():
        if problem.code != "required" and key in earlier:
            answers[key] = earlier[key]
    saved = FormDraft(
        moderation.reference, FORM, moderation.moderator, answers, step, (draft.version if draft else 0) + 1, now
    )
    form_drafts.save(session, saved)
    if move_to == NEXT and not check.problems:
        following = next_step(form, step, answers)
        if following is None:
            return _grade(session, framework, moderation, item, answers, actor=actor, now=now)
        return build(session, framework, moderation, item, actor=actor, now=now, page=following)
    page = (previous_step(form, step, answers) or step) if move_to == BACK else step
    stays: dict[str, Any] = {}
    if page == step:
        refused = {key: one for key, one in check.problems.items() if move_to == NEXT or one.code != "required"}
        stays = {"problems": refused, "warnings": check.warnings, "entered": check.entered}
    return build(session, framework, moderation, item, actor=actor, now=now, page=page, **stays)


def _grade(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    item: LearningSpace,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ModerationView:
    """Store the second view, whole or not at all; from here on the original may be shown."""
    form = framework.form(FORM)
    checked = check_form(form, answers, context_of(framework, item, now), framework)
    if checked.missing:
        page, problems = next(iter(checked.missing.items()))
        return build(session, framework, moderation, item, actor=actor, now=now, page=page, problems=problems)
    changes: dict[str, Any] = {
        "state": move(LIFE, moderation.state, "grade"),
        "moderated_grade": checked.answers[form.grade_field],
        "moderated_impact": checked.answers[form.impact_field],
        "graded_at": now,
        # The form may have changed since it was selected; what is graded now is the form as it stands.
        "original_grade": item.grade,
        "original_impact": item.impact,
        "stale": False,
        "form": {**moderation.form, GRADING: checked.answers},
    }
    moderations.update(session, moderation.reference, **changes)
    form_drafts.delete(session, moderation.reference, FORM)
    _note(session, moderation, "moderation_graded", actor=actor, now=now)
    return _again(session, framework, actor, now, moderation.token)


def look_again(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ModerationView:
    """The form has changed since: begin with an own view once more. What was found before is kept beside it.

    Raises NotFound, NotYours, NotReady while the form has not changed.
    """
    moderation, item = own(session, token, actor)
    if moderation.state == SELECTED:
        return build(session, framework, moderation, item, actor=actor, now=now)
    if not moderation.stale:
        raise NotReady(moderation.reference)
    before = {
        "form": moderation.form,
        "original_grade": moderation.original_grade,
        "moderated_grade": moderation.moderated_grade,
        "outcome": moderation.outcome,
    }
    calendar = Calendar.of(framework)
    days = framework.moderation.discussion_within_working_days
    moderations.update(
        session,
        moderation.reference,
        state=move(LIFE, moderation.state, "look_again"),
        original_grade=item.grade,
        original_impact=item.impact,
        moderated_grade="",
        moderated_impact="",
        graded_at=None,
        booked_on=None,
        discussed_on=None,
        outcome="",
        decided_by="",
        closed_at=None,
        stale=False,
        form={BEFORE: before},
        next_step_at=calendar.send_at(calendar.add_working_days(calendar.local_date(now), days)),
    )
    _note(session, moderation, "moderation_begun_again", actor=actor, now=now)
    return _again(session, framework, actor, now, token)


def book_talk(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> ModerationView:
    """Book a day for the talk and tell the manager (E23); another day is told again. NotReady before the own view.

    Raises NotFound, NotYours, NotReady.
    """
    moderation, item = own(session, token, actor)
    _at_least(moderation, GRADED)
    if moderation.state != GRADED:
        return build(session, framework, moderation, item, actor=actor, now=now)
    form = framework.form(BOOKING)
    step = form.steps[0]
    check = check_step(form, step.key, raw, context_of(framework, item, now), framework, {})
    if check.problems:
        found: dict[str, Any] = {"problems": check.problems, "entered": check.entered}
        return build(session, framework, moderation, item, actor=actor, now=now, **found)
    booked_on = date.fromisoformat(check.draft["booked_on"])
    if booked_on != moderation.booked_on:
        state = move(LIFE, moderation.state, "book")
        moderations.update(session, moderation.reference, state=state, booked_on=booked_on, next_step_at=None)
        _note(session, moderation, "moderation_talk_booked", actor=actor, now=now, on=booked_on.isoformat())
        extra = {
            "booked_on": booked_on.isoformat(),
            "moderator": name_of(establishments.current(session), moderation.moderator),
        }
        step_name = f"{booked_on:%Y-%m-%d}"
        tell(session, framework, BOOKED, moderation, item, now=now, extra=extra, step=step_name, opens=False)
    return _again(session, framework, actor, now, token)


def open_talk(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ModerationView:
    """The page on which what was said is written down. Raises NotFound, NotYours, NotReady."""
    moderation, item = own(session, token, actor)
    _at_least(moderation, GRADED)
    return build(session, framework, moderation, item, actor=actor, now=now, page=framework.form(TALK).steps[0].key)


def record_talk(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> ModerationView:
    """Keep the talk: its day, the way, and the manager's view, without which there is no outcome (R108).

    Raises NotFound, NotYours, NotReady.
    """
    moderation, item = own(session, token, actor)
    _at_least(moderation, GRADED)
    if moderation.state not in (GRADED, DISCUSSED):
        return build(session, framework, moderation, item, actor=actor, now=now)
    form = framework.form(TALK)
    step = form.steps[0].key
    check = check_step(form, step, raw, context_of(framework, item, now), framework, {})
    if check.problems:
        found = {"problems": check.problems, "warnings": check.warnings, "entered": check.entered}
        return build(session, framework, moderation, item, actor=actor, now=now, page=step, **found)
    said = {key: value for key, value in check.draft.items() if value is not None}
    moderations.update(
        session,
        moderation.reference,
        state=move(LIFE, moderation.state, "discuss"),
        discussed_on=date.fromisoformat(said["discussed_on"]),
        form={**moderation.form, SAID: said},
        next_step_at=None,
    )
    _note(session, moderation, "moderation_discussed", actor=actor, now=now, on=said["discussed_on"], way=said["way"])
    return _again(session, framework, actor, now, token)


def _at_least(moderation: Moderation, state: str) -> None:
    if moderation.state == SELECTED != state:
        raise NotReady(moderation.reference)


def _again(session: Session, framework: Framework, actor: Actor, now: datetime, token: str) -> ModerationView:
    moderation, item = own(session, token, actor)
    return build(session, framework, moderation, item, actor=actor, now=now)


def _note(session: Session, moderation: Moderation, verb: str, *, actor: Actor, now: datetime, **detail: Any) -> None:
    """History keeps that it was done, when and by whom: never a grade, nor a word of what was said."""
    about = {"learning_space": moderation.subject, **detail}
    history.append(session, at=now, actor=actor, verb=verb, subject=moderation.reference, detail=about)

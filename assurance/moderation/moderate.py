"""The moderator's work up to the talk: an own view first, then both side by side, a day for the talk, what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from assurance.common.refusals import NotReady, UnknownStep
from assurance.forms.save_step import BACK, NEXT, STAY
from assurance.moderation.moderation_drafts import (
    BOOKING,
    FORM,
    SAID,
    TALK,
    begin_draft,
    drop_drafts,
    is_over,
    save_page,
)
from assurance.moderation.moderation_selection import tell
from assurance.moderation.moderation_view import GRADING, ModerationView, build, context_of, form_of_page, own
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.forms import check_form
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import MODERATION as LIFE
from policy.lifecycle.lifecycle import move
from storage.casework import moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.moderations import GRADED, SELECTED, Moderation
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

BOOKED = "E23"
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
    version: int | None = None,
) -> ModerationView:
    """Save a page of the moderator's own view, or of the talk; after the last one the form is stored.

    Only once their own view is stored are both shown. A press on an old card of a form that is stored, or of a
    learning space that has changed since, changes nothing and shows how it stands. One drawn at an older `version`
    does not put its answers over newer ones. Raises NotFound, NotYours, UnknownStep.
    """
    moderation, item = own(session, token, actor)
    form = form_of_page(framework, moderation, step)
    known = [one.key for key in (FORM, BOOKING, TALK) for one in framework.form(key).steps]
    if step not in known or (moderation.state == SELECTED and move_to not in (NEXT, BACK, STAY)):
        raise UnknownStep(moderation.reference)
    if form is None or form.key == BOOKING or is_over(moderation):
        return build(session, framework, moderation, item, actor=actor, now=now)
    saved = save_page(
        session,
        framework,
        moderation,
        form,
        context=context_of(framework, item, now),
        step=step,
        raw=raw,
        move_to=move_to,
        version=version,
        now=now,
    )
    if saved.page:
        leaves = form.key == TALK and move_to == BACK  # a form of one page: back is to both side by side
        page = "" if leaves else saved.page
        return build(session, framework, moderation, item, actor=actor, now=now, page=page, **saved.shown)
    store = grade if form.key == FORM else record
    return store(session, framework, moderation, item, saved.answers, actor=actor, now=now)


def grade(
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
    drop_drafts(session, moderation, FORM)
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
    drop_drafts(session, moderation, BOOKING, TALK)
    _note(session, moderation, "moderation_begun_again", actor=actor, now=now)
    return _again(session, framework, actor, now, token)


def book_talk(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    raw: Mapping[str, object],
    now: datetime,
    version: int | None = None,
) -> ModerationView:
    """Book a day for the talk and tell the manager (E23); another day is told again. NotReady before the own view.

    Raises NotFound, NotYours, NotReady.
    """
    moderation, item = own(session, token, actor)
    _at_least(moderation, GRADED)
    if moderation.state != GRADED or is_over(moderation):
        return build(session, framework, moderation, item, actor=actor, now=now)
    form = framework.form(BOOKING)
    saved = save_page(
        session,
        framework,
        moderation,
        form,
        context=context_of(framework, item, now),
        step=form.steps[0].key,
        raw=raw,
        move_to=NEXT,
        version=version,
        now=now,
    )
    if saved.page:
        return build(session, framework, moderation, item, actor=actor, now=now, **saved.shown)
    return book(session, framework, moderation, item, saved.answers, actor=actor, now=now)


def book(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    item: LearningSpace,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ModerationView:
    """Store the day. The same day as before is told to nobody again."""
    booked_on = date.fromisoformat(answers["booked_on"])
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
    drop_drafts(session, moderation, BOOKING)
    return _again(session, framework, actor, now, moderation.token)


def open_talk(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ModerationView:
    """The page on which what was said is written down, noted as open. Raises NotFound, NotYours, NotReady."""
    moderation, item = own(session, token, actor)
    _at_least(moderation, GRADED)
    form = framework.form(TALK)
    page = form.steps[0].key
    if form_of_page(framework, moderation, page) is form and not is_over(moderation):
        begin_draft(session, moderation, form, now=now)
    return build(session, framework, moderation, item, actor=actor, now=now, page=page)


def record_talk(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    raw: Mapping[str, object],
    now: datetime,
    version: int | None = None,
) -> ModerationView:
    """Keep the talk: its day, the way, and the manager's view, without which there is no outcome (R108).

    Raises NotFound, NotYours, NotReady.
    """
    moderation, _ = own(session, token, actor)
    _at_least(moderation, GRADED)
    step = framework.form(TALK).steps[0].key
    return save_moderation_step(
        session, framework, token, actor=actor, step=step, raw=raw, move_to=NEXT, now=now, version=version
    )


def record(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    item: LearningSpace,
    answers: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ModerationView:
    """Store what was said."""
    said = {key: value for key, value in answers.items() if value is not None}
    moderations.update(
        session,
        moderation.reference,
        state=move(LIFE, moderation.state, "discuss"),
        discussed_on=date.fromisoformat(said["discussed_on"]),
        form={**moderation.form, SAID: said},
        next_step_at=None,
    )
    drop_drafts(session, moderation, TALK)
    _note(session, moderation, "moderation_discussed", actor=actor, now=now, on=said["discussed_on"], way=said["way"])
    return _again(session, framework, actor, now, moderation.token)


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

"""Answer one question by typing: it is saved to the same draft as on a card, and the next question comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assurance.forms.form_view import REVIEW
from assurance.forms.save_step import STAY
from assurance.typed.typed_view import TypedPage, View, door_of, look, remember
from policy.council.actor import Actor
from policy.forms.form_questions import END, Asked, question_after, questions, still_needed
from policy.forms.forms import Problem, is_answered
from policy.framework.framework import Form, FormField, Framework
from storage.casework import conversations
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one answer."""

    page: TypedPage | None
    """The question that comes now: the same one when the answer does not stand. None when nothing was being asked."""
    field: FormField | None = None
    """The question that was answered."""
    value: Any = None
    """What is kept; None when nothing is, or when an answer was taken away."""
    problem: Problem | None = None
    """Why the answer does not stand. It is not kept then, and the one before it stays."""
    warnings: tuple[Problem, ...] = ()
    """What to look at again. Stops nothing."""
    overtaken: bool = False
    """The question has moved on or was answered on a card meanwhile, so this answer was not taken."""


def answer_by_typing(
    session: Session,
    framework: Framework,
    subject: str,
    *,
    actor: Actor,
    at: str,
    question: str,
    value: object,
    now: datetime,
) -> Answered:
    """Save `value` as the answer to `question`, for somebody who was asked `at`, and go on to the next question.

    The two differ when an earlier answer is put right. All other answers stay. An answer that breaks a rule or the
    identifier guard is not kept; the red route is raised here and now. None as a value takes an answer away.

    Raises NotFound, NotYours, Withdrawn, AlreadyDone, NotReady, NothingAsked.
    """
    place = conversations.load(session, actor.person_id)
    if place is None or place.subject != subject:
        return Answered(None, overtaken=True)
    page = look(session, framework, place, actor=actor, now=now)
    asked = next((one for one in page.questions if one.field.key == question), None)
    on_a_card = page.view.version != place.version and at == question and is_answered(page.answers.get(question))
    if place.question != at or asked is None or on_a_card:
        if page.asked is None and not page.at_the_end:
            page = replace(page, place=replace(place, question=question_after(page.form, page.answers, question)))
        return Answered(remember(session, page, now=now), overtaken=True)
    view = _save(session, framework, page, asked, value, actor=actor, now=now)
    problem = view.problems.get(question) or view.not_kept.get(question)
    if problem:
        kept = remember(session, replace(page, view=view), now=now)
        return Answered(kept, asked.field, problem=problem, warnings=view.warnings.get(question, ()))
    after = replace(page, view=view)
    nxt, back_to = _next(after.form, after.answers, at, question, place.back_to)
    after = replace(after, place=replace(place, question=nxt, back_to=back_to))
    after = _turn_the_page(session, framework, after, asked, actor=actor, now=now)
    return Answered(
        remember(session, after, now=now),
        asked.field,
        view.answers.get(question),
        warnings=tuple(view.warnings.get(question, ())),
    )


def _save(
    session: Session, framework: Framework, page: TypedPage, asked: Asked, value: object, *, actor: Actor, now: datetime
) -> View:
    """The question's page saved with this one answer changed, as if its card had been pressed."""
    raw = {field.key: page.answers.get(field.key) for field in asked.step.fields} | {asked.field.key: value}
    save = door_of(page.place.form).save
    return save(session, framework, page.place.subject, actor=actor, step=asked.step.key, raw=raw, move=STAY, now=now)


def _turn_the_page(
    session: Session, framework: Framework, page: TypedPage, last: Asked, *, actor: Actor, now: datetime
) -> TypedPage:
    """Leave the draft at the page the next question stands on, so that a card opens there."""
    to = page.asked.step.key if page.asked else REVIEW
    if to == last.step.key:
        return page
    save = door_of(page.place.form).save
    view = save(session, framework, page.place.subject, actor=actor, step=last.step.key, raw={}, move=to, now=now)
    return replace(page, view=view)


def _next(form: Form, answers: Mapping[str, Any], at: str, question: str, back_to: str) -> tuple[str, str]:
    """The question that comes after an answer, and where to go on after it.

    After a correction that is where the person was, unless the correction has brought up something that is needed.
    """
    keys = [one.field.key for one in questions(form, answers)]
    goes_back_to = back_to if at == question else at
    corrected = bool(back_to) or at != question
    if not corrected:
        return question_after(form, answers, question), ""
    if goes_back_to != END and goes_back_to not in keys:
        return question_after(form, answers, goes_back_to), ""
    needed = [one.field.key for one in still_needed(form, answers)]
    until = keys.index(goes_back_to) if goes_back_to != END else len(keys)
    brought_up = next((key for key in needed if keys.index(key) < until), None)
    if brought_up:
        return brought_up, goes_back_to
    return goes_back_to, ""

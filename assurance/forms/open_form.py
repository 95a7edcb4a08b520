"""Open the form of a learning space at the page it was left; the first time, note that its auditor has begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from assurance.common.refusals import UnknownStep
from assurance.forms.form_view import (
    REVIEW,
    FormView,
    build_view,
    first_page,
    form_of,
    own_item,
    refuse_unless_to_fill_in,
)
from policy.council.actor import Actor
from policy.forms.forms import visible_steps
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LEARNING_SPACE, move
from storage.casework import learning_spaces
from storage.casework.learning_spaces import ALLOCATED, LearningSpace
from storage.council import history
from storage.engine.session import Session


def open_form(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, step: str | None = None
) -> FormView:
    """The form at the page it was left, or at `step` (a page's key, or `REVIEW`).

    Raises NotFound, NotYours, Withdrawn, UnknownStep for a page the form does not ask, and AlreadyDone once it is
    submitted: answers are never shown again in chat.
    """
    item = own_item(session, token, actor)
    refuse_unless_to_fill_in(session, item)
    item = begin(session, item, actor=actor, now=now)
    form = form_of(framework, item)
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    asked = [one.key for one in visible_steps(form, draft.answers if draft else {})]
    if step is not None and step != REVIEW and step not in asked:
        raise UnknownStep(item.reference)
    page = first_page(form, draft) if step is None else step
    return build_view(session, framework, item, draft, step=page, now=now)


def open_form_with(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, raw: Mapping[str, object]
) -> FormView:
    """The form for a card whose page is there no longer: at the page that asks most of what stood in its boxes.

    What stood there is shown in the boxes again and kept once that page is saved. Raises what `open_form` raises.
    """
    view = open_form(session, framework, token, actor=actor, now=now)
    steps = visible_steps(view.form, view.answers)
    step = max(steps, key=lambda one: sum(field.key in raw for field in one.fields))
    here = {field.key for field in step.fields} & set(raw)
    if not here:
        return replace(view, form_changed=True)
    view = open_form(session, framework, token, actor=actor, now=now, step=step.key)
    return replace(view, entered={key: raw[key] for key in here}, form_changed=True)


def begin(session: Session, item: LearningSpace, *, actor: Actor, now: datetime) -> LearningSpace:
    """Note, once, that the auditor has opened the form."""
    if item.state != ALLOCATED:
        return item
    state = move(LEARNING_SPACE, item.state, "open")
    learning_spaces.update(session, item.reference, state=state, opened_at=now)
    history.append(session, at=now, actor=actor, verb="form_opened", subject=item.reference)
    return replace(item, state=state, opened_at=now)

"""Which page with a text box somebody has open: where a text they typed in the chat may have been meant to go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.common.refusals import Refused
from assurance.forms.form_view import FormView
from assurance.typed.typed_view import LEARNING_SPACE_FORM, View, door_of
from policy.council.actor import Actor
from policy.forms.forms import visible_fields, visible_steps
from policy.framework.framework import Form, FormStep, Framework
from storage.casework import form_drafts, learning_spaces, loops, moderations
from storage.engine.session import Session

LATELY = timedelta(hours=24)
"""How long after it was last opened or saved a form counts as open."""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page with a text box that is open."""

    view: View
    form: Form
    step: FormStep


def open_text_page(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> OpenPage | None:
    """The page this person opened or saved last, if it asks for a text and is still theirs to fill in; else None.

    Nothing is changed.
    """
    kind, about, step = _last(session, actor, now)
    try:
        view = door_of(kind).look(session, framework, about, actor=actor, now=now)
    except Refused:
        return None
    form = view.form
    found = next((one for one in visible_steps(form, view.answers) if one.key == step), None) if form else None
    if form is None or found is None or not any(one.kind == "text" for one in visible_fields(found, view.answers)):
        return None
    return OpenPage(replace(view, step=step) if isinstance(view, FormView) else view, form, found)


def _last(session: Session, actor: Actor, now: datetime) -> tuple[str, str, str]:
    """The form, the token and the page that this person had open last; empty for none."""
    spaces = sorted(learning_spaces.drafts_of(session, actor.person_id).values(), key=lambda one: one.updated_at)
    space = spaces[-1] if spaces and now - spaces[-1].updated_at <= LATELY else None
    other = form_drafts.last_of(session, actor.person_id, now - LATELY)
    if other is not None and (space is None or other.updated_at > space.updated_at):
        subject = loops.by_reference(session, other.reference) or moderations.by_reference(session, other.reference)
        return other.form, subject.token if subject else "", other.step
    item = learning_spaces.by_reference(session, space.reference) if space else None
    return LEARNING_SPACE_FORM, item.token if item else "", space.step if space else ""

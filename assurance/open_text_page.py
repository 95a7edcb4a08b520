"""Which page with a text box somebody has open: where a text they typed in the chat may have been meant to go."""

from __future__ import annotations

from datetime import datetime, timedelta

from assurance.form_view import FormView, build_view
from policy.actor import Actor
from policy.forms import visible_fields, visible_steps
from policy.framework import Framework
from storage import learning_spaces
from storage.session import Session

LATELY = timedelta(hours=24)
"""How long after it was last saved a form counts as open."""


def open_text_page(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> FormView | None:
    """The page this person saved last, if it asks for a text and its form is still theirs to fill in; else None.

    Nothing is changed.
    """
    drafts = sorted(learning_spaces.drafts_of(session, actor.person_id).values(), key=lambda one: one.updated_at)
    if not drafts or now - drafts[-1].updated_at > LATELY:
        return None
    draft = drafts[-1]
    item = learning_spaces.by_reference(session, draft.reference)
    if item is None or not item.is_open or item.person != actor.person_id:
        return None
    steps = visible_steps(framework.form(item.activity), draft.answers)
    step = next((one for one in steps if one.key == draft.step), None)
    if step is None or not any(field.kind == "text" for field in visible_fields(step, draft.answers)):
        return None
    return build_view(session, framework, item, draft, step=step.key, now=now)

"""A moderation's form for a card whose page is there no longer: what stood in its boxes is not lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from assurance.moderation.moderation_drafts import FORM, TALK, WHILE, is_over
from assurance.moderation.moderation_view import ModerationView, build, own
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework.moderations import SELECTED
from storage.engine.session import Session


def open_moderation_with(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, raw: Mapping[str, object]
) -> ModerationView:
    """The moderator's own view, or the talk, at the page that asks most of what stood in the boxes.

    What stood there is shown in the boxes again and kept once that page is saved. Raises NotFound, NotYours.
    """
    moderation, item = own(session, token, actor)
    key = FORM if moderation.state == SELECTED else TALK
    steps = framework.form(key).steps
    step = max(steps, key=lambda one: sum(field.key in raw for field in one.fields))
    here = {field.key for field in step.fields} & set(raw)
    if not here or is_over(moderation) or moderation.state not in WHILE[key]:
        return replace(build(session, framework, moderation, item, actor=actor, now=now), form_changed=True)
    view = build(session, framework, moderation, item, actor=actor, now=now, page=step.key)
    return replace(view, entered={one: raw[one] for one in here}, form_changed=True)


def asks_all(framework: Framework, raw: Mapping[str, object]) -> bool:
    """Whether the forms of a moderation ask everything that came in with a press."""
    asked = {field.key for key in WHILE for step in framework.form(key).steps for field in step.fields}
    return set(raw) - {"msteams"} <= asked

"""Drafts of a moderation's three forms: one each, whether a card, a window or a typed line wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assurance.forms.save_step import BACK, STAY, kept_answers, overwrites, page_after, what_to_show
from policy.forms.forms import FormContext, check_page
from policy.framework.framework import Form, Framework
from storage.casework import form_drafts
from storage.casework.form_drafts import FormDraft
from storage.casework.moderations import DISCUSSED, GRADED, SELECTED, Moderation
from storage.engine.session import Session

FORM, BOOKING, TALK = "moderation", "moderation_booking", "moderation_talk"
"""The three forms, by their keys in the framework file."""
SAID = "talk"
"""The part of what is kept of a moderation that holds what was said."""
WHILE: Mapping[str, tuple[str, ...]] = {FORM: (SELECTED,), BOOKING: (GRADED,), TALK: (GRADED, DISCUSSED)}
"""The states in which each form is its moderator's to fill in."""


def is_over(moderation: Moderation) -> bool:
    """Whether the form of the learning space has changed since its moderator looked: they begin once more."""
    return moderation.stale and moderation.state != SELECTED


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What came of saving one page."""

    answers: Mapping[str, Any]
    page: str
    """The page that comes next; empty after the last."""
    shown: dict[str, Any] = field(default_factory=dict)
    """What that page says of this one: problems, warnings, what was entered, what was not kept, overtaken."""


def load_draft(session: Session, moderation: Moderation, form: str) -> FormDraft | None:
    """What its moderator has answered so far of one of the forms, or None."""
    return form_drafts.load(session, moderation.reference, form, moderation.moderator)


def known(moderation: Moderation, form: str) -> dict[str, Any]:
    """What is on record of a form that may be filled in once more: the day booked, and what was said."""
    if form == TALK:
        return dict(moderation.form.get(SAID, {}))
    booked = moderation.booked_on if form == BOOKING else None
    return {"booked_on": booked.isoformat()} if booked else {}


def begin_draft(session: Session, moderation: Moderation, form: Form, *, now: datetime) -> None:
    """Note that a form is open in front of its moderator. What they have answered stays as it is."""
    draft = load_draft(session, moderation, form.key)
    step, answers, version = form.steps[0].key, known(moderation, form.key), 0
    if draft is not None:
        step, answers, version = draft.step, draft.answers, draft.version
    opened = FormDraft(moderation.reference, form.key, moderation.moderator, answers, step, version, now)
    form_drafts.save(session, opened)


def save_page(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    form: Form,
    *,
    context: FormContext,
    step: str,
    raw: Mapping[str, object],
    move_to: str,
    version: int | None,
    now: datetime,
) -> SavedPage:
    """Save page `step` as `raw` fills it in: what is valid is kept, what is not is shown back.

    A page that brings none of its own questions stands as it was. One drawn at an older `version` does not put its
    answers over newer ones. KeyError if the form has no such page.
    """
    draft = load_draft(session, moderation, form.key)
    earlier = dict(draft.answers) if draft else known(moderation, form.key)
    check = check_page(form, step, raw, context, framework, earlier)
    behind = draft is not None and version is not None and version < draft.version
    if behind and overwrites(form, step, check, earlier):
        shown: dict[str, Any] = {"entered": check.entered, "warnings": check.warnings, "overtaken": True}
        return SavedPage(earlier, step, shown)
    answers = kept_answers(check, earlier)
    page = page_after(form, step, move_to, answers, check)
    changed = answers != earlier
    if draft is None or changed or draft.step != page:
        number = (draft.version if draft else 0) + changed
        saved = FormDraft(moderation.reference, form.key, moderation.moderator, answers, page, number, now)
        form_drafts.save(session, saved)
    found = what_to_show(check, stays=page == step, complains=move_to not in (BACK, STAY))
    return SavedPage(answers, page, found)


def drop_drafts(session: Session, moderation: Moderation, *forms: str) -> None:
    """Drop what was drafted of these forms: it is on record now, or begins afresh."""
    for form in forms:
        form_drafts.delete(session, moderation.reference, form)

"""Drafts of every other form than the learning space's, kept at every step until the form is sent."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.contact import living_cards
from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import form_drafts


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What one person has written so far of one form about one thing."""

    reference: str
    form: str
    """The form's key in the framework file."""
    person: str
    answers: dict[str, Any]
    step: str
    version: int
    """Counts the changes, so that a stale card is noticed."""
    updated_at: datetime


_SELECT = sa.select(*(form_drafts.c[field.name] for field in fields(FormDraft)))
_LATEST = (
    _SELECT.where(form_drafts.c.reference == sa.bindparam("item"), form_drafts.c.form == sa.bindparam("kind"))
    .order_by(form_drafts.c.updated_at.desc(), form_drafts.c.version.desc())
    .limit(1)
)
_OF = _SELECT.where(
    form_drafts.c.reference == sa.bindparam("item"),
    form_drafts.c.form == sa.bindparam("kind"),
    form_drafts.c.person == sa.bindparam("writer"),
)

# What is kept of somebody between two turns, and about no record, stands under a name of its own for both.
_LAST = (
    _SELECT.where(
        form_drafts.c.person == sa.bindparam("writer"),
        form_drafts.c.reference != form_drafts.c.form,
        form_drafts.c.updated_at >= sa.bindparam("since"),
    )
    .order_by(form_drafts.c.updated_at.desc())
    .limit(1)
)


def load(session: Session, reference: str, form: str, person: str) -> FormDraft | None:
    """A person's draft, or None."""
    row = session.execute(_OF, {"item": reference, "kind": form, "writer": person}).first()
    return FormDraft(*row) if row else None


def latest(session: Session, reference: str, form: str) -> FormDraft | None:
    """The newest draft of whoever wrote one: where a deputy goes on from."""
    row = session.execute(_LATEST, {"item": reference, "kind": form}).first()
    return FormDraft(*row) if row else None


def last_of(session: Session, person: str, since: datetime) -> FormDraft | None:
    """The draft of a record that this person wrote or opened last, if that was at `since` or later."""
    row = session.execute(_LAST, {"writer": person, "since": since}).first()
    return FormDraft(*row) if row else None


def save(session: Session, draft: FormDraft) -> None:
    """Insert or replace a draft; the caller has checked and raised the version."""
    put(session, form_drafts, {field.name: getattr(draft, field.name) for field in fields(FormDraft)})
    living_cards.follow_draft(session, draft.person, draft.reference, at=draft.updated_at)


def delete(session: Session, reference: str, form: str) -> None:
    """Drop every draft of a form about a thing."""
    session.execute(sa.delete(form_drafts).where(form_drafts.c.reference == reference, form_drafts.c.form == form))

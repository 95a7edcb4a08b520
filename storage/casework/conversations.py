"""Where each person is in a form they answer by typing: one row a person, holding places and never words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import typed_conversations as table


@dataclass(frozen=True, slots=True)
class TypedConversation:
    """One row: the question a person was asked last."""

    person: str
    form: str
    """The form's key in the framework file."""
    subject: str
    """The opaque token of what the form is about."""
    question: str
    """The key of the question; '*' at the end, before it is sent."""
    back_to: str
    """After a correction, the question to go on with; empty when there was none."""
    version: int
    """Of the draft when the question was asked: what was read before it is sent."""
    due_on: date | None
    """As it was when the question was asked, so that a new date is noticed."""
    asked_at: datetime


_OF = sa.select(*(table.c[field.name] for field in fields(TypedConversation))).where(
    table.c.person == sa.bindparam("whose")
)


def load(session: Session, person: str) -> TypedConversation | None:
    """Where this person is, or None."""
    row = session.execute(_OF, {"whose": person}).first()
    return TypedConversation(*row) if row else None


def save(session: Session, place: TypedConversation) -> None:
    """Remember where this person is, in place of where they were."""
    put(session, table, {field.name: getattr(place, field.name) for field in fields(TypedConversation)})


def forget(session: Session, person: str) -> None:
    """This person is asked nothing any more."""
    session.execute(sa.delete(table).where(table.c.person == person))

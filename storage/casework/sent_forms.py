"""A form that was sent in and can still be taken back: its draft is kept until then, and so is the way back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from storage.casework.learning_spaces import SUBMITTED
from storage.contact import living_cards
from storage.engine.session import Session
from storage.schema.tables import actions, allocations, answers, drafts, form_drafts, loops, moderations
from storage.schema.tables import typed_conversations as typed

_KEEP = sa.update(drafts).where(drafts.c.reference == sa.bindparam("item")).values(final_at=sa.bindparam("until"))
_FINAL_AT = sa.select(sa.func.max(drafts.c.final_at)).where(drafts.c.reference == sa.bindparam("item"))
# Spelt out, not only compared: only then does a database see that the index of these will do.
_SENT = drafts.c.final_at.is_not(None)
_DROP = (
    sa.delete(drafts)
    .where(_SENT, drafts.c.final_at <= sa.bindparam("now"))
    .returning(drafts.c.person, drafts.c.reference)
)
_OF = (
    sa.select(allocations.c.reference)
    .join(drafts, drafts.c.reference == allocations.c.reference)
    .where(_SENT, drafts.c.final_at > sa.bindparam("now"), allocations.c.submitted_by == sa.bindparam("whose"))
    .order_by(allocations.c.submitted_at.desc())
)
_IN_DOUBT = (
    sa.select(drafts.c.reference)
    .join(allocations, drafts.c.reference == allocations.c.reference)
    .where(_SENT, drafts.c.final_at > sa.bindparam("now"), allocations.c.state == SUBMITTED)
    .where(allocations.c.submitted_at < sa.bindparam("before"))
    .limit(1)
)


def keep_drafts(session: Session, reference: str, *, until: datetime) -> None:
    """The form was sent in: what was written is nobody's draft any more, and stays until then."""
    session.execute(_KEEP, {"item": reference, "until": until})


def give_drafts_back(session: Session, reference: str) -> None:
    """They are drafts again, as they were."""
    session.execute(_KEEP, {"item": reference, "until": None})


def final_at(session: Session, reference: str) -> datetime | None:
    """Until when a form that was sent in can be taken back; None where none was, or its time is long over."""
    found: datetime | None = session.execute(_FINAL_AT, {"item": reference}).scalar()
    return found


def sent_by(session: Session, person: str, now: datetime) -> list[str]:
    """References of the forms a person sent in and can take back, the last one first."""
    return list(dict.fromkeys(row[0] for row in session.execute(_OF, {"whose": person, "now": now})))


def any_in_doubt(session: Session, *, before: datetime, now: datetime) -> bool:
    """Whether a form that was sent in before an instant can still be taken back."""
    return session.execute(_IN_DOUBT, {"before": before, "now": now}).first() is not None


def drop_final(session: Session, now: datetime) -> None:
    """What can no longer be taken back is no draft any more, and its author's card offers that no longer."""
    for person, reference in session.execute(_DROP, {"now": now}).all():
        living_cards.look_later(session, person, reference, at=now)


def begun(session: Session, references: Collection[str], tokens: Collection[str]) -> bool:
    """Whether anybody has begun a form about these, on cards or by typing."""
    on_cards = sa.select(form_drafts.c.reference).where(form_drafts.c.reference.in_(list(references))).limit(1)
    by_typing = sa.select(typed.c.subject).where(typed.c.subject.in_(list(tokens))).limit(1)
    return any(session.execute(look).first() is not None for look in (on_cards, by_typing))


def take_away(session: Session, reference: str, *, loop: str, moderation: str, tracked: Collection[str]) -> None:
    """The answers that were sent in, and what they alone set off: nobody has heard of it."""
    session.execute(sa.delete(answers).where(answers.c.reference == reference))
    session.execute(sa.delete(moderations).where(moderations.c.reference == moderation))
    session.execute(sa.delete(loops).where(loops.c.reference == loop))
    session.execute(sa.delete(actions).where(actions.c.reference.in_(list(tracked))))

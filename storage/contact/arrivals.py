"""Everything the front desk asks about something that has just come in, in one question."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from policy.council.establishment import Person
from storage.contact.channels import ChannelState
from storage.contact.inbox import short_id
from storage.engine.session import Session
from storage.schema import tables

_people, _states, _inbox, _cards = tables.people, tables.channel_states, tables.inbox, tables.cards
ANSWERS = "typed answers"
"""The subject the message with somebody's own answers is remembered under, beside their living cards."""
_PERSON = tuple(_people.c[field.name] for field in fields(Person))
_STATE = tuple(_states.c[field.name] for field in fields(ChannelState))
_NEWEST = select(func.coalesce(func.max(tables.history.c.seq), 0)).scalar_subquery()
_WROTE = exists().where(_cards.c.person == _people.c.id, _cards.c.subject == ANSWERS)
_ARRIVAL = (
    select(*_PERSON, *_STATE, _inbox.c.external_id, _inbox.c.outcome, _NEWEST, _WROTE)
    .select_from(
        _people.outerjoin(
            _states, and_(_states.c.person == _people.c.id, _states.c.channel == bindparam("on"))
        ).outerjoin(_inbox, and_(_inbox.c.channel == bindparam("on"), _inbox.c.external_id == bindparam("delivery")))
    )
    .where(_people.c.entra_object_id == bindparam("entra"))
)


@dataclass(frozen=True, slots=True)
class Known:
    """A person, how they are reached on a channel, and whether this delivery has come in before."""

    person: Person
    contact: ChannelState | None
    seen: bool
    outcome: Any
    newest: int
    """The last row of history at that moment."""
    answers_listed: bool
    """Whether a list of their own answers stands in their chat."""


def look_up(session: Session, *, channel: str, external_id: str, entra_object_id: str) -> Known | None:
    """What is known of whoever an Entra object id belongs to; None for nobody's."""
    if not entra_object_id:
        return None
    asked = {"on": channel, "delivery": short_id(external_id), "entra": entra_object_id.lower()}
    row = session.execute(_ARRIVAL, asked).first()
    if row is None:
        return None
    split = len(_PERSON)
    state = row[split : split + len(_STATE)]
    *_, delivery, outcome, newest, listed = row
    contact = ChannelState(*state) if state[0] is not None else None
    return Known(Person(*row[:split]), contact, delivery is not None, outcome, newest, bool(listed))

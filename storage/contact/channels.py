"""How each person can be reached, and the one living card they have of an item."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update

from storage.engine.session import Session
from storage.engine.upsert import insert, put
from storage.schema import tables

CUT_OFF = ("blocked", "uninstalled", "disabled")
"""States of a channel on which somebody cannot be reached."""
ELSE = "-"
"""Stands in `shows` of a card that has become something about no one item, a list for instance."""

_states = tables.channel_states
_cards = tables.cards
_STATE = select(_states).where(_states.c.person == bindparam("whose"), _states.c.channel == bindparam("where"))


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Where a person is on one channel. `state` is one of policy.lifecycle's channel states."""

    person: str
    channel: str
    state: str
    updated_at: datetime
    service_url: str = ""
    conversation_id: str = ""
    channel_user_id: str = ""
    bot_id: str = ""
    tenant_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The message that shows a person an item; later news updates it in place."""

    person: str
    subject: str
    conversation_id: str
    activity_id: str
    sent_at: datetime
    event: str = ""
    """Of the news it shows."""
    shows: str = ""
    """What stands on it since its holder last pressed there: a reference, or `ELSE`; empty while it is as sent."""
    boxes: bool = False
    """Whether that can be typed in: what is typed and not sent yet stands there alone."""
    shown_at: datetime | None = None
    """When they pressed."""
    shown_seq: int = 0
    """The last row of history that was known when what the channel keeps was written.

    The answer to a press goes to the client that asked alone; it raises this only once it is on the channel's copy.
    """


def get(session: Session, person: str, channel: str) -> ChannelState | None:
    """What we know of a person on a channel, or None."""
    row = session.execute(_STATE, {"whose": person, "where": channel}).mappings().first()
    return ChannelState(**row) if row else None


def save(session: Session, state: ChannelState) -> None:
    """Remember where a person is on a channel, in place of what was known."""
    put(session, _states, asdict(state))


def set_state(session: Session, person: str, channel: str, state: str, reason: str, at: datetime) -> None:
    """Change whether a person can be reached; where they are stays known."""
    new = {"state": state, "reason": reason[:300], "updated_at": at}
    changed = session.execute(update(_states).where(_of(person, channel)).values(new))
    if changed.rowcount == 0:
        session.execute(insert(session, _states), {"person": person, "channel": channel, **new})


def find_person_by_channel_user(session: Session, channel: str, channel_user_id: str) -> str:
    """The person behind a channel's own user id, or empty."""
    if not channel_user_id:
        return ""
    found = select(_states.c.person).where(_states.c.channel == channel, _states.c.channel_user_id == channel_user_id)
    return str(session.execute(found.order_by(_states.c.updated_at.desc()).limit(1)).scalar() or "")


def states_of(session: Session, channel: str) -> dict[str, ChannelState]:
    """Everyone we know of on a channel, by person."""
    rows = session.execute(select(_states).where(_states.c.channel == channel)).mappings()
    return {row["person"]: ChannelState(**row) for row in rows}


def card_of(session: Session, person: str, subject: str) -> Card | None:
    """The card a person has of an item, or None."""
    row = session.execute(_CARD, {"whose": person, "about": subject}).first()
    return Card(*row) if row else None


def have_cards(session: Session, which: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Of these people and items, those with a card of the item."""
    if not which:
        return frozenset()
    people, about = ({each[place] for each in which} for place in (0, 1))
    found = select(_cards.c.person, _cards.c.subject).where(
        _cards.c.person.in_(sorted(people)), _cards.c.subject.in_(sorted(about))
    )
    return frozenset((row[0], row[1]) for row in session.execute(found)) & frozenset(which)


def save_card(session: Session, card: Card) -> None:
    """Remember the card a person has of an item, in place of an older one. It shows what is so."""
    put(session, _cards, {**asdict(card), "stale_since": None, "try_at": None})


_CARD = select(*(_cards.c[field.name] for field in fields(Card))).where(
    _cards.c.person == bindparam("whose"), _cards.c.subject == bindparam("about")
)


def _of(person: str, channel: str) -> ColumnElement[bool]:
    return (_states.c.person == person) & (_states.c.channel == channel)

"""Takes note of what comes in: who it is from, how they are reached, and whether it has come in before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy.council.establishment import Person
from storage.contact import arrivals, inbox
from storage.contact.channels import ChannelState
from storage.council import establishment
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Arrival:
    """What we know of something that has just come in."""

    person: Person | None
    """Who it is from; None when nobody of the establishment is bound to that identity."""
    contact: ChannelState | None = None
    """How they are reached on this channel, as we knew it until now."""
    seen: bool = False
    """The same delivery has come in before, and was answered."""
    outcome: Any = None
    """What came of it then, by reference."""
    newest: int = 0
    """The last row of history when it came in: whatever is answered knows at least so much."""
    answers_listed: bool = False
    """Whether a list of their own answers stands in their chat, to be covered once they are sent in."""


def recognise(session: Session, *, channel: str, external_id: str, entra_object_id: str) -> Arrival:
    """Who this is from and whether it has been here before. Reads only."""
    known = arrivals.look_up(session, channel=channel, external_id=external_id, entra_object_id=entra_object_id.strip())
    if known is None:
        return Arrival(None)
    return Arrival(known.person, known.contact, known.seen, known.outcome, known.newest, known.answers_listed)


def roles_of(session: Session, person: str) -> frozenset[str]:
    """The roles of the posts a person holds."""
    return frozenset(post.role for post in establishment.current(session).posts_held_by(person))


def remember(
    session: Session, *, channel: str, external_id: str, person: str, outcome: dict[str, str], now: datetime
) -> bool:
    """Note that a delivery was answered, so that the same one again has no second effect. False if it was noted before.

    `outcome` holds a verb and an opaque token at most, never anything that was typed.
    """
    return inbox.remember(session, channel, external_id, at=now, person=person, outcome=outcome)


def delivery_id(*parts: str) -> str:
    """One id for a delivery, from the channel's own ids."""
    return "|".join(parts)

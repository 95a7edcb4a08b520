"""What goes out and what came of it: a delivery, a courier's answer, and the shape every courier has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar

from assurance.common.listed import Listed
from policy.council.establishment import Person
from storage.casework.learning_spaces import LearningSpace
from storage.contact.channels import Card, ChannelState
from storage.outbox import bundles
from storage.outbox.notices import Notice

Outcome = Literal["sent", "later", "never", "unknown"]
"""sent: the channel took it. later: it surely did not, try again. never: it never will, for this person on this
channel. unknown: the answer was lost, so it may have arrived."""

ChannelCondition = Literal["reachable", "blocked", "uninstalled", "disabled"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way: whom to, over what, and everything the wording may draw on."""

    notice: Notice
    """What it says; of several in one message the first."""
    person: Person
    channel_state: ChannelState | None
    """How this person is reached on the notice's channel; None when nobody has heard from them there yet."""
    card: Card | None = None
    """The living card this person already has of the item, to be updated in place; None when there is none."""
    item: LearningSpace | None = None
    """The learning space the notice is about, as it stands now; None for other subjects."""
    known: int = 0
    """The last row of history when it was claimed: what happens after that is not in its message."""

    beside: tuple[Notice, ...] = ()
    """The other notices that go out in the same message."""
    told_in: str = ""
    """The event in whose words several go together; empty where one notice goes alone."""
    rows: tuple[Listed, ...] = ()
    """What such a message lists."""
    today: date = date.min
    """The day whose days such a list counts."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that go out in this message."""
        return (self.notice, *self.beside)

    @property
    def claims(self) -> tuple[tuple[int, int], ...]:
        """Their ids, and the fences they were claimed under."""
        return tuple((one.id, one.fence) for one in self.notices)

    @property
    def event(self) -> str:
        """In whose words it speaks."""
        return self.told_in or self.notice.event

    @property
    def subject(self) -> str:
        """What it is about; several have a subject of their own, which a repeat keeps."""
        return bundles.subject_of(self.notice.bundle) if self.told_in else self.notice.subject

    @property
    def token(self) -> str:
        """The opaque id for the card's buttons, empty unless the recipient is the one who fills the item in."""
        return self.item.token if self.item and self.item.person == self.person.id else ""


@dataclass(frozen=True, slots=True)
class CourierResult:
    """What a courier answers. Facts learnt on the way (conversation, channel state) ride along."""

    outcome: Outcome
    retry_at: datetime | None = None
    """With `later`: not before this instant (UTC). None lets the outbox choose."""
    remote_id: str = ""
    """The channel's id of the message, the activity id in Teams."""
    reason: str = ""
    """Short and safe to keep: a status or an error code, never text anyone typed."""
    channel_state: ChannelCondition | None = None
    """Set when the answer says how this person can be reached on this channel from now on."""
    conversation_id: str = ""
    """Set when the courier opened or learnt the conversation; kept for next time."""
    service_url: str = ""
    """Set together with `conversation_id` when the courier learnt where the conversation lives."""
    learnt: dict[str, str] = field(default_factory=dict)
    """Other ids worth keeping of the channel: 'channel_user_id', 'bot_id', 'tenant_id'."""


NO_WORDS = "could not be put into words"
"""How the reason begins of a notice whose rendering failed, waiting for another process or parked."""


class LeaseLost(Exception):
    """The notice in hand has been taken over by somebody else: it must not be posted by us."""


Begin = Callable[[], Awaitable[None]]
"""Awaited just before a message leaves for good: from then on it may have arrived.

Raises LeaseLost, or what else keeps it from leaving.
"""


async def unwatched() -> None:
    """The `Begin` of a message nobody has claimed."""


MessageT_contra = TypeVar("MessageT_contra", contravariant=True)


class Courier(Protocol[MessageT_contra]):
    """Takes a rendered message to a person over one channel. Never raises for a delivery that fails."""

    channel: str
    """The channel's key: 'teams' or 'mail'."""

    async def deliver(self, delivery: Delivery, message: MessageT_contra, begin: Begin = unwatched) -> CourierResult:
        """Try once, within the courier's own deadline, and say what came of it.

        `begin` is awaited just before what cannot be taken back or harmlessly repeated; what it raises is passed on.
        """
        ...

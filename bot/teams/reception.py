"""Finds out who somebody is: bound already, or bound now through the Teams roster, and notes how they are reached."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from assurance.channels.identify import bind_by_email
from assurance.channels.receive import Arrival, recognise
from assurance.channels.record_contact import record_contact
from bot.clock import Clock
from bot.teams.errors import SendFailed
from policy.council.establishment import Person
from storage.contact.channels import ChannelState
from storage.engine.database import Database

CHANNEL = "teams"
ASK_AGAIN_SECONDS = 60.0
"""Someone the roster did not help us with is not looked up again sooner than this."""
MAX_STRANGERS = 10_000

log = structlog.get_logger("bot.teams.reception")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone we know, with what has just come in from them."""

    person: Person
    arrival: Arrival
    delivery: str
    first_contact: bool
    """They could not be reached until now."""


class Reception:
    """Identity comes from the token's activity and the tenant's own directory, never from what somebody typed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._strangers: dict[str, float] = {}

    async def receive(self, context: TurnContext, delivery: str) -> Visitor | None:
        """The visitor, their contact noted; None for someone who is not in the establishment."""
        entra = _entra_id(context.activity)
        arrival = await self._recognise(entra, delivery)
        if arrival.person is None and entra and await self._bind(context, entra):
            arrival = await self._recognise(entra, delivery)
        if arrival.person is None:
            return None
        was_reachable = arrival.contact is not None and arrival.contact.state == "reachable"
        changed = await self._note_contact(context.activity, arrival.person.id, arrival.contact)
        return Visitor(arrival.person, arrival, delivery, first_contact=changed and not was_reachable)

    async def known(self, context: TurnContext) -> Person | None:
        """The person, without looking further and without noting anything."""
        return (await self._recognise(_entra_id(context.activity), "")).person

    async def _recognise(self, entra: str, delivery: str) -> Arrival:
        if not entra:
            return Arrival(None)
        return await self._db.read(recognise, channel=CHANNEL, external_id=delivery, entra_object_id=entra)

    async def _note_contact(self, activity: Activity, person: str, known: ChannelState | None) -> bool:
        """Where this person is now. Nothing is written while nothing has changed."""
        found = {
            "service_url": activity.service_url or "",
            "conversation_id": activity.conversation.id,
            "channel_user_id": (activity.from_property.id or "")[:300],
            "bot_id": ((activity.recipient.id if activity.recipient else "") or "")[:300],
            "tenant_id": (activity.conversation.tenant_id or "")[:80],
        }
        same = known is not None and all(not value or getattr(known, name) == value for name, value in found.items())
        if same and known is not None and known.state == "reachable":
            return False
        return await self._db.write(record_contact, person, channel=CHANNEL, now=self._clock.now(), **found)

    async def _bind(self, context: TurnContext, entra: str) -> bool:
        """Ask the roster for their address, and bind them to the person who has it."""
        now = time.monotonic()
        if now - self._strangers.get(entra, float("-inf")) < ASK_AGAIN_SECONDS:
            return False
        if len(self._strangers) >= MAX_STRANGERS:
            self._strangers.clear()
        self._strangers[entra] = now
        activity = context.activity
        try:
            entry = await context.adapter.connector.member(
                activity.service_url, activity.conversation.id, activity.from_property.id or entra
            )
        except SendFailed as failed:
            log.warning("roster_not_read", reason=failed.failure.code)
            return False
        if str(entry.get("aadObjectId") or entry.get("objectId") or "").lower() != entra.lower():
            return False
        addresses = tuple(str(entry[name]) for name in ("email", "userPrincipalName") if entry.get(name))
        if entry.get("userRole") == "guest" or any("#EXT#" in address.upper() for address in addresses):
            return False  # an outsider may carry any address
        bound = await self._db.write(bind_by_email, entra_object_id=entra, addresses=addresses, now=self._clock.now())
        return bound is not None


def _entra_id(activity: Activity) -> str:
    sender = activity.from_property
    return (sender.aad_object_id or "") if sender is not None else ""

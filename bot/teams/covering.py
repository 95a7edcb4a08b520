"""Covers the list of somebody's own answers in their chat, once it has been sent in or a newer one stands below it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ActivityTypes

from bot.teams.errors import SendFailed
from bot.teams.limits import TooLong
from dialogs.typed.typed import covered_message
from storage.contact import channels, living_cards
from storage.contact.arrivals import ANSWERS
from storage.contact.channels import Card

if TYPE_CHECKING:
    from bot.clock import Clock
    from dialogs.kit.message import Message
    from storage.engine.database import Database

SENT = frozenset(("submit", "loop_send"))
"""The buttons that send a form in."""


class Covering:
    """One per front desk. What cannot be covered stays where it is, in its author's own chat."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def after(self, context: TurnContext, person: str, message: Message, activity_id: str) -> None:
        """A message was sent: remember the one with answers, and cover the one before it."""
        if not (message.holds_answers or message.covers_answers):
            return
        earlier = await self._db.read(channels.card_of, person, ANSWERS)
        if earlier is not None:
            await _cover(context, earlier)
        if message.holds_answers and activity_id:
            here = context.activity.conversation.id
            await self._db.write(channels.save_card, Card(person, ANSWERS, here, activity_id, self._clock.now()))
        elif earlier is not None:
            await self._db.write(living_cards.forget, earlier)

    async def pressed(self, context: TurnContext, person: str, verb: str, message: Message) -> None:
        """A button was answered: if it sent the form in, the list goes, unless the receipt stands in its place."""
        if verb not in SENT and not message.covers_answers:
            return
        earlier = await self._db.read(channels.card_of, person, ANSWERS)
        if earlier is None:
            return
        if context.activity.reply_to_id != earlier.activity_id:
            await _cover(context, earlier)
        await self._db.write(living_cards.forget, earlier)


async def _cover(context: TurnContext, card: Card) -> None:
    said = covered_message()
    activity = Activity(type=ActivityTypes.message.value, id=card.activity_id, text=said.text, summary=said.summary)
    activity.text_format = "plain"
    with contextlib.suppress(SendFailed, TooLong):
        await context.update_activity(activity)

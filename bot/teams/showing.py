"""Knows what each message of ours shows once its holder has pressed on it, and puts a receipt on their other devices.

The answer to a press goes to the client that asked and to no other; what it leaves behind is kept here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ActivityTypes

from assurance.cards.card_shows import Shown, note_copied, note_shown
from assurance.channels.receive import Arrival
from bot.answering import Press, answering
from bot.teams.activities import card_attachment, message_activity
from bot.teams.errors import SendFailed
from bot.teams.limits import TooLong
from dialogs.kit.card_parts import asks_and_offers
from dialogs.kit.minute import SECONDS
from policy.lifecycle.reference import find_reference

if TYPE_CHECKING:
    from bot.clock import Clock
    from dialogs.kit.message import Message
    from storage.engine.database import Database

PATIENCE_SECONDS = 10.0
"""A receipt that would have to wait longer for its turn is left to the client that has it."""

log = structlog.get_logger("bot.teams.showing")


class Showing:
    """One per front desk. What could not be written down is no loss: a card is then changed when it need not be."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._newest: dict[tuple[str, str], Press] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for what is still being written down."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5.0)

    @contextlib.asynccontextmanager
    async def press(self, context: TurnContext, arrival: Arrival) -> AsyncIterator[Press]:
        """While a button on one of our messages is answered there."""
        assert arrival.person is not None
        person = arrival.person.id
        press = Press(person, context.activity.reply_to_id or "", arrival.newest)
        if press.activity_id:
            self._newest[person, press.activity_id] = press
        try:
            with answering(press):
                yield press
        except BaseException:
            self.done_with(press)
            raise

    @contextlib.asynccontextmanager
    async def line(self, arrival: Arrival) -> AsyncIterator[Press]:
        """While a typed line is answered, with messages of their own."""
        assert arrival.person is not None
        with answering(Press(arrival.person.id, "", arrival.newest)) as press:
            yield press

    def answered(self, context: TurnContext, press: Press, message: Message, *, copied: bool = False) -> None:
        """The answer stands where the button was, on the client that asked; `copied` when on the message itself too.

        Otherwise a receipt is put there behind the answer's back. Words without a card leave the one that was pressed
        as it is.
        """
        if press.activity_id and message.card is not None:
            self.begin(self._settle(context, press, message, copied=copied))
        else:
            self.done_with(press)

    def sent(self, context: TurnContext, press: Press, message: Message, activity_id: str) -> None:
        """A message was sent in answer; one that shows an item is kept true from now on."""
        shown = replace(shown_by(message, context, activity_id), copied=True)
        if activity_id and shown.reference and shown.token:
            self.begin(self._note(shown, press))

    # -- behind the answer's back -------------------------------------------------------------------------------------

    def begin(self, work: Any) -> None:
        """Do this behind the answer's back; `close` waits for it."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the answer stands
            log.warning("card not noted", error=type(error).__name__)

    async def _settle(self, context: TurnContext, press: Press, message: Message, *, copied: bool) -> None:
        shown = shown_by(message, context, press.activity_id)
        overtaken = press.did or press.settled
        try:
            if overtaken and not (copied or shown.boxes):
                copied = await self._put(context, press, message)
            shown = replace(shown, copied=copied, overtaken=overtaken)
            if self._is_newest(press):
                await self._note(shown, press)
            elif copied:
                now = self._clock.now()
                await self._db.write(note_copied, shown, person=press.person, seq=press.seq, now=now)
        finally:
            self.done_with(press)

    async def _put(self, context: TurnContext, press: Press, message: Message) -> bool:
        """On the message itself, when its turn has come; a press that came meanwhile is not covered by this one's."""
        to, adapter = context.activity, context.adapter
        receipt = message_activity(message.text, message.summary, message.card)
        try:
            async with adapter.limits.turn(to.conversation.id, patience=PATIENCE_SECONDS, answering=True):
                if not self._is_newest(press):
                    return False
                await adapter.connector.update(to.service_url, to.conversation.id, press.activity_id, receipt)
        except (SendFailed, TooLong):
            return False
        return True

    def _is_newest(self, press: Press) -> bool:
        return self._newest.get((press.person, press.activity_id)) is press

    def done_with(self, press: Press) -> None:
        """Nothing more is said on the message of this press."""
        if self._is_newest(press):
            del self._newest[press.person, press.activity_id]

    async def _note(self, shown: Shown, press: Press) -> None:
        await self._db.write(note_shown, shown, person=press.person, seq=press.seq, now=self._clock.now())


def reply_of(message: Message) -> Activity:
    """A message as the SDK sends it."""
    reply = Activity(type=ActivityTypes.message.value, summary=message.summary)
    if message.card is None:
        reply.text, reply.text_format = message.text, "plain"
    else:
        reply.attachments = [card_attachment(message.card)]
    return reply


def shown_by(message: Message, context: TurnContext, activity_id: str) -> Shown:
    """What a message shows, read off the card.

    Headings and buttons are our own words, whatever somebody typed into the rest.
    """
    here = context.activity.conversation.id
    body = (message.card or {}).get("body") or [{}]
    reference = find_reference(str(body[0].get("text", ""))) or ""
    found = list(asks_and_offers(message.card))
    data = next((part.get("data") or {} for part in found if str(part.get("type", "")).startswith("Action.")), {})
    boxes = any(str(part.get("type", "")).startswith("Input.") for part in found)
    token = data.get("ref")
    offers_for = max((int((part.get("data") or {}).get(SECONDS, 0)) for part in found), default=0)
    return Shown(here, activity_id, reference, token if isinstance(token, str) else "", boxes, offers_for=offers_for)

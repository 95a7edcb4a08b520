"""Hands a file over in a private chat: the question before, the file behind the answer's back, the word after."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.teams.activities import message_activity
from bot.teams.errors import SendFailed
from bot.teams.files import Consent, consent_activity, info_activity
from bot.teams.limits import TooLong
from dialogs.front_door.front_door import sorry_message
from dialogs.kit.message import FileOffer, Message
from dialogs.qa_team.exports import not_delivered_message

if TYPE_CHECKING:
    from botbuilder.core import TurnContext

PATIENCE_SECONDS = 30.0
ASKING_SECONDS = 5.0
"""The question is part of an answer somebody waits for."""
GRACE_SECONDS = 10.0
"""What a file on its way is given when the service is told to stop."""

log = structlog.get_logger("bot.teams.handing")


class File(Protocol):
    """What was allowed, made and recorded."""

    @property
    def name(self) -> str: ...
    @property
    def content(self) -> bytes: ...


class Handing:
    """One per front desk."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for files that are on their way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)

    async def offer(self, context: TurnContext, offer: FileOffer) -> bool:
        """Ask, as Teams asks, whether the file may be put into their OneDrive; whether Teams took the question."""
        try:
            await _post(context, consent_activity(offer), patience=ASKING_SECONDS)
        except (SendFailed, TooLong) as error:
            log.warning("file_not_offered", reason=str(error))
            return False
        return True

    def begin(self, context: TurnContext, taking: Coroutine[Any, Any, File | Message], consent: Consent) -> None:
        """They allowed it."""
        task = asyncio.create_task(self._guarded(context, taking, consent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def over(self, context: TurnContext, message: Message) -> None:
        """Take the question away, which has been answered, and say what came of it."""
        try:
            if context.activity.reply_to_id:
                await _take_away(context, context.activity.reply_to_id)
            await _post(context, message_activity(message.text, message.summary, message.card))
        except (SendFailed, TooLong) as error:
            log.warning("answer_not_sent", reason=str(error))

    async def _guarded(
        self, context: TurnContext, taking: Coroutine[Any, Any, File | Message], consent: Consent
    ) -> None:
        try:
            message = await self._hand_over(context, await taking, consent)
        except (SendFailed, TooLong) as error:
            log.warning("answer_not_sent", reason=str(error))
            return
        except Exception as error:  # noqa: BLE001 - whoever waits for a file gets an answer, whatever broke
            log.error("file_failed", error=type(error).__name__)
            message = sorry_message()
        if message is not None:
            await self.over(context, message)

    async def _hand_over(self, context: TurnContext, taken: File | Message, consent: Consent) -> Message | None:
        """What is left to say; None when the file speaks for itself."""
        if isinstance(taken, Message):
            return taken
        if not await context.adapter.connector.put_file(consent.upload_url, taken.content):
            return not_delivered_message()
        if context.activity.reply_to_id:
            await _take_away(context, context.activity.reply_to_id)
        await _post(context, info_activity(consent))
        return None


async def _post(context: TurnContext, activity: dict[str, Any], *, patience: float = PATIENCE_SECONDS) -> None:
    to, adapter = context.activity, context.adapter
    async with adapter.limits.turn(to.conversation.id, patience=patience, answering=True):
        await adapter.connector.post(to.service_url, to.conversation.id, activity)


async def _take_away(context: TurnContext, activity_id: str) -> None:
    """A question that cannot be taken away stays; pressed again, it says that it is over."""
    to, adapter = context.activity, context.adapter
    try:
        async with adapter.limits.turn(to.conversation.id, patience=PATIENCE_SECONDS, answering=True):
            await adapter.connector.delete(to.service_url, to.conversation.id, activity_id)
    except SendFailed as error:
        log.info("question_stays", reason=str(error))

"""What Teams would not take in answer to somebody's line is handed to the outbox instead of being lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from assurance.cards.card_shows import Shown
from assurance.delivery.late_replies import keep_replies
from bot.teams.errors import SendFailed
from bot.teams.limits import TooLong
from dialogs.notices.late_reply import as_kept
from storage.engine.errors import StorageError
from storage.outbox import late_replies

if TYPE_CHECKING:
    from bot.clock import Clock
    from dialogs.kit.message import Message
    from storage.engine.database import Database

FIRST_PAUSE_SECONDS = 2.0
"""Before the first try through the outbox, when the channel names no time."""

log = structlog.get_logger("bot.teams.late")


class LateReplies:
    """One per front desk."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def wait_for(self, person: str) -> bool:
        """Whether answers to earlier lines of theirs wait still: nothing newer may overtake them."""
        return await self._db.read(late_replies.wait_for, person)

    async def keep(
        self, person: str, messages: Sequence[tuple[Message, Shown]], error: Exception | None = None
    ) -> bool:
        """Keep them, the first of which met `error`. False when they cannot be said, now or later."""
        wait, maybe_sent = FIRST_PAUSE_SECONDS, False
        match error:
            case SendFailed(failure=failure) if failure.outcome == "never":
                return False
            case SendFailed(failure=failure):
                wait, maybe_sent = failure.wait_seconds or wait, failure.outcome == "unknown"
            case TooLong(seconds=seconds):
                wait = seconds
            case TimeoutError():
                maybe_sent = True
        now = self._clock.now()
        kept = [{**as_kept(message), "shows": _shows(message, shown)} for message, shown in messages]
        try:
            not_before = now + timedelta(seconds=wait if error else 0.0)
            await self._db.write(keep_replies, person, kept, maybe_sent=maybe_sent, not_before=not_before, now=now)
        except StorageError as failed:
            log.error("late answer not kept", error=type(failed).__name__)
            return False
        log.info("answer goes through the outbox", person=person, messages=len(kept), maybe_sent=maybe_sent)
        return True


def _shows(message: Message, shown: Shown) -> dict[str, str | bool] | None:
    if message.holds_answers or not (shown.reference and shown.token):
        return None
    return {"reference": shown.reference, "token": shown.token, "boxes": shown.boxes}

"""Local mode's courier: it waits for people to open a chat, because nothing can be installed for them here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from assurance.common.courier import Begin, Courier, CourierResult, Delivery, unwatched
from dialogs.kit.message import Message

NOT_HERE = "has not opened a chat on this machine"
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5, 60


class LocalCourier:
    """Teams' courier for those who are here, patience for the rest of the council."""

    def __init__(self, courier: Courier[Message], now: Callable[[], datetime]) -> None:
        self._courier = courier
        self._now = now
        self.channel = courier.channel

    async def deliver(self, delivery: Delivery, message: Message, begin: Begin = unwatched) -> CourierResult:
        """Deliver to whoever has spoken to the bot; anyone else's message stays in the outbox."""
        state = delivery.channel_state
        if state is None or not state.conversation_id:
            wait = min(FIRST_WAIT_SECONDS * max(delivery.notice.attempts, 1), LONGEST_WAIT_SECONDS)
            return CourierResult("later", self._now() + timedelta(seconds=wait), reason=NOT_HERE)
        return await self._courier.deliver(delivery, message, begin)

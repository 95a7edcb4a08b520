"""Who heard what, in the order it became known: the bot's outbox, with a number of our own for 'anything newer?'."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from desk.bot_line import BotLine


class Timeline:
    """A copy of what the bot has said to anybody. A row whose state changes comes again, with a new number."""

    def __init__(self, bot: BotLine) -> None:
        self._bot = bot
        self._asking = asyncio.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew: another record, other numbers."""
        self.sitting = uuid.uuid4().hex[:8]
        """Changes when the numbers begin again, so that a page knows to ask for everything."""
        self._rows: dict[int, dict[str, Any]] = {}
        self._settled = 0
        self._number = 0

    async def refresh(self) -> bool:
        """Ask the bot for what is new; whether anything is. BotSays when it does not answer."""
        async with self._asking:
            sitting, after, changed = self.sitting, self._settled, False
            while True:
                found = await self._bot.get("timeline", after=str(after))
                if sitting != self.sitting:
                    return True
                fresh = [row for row in found["rows"] if self._is_new(row)]
                for row in sorted(fresh, key=lambda one: (one["at"], one["id"])):
                    self._number += 1
                    self._rows[row["id"]] = row | {"seq": self._number}
                changed = changed or bool(fresh)
                if not found["more"]:
                    self._settled = max(self._settled, found["settled"])
                    return changed
                after = found["rows"][-1]["id"]
                self._settled = max(self._settled, min(found["settled"], after))

    def _is_new(self, row: dict[str, Any]) -> bool:
        known = self._rows.get(row["id"])
        return known is None or any(known[name] != row[name] for name in ("state", "at", "repeat", "channel"))

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Rows later than that number, in order."""
        return sorted((row for row in self._rows.values() if row["seq"] > seq), key=lambda row: row["seq"])

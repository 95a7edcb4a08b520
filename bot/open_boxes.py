"""The card with a text box that each person has in front of them, so that a text typed beside it is not lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from assurance.typed.open_text_page import LATELY
from dialogs.kit.card_parts import asks_and_offers
from dialogs.typed.offered_card import has_text_box

if TYPE_CHECKING:
    from dialogs.kit.message import Json, Message

MOST = 1_000
"""People remembered at a time; whoever was shown something longest ago is forgotten first."""
KEPT_AS_DRAFTS = frozenset(("next", "loop_next", "moderation_next", "moderation_talked"))
"""The buttons of pages that are kept as drafts: those are found in the database, after a restart too."""


class OpenBoxes:
    """One for each front desk, in memory: a card from before a restart is answered as any stray line is."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, tuple[Message, datetime]] = OrderedDict()

    def shown(self, person: str, message: Message, at: datetime) -> None:
        """Somebody was shown this. Whatever they had open before, they have no longer."""
        self.forget(person)
        if has_text_box(message.card) and KEPT_AS_DRAFTS.isdisjoint(_verbs(message.card)):
            self._shown[person] = (message, at)
            while len(self._shown) > MOST:
                self._shown.popitem(last=False)

    def forget(self, person: str) -> None:
        """They have turned to something else."""
        self._shown.pop(person, None)

    def of(self, person: str, now: datetime) -> Message | None:
        """The card with a text box that this person was shown last, if that was lately."""
        message, at = self._shown.get(person, (None, now))
        return message if now - at <= LATELY else None


def _verbs(card: Json | None) -> Iterator[str]:
    for part in asks_and_offers(card):
        data = part.get("data")
        yield str(part.get("verb") or (data.get("verb") if isinstance(data, dict) else ""))

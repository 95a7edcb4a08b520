"""The card with a text box that each person has in front of them, so that a text typed beside it is not lost.

What this process showed it has in memory; the database tells what another copy of the bot, or this one before a
restart, has shown. It is written behind the answer's back: an answer waits for nothing here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from assurance.typed.open_text_page import LATELY
from dialogs.kit.card_parts import asks_and_offers
from dialogs.kit.message import Message
from dialogs.typed.offered_card import has_text_box
from policy.council.ways import TEAMS
from storage.contact import inbox, open_boxes

if TYPE_CHECKING:
    from dialogs.kit.message import Json
    from storage.engine.database import Database, Session

MOST = 1_000
"""People remembered at a time; whoever was shown something longest ago is forgotten first."""
KEPT_AS_DRAFTS = frozenset(("next", "loop_next", "moderation_next", "moderation_talked"))
"""The buttons of pages that are kept as drafts: those are found in the database, after a restart too."""
THE_PRESS_ITSELF = timedelta(seconds=3)
"""What somebody pressed to be shown a card is noted a little after it was shown."""

log = structlog.get_logger("bot.open_boxes")


class OpenBoxes:
    """One for each front desk."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._shown: OrderedDict[str, tuple[Message | None, datetime]] = OrderedDict()
        """What each person was shown last by this process, if that had a box, and when."""
        self._heard: dict[str, datetime] = {}
        """When each of them last said something beside it that this process heard."""
        self._writing: dict[str, asyncio.Task[None]] = {}

    def shown(self, person: str, message: Message, at: datetime) -> None:
        """Somebody was shown this. Whatever they had open before, they have no longer."""
        if has_text_box(message.card) and KEPT_AS_DRAFTS.isdisjoint(_verbs(message.card)):
            self._note(person, message, at)
            self._write(person, open_boxes.keep, message.card, at=at)
        else:
            self.forget(person, at)

    def forget(self, person: str, at: datetime) -> None:
        """They have turned to something else."""
        known = self._shown.get(person)
        self._note(person, None, at)
        if known is not None and known[0] is not None:  # what another process showed is older than this, and so over
            self._write(person, open_boxes.forget, before=at)

    async def of(self, person: str, now: datetime) -> Message | None:
        """The card with a text box that this person was shown last, if that was lately."""
        message, at = self._shown.get(person, (None, datetime.min.replace(tzinfo=now.tzinfo)))
        if person in self._writing:
            await asyncio.wait([self._writing[person]])
        elsewhere = await self._db.read(_shown_elsewhere, person, at, self._heard.get(person, at))
        if person in self._shown:
            self._heard[person] = now
        if elsewhere is not None:
            message, at = elsewhere
        return message if message is not None and now - at <= LATELY else None

    def _note(self, person: str, message: Message | None, at: datetime) -> None:
        self._shown.pop(person, None)
        self._heard.pop(person, None)
        self._shown[person] = (message, at)
        while len(self._shown) > MOST:
            longest_ago, _ = self._shown.popitem(last=False)
            self._heard.pop(longest_ago, None)

    def _write(self, person: str, use_case: Callable[..., None], *facts: object, **more: object) -> None:
        before = self._writing.get(person)
        task = asyncio.create_task(self._guarded(before, partial(use_case, **more), person, *facts))
        self._writing[person] = task
        task.add_done_callback(lambda done: self._written(person, done))

    def _written(self, person: str, task: asyncio.Task[None]) -> None:
        if self._writing.get(person) is task:
            del self._writing[person]

    async def _guarded(self, before: asyncio.Task[None] | None, write: Callable[..., None], *facts: object) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._db.write(write, *facts)
        except Exception as error:  # noqa: BLE001 - the answer stands; this process knows it all the same
            log.warning("open card not noted", error=type(error).__name__)


def _shown_elsewhere(
    session: Session, person: str, after: datetime, heard_here: datetime
) -> tuple[Message | None, datetime] | None:
    """What another process has shown them since, and when: a card with a box, or no such card; else None."""
    heard = inbox.last_heard(session, person, TEAMS)
    found = open_boxes.of(session, person)
    latest = found[1] if found else after
    if heard is not None and heard > max(after, latest, heard_here) + THE_PRESS_ITSELF:
        return None, heard  # they have been answered by another process, and not with such a card
    if found is None or found[1] <= after:
        return None
    card, at = found
    return Message(text="", summary="", card=card), at


def _verbs(card: Json | None) -> Iterator[str]:
    for part in asks_and_offers(card):
        data = part.get("data")
        yield str(part.get("verb") or (data.get("verb") if isinstance(data, dict) else ""))

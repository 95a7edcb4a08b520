"""One card per person and item, over HTTP: sending in a window or by typing changes the card that arrived first."""

from __future__ import annotations

import asyncio
from typing import Any

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from desk.person import Person as DeskPerson
from policy.framework.framework import Framework
from storage.casework import conversations, learning_spaces
from storage.contact import channels
from storage.council import establishment
from storage.engine.database import Database, Session
from tests.bot.conftest import FRIDAY
from tests.bot.filling import answers_on
from tests.bot.test_local_desk import Asking, a_bot
from tests.dialogs.reading import text_of, walk
from tests.patience import PATIENCE


def _buttons(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["title"]: one["data"] for one in walk(card) if one["type"].startswith("Action.")}


class Manager:
    """The demo's team manager at their Teams, with the card of their learning space in the chat."""

    def __init__(self, bot: Asking, db: Database) -> None:
        self.db = db
        self.bot = bot
        self.item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
        person = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
        member = bot.teams.members[person.entra_object_id]
        door = f"http://127.0.0.1:{bot.service.port}/api/messages"
        self.me = DeskPerson(member, bot.teams, door, bot.http, bot.service._clock.now)

    def first_card(self) -> str:
        """What the card that arrived first shows now."""
        kept = self.db.read_now(lambda session: _card(session, self.item.reference))
        message = self.bot.teams.chat_of(self.me.member).messages[kept]
        return text_of(message["attachments"][0]["content"])

    async def until_the_first_card_says(self, words: str) -> None:
        """Cards are changed a moment after the answer, by a loop of their own."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.first_card():
                await asyncio.sleep(0.05)

    async def fill_in_the_window(self, *, send: bool) -> None:
        """Page after page in the window, up to its last button."""
        page = await self.me.open_dialog({"verb": "open", "ref": self.item.token})
        while "Send" not in _buttons(page.card):
            buttons = _buttons(page.card)
            page = await self.me.submit_dialog({**answers_on(page.card), **(buttons.get("Next") or buttons["Review"])})
        if send:
            await self.me.submit_dialog(_buttons(page.card)["Send"])


def _card(session: Session, reference: str) -> str:
    card = channels.card_of(session, DEMO_TEAM_MANAGER, reference)
    assert card
    return card.activity_id


async def test_a_form_sent_in_the_window_settles_the_card_in_the_chat(db: Database, framework: Framework) -> None:
    async with a_bot(db, framework, Clock.starting(FRIDAY)) as bot:
        await bot.move(hours=1)
        manager = Manager(bot, db)
        assert "A learning space for you" in manager.first_card()
        posts = len(bot.teams.chat_of(manager.me.member).messages)
        await manager.fill_in_the_window(send=True)
        await manager.until_the_first_card_says(f"Sent in: {manager.item.reference}")
        assert "Open" not in manager.first_card().splitlines()
        assert len(bot.teams.chat_of(manager.me.member).messages) == posts, "nothing is posted anew"


async def test_a_form_begun_in_the_window_and_sent_by_typing_settles_the_card_too(
    db: Database, framework: Framework
) -> None:
    async with a_bot(db, framework, Clock.starting(FRIDAY)) as bot:
        await bot.move(hours=1)
        manager = Manager(bot, db)
        await manager.fill_in_the_window(send=False)
        await manager.me.say(f"type {manager.item.reference}")
        await manager.me.say("review")
        assert db.read_now(conversations.load, DEMO_TEAM_MANAGER) is not None
        await manager.me.say("send")
        stored = db.read_now(learning_spaces.by_reference, manager.item.reference)
        assert stored
        assert stored.state == "submitted"
        await manager.until_the_first_card_says(f"Sent in: {manager.item.reference}")


async def test_cards_are_up_to_date_where_a_walk_of_the_clock_ends(db: Database, framework: Framework) -> None:
    async with a_bot(db, framework, Clock.starting(FRIDAY)) as bot:
        await bot.move(hours=1)
        manager = Manager(bot, db)
        bot.service._keeping.cancel()  # only the walk itself can do it now
        await manager.fill_in_the_window(send=True)
        assert "A learning space for you" in manager.first_card()
        await bot.move(hours=1)
        assert f"Sent in: {manager.item.reference}" in manager.first_card()

"""What an answered press leaves behind, over real HTTP: on other devices, on the same card, beside the next press."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from bot.metrics import Metrics
from bot.teams.adapter import TeamsAdapter
from bot.teams.card_keeper import CardKeeper
from bot.teams.connector import Connector
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts
from bot.teams.limits import Limits
from bot.teams.routes import add_messages_route
from bot.teams.tokens import NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import serving
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels, living_cards
from storage.contact.channels import Card
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Council
from tests.bot.filling import answers_on
from tests.bot.teams.conftest import APP_ID, TENANT_ID
from tests.dialogs.reading import text_of, walk

NOW = FRIDAY + timedelta(days=5)
NEWS = {"type": "message", "text": "A learning space for you."}


@dataclass
class Chat:
    """One manager of the demo council, with the card of their learning space in their chat."""

    me: DeskPerson
    teams: TeamsDesk
    front: FrontDesk
    keeper: CardKeeper
    limits: Limits
    db: Database
    clock: Clock
    item: LearningSpace
    message: str

    def kept(self, message: str = "") -> dict[str, Any]:
        """A message as the channel keeps it, for every device."""
        found: dict[str, Any] = self.teams.chat_of(self.me.member).messages[message or self.message]
        return found

    async def press(self, verb: str, *, kind: str = "Action.Execute", on: str = "", **inputs: Any) -> dict[str, Any]:
        """Press a button of the card; what takes its place on this client, or everywhere for an older client."""
        data = {"verb": verb, "ref": self.item.token, **inputs}
        pressed = {"type": kind, "verb": verb, "data": data}
        answer = await self.me.press(pressed, replyToId=on or self.message)
        assert answer.status == 200
        return answer.card if kind == "Action.Execute" else {}

    async def settled(self) -> None:
        """Everything behind the answers' backs is done."""
        while tasks := self.front._showing._tasks:
            await asyncio.wait(tasks)

    async def keep_cards(self, after: timedelta) -> None:
        await self.settled()
        self.clock.move_to(self.clock.now() + after)
        await self.keeper.drain()

    def updates(self) -> int:
        return sum(taken.kind == "update" for taken in self.teams.accepted)


@pytest.fixture
def demo_db(council: Council) -> Iterator[Database]:
    with Database.open(council.url) as opened:
        yield opened


@pytest.fixture
async def chat(demo_db: Database, framework: Framework, http: aiohttp.ClientSession) -> AsyncIterator[Chat]:
    clock = Clock.starting(NOW)
    item = demo_db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    person = demo_db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
    member = Member(person.entra_object_id, person.name, person.email, installed=True)
    teams = TeamsDesk(APP_ID, TENANT_ID, [member])
    hosts = Hosts(loopback=True)
    connector, limits, metrics = Connector(http, NoTokens(), hosts, clock.now, deadline=1.0), Limits(), Metrics()
    front = FrontDesk(demo_db, Conversation(demo_db, framework, clock), clock, metrics)
    keeper = CardKeeper(demo_db, framework, clock, connector, limits)
    app = web.Application()
    gate = Gate(APP_ID, TENANT_ID, hosts, clock.now, None, local=True)
    add_messages_route(app, gate, TeamsAdapter(connector, limits), front.on_turn, metrics)
    async with serving(teams.application()) as teams_url, serving(app) as url:
        teams.service_url = f"{teams_url}/"
        me = DeskPerson(member, teams, f"{url}/api/messages", http, clock.now)
        await me.say("help")
        message = await connector.post(teams.service_url, member.conversation_id, NEWS)
        await keeper.drain()  # the first look begins at the newest row of history
        card = Card(person.id, item.reference, member.conversation_id, message, clock.now(), "E1")
        demo_db.write_now(channels.save_card, card)
        yield Chat(me, teams, front, keeper, limits, demo_db, clock, item, message)
        await front.close()


async def to_review(chat: Chat, page: dict[str, Any]) -> dict[str, Any]:
    """Page by page, in place, up to the one with Send."""
    for _ in range(14):
        data = {one["verb"]: one["data"] for one in walk(page) if one.get("type") == "Action.Execute"}
        if "submit" in data:
            return dict(data["submit"])
        page = await chat.press("next", **answers_on(page), **{key: data["next"][key] for key in ("step", "v")})
    raise AssertionError("the form does not end")


async def test_a_receipt_is_on_every_device_and_a_page_only_where_it_was_asked_for(chat: Chat) -> None:
    page = await chat.press("open")
    await chat.settled()
    assert chat.kept()["text"] == NEWS["text"]
    send = await to_review(chat, page)
    assert chat.updates() == 0
    receipt = await chat.press("submit", v=send["v"])
    await chat.settled()
    assert text_of(receipt).startswith(f"Sent in: {chat.item.reference}")
    assert chat.kept()["attachments"][0]["content"] == receipt
    # It stands: nobody replaces it by another way of saying the same.
    before = chat.updates()
    await chat.keep_cards(timedelta(days=1))
    assert chat.updates() == before


async def test_a_receipt_that_does_not_arrive_is_no_trouble_to_anybody(chat: Chat) -> None:
    send = await to_review(chat, await chat.press("open"))
    chat.teams.faults.add(faults.failing(500))
    receipt = await chat.press("submit", v=send["v"])
    await chat.settled()
    assert text_of(receipt).startswith("Sent in")
    assert chat.kept()["text"] == NEWS["text"]
    await chat.keep_cards(timedelta(minutes=2))
    assert text_of(chat.kept()["attachments"][0]["content"]).startswith("Sent in")


async def test_a_receipt_that_has_to_wait_never_covers_what_was_asked_for_next(chat: Chat) -> None:
    send = await to_review(chat, await chat.press("open"))
    async with chat.limits.turn(chat.me.member.conversation_id):  # something else is being said in this chat
        await chat.press("submit", v=send["v"])
        await chat.press("home")
    await chat.settled()
    assert chat.kept()["text"] == NEWS["text"]
    assert chat.updates() == 0
    await chat.keep_cards(timedelta(minutes=15))  # by then the list has been read
    assert text_of(chat.kept()["attachments"][0]["content"]).startswith("Sent in")


async def test_a_client_without_invokes_is_answered_once_in_place_and_kept_true_after(chat: Chat) -> None:
    await chat.press("open", kind="Action.Submit")
    await chat.settled()
    assert "Step 1 of" in text_of(chat.kept()["attachments"][0]["content"])
    assert chat.updates() == 1
    (card,) = chat.db.read_now(living_cards.on_message, DEMO_TEAM_MANAGER, chat.message)
    assert card.boxes


async def test_saved_for_later_in_a_window_is_soon_on_the_card(chat: Chat) -> None:
    window = await chat.me.open_dialog({"verb": "open", "ref": chat.item.token})
    data = {one["data"]["verb"]: one["data"] for one in walk(window.card) if one.get("type") == "Action.Submit"}
    answer = await chat.me.submit_dialog({**answers_on(window.card), **data["later"]})
    assert answer.body["task"]["type"] == "message"
    await chat.keep_cards(timedelta(seconds=5))
    said = text_of(chat.kept()["attachments"][0]["content"])
    assert "You have begun it, up to step 1 of " in said
    assert "Carry on" in said


async def test_a_page_on_the_card_keeps_what_is_typed_there_while_a_window_saves_the_same_form(chat: Chat) -> None:
    await chat.press("open")
    window = await chat.me.open_dialog({"verb": "open", "ref": chat.item.token})
    data = {one["data"]["verb"]: one["data"] for one in walk(window.card) if one.get("type") == "Action.Submit"}
    await chat.me.submit_dialog({**answers_on(window.card), **data["next"]})
    await chat.keep_cards(timedelta(minutes=30))
    assert chat.updates() == 0
    await chat.keep_cards(timedelta(hours=2))
    assert "up to step 2 of " in text_of(chat.kept()["attachments"][0]["content"])


async def test_a_page_saved_on_the_card_itself_is_told_to_the_other_devices_once_nobody_can_be_typing(
    chat: Chat,
) -> None:
    page = await chat.press("open")
    data = {one["verb"]: one["data"] for one in walk(page) if one.get("type") == "Action.Execute"}
    await chat.press("next", **answers_on(page), **{key: data["next"][key] for key in ("step", "v")})
    await chat.keep_cards(timedelta(minutes=90))
    assert chat.updates() == 0
    await chat.keep_cards(timedelta(minutes=31))
    assert "up to step 2 of " in text_of(chat.kept()["attachments"][0]["content"])


async def test_what_was_opened_by_typing_is_kept_true_like_any_card(chat: Chat) -> None:
    await chat.me.say(f"open {chat.item.reference}")
    await chat.settled()
    typed = chat.teams.chat_of(chat.me.member).last["id"]
    send = await to_review(chat, await chat.press("open"))
    await chat.press("submit", v=send["v"])
    await chat.keep_cards(timedelta(minutes=2))
    assert text_of(chat.kept(typed)["attachments"][0]["content"]).startswith(f"Sent in: {chat.item.reference}")

"""Two may decide the same thing: whichever way their presses meet, no card goes on offering what has been decided.

The presses are held and let go by the test, over real HTTP on both databases; nothing here waits for luck.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from assurance.more_time.ask_more_time import ask
from bot.clock import Clock
from bot.conversation import Conversation
from bot.metrics import Metrics
from bot.teams.adapter import TeamsAdapter
from bot.teams.card_keeper import CardKeeper
from bot.teams.connector import Connector
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts
from bot.teams.limits import UNHURRIED, Limits
from bot.teams.routes import add_messages_route
from bot.teams.tokens import NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import serving
from dialogs.kit.message import Message
from policy.council.actor import Actor
from policy.council.establishment import Cover, Person
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels, living_cards
from storage.contact.channels import Card
from storage.council import establishment as establishments
from storage.engine.database import Database
from tests.bot.teams.conftest import APP_ID, TENANT_ID
from tests.councils import HEAD, PSW, TEAM_MANAGER_2, entra_id, small_council, with_cover
from tests.dialogs.reading import text_of, walk
from tests.journeys.living_council import LivingCouncil, london

DECIDERS = (HEAD, PSW)
PUSHES = {HEAD: "agree_request", PSW: "decline_request"}
A_LIST = {"type": "message", "text": "What waits for you: more time is asked. Agree? Decline?"}


class HeldAtTheDoor:
    """Stands behind the front desk; the press of whoever is held waits before its use-case runs."""

    def __init__(self, behind: Conversation) -> None:
        self.behind = behind
        self.held: dict[str, asyncio.Event] = {}
        self.arrived: dict[str, asyncio.Event] = {}

    def hold(self, person: str) -> None:
        self.held[person], self.arrived[person] = asyncio.Event(), asyncio.Event()

    async def press(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        if person.id in self.held:
            self.arrived[person.id].set()
            await self.held[person.id].wait()
        return await self.behind.press(person, verb, data)

    async def text(self, person: Person, text: str) -> list[Message]:
        return await self.behind.text(person, text)

    async def take_file(self, person: Person, token: str) -> Message:
        return await self.press(person, "take file", {"ref": token})

    async def decline_file(self, person: Person, token: str) -> Message:
        return await self.press(person, "decline file", {"ref": token})

    async def dialog(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        return await self.behind.dialog(person, verb, data)


@dataclass
class Two:
    """Two people who may both decide one request, each with the card that asks them."""

    teams: TeamsDesk
    front: FrontDesk
    door: HeldAtTheDoor
    keeper: CardKeeper
    council: LivingCouncil
    clock: Clock
    people: dict[str, DeskPerson]
    item: LearningSpace
    token: str
    cards: dict[str, str] = field(default_factory=dict)

    async def presses(self, person: str, *, kind: str = "Action.Execute") -> str:
        data = {"verb": PUSHES[person], "ref": self.token, "because": "Not this time."}
        pressed = {"type": kind, "verb": PUSHES[person], "data": data}
        answer = await self.people[person].press(pressed, replyToId=self.cards[person])
        assert answer.status == 200
        return text_of(answer.card) if kind == "Action.Execute" else ""

    async def settled(self) -> None:
        while tasks := self.front._showing._tasks:
            await asyncio.wait(tasks)

    async def later(self, after: timedelta = timedelta(minutes=2)) -> None:
        """Everything behind the answers' backs is done, they have been read, and the cards are kept."""
        await self.settled()
        self.clock.move_to(self.clock.now() + after)
        await self.keeper.drain()

    def kept(self, person: str) -> dict[str, Any]:
        """The message as the channel keeps it, for every device."""
        return self.teams.chat_of(self.people[person].member).messages[self.cards[person]]

    def copy(self, person: str) -> str:
        """What the channel's copy says."""
        kept = self.kept(person)
        return text_of(kept["attachments"][0]["content"]) if kept.get("attachments") else str(kept["text"])

    def offers(self, person: str) -> set[str]:
        """What the channel's copy still asks them to decide."""
        kept = self.kept(person)
        if not kept.get("attachments"):
            return set(PUSHES.values()) if kept["text"] == A_LIST["text"] else set()
        return {str(one.get("verb")) for one in walk(kept["attachments"][0]["content"])} & set(PUSHES.values())


@pytest.fixture
async def two(database: Database, http: aiohttp.ClientSession) -> AsyncIterator[Two]:
    council = LivingCouncil(database, now=london("2026-01-20 10:00"))
    everyone = database.read_now(establishments.current)
    away = Cover("hos-family", PSW, date(2026, 1, 1), date(2026, 12, 31))
    council.given_the_council_is(with_cover(everyone, away))
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    raw = {"reason": "meeting_moved", "new_date": (item.due_on + timedelta(days=3)).isoformat(), "note": ""}
    me = Actor.person(TEAM_MANAGER_2)
    database.write_now(ask, council.framework, item.token, actor=me, kind="extension", raw=raw, now=council.now)
    known = small_council().people
    members = {one: Member(entra_id(one), known[one].name, known[one].email, installed=True) for one in DECIDERS}
    teams = TeamsDesk(APP_ID, TENANT_ID, members.values())
    clock, hosts, metrics = Clock.standing(council.now), Hosts(loopback=True), Metrics()
    limits = Limits(UNHURRIED, UNHURRIED, UNHURRIED)
    connector = Connector(http, NoTokens(), hosts, clock.now, deadline=5.0)
    door = HeldAtTheDoor(Conversation(database, council.framework, clock))
    front = FrontDesk(database, door, clock, metrics)
    keeper = CardKeeper(database, council.framework, clock, connector, limits)
    app = web.Application()
    gate = Gate(APP_ID, TENANT_ID, hosts, clock.now, None, local=True)
    add_messages_route(app, gate, TeamsAdapter(connector, limits), front.on_turn, metrics)
    async with serving(teams.application()) as teams_url, serving(app) as url:
        teams.service_url = f"{teams_url}/"
        people = {
            one: DeskPerson(member, teams, f"{url}/api/messages", http, clock.now) for one, member in members.items()
        }
        token = database.read_now(more_time.of, item.reference)[0].token
        found = Two(teams, front, door, keeper, council, clock, people, item, token)
        for one, desk_person in people.items():
            await desk_person.say("help")
            found.cards[one] = await connector.post(teams.service_url, desk_person.member.conversation_id, A_LIST)
        await keeper.drain()  # the first look begins at the newest row of history
        yield found
        await front.close()


async def shown_their_cards(two: Two) -> None:
    """Each has the card that asks, as a courier leaves it: put there, and remembered with what was known then."""
    seq = two.council.database.read_now(living_cards.newest_change)
    for one in DECIDERS:
        chat = two.people[one].member.conversation_id
        card = Card(one, two.item.reference, chat, two.cards[one], two.council.now, "E8", shown_seq=seq)
        two.council.database.write_now(channels.save_card, card)
        two.council.database.write_now(living_cards.look_again, card, at=two.council.now)
    assert await two.keeper.drain() == 2
    assert all(two.offers(one) == set(PUSHES.values()) for one in DECIDERS)


WHEN = ("before anybody looked for cards", "while the channel is busy", "after the press arrived")


@pytest.mark.parametrize("first", DECIDERS)
@pytest.mark.parametrize("when", WHEN)
async def test_whoever_came_second_is_not_offered_the_decision_any_more(two: Two, when: str, first: str) -> None:
    (second,) = set(DECIDERS) - {first}
    await shown_their_cards(two)
    if when == "after the press arrived":
        two.door.hold(second)
        late = asyncio.create_task(two.presses(second))
        await two.door.arrived[second].wait()
        await two.presses(first)
        two.door.held[second].set()
        answer = await late
    else:
        await two.presses(first)
        if when == "while the channel is busy":
            await two.settled()
            two.teams.faults.add(faults.throttled("1"))
            await two.keeper.drain()
            assert two.offers(second), "their copy could not be changed yet"
        answer = await two.presses(second)
    assert answer.startswith("Settled"), answer
    await two.later()
    for one in DECIDERS:
        assert two.offers(one) == set(), two.copy(one)
    # Nor does anything come of it again: what was said is so, now and a day later.
    before = {one: two.copy(one) for one in DECIDERS}
    await two.later(timedelta(days=1))
    assert {one: two.copy(one) for one in DECIDERS} == before


async def test_a_list_on_which_somebody_came_second_says_how_it_stands(two: Two) -> None:
    """The message was no card of the request: it became one when it was pressed."""
    await two.presses(HEAD)
    assert (await two.presses(PSW)).startswith("Settled")
    await two.later()
    assert two.offers(HEAD) == two.offers(PSW) == set()


async def test_a_press_for_something_else_does_not_make_the_copy_true(two: Two) -> None:
    """The colleague has decided; this one only looks at their list on the card, and comes back tomorrow."""
    await shown_their_cards(two)
    await two.presses(HEAD)
    two.teams.faults.add(faults.throttled("1"))
    await two.keeper.drain()
    pressed = {"type": "Action.Execute", "verb": "home", "data": {"verb": "home"}}
    await two.people[PSW].press(pressed, replyToId=two.cards[PSW])
    await two.later(timedelta(days=1))
    assert two.offers(PSW) == set(), two.copy(PSW)


async def test_a_client_without_invokes_is_shown_that_it_came_second_on_every_device(two: Two) -> None:
    await shown_their_cards(two)
    await two.presses(HEAD)
    await two.presses(PSW, kind="Action.Submit")
    assert "Settled" in two.copy(PSW)
    await two.settled()
    updates = sum(taken.kind == "update" for taken in two.teams.accepted)
    await two.later(timedelta(days=1))
    assert two.offers(PSW) == set()
    assert sum(taken.kind == "update" for taken in two.teams.accepted) == updates + 1, (
        "only the winner's way back is over"
    )


async def test_a_receipt_lost_with_the_process_is_followed_by_how_it_stands(two: Two) -> None:
    """Killed between the decision and the receipt: what the copy offers is not so, and the next process knows it."""
    await shown_their_cards(two)
    two.front._showing._begin = lambda work: work.close()  # type: ignore[method-assign, assignment]
    assert "Agreed" in await two.presses(HEAD)
    assert two.offers(HEAD)
    await two.later()
    assert two.offers(HEAD) == set(), two.copy(HEAD)

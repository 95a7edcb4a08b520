"""Cards are changed in place over real HTTP: repeated without harm, never posted anew, forgotten when they are gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from assurance.cards.living_cards import anything_stale, retire
from bot.clock import Clock
from bot.network.client import HttpClient
from bot.teams import card_keeper
from bot.teams.card_keeper import CardKeeper
from bot.teams.connector import Connector
from bot.teams.hosts import Hosts
from bot.teams.limits import Limits
from bot.teams.tokens import NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.members import Member
from desk.serving import serving
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels, living_cards
from storage.contact.channels import Card, ChannelState
from storage.engine.database import Session
from tests.assurance.forms_filled import fill_in, send_in
from tests.bot.teams.conftest import APP_ID, TENANT_ID
from tests.councils import HEAD, entra_id, small_council
from tests.dialogs.reading import text_of
from tests.journeys.living_council import LivingCouncil, london

OLD = {"type": "message", "text": "What was so this morning."}


@dataclass
class Bench:
    """One Head of Service with a card about somebody's learning space, which has been sent in since."""

    teams: TeamsDesk
    member: Member
    council: LivingCouncil
    keeper: CardKeeper
    item: LearningSpace
    activity_id: str

    def shown(self) -> dict[str, Any]:
        """The card as the person sees it."""
        return self.teams.chat_of(self.member).messages[self.activity_id]

    def posts(self) -> int:
        """How many messages there are in the chat."""
        return len(self.teams.chat_of(self.member).messages)

    def kept(self) -> Card | None:
        return self.council.database.read_now(channels.card_of, HEAD, self.item.reference)

    def stale(self) -> bool:
        return self.council.database.read_now(living_cards.next_try_at) is not None


@pytest.fixture
async def bench(way_out: HttpClient, sqlite_database: Any, deadline: float) -> AsyncIterator[Bench]:
    council = LivingCouncil(sqlite_database, now=london("2026-01-20 10:00"))
    person = small_council().people[HEAD]
    member = Member(entra_id(HEAD), person.name, person.email)
    teams = TeamsDesk(APP_ID, TENANT_ID, [member])
    async with serving(teams.application()) as url:
        teams.service_url = url
        connector = Connector(way_out, NoTokens(), Hosts(loopback=True), lambda: council.now, deadline=deadline)
        clock = Clock.standing(council.now)
        keeper = CardKeeper(council.database, council.framework, clock, connector, Limits())
        await keeper.drain()  # the first look begins at the newest row of history
        activity_id = await connector.post(url, member.conversation_id, OLD)
        known = ChannelState(HEAD, "teams", "reachable", council.now, url, member.conversation_id)
        council.database.write_now(channels.save, known)
        item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
        card = Card(HEAD, item.reference, member.conversation_id, activity_id, council.now, "E11")
        council.database.write_now(channels.save_card, card)
        view = fill_in(council.database, council.framework, item, now=council.now)
        send_in(council.database, council.framework, item, version=view.version, now=council.now)
        yield Bench(teams, member, council, keeper, item, activity_id)


async def test_the_card_says_what_is_so_and_nothing_is_posted(bench: Bench) -> None:
    assert await bench.keeper.drain() == 1
    card = bench.shown()["attachments"][0]["content"]
    assert f"Sent in: {bench.item.reference}" in text_of(card)
    assert bench.shown()["summary"] == f"Learning space {bench.item.reference} has been sent in."
    assert bench.posts() == 1
    assert not bench.stale()
    assert await bench.keeper.drain() == 0


async def test_an_answer_that_is_lost_is_repeated_and_does_no_harm(bench: Bench) -> None:
    bench.teams.faults.add(faults.reset(accepted=True), times=2)  # the connection itself tries a PUT once more
    await bench.keeper.drain()
    assert bench.stale()
    later = Clock.standing(bench.council.now + timedelta(minutes=2))
    bench.keeper._clock = later
    await bench.keeper.drain()
    assert not bench.stale()
    assert bench.posts() == 1


async def test_what_many_presses_changed_is_looked_at_together(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []

    def counted(session: Session, now: datetime) -> bool:
        looks.append(time.monotonic())
        return anything_stale(session, now)

    monkeypatch.setattr(card_keeper, "anything_stale", counted)
    began = time.monotonic()
    keeping = asyncio.create_task(bench.keeper.run())
    while bench.stale() or len(looks) < 4:
        bench.keeper.wake()  # as every commit does
        await asyncio.sleep(0.001)
    took = time.monotonic() - began
    await bench.keeper.stop()
    await keeping
    assert len(looks) <= took / card_keeper.REST_SECONDS + 2


@pytest.mark.parametrize("gone", ["ActivityNotFoundInConversation", "ConversationNotFound"])
async def test_a_card_that_is_gone_is_dropped_and_never_posted_anew(bench: Bench, gone: str) -> None:
    bench.teams.faults.add(faults.not_found(gone))
    await bench.keeper.drain()
    assert bench.kept() is None
    assert bench.posts() == 1
    assert not bench.stale()


async def test_someone_who_blocked_the_bot_hears_nothing_of_it(bench: Bench) -> None:
    bench.teams.faults.add(faults.forbidden("ConversationBlockedByUser"))
    await bench.keeper.drain()
    assert bench.kept() is None
    assert bench.posts() == 1


async def test_a_busy_channel_is_tried_again_later(bench: Bench) -> None:
    bench.teams.faults.add(faults.throttled("7"))
    await bench.keeper.drain()
    assert bench.kept() is not None
    assert bench.stale()
    assert bench.shown()["text"] == OLD["text"]


def _a_newer_one_was_posted(bench: Bench) -> None:
    card = bench.kept()
    assert card
    bench.council.database.write_now(retire, card, at=bench.council.now)
    newer = replace(card, activity_id="1:newer")
    bench.council.database.write_now(channels.save_card, newer)


async def test_a_message_that_a_newer_one_has_replaced_goes_and_leaves_no_signpost(bench: Bench) -> None:
    _a_newer_one_was_posted(bench)
    await bench.keeper.drain()
    assert bench.activity_id not in bench.teams.chat_of(bench.member).messages
    assert not bench.stale()
    assert bench.council.database.read_now(living_cards.on_message, HEAD, bench.activity_id) == []


async def test_a_channel_that_takes_nothing_away_says_that_there_is_a_newer_one(bench: Bench) -> None:
    _a_newer_one_was_posted(bench)
    bench.teams.faults.add(faults.failing(501), method="DELETE")
    await bench.keeper.drain()
    assert "There is a newer message about this one" in text_of(bench.shown()["attachments"][0]["content"])

"""The edge as it runs in production: signed activities in, tokens from Entra out, installation through Graph."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.edge import Addresses, Edge
from bot.metrics import Metrics
from bot.settings import Settings
from desk import faults
from desk.connector import TeamsDesk
from desk.entra import METADATA_PATH, Entra
from desk.graph import Graph
from desk.person import Person as DeskPerson
from desk.serving import own_certificate, serving
from manifest.package import APP_NAMESPACE
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.bot.teams.conftest import AMIRA, APP_ID, BEN, CLOCK, TENANT_ID, Parrot
from tests.bot.teams.test_courier import MESSAGE, NOW, a_notice


@dataclass
class House:
    teams: TeamsDesk
    entra: Entra
    graph: Graph
    edge: Edge
    parrot: Parrot
    amira: DeskPerson


@pytest.fixture
async def house(
    tmp_path: Path, db: Database, framework: Framework, http: aiohttp.ClientSession
) -> AsyncIterator[House]:
    entra = Entra(APP_ID, TENANT_ID, CLOCK.now, secret="the secret")
    AMIRA.installed = BEN.installed = True
    teams = TeamsDesk(APP_ID, TENANT_ID, [AMIRA, BEN], good_token=lambda token: token in entra.tokens)
    graph = Graph(teams, str(uuid.uuid5(APP_NAMESPACE, APP_ID)), good_token=lambda token: token in entra.tokens)
    tls, trusted = own_certificate(tmp_path, CLOCK.now())
    async with AsyncExitStack() as stack:
        teams.service_url = await stack.enter_async_context(serving(teams.application()))
        addresses = Addresses(
            openid_metadata=await stack.enter_async_context(serving(entra.application())) + METADATA_PATH,
            authority=await stack.enter_async_context(serving(entra.application(), tls=tls)),
            graph=await stack.enter_async_context(serving(graph.application())),
            service_url=teams.service_url,
            trust=str(trusted),
            loopback=True,
        )
        settings = Settings(
            _env_file=None,
            mode="production",
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            app_secret=SecretStr("the secret"),
            database_url="sqlite:///not-opened-here.db",
        )
        parrot = Parrot(framework)
        edge = await Edge.open(settings, db, CLOCK, parrot, Metrics(), addresses=addresses)  # type: ignore[arg-type]
        app = web.Application()
        edge.add_routes(app)
        url = await stack.enter_async_context(serving(app))
        amira = DeskPerson(AMIRA, teams, f"{url}/api/messages", http, CLOCK.now, entra)
        yield House(teams, entra, graph, edge, parrot, amira)
        await edge.close()


async def test_a_signed_line_in_is_an_answer_with_our_own_token_out(house: House) -> None:
    assert (await house.amira.say("list")).status == 200
    [answer] = house.teams.posts()
    assert answer.token in house.entra.tokens
    assert set(house.teams.refused) <= {(401, "/")}, "looking whether it is there takes no token"


async def test_a_key_rotation_and_an_expired_token_of_ours_go_unnoticed(house: House) -> None:
    await house.amira.say("one")
    house.entra.tokens.clear()
    assert (await house.amira.say("two")).status == 200
    assert [taken.activity["text"] for taken in house.teams.posts()] == ["heard 3 characters"] * 2
    assert house.edge.problems() == []


async def test_a_notice_reaches_someone_who_has_neither_the_app_nor_ever_written(house: House) -> None:
    from assurance.common.courier import Delivery

    BEN.installed = False
    person = Person("p-ben", BEN.name, BEN.email, BEN.entra_object_id)
    result = await house.edge.courier.deliver(Delivery(a_notice(), person, None), MESSAGE)
    assert result.outcome == "sent"
    assert BEN.installed
    assert house.teams.chat_of(BEN).last["summary"] == MESSAGE.summary


async def test_a_secret_that_ran_out_is_said_at_once_and_inbound_goes_on(house: House) -> None:
    from assurance.common.courier import Delivery

    house.entra.refusal = {"error": "invalid_client", "error_codes": [7000222]}
    person = Person("p-ben", BEN.name, BEN.email, BEN.entra_object_id)
    result = await house.edge.courier.deliver(Delivery(replace(a_notice(), due_at=NOW), person, None), MESSAGE)
    assert result.outcome == "later"
    assert "AADSTS7000222" in house.edge.problems()[0]
    assert (await house.amira.say("list")).status == 200
    assert house.parrot.heard == [("p-amira", "text", "list")]


async def test_while_teams_cannot_be_reached_people_can_still_press_buttons(house: House) -> None:
    house.teams.faults.add(faults.failing(503), times=-1)
    answer = await house.amira.press({"type": "Action.Execute", "verb": "next", "data": {}})
    assert answer.body["statusCode"] == 200

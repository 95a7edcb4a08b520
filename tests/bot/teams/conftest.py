from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.clock import Clock
from bot.metrics import Metrics
from bot.network.client import HttpClient
from bot.teams.adapter import TeamsAdapter
from bot.teams.connector import Connector
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts
from bot.teams.jwks import SigningKeys
from bot.teams.limits import Limits
from bot.teams.routes import add_messages_route
from bot.teams.tokens import NoTokens
from desk.connector import TeamsDesk
from desk.entra import METADATA_PATH, Entra
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import serving
from dialogs.kit.message import Message
from policy.council.establishment import Establishment, Person, Post
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database, Session
from tests.patience import PATIENCE

APP_ID = "7d6c1e54-0000-4000-8000-000000000001"
TENANT_ID = "c0ffee00-0000-4000-8000-00000000000a"
CLOCK = Clock.real()

AMIRA = Member("aaaaaaaa-0000-4000-8000-000000000001", "Amira Khan", "amira.khan@council.example")
BEN = Member("bbbbbbbb-0000-4000-8000-000000000002", "Ben Osei", "ben.osei@council.example")
STRANGER = Member("cccccccc-0000-4000-8000-000000000003", "Cal Stray", "cal.stray@elsewhere.example")


@dataclass
class Parrot:
    """Stands behind the front desk and says back what it was asked, so that tests see what got through."""

    framework: Framework | None = None
    heard: list[tuple[str, str, Any]] = field(default_factory=list)
    broken: Exception | None = None
    answer: Message | None = None

    async def text(self, person: Person, text: str) -> list[Message]:
        self.heard.append((person.id, "text", text))
        if self.broken:
            raise self.broken
        return [self.answer or Message(f"heard {len(text)} characters", "An answer.")]

    async def press(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        self.heard.append((person.id, verb, data))
        if self.broken:
            raise self.broken
        return self.answer or Message(f"pressed {verb}", "Pressed.", card_saying(f"pressed {verb}"))

    async def take_file(self, person: Person, token: str) -> Message:
        return await self.press(person, "take file", {"ref": token})

    async def decline_file(self, person: Person, token: str) -> Message:
        return await self.press(person, "decline file", {"ref": token})

    async def dialog(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        return await self.press(person, f"dialog {verb}", data)


def card_saying(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
        "actions": [
            {
                "type": "Action.Execute",
                "title": "Next",
                "verb": "next",
                "data": {"verb": "next", "ref": "a" * 32},
                "fallback": {"type": "Action.Submit", "title": "Next", "data": {"verb": "next", "ref": "a" * 32}},
            },
            *more,
        ],
    }


def two_people(session: Session) -> None:
    post = Post("tm-1", "Team Manager", "team_manager", "family_safeguarding", "North", "", "p-amira", True, False)
    establishment.replace(
        session,
        Establishment.of(
            people=[
                Person("p-amira", AMIRA.name, AMIRA.email, AMIRA.entra_object_id),
                Person("p-ben", BEN.name, BEN.email),
            ],
            posts=[post],
        ),
    )


@dataclass
class Stack:
    """The whole edge on real sockets: the desk, the gate, the adapter and the front desk."""

    teams: TeamsDesk
    entra: Entra
    db: Database
    parrot: Parrot
    front_desk: FrontDesk
    http: aiohttp.ClientSession
    url: str
    gate: Gate
    signed: bool
    metrics: Metrics

    def person(self, member: Member) -> DeskPerson:
        return DeskPerson(member, self.teams, self.url, self.http, CLOCK.now, self.entra if self.signed else None)


@pytest.fixture(scope="session")
def entra() -> Entra:
    return Entra(APP_ID, TENANT_ID, CLOCK.now, secret="desk")


@pytest.fixture
def deadline(request: pytest.FixtureRequest) -> float:
    """Seconds the bot waits for Teams: few only where it hangs, or a busy machine would pass for one that does."""
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    hangs = getattr(params.get("fault"), "kind", "") == "hang" or "hang" in request.node.name
    return 0.5 if hangs else PATIENCE


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever calls the bot."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def way_out() -> AsyncIterator[HttpClient]:
    """What the bot itself calls with."""
    async with HttpClient() as client:
        yield client


@pytest.fixture
async def teams() -> AsyncIterator[TeamsDesk]:
    for member in (AMIRA, BEN, STRANGER):
        member.installed = True
    desk = TeamsDesk(APP_ID, TENANT_ID, [AMIRA, BEN, STRANGER])
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        yield desk


@pytest.fixture(scope="session")
def empty_council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with two people, made once and copied for each test."""
    path = tmp_path_factory.mktemp("council") / "council.db"
    with Database.open(f"sqlite:///{path}") as database:
        database.migrate()
        database.write_now(two_people)
    return path


@pytest.fixture
def db(fast_folder: Path, empty_council: Path) -> Iterator[Database]:
    for file in empty_council.parent.glob("council.db*"):
        shutil.copy(file, fast_folder / file.name)
    with Database.open(f"sqlite:///{fast_folder}/council.db") as database:
        yield database


@pytest.fixture
async def stack(
    teams: TeamsDesk,
    entra: Entra,
    db: Database,
    http: aiohttp.ClientSession,
    way_out: HttpClient,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Stack]:
    local = getattr(request, "param", "") == "local"
    async with serving(entra.application()) as entra_url:
        hosts = Hosts(loopback=True)
        keys = SigningKeys(way_out, entra_url + METADATA_PATH)
        gate = Gate(APP_ID, TENANT_ID, hosts, CLOCK.now, None if local else keys, local=local)
        adapter = TeamsAdapter(Connector(way_out, NoTokens(), hosts, CLOCK.now), Limits())
        parrot = Parrot()
        metrics = Metrics()
        desk = FrontDesk(db, parrot, CLOCK, metrics)
        app = web.Application()
        add_messages_route(app, gate, adapter, desk.on_turn, metrics)
        async with serving(app) as url:
            yield Stack(teams, entra, db, parrot, desk, http, f"{url}/api/messages", gate, not local, metrics)
        await desk.close()
        await keys.close()

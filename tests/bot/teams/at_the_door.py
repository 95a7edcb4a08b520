"""The running service in production, the desk as Teams, and everyone of a council at it with a token of their own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.clock import Clock
from bot.edge import Addresses
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.entra import METADATA_PATH, Entra
from desk.members import Member
from desk.person import Answer
from desk.person import Person as DeskPerson
from desk.serving import own_certificate, serving
from policy.check.loader import load_framework
from storage.engine.database import Database, Session
from storage.schema.tables import metadata
from tests.bot.teams.council_at_work import NOW, AtWork, at_work
from tests.councils import entra_id, small_council
from tests.patience import PATIENCE

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"
SECRET = "s3cret"
BESIDE_THE_POINT = ("inbox", "heartbeats", "cards", "open_boxes")
"""Tables of the plumbing: that something came in, that the timer runs, which message shows what."""
SHOWN = ("text", "summary", "attachments")
"""The parts of a message somebody sees, in the chat or on a lock screen."""
STRANGER = Member("cccccccc-0000-4000-8000-000000000003", "Cal Stray", "cal.stray@elsewhere.example")


@dataclass
class Door:
    """A service that is up, and who stands before it."""

    db: Database
    work: AtWork
    teams: TeamsDesk
    entra: Entra
    url: str
    http: aiohttp.ClientSession
    members: dict[str, Member] = field(default_factory=dict)

    def at(self, person: str) -> DeskPerson:
        """A person of the council, by id; anybody else is the stranger."""
        member = self.members.get(person, STRANGER)
        return DeskPerson(member, self.teams, f"{self.url}/api/messages", self.http, lambda: NOW, self.entra)

    async def type(self, person: str, text: str) -> str:
        """What somebody is answered when they type: everything that is said or shown."""
        me = self.at(person)
        chat = self.teams.chat_of(me.member)
        before = set(chat.messages)
        answer = await me.say(text)
        assert answer.status == 200
        fresh = [message for key, message in chat.messages.items() if key not in before]
        return "\n".join(words_of([message.get(part) for part in SHOWN]) for message in fresh)

    async def press(self, person: str, verb: str, ref: str, **data: Any) -> str:
        """What somebody is answered when they press a button, theirs or one they came by."""
        pressed = {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, "ref": ref, **data}}
        return said_in(await self.at(person).press(pressed))

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """The whole database, row by row, but for the plumbing."""
        return self.db.read_now(_every_row)


def words_of(node: Any) -> str:
    """Every word a card or a message shows, and what its buttons carry."""
    if isinstance(node, dict):
        return "\n".join(words_of(value) for key, value in node.items() if key not in ("type", "id", "$schema"))
    if isinstance(node, list):
        return "\n".join(words_of(each) for each in node)
    return node if isinstance(node, str) else ""


def said_in(answer: Answer) -> str:
    """The words of an answer; it is never an error, however little somebody may."""
    assert answer.status == 200, answer
    assert answer.body["statusCode"] == 200, answer.body
    return words_of(answer.body["value"])


def _every_row(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    # As the file has them: this is asked before and after every press, so nothing is made of what stands there.
    file = session.connection.connection.cursor()
    return {
        name: file.execute(f"SELECT * FROM {name}").fetchall()
        for name in metadata.tables
        if name not in BESIDE_THE_POINT
    }


@contextlib.asynccontextmanager
async def at_the_door(folder: Path) -> AsyncIterator[Door]:
    """Build the council, start the service in production mode, let everyone say hello once."""
    database_url = f"sqlite:///{folder}/council.db"
    clock = Clock.standing(NOW)
    entra = Entra(APP_ID, TENANT_ID, clock.now, secret=SECRET)
    people = small_council().people
    members = {key: Member(entra_id(key), one.name, one.email) for key, one in people.items()}
    teams = TeamsDesk(APP_ID, TENANT_ID, [*members.values(), STRANGER], good_token=bool)
    tls, trusted = own_certificate(folder, datetime.now(UTC))  # noqa: TID251  a real handshake wants a real date
    settings = Settings.load(
        app_id=APP_ID,
        tenant_id=TENANT_ID,
        app_secret=SECRET,
        database_url=database_url,
        host="127.0.0.1",
        port=0,
    )
    settings.check_service()
    async with contextlib.AsyncExitStack() as up:
        db = up.enter_context(Database.open(database_url))
        db.migrate()
        work = await asyncio.to_thread(at_work, db)
        login = await up.enter_async_context(serving(entra.application(), tls=tls))
        keys = await up.enter_async_context(serving(entra.application()))
        teams.service_url = f"{await up.enter_async_context(serving(teams.application()))}/"
        http = await up.enter_async_context(aiohttp.ClientSession())
        where = Addresses(
            keys + METADATA_PATH, login, f"{teams.service_url}graph", teams.service_url, str(trusted), loopback=True
        )
        service = Service(settings, load_framework(), clock, db, addresses=where, dispatching=False)
        await service.start()
        up.push_async_callback(service.stop)
        async with asyncio.timeout(PATIENCE):
            while not (service._timer.pokes and service._verifier.pokes):
                await asyncio.sleep(0.02)
        door = Door(db, work, teams, entra, f"http://127.0.0.1:{service.port}", http, members)
        for person in members:
            await door.at(person).say("help")
        yield door

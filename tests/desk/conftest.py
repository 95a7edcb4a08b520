"""A bot of the fictional council and the desk before it, both over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.service import Service
from bot.settings import Settings
from desk.app import Desk
from desk.mailbox import smtp_server
from desk.mailroom import GATEWAY, Mailroom
from desk.serving import serving
from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.bot.conftest import (  # noqa: F401  the same council, made once
    FRIDAY,
    council,
    db,
    demo_read,
    demo_template,
    framework,
    nothing_set,
)
from tests.patience import PATIENCE

A_MINUTE = timedelta(minutes=1)
"""What loading the council took of that morning; its first messages are due by then."""


class Page:
    """What the page does: asks the desk's API."""

    def __init__(self, desk: Desk, url: str, http: aiohttp.ClientSession, service: Service) -> None:
        self.desk = desk
        self.url = url
        self.http = http
        self.service = service

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        async with self.http.get(f"{self.url}/api/{path}", headers=headers) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        async with self.http.post(f"{self.url}/api/{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def story(self) -> dict[str, str]:
        return (await self.get("story"))[1]

    async def messages(self, person: str) -> list[dict[str, Any]]:
        return (await self.get(f"people/{person}/chat"))[1]["messages"]

    async def card(self, person: str, about: str = "") -> dict[str, Any]:
        """The newest message with a card that mentions something, waited for."""
        async with asyncio.timeout(15):
            while True:
                found = [one for one in await self.messages(person) if one["card"] and about in str(one)]
                if found:
                    return found[-1]
                await asyncio.sleep(0.05)


def buttons(node: Any) -> list[dict[str, Any]]:
    """Every button that can be pressed on a card, wherever it stands."""
    if isinstance(node, list):
        return [found for each in node for found in buttons(each)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "Action.Execute":
        return [node]
    return [found for each in node.values() for found in buttons(each)]


def button(card: dict[str, Any], verb: str) -> dict[str, Any]:
    """A button of a card by its verb, as the page would press it."""
    found = next((one for one in buttons(card) if one.get("verb") == verb), None)
    assert found, f"no button {verb} among {[one.get('verb') for one in buttons(card)]}"
    return {"type": found["type"], "verb": verb, "data": found.get("data") or {}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Opening = Callable[..., contextlib.AbstractAsyncContextManager[Page]]


@pytest.fixture
def opened(
    db: Database,  # noqa: F811
    framework: Framework,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Opening:
    """Open the desk, as often as a test likes; `keep` is where it keeps chats."""
    # How quick a turn is is the machine's business here; that a slow one is answered is tried elsewhere.
    monkeypatch.setattr("bot.teams.front_desk.TURN_SECONDS", PATIENCE)

    @contextlib.asynccontextmanager
    async def open_desk(
        *, dispatching: bool = True, keep: Path | None = None, mail: bool = False
    ) -> AsyncIterator[Page]:
        port = free_port()
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            mailroom = Mailroom(lambda: desk.bot.now().isoformat(), bot_smtp=f"127.0.0.1:{(replies := free_port())}")
            letters = await stack.enter_async_context(smtp_server(mailroom.post))
            post = {
                "mail": "smtp",
                "mailbox": "learning-spaces@northmoor.example",
                "smtp_url": f"smtp://127.0.0.1:{letters}",
                "mail_listen": f"127.0.0.1:{replies}",
                "mail_authserv": GATEWAY,
            }
            here = {"mode": "local", "port": 0, "service_url": f"http://127.0.0.1:{port}/"}
            settings = Settings.load(**here, **(post if mail else {}))
            service = Service(settings, framework, Clock.starting(FRIDAY + A_MINUTE), db, dispatching=False)
            await service.start()
            stack.push_async_callback(service.stop)
            desk = Desk(f"http://127.0.0.1:{service.port}", http, mailroom=mailroom, keep=keep)
            url = await stack.enter_async_context(serving(desk.application(), port=port))
            await desk.start(url)
            stack.push_async_callback(desk.stop)
            page = Page(desk, url, http, service)
            assert (await page.get("council"))[0] == 200
            if dispatching:
                service.start_dispatching()
            yield page

    return open_desk


@pytest.fixture
async def quiet(opened: Opening) -> AsyncIterator[Page]:
    """The same with a bot that sends nothing of itself."""
    async with opened(dispatching=False) as one:
        yield one


@pytest.fixture
async def page(opened: Opening) -> AsyncIterator[Page]:
    async with opened() as one:
        yield one

"""Someone at the desk: types, presses and installs, and sends what Teams would send, signed as Teams would sign it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from desk.connector import TeamsDesk
from desk.drive import file_in
from desk.entra import Entra
from desk.members import Member

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered over HTTP."""

    status: int
    body: Any

    @property
    def card(self) -> dict[str, Any]:
        """The card of an invoke answer: a replacement card or a dialog's."""
        value = self.body.get("value") or self.body["task"]["value"]
        found = value.get("card", {}).get("content") or value
        assert isinstance(found, dict)
        return found


@dataclass(slots=True)
class Person:
    """One member, at one client, talking to one bot."""

    member: Member
    teams: TeamsDesk
    bot_url: str
    """Where the bot takes messages, the whole address."""
    http: aiohttp.ClientSession
    now: Callable[[], datetime]
    entra: Entra | None = None
    """Signs what is sent; without it nothing is signed, as in local mode."""
    received: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, text: str, **extra: Any) -> Answer:
        """Type a message."""
        return await self.send(self.activity("message", text=text, textFormat="plain", **extra))

    async def press(self, action: dict[str, Any], inputs: dict[str, Any] | None = None, **extra: Any) -> Answer:
        """Press a button of a card: Action.Execute as an invoke, Action.Submit as a message with a value."""
        data = (action.get("data") or {}) | (inputs or {})
        if action["type"] == "Action.Submit":
            return await self.send(self.activity("message", value=data, **extra))
        value = {
            "action": {"type": "Action.Execute", "id": action.get("id", ""), "verb": action["verb"], "data": data},
            "trigger": "manual",
        }
        return await self.send(self.activity("invoke", name="adaptiveCard/action", value=value, **extra))

    async def open_dialog(self, data: dict[str, Any]) -> Answer:
        """Press a button that opens a dialog."""
        value = {"data": {"msteams": {"type": "task/fetch"}} | data, "context": {"theme": "default"}}
        return await self.send(self.activity("invoke", name="task/fetch", value=value))

    async def submit_dialog(self, data: dict[str, Any]) -> Answer:
        """Press a button inside a dialog."""
        value = {"data": data, "context": {"theme": "default"}}
        return await self.send(self.activity("invoke", name="task/submit", value=value))

    async def search(self, text: str, dataset: str = "owners") -> Answer:
        """Type into a box that looks things up."""
        value = {"queryText": text, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset}
        return await self.send(self.activity("invoke", name="application/search", value=value))

    async def answer_file(self, message: dict[str, Any], *, allow: bool) -> Answer:
        """Press Allow or Decline below a file the bot offers; `message` is that message of the bot."""
        asked = file_in(message) or {}
        value: dict[str, Any] = {"type": "fileUpload", "action": "accept" if allow else "decline"}
        value["context"] = asked.get("accept" if allow else "decline")
        if allow:
            owner, name = self.member.entra_object_id, str(asked.get("name", ""))
            value["uploadInfo"] = self.teams.drive.place_for(owner, name, self.teams.service_url)
        reply = {"replyToId": message["id"]}
        return await self.send(self.activity("invoke", name="fileConsent/invoke", value=value, **reply))

    async def install(self) -> list[Answer]:
        """Add the app: Teams says so twice, in two kinds of activity."""
        self.member.installed = True
        added = self.activity("conversationUpdate", membersAdded=[self.teams.bot, self.member.account()])
        return [await self.send(added), await self.send(self.activity("installationUpdate", action="add"))]

    async def uninstall(self) -> Answer:
        """Take the app out."""
        self.member.installed = False
        return await self.send(self.activity("installationUpdate", action="remove"))

    def activity(self, kind: str, **extra: Any) -> dict[str, Any]:
        """An activity as Teams fills it in."""
        return {
            "type": kind,
            "id": f"f:{next(_numbers):016d}",
            "timestamp": self.now().isoformat(),
            "serviceUrl": self.teams.service_url,
            "channelId": "msteams",
            "from": self.member.account(),
            "conversation": {
                "conversationType": "personal",
                "tenantId": self.teams.tenant_id,
                "id": self.member.conversation_id,
            },
            "recipient": self.teams.bot,
            "entities": [{"locale": "en-GB", "country": "GB", "platform": "Web", "type": "clientInfo"}],
            "channelData": {"tenant": {"id": self.teams.tenant_id}},
            "locale": "en-GB",
        } | extra

    async def send(self, activity: dict[str, Any], *, token: str | None = None) -> Answer:
        """Send an activity to the bot. `token` stands in for the one Teams would send."""
        headers = {}
        if token is None and self.entra is not None:
            token = self.entra.token_for(self.teams.service_url)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        async with self.http.post(self.bot_url, json=activity, headers=headers) as response:
            body = await response.read()
            answer = Answer(response.status, await response.json() if body else None)
        if isinstance(answer.body, dict):
            self.received.append(answer.body)
        return answer

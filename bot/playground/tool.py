"""Microsoft's Agents Playground as a process: its configuration, its start, its end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.child_process import ChildFailed, ChildProcess

if TYPE_CHECKING:
    from policy.council.establishment import Person

BINARY = Path(__file__).parents[2] / "node_modules" / ".bin" / "agentsplayground"
PORT = 56150
TENANT = "00000000-0000-0000-0000-0000000000001"
BOT_ID = "00000000-0000-0000-0000-00000000000011"
CHAT = "personal-chat"
START_SECONDS = 60.0
OLDEST_NODE = 18

_LISTENING = re.compile(rb"Listening on (\d+)")


class ToolFailed(Exception):
    """The playground did not start; the message holds what it said."""


def missing() -> str:
    """What stands in the way of the playground on this machine, in a sentence; empty when nothing does."""
    if shutil.which("node") is None:
        return f"Node is not installed (version {OLDEST_NODE} or newer is needed)."
    if not BINARY.exists():
        return "The playground is not installed. Run `npm ci` in this folder, or `make run`, which does it for you."
    return ""


def config(people: tuple[Person, ...], bot_name: str) -> dict[str, Any]:
    """The playground's configuration: you, and five others it knows by name."""
    me, *others = people
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": BOT_ID, "name": bot_name},
        "currentUser": _user(me),
        "users": [_user(person) for person in others],
        "personalChat": {"id": CHAT},
        "groupChat": {"id": "group-chat", "name": "Group chat"},
        "team": {
            "id": "team",
            "name": "Quality assurance",
            "aadGroupId": "00000000-0000-0000-0000-000000000031",
            "channels": [{"id": "channel-announcements", "name": "Announcements"}],
        },
    }


def _user(person: Person) -> dict[str, str]:
    given, _, family = person.name.partition(" ")
    return {
        # The playground opens a chat by this id, and the bot asks for one by the Entra object id.
        "id": person.entra_object_id,
        "name": person.name,
        "userPrincipleName": person.email,
        "aadObjectId": person.entra_object_id,
        "givenName": given,
        "surname": family or given,
        "email": person.email,
    }


class Tool:
    """The running playground. It speaks to the bot over HTTP like Teams, without signatures."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._child = ChildProcess("The playground", _LISTENING)
        self.address = ""
        """Where to point a browser."""

    async def start(self, people: tuple[Person, ...], bot_name: str, *, port: int = PORT) -> None:
        """Start it and wait until it answers. ToolFailed says why it did not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = self._folder / ".m365agentsplayground.yml"
        # JSON is YAML, and nobody's name can break it.
        settings.write_text(json.dumps(config(people, bot_name), indent=2, ensure_ascii=False), encoding="utf-8")
        try:
            found = await self._child.start(
                str(BINARY),
                *("start", "-e", self._endpoint, "-c", "msteams", "--disable-telemetry", "-p", str(port)),
                answers_at="http://127.0.0.1:{}/_debug/ping",
                seconds=START_SECONDS,
                stdin=asyncio.subprocess.DEVNULL,
                cwd=self._folder,
                env=self._environment(settings),
            )
        except ChildFailed as failed:
            raise ToolFailed(str(failed)) from None
        self.address = f"http://127.0.0.1:{found}"

    async def say(self, text: str, person: Person) -> None:
        """Type a line into the chat; the answer waits for the first page that is opened."""
        line = {"from": {"id": person.entra_object_id}, "text": text, "textFormat": "plain"}
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http,
            http.post(f"{self.address}/_conversation/v1/conversations/{CHAT}/messages", json=line) as answer,
        ):
            answer.raise_for_status()

    async def wait_or(self, told: asyncio.Event) -> None:
        """Until the process ends, or somebody is told to stop."""
        await self._child.wait_or(told)

    async def stop(self) -> None:
        """End the process and wait for it."""
        await self._child.stop()

    def _environment(self, settings: Path) -> dict[str, str]:
        return os.environ | {
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(settings.resolve()),
            "TEAMSAPPTESTER_LOGFILE": str((self._folder / "playground.log").resolve()),
            # We open the browser ourselves, once the first card is on its way.
            "TEAMSAPPTESTER_BROWSER": "none",
        }

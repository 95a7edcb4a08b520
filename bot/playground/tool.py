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

if TYPE_CHECKING:
    from policy.establishment import Person

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
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said: list[bytes] = []
        self._port: asyncio.Future[int] | None = None
        self.address = ""
        """Where to point a browser."""

    async def start(self, people: tuple[Person, ...], bot_name: str, *, port: int = PORT) -> None:
        """Start it and wait until it answers. ToolFailed says why it did not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = self._folder / ".m365agentsplayground.yml"
        # JSON is YAML, and nobody's name can break it.
        settings.write_text(json.dumps(config(people, bot_name), indent=2, ensure_ascii=False), encoding="utf-8")
        self._port = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            str(BINARY),
            *("start", "-e", self._endpoint, "-c", "msteams", "--disable-telemetry", "-p", str(port)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self._folder,
            env=self._environment(settings),
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(START_SECONDS):
                self.address = f"http://127.0.0.1:{await self._port}"
                await self._until_it_answers()
        except (TimeoutError, ToolFailed):
            await self.stop()
            raise ToolFailed(self._last_words()) from None

    async def say(self, text: str, person: Person) -> None:
        """Type a line into the chat; the answer waits for the first page that is opened."""
        line = {"from": {"id": person.entra_object_id}, "text": text, "textFormat": "plain"}
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http,
            http.post(f"{self.address}/_conversation/v1/conversations/{CHAT}/messages", json=line) as answer,
        ):
            answer.raise_for_status()

    async def wait(self) -> None:
        """Until the process ends."""
        if self._process:
            await self._process.wait()

    async def stop(self) -> None:
        """End the process and wait for it."""
        process = self._process
        if process and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reading:
            await self._reading

    def _environment(self, settings: Path) -> dict[str, str]:
        return os.environ | {
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(settings.resolve()),
            "TEAMSAPPTESTER_LOGFILE": str((self._folder / "playground.log").resolve()),
            # We open the browser ourselves, once the first card is on its way.
            "TEAMSAPPTESTER_BROWSER": "none",
        }

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        assert self._port
        async for line in self._process.stdout:
            self._said = [*self._said[-50:], line]
            found = _LISTENING.search(line)
            if found and not self._port.done():
                self._port.set_result(int(found[1]))
        if not self._port.done():
            self._port.set_exception(ToolFailed())

    async def _until_it_answers(self) -> None:
        """It says that it listens before it does, and says so even when its configuration is wrong."""
        assert self._process
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while True:
                try:
                    async with http.get(f"{self.address}/_debug/ping") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if self._process.returncode is not None:
                    raise ToolFailed
                await asyncio.sleep(0.1)

    def _last_words(self) -> str:
        said = b"".join(self._said[-8:]).decode(errors="replace").strip()
        return f"The playground did not start.\n{said}" if said else "The playground did not start and said nothing."

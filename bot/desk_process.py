"""The desk as a process: its start, the moment it answers, its end. Rooms apart, so it is spoken to over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

import aiohttp

HOUSE = Path(__file__).parents[1]
PORT = 56160
START_SECONDS = 30.0
CARDS = HOUSE / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"

_LISTENING = re.compile(rb"Listening on (http://\S+)")


class DeskFailed(Exception):
    """The desk did not start; the message holds what it said."""


def missing() -> str:
    """What stands in the way of the desk's page, in a sentence; empty when nothing does."""
    if CARDS.exists():
        return ""
    return (
        "Microsoft's card renderer is not here. It comes with Node 18 or newer: install that and run `make run`"
        " again, which does the rest."
    )


def free_port(wanted: int) -> int:
    """`wanted` if nothing on this machine listens there, else one that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # A port whose last connections are still closing can be listened on, as the servers themselves do.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DeskFailed("No port is free on this machine.")


class DeskProcess:
    """The running desk of one bot."""

    def __init__(self, bot: str, port: int, *, keep: Path | None = None, more: tuple[str, ...] = ()) -> None:
        """`bot` is the bot's address; `keep` the file chats are kept in; `more` are further arguments of the desk."""
        kept = ("--keep", str(keep.resolve())) if keep else ()
        self._arguments = ("--port", str(port), "--bot", bot, "--until-stdin-ends", *kept, *more)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said: list[bytes] = []
        self._found: asyncio.Future[str] | None = None
        self.address = ""
        """Where to point a browser."""

    async def start(self) -> None:
        """Start it and wait until it knows the bot's council. DeskFailed says why it did not."""
        self._found = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "desk", *self._arguments),
            stdin=asyncio.subprocess.PIPE,  # it ends when we do, however we end
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(HOUSE), os.environ.get("PYTHONPATH"))))},
            start_new_session=True,  # Ctrl+C is ours to hear; we end it in our turn
        )
        self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(START_SECONDS):
                self.address = await self._found
                await self._until_it_knows_the_council()
        except (TimeoutError, DeskFailed):
            await self.stop()
            raise DeskFailed(self._last_words()) from None

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

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        assert self._found
        async for line in self._process.stdout:
            self._said = [*self._said[-50:], line]
            found = _LISTENING.search(line)
            if found and not self._found.done():
                self._found.set_result(found[1].decode())
        if not self._found.done():
            self._found.set_exception(DeskFailed())

    async def _until_it_knows_the_council(self) -> None:
        assert self._process
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while True:
                try:
                    async with http.get(f"{self.address}/api/council") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if self._process.returncode is not None:
                    raise DeskFailed
                await asyncio.sleep(0.1)

    def _last_words(self) -> str:
        said = b"".join(self._said[-8:]).decode(errors="replace").strip()
        return f"The desk did not start.\n{said}" if said else "The desk did not start and said nothing."

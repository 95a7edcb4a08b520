"""The desk as a process: its start, the moment it answers, its end. Rooms apart, so it is spoken to over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

from bot.child_process import ChildFailed, ChildProcess

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
        self._child = ChildProcess("The desk", _LISTENING)
        self.address = ""
        """Where to point a browser."""

    async def start(self) -> None:
        """Start it and wait until it knows the bot's council. DeskFailed says why it did not."""
        try:
            self.address = await self._child.start(
                *(sys.executable, "-m", "desk", *self._arguments),
                answers_at="{}/api/council",
                seconds=START_SECONDS,
                stdin=asyncio.subprocess.PIPE,  # it ends when we do, however we end
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(filter(None, (str(HOUSE), os.environ.get("PYTHONPATH"))))},
            )
        except ChildFailed as failed:
            raise DeskFailed(str(failed)) from None

    async def wait_or(self, told: asyncio.Event) -> None:
        """Until the process ends, or somebody is told to stop."""
        await self._child.wait_or(told)

    async def stop(self) -> None:
        """End the process and wait for it."""
        await self._child.stop()

"""A program we start beside ourselves, for as long as we run: its start, the moment it answers, its end."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import webbrowser
from typing import Any

import aiohttp

LINES_KEPT = 50
LAST_LINES = 8
END_SECONDS = 5.0


def show_in_browser(address: str) -> None:
    """Open a browser where there is a screen for one."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)


class ChildFailed(Exception):
    """It did not start; the message holds what it said."""


class ChildProcess:
    """One program, what it has said lately, and whether it answers."""

    def __init__(self, called: str, listening: re.Pattern[bytes]) -> None:
        """`called` is how a message names it ('The desk'); `listening` finds in its words where it listens."""
        self._called = called
        self._listening = listening
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said: list[bytes] = []

    async def start(self, *command: str, answers_at: str, seconds: float, **how: Any) -> str:
        """Run it and wait until it answers over HTTP; what `listening` found in its words. ChildFailed.

        `answers_at` is the address to ask, with {} for what was found; `how` goes to the process as it is.
        """
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        process = self._process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C is ours to hear; we end it in our turn
            **how,
        )
        self._reading = asyncio.create_task(self._read(process, found))
        try:
            async with asyncio.timeout(seconds):
                where = await found
                await self._until_it_answers(process, answers_at.format(where))
        except (TimeoutError, ChildFailed):
            await self.stop()
            raise ChildFailed(self._last_words()) from None
        return where

    async def wait(self) -> None:
        """Until the process ends."""
        if self._process:
            await self._process.wait()

    async def wait_or(self, told: asyncio.Event) -> None:
        """Until the process ends, or somebody is told to stop."""
        ended, stopped = asyncio.create_task(self.wait()), asyncio.create_task(told.wait())
        await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, stopped):
            task.cancel()

    async def stop(self) -> None:
        """End the process and wait for it."""
        process = self._process
        if process and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), END_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reading:
            await self._reading

    async def _read(self, process: asyncio.subprocess.Process, found: asyncio.Future[str]) -> None:
        assert process.stdout
        async for line in process.stdout:
            self._said = [*self._said[-LINES_KEPT:], line]
            where = self._listening.search(line)
            if where and not found.done():
                found.set_result(where[1].decode())
        if not found.done():
            found.set_exception(ChildFailed())

    async def _until_it_answers(self, process: asyncio.subprocess.Process, address: str) -> None:
        """A program may say that it listens before it does, and also when its configuration is wrong."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while True:
                try:
                    async with http.get(address) as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if process.returncode is not None:
                    raise ChildFailed
                await asyncio.sleep(0.1)

    def _last_words(self) -> str:
        said = b"".join(self._said[-LAST_LINES:]).decode(errors="replace").strip()
        return f"{self._called} did not start.\n{said}" if said else f"{self._called} did not start and said nothing."

"""`python -m desk`: Teams, mailboxes and a page to watch them, on this machine, for one bot in local mode."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

import aiohttp

from desk.app import Desk
from desk.mailbox import smtp_server
from desk.mailroom import Mailroom
from desk.serving import serving

PORT = 56160


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m desk", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="where to serve the page and the connector; 0 is any")
    parser.add_argument("--bot", default="http://127.0.0.1:3978", help="the bot, running in local mode")
    parser.add_argument("--bot-smtp", default="", metavar="HOST:PORT", help="where the bot takes replies by email")
    parser.add_argument("--smtp-port", type=int, default=0, help="where the bot's letters come in; 0 is any")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep chats here from one sitting to the next")
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop when whoever started it is gone")
    return parser.parse_args()


async def run(asked: argparse.Namespace) -> None:
    """Serve until told to stop."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        mailroom = Mailroom(lambda: desk.bot.now().isoformat(), bot_smtp=asked.bot_smtp)
        desk = Desk(asked.bot, http, mailroom=mailroom, keep=asked.keep)
        async with (
            smtp_server(mailroom.post, port=asked.smtp_port) as letters,
            serving(desk.application(), port=asked.port) as address,
        ):
            await desk.start(address)
            sys.stdout.write(f"Letters on {letters}\nListening on {address}\n")
            sys.stdout.flush()
            waits: list[asyncio.Task[object]] = [asyncio.create_task(told.wait())]
            if asked.until_stdin_ends:
                waits.append(asyncio.create_task(_until_stdin_ends()))
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            await desk.stop()


async def _until_stdin_ends() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


def main() -> int:
    """Run, and say in a sentence why it could not."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asked = arguments()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(asked))
    except OSError as error:
        sys.stderr.write(f"The desk cannot be served on port {asked.port}: {(error.strerror or str(error)).lower()}.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

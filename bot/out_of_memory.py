"""A process that has run out of memory ends: what it can still do is not to be trusted, and a fresh one can do it all.

Everything that must outlive it is on disk. Whoever started it (systemd, a container) starts it again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

EXIT_CODE = 71
"""EX_OSERR of sysexits.h: the operating system could not give us what we need."""

_reserve: list[bytearray] = [bytearray(1 << 20)]
"""Given up at the end, so that the last words can be said."""


def end_process() -> NoReturn:
    """Say why in one line and end at once, without tidying up: that would need memory."""
    _reserve.clear()
    os.write(2, b"The bot has run out of memory and ends; its supervisor starts it again. Nothing saved is lost.\n")
    os._exit(EXIT_CODE)


def end_if_out_of_memory(error: BaseException | None) -> None:
    """End the process if that is what `error` says, or what lies behind it."""
    while error is not None:
        if isinstance(error, MemoryError):
            end_process()
        error = error.__cause__ or error.__context__


@web.middleware
async def ends_when_out_of_memory(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """For whatever is answered over HTTP."""
    try:
        return await handler(request)
    except MemoryError:
        end_process()


def watch_memory(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For whatever nobody waits for: the event loop's handler of errors."""
    end_if_out_of_memory(context.get("exception"))
    loop.default_exception_handler(context)

"""One sitting in the playground: the service and the tool side by side, until somebody stops either."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.child_process import show_in_browser
from bot.playground.tool import Tool
from bot.service import Service
from storage.outbox import notice_lists

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.playground.cast import Cast
    from bot.settings import Settings
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

FOLDER = Path("var") / "playground"
BOT_NAME = "Learning Space Bot"


async def play(
    settings: Settings, framework: Framework, clock: Clock, db: Database, cast: Cast, *, tell: Callable[[str], None]
) -> None:
    """Start both, say where to look with `tell`, and wait for Ctrl+C or SIGTERM.

    Raises PortTaken or ToolFailed in words to print.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    service = Service(settings, framework, clock, db)
    await service.start()
    tool = Tool(FOLDER, f"http://127.0.0.1:{service.port}/api/messages")
    try:
        await tool.start(cast.people, BOT_NAME)
        # The page adds the bot to the chat when it is opened; what waits in the outbox then goes straight to it.
        # It has forgotten earlier sittings, so where nothing new waits it begins with the list.
        if not await db.read(_something_new_for, cast.me.id):
            await tool.say("list", cast.me)
        tell(tool.address)
        show_in_browser(tool.address)
        await tool.wait_or(told)
    finally:
        await tool.stop()
        await service.stop()


def _something_new_for(session: Session, person: str) -> bool:
    return any(notice.state == "pending" for notice in notice_lists.to_person(session, person))

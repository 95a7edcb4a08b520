"""One sitting at the desk: the service and the desk side by side, until somebody stops either."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.child_process import show_in_browser
from bot.desk_process import DeskProcess, free_port
from bot.playground.cast import first_morning
from bot.service import Service
from storage.reads import upcoming

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.settings import Settings
    from policy.framework.framework import Framework
    from storage.engine.database import Database

FOLDER = Path("var") / "desk"
TENANT = "0de5c000-0000-4000-8000-000000000001"
BOT_ID = "0de5c000-0000-4000-8000-000000000002"
MAILBOX = "learning-spaces@northmoor.example"
GATEWAY = "desk.example"
"""What the desk's gateway calls itself where it says that a sender is who they say."""
A_MOMENT = timedelta(minutes=1)


def begins_at(db: Database, framework: Framework, now: datetime, asked: datetime | None) -> tuple[datetime, bool]:
    """When the clock of this sitting begins, and whether that is where an earlier one left it.

    The first sitting begins at `asked`, or on the last working morning. Later ones go on from what is written down:
    time that has been lived here is not lived again.
    """
    left = db.read_now(upcoming.latest_instant)
    wanted = asked or first_morning(framework, now)
    if left is None or (asked is not None and asked > left):
        return wanted, False
    return left + A_MOMENT, True


async def sit(
    settings: Settings,
    framework: Framework,
    clock: Clock,
    db: Database,
    *,
    desk_port: int,
    open_browser: bool,
    tell: Callable[[str], None],
) -> None:
    """Start both, say where to look with `tell`, and wait for Ctrl+C, SIGTERM or the end of the desk.

    Raises PortTaken or DeskFailed in words to print.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    # The bot reaches everybody through the desk from the first message on, so it has to know the addresses first.
    port, letters, replies = free_port(desk_port), free_port(0), free_port(0)
    settings = _at_the_desk(settings, port, letters, replies)
    service = Service(settings, framework, clock, db, dispatching=False)
    await service.start()
    mail = ("--smtp-port", str(letters), "--bot-smtp", settings.mail_listen)
    desk = DeskProcess(f"http://127.0.0.1:{service.port}", port, keep=FOLDER / "chats.json", more=mail)
    try:
        await desk.start()
        service.start_dispatching()
        tell(desk.address)
        if open_browser:
            show_in_browser(desk.address)
        await desk.wait_or(told)
    finally:
        await service.stop()
        await desk.stop()


def _at_the_desk(settings: Settings, port: int, letters: int, replies: int) -> Settings:
    """The settings of a bot whose Teams and whose post office are the desk."""
    return settings.model_copy(
        update={
            "port": free_port(settings.port) if settings.port else 0,
            "service_url": f"http://127.0.0.1:{port}/",
            "app_id": settings.app_id or BOT_ID,
            "tenant_id": settings.tenant_id or TENANT,
            "mail": "smtp",
            "mailbox": MAILBOX,
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{letters}"),
            "mail_listen": f"127.0.0.1:{replies}",
            "mail_authserv": GATEWAY,
        }
    )

"""Who can help, looked up only for a message that sends somebody to the QA team, on the day it is said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from dialogs.kit.asking import with_helper
from policy.calendar.calendar import Calendar
from policy.council.who_helps import Helper, who_helps
from storage.council import establishment
from storage.engine.errors import StorageError

if TYPE_CHECKING:
    from dialogs.kit.message import Message
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.helping")


async def named(db: Database, framework: Framework, message: Message, person: str, now: datetime) -> Message:
    """The message, with who can help where it says that somebody can. A database that fails takes nothing from it."""
    if not message.asks:
        return message
    try:
        helper = await db.read(_helper, framework, person, now)
    except StorageError as error:
        log.warning("nobody could be named", error=type(error).__name__)
        return message
    return with_helper(message, helper)


def _helper(session: Session, framework: Framework, person: str, now: datetime) -> Helper:
    on = Calendar.of(framework).local_date(now)
    return who_helps(establishment.current(session), framework, on=on, asks=person)

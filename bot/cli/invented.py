"""What works on invented people only: refused, before anything is changed, where a database holds a council's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from bot.cli.refusals import Refusal

if TYPE_CHECKING:
    from bot.settings import Settings
    from policy.framework.framework import Framework
    from storage.engine.database import Database

INSTEAD = "sqlite:///var/invented.db"
"""A database to try things on, where the default one holds a council."""

WHY = {
    "desk": "it would send their messages to a stand-in on this machine, mark them sent, and move the clock",
    "playground": "it would send their messages to a stand-in on this machine, and mark them sent",
    "chat": "whoever types could act as any of them, and the history would say that they did it themselves",
    "demo": "the fictional council would replace them",
    "serve": "in local mode it answers unsigned messages and sends theirs to a stand-in on this machine",
    "sweep --at": "what has not happened yet would be judged, told and written down as if it had",
    "sweep --deliver": "in local mode their messages would go to a stand-in on this machine and be marked sent",
    "BOT_CLOCK_START": "what has not happened yet would be judged, told and written down as if it had",
}
"""What would happen to real people, by the tool that is refused."""

A_MOMENT = timedelta(minutes=1)


def refuse_a_council(db: Database, settings: Settings, framework: Framework, tool: str) -> None:
    """Refusal where the database holds a council's own people. It is read only, whatever version wrote it."""
    from assurance.establishment.council_kind import kind_of

    if db.read_now(kind_of, framework) != "council":
        return
    instead = f"Nothing was changed. To try it on invented people name another database: BOT_DATABASE_URL={INSTEAD}"
    if tool == "serve":
        instead += "\nTo serve this council set BOT_MODE=production."
    if tool == "sweep --at":
        instead = "Nothing was changed. Leave --at out to judge this council as of now."
    said = "BOT_CLOCK_START in the future" if tool == "BOT_CLOCK_START" else f"`{tool}`"
    where = shown(settings.database)
    raise Refusal(f"{said} is for invented people, and {where} holds a council's own: {WHY[tool]}.\n{instead}")


def refuse_a_council_ahead(db: Database, settings: Settings, framework: Framework) -> None:
    """Refusal where a clock set forward would write down days a real council has not lived."""
    from bot.clock import Clock

    if settings.clock_start and settings.clock_start > Clock.real().now() + A_MOMENT:
        refuse_a_council(db, settings, framework, "BOT_CLOCK_START")


def shown(url: str) -> str:
    """A database URL without its password, for printing."""
    scheme, separator, rest = url.partition("://")
    rest, mark, options = rest.partition("?")
    if "@" in rest:
        credentials, _, host = rest.rpartition("@")
        rest = f"{credentials.split(':')[0]}@{host}"
    kept = [(key, value) for key, value in parse_qsl(options) if "pass" not in key.lower()]
    return f"{scheme}{separator}{rest}{mark if kept else ''}{urlencode(kept, safe='/')}"

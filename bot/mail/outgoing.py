"""The way out by email put together from the settings: the road, the courier, and the mailbox where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.mail.courier import MailCourier, Road
from bot.mail.courier_graph import GraphRoad
from bot.mail.courier_smtp import SmtpRoad
from bot.mail.graph import GRAPH_URL, GraphMailbox
from bot.mail.pace import AT_ONCE, EACH_OF_SEVERAL, Pace, SharedBook
from bot.mail.relay import Relay

if TYPE_CHECKING:
    import ssl

    from bot.network.client import HttpClient
    from bot.settings import Settings
    from bot.teams.tokens import TokenSource
    from policy.framework.framework import Framework
    from storage.engine.database import Database

UNHURRIED = 1_000_000
"""Letters a minute where the mailbox is a stand-in on this machine."""


def _shared_pace(db: Database) -> Pace:
    """By the machine's own clock, whatever instant a command works at: the mailbox knows no other."""
    several = db.dialect == "postgresql"
    return Pace(EACH_OF_SEVERAL if several else AT_ONCE, book=SharedBook(db, Clock.real().now))


class MailOut:
    """The mail edge's way out, for the service and for one-shot commands alike."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        framework: Framework,
        clock: Clock,
        http: HttpClient,
        tokens: TokenSource,
        *,
        graph_url: str = GRAPH_URL,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`http` and `tokens` stay the caller's; they are only used where BOT_MAIL is graph."""
        pace = Pace(a_minute=UNHURRIED) if settings.local else _shared_pace(db)
        self.graph: GraphMailbox | None = None
        road: Road
        if settings.mail == "graph":
            self.graph = GraphMailbox(http, tokens, settings.mailbox, clock.now, graph_url=graph_url)
            road = GraphRoad(self.graph, pace=pace)
        else:
            relay = Relay.parse(settings.smtp_url.get_secret_value())
            road = SmtpRoad(relay, sender=settings.mailbox, pace=pace, trust=trust)
        self.road = road
        bot_id = "" if settings.local else settings.app_id
        self.courier = MailCourier(db, framework, road, clock.now, mailbox=settings.mailbox, bot_id=bot_id)

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        return self.road.problem()

    async def close(self) -> None:
        """Let go of what the road holds."""
        await self.road.close()

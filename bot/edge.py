"""The Teams edge put together: gate, keys, tokens, connector, courier and front desk, from the settings."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from assurance.common.courier import Courier
from bot.line import Line, stations
from bot.local_courier import LocalCourier
from bot.network.client import HttpClient
from bot.settings import Settings, SettingsError
from bot.teams import bodies
from bot.teams.adapter import TeamsAdapter
from bot.teams.connector import Connector
from bot.teams.courier import TEAMS_SERVICE_URL, TeamsCourier
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts
from bot.teams.install import Installer
from bot.teams.jwks import OPENID_METADATA, SigningKeys
from bot.teams.limits import UNHURRIED, Limits
from bot.teams.routes import Bodies, add_messages_route
from bot.teams.tokens import AUTHORITY, GRAPH, Certificate, Credential, EntraTokens, ManagedIdentity, NoTokens, Secret
from dialogs.kit.message import Message
from manifest.package import APP_NAMESPACE

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.conversation import Conversation
    from bot.mail.outgoing import MailOut
    from bot.metrics import Metrics
    from policy.framework.framework import Framework
    from storage.engine.database import Database


@dataclass(frozen=True)
class Addresses:
    """Where Microsoft is. Tests and benchmarks point these at the desk."""

    openid_metadata: str = OPENID_METADATA
    authority: str = AUTHORITY
    graph: str = GRAPH
    """Without the version, which each of its parts adds for itself."""
    service_url: str = TEAMS_SERVICE_URL
    trust: str = ""
    """The file of an authority to trust beside the machine's own."""
    loopback: bool = False
    """Whether a service on this machine may stand in for Teams; always so in local mode."""


class Outbound:
    """The way out: what a courier needs, for the service and for one-shot commands alike."""

    def __init__(self, settings: Settings, clock: Clock, http: HttpClient, addresses: Addresses) -> None:
        self.http = http
        self._graph = addresses.graph
        self.hosts = Hosts(loopback=settings.local or addresses.loopback)
        # A stand-in for Teams on this machine has no limits of Teams' kind, and a clock it moves cannot wait for ours.
        stand_in = settings.local and bool(settings.service_url)
        self.limits = Limits(UNHURRIED, UNHURRIED, UNHURRIED) if stand_in else Limits()
        self.tokens = token_source(settings, http, addresses)
        self.connector = Connector(http, self.tokens, self.hosts, clock.now)
        installer = None if settings.local else _installer(settings, clock, http, self.tokens, addresses)
        self._teams = TeamsCourier(
            self.connector,
            self.limits,
            clock.now,
            app_id=settings.app_id,
            tenant_id=settings.tenant_id,
            service_url=settings.service_url or addresses.service_url,
            installer=installer,
        )
        # A stand-in for Teams that knows the whole council is named by its address; without one, only those who
        # have opened a chat here can be reached.
        waits = settings.local and not settings.service_url
        self.waits_for_people = frozenset({"teams"}) if waits else frozenset[str]()
        """Channels whose messages wait until their reader comes, which is no fault."""
        self.courier: Courier[Message] = LocalCourier(self._teams, clock.now) if waits else self._teams

    @classmethod
    async def open(cls, settings: Settings, clock: Clock, *, addresses: Addresses | None = None) -> Outbound:
        """Open the one outbound session. SettingsError for a certificate that cannot be used."""
        where = addresses or Addresses()
        http = open_http(settings, clock, where)
        try:
            return cls(settings, clock, http, where)
        except BaseException:
            await http.close()
            raise

    def open_mail(self, settings: Settings, db: Database, framework: Framework, clock: Clock) -> MailOut:
        """The way out by email, beside Teams; it uses our session and our tokens."""
        from bot.mail.outgoing import MailOut  # only where there is email

        trusted = settings.trust()  # a relay too may have the council's own certificate
        return MailOut(settings, db, framework, clock, self.http, self.tokens, graph_url=self._graph, trust=trusted)

    def problem(self) -> str:
        """What stops all sending, in words for an administrator; empty when nothing does."""
        return self._teams.problem()

    async def close(self) -> None:
        """Let go of the session and the token thread."""
        await self.tokens.close()
        await self.http.close()


class Edge:
    """The way in and out of Teams for the service."""

    largest_body = bodies.MAX_BYTES

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        conversation: Conversation,
        metrics: Metrics,
        outbound: Outbound,
        addresses: Addresses,
    ) -> None:
        self.outbound = outbound
        self.courier = outbound.courier
        self._keys = None if settings.local else SigningKeys(outbound.http, addresses.openid_metadata)
        self._addresses = {
            "teams": settings.service_url or addresses.service_url,
            "graph": addresses.graph if settings.mail == "graph" else "",
            "login": addresses.authority,
        }
        self.line = Line(outbound.http, [] if settings.local else stations(settings, addresses))
        self._gate = Gate(
            app_id=settings.app_id,
            tenant_id=settings.tenant_id,
            hosts=outbound.hosts,
            now=clock.now,
            keys=self._keys,
            local=settings.local,
        )
        self._adapter = TeamsAdapter(outbound.connector, outbound.limits)
        self._metrics = metrics
        self._bodies = Bodies()
        self._desk = FrontDesk(db, conversation, clock, metrics, mailbox=conversation.framework.help.mailbox)

    @classmethod
    async def open(
        cls,
        settings: Settings,
        db: Database,
        clock: Clock,
        conversation: Conversation,
        metrics: Metrics,
        *,
        addresses: Addresses | None = None,
    ) -> Edge:
        """Put everything together; the signing keys are fetched behind the first call's back."""
        where = addresses or Addresses()
        outbound = await Outbound.open(settings, clock, addresses=where)
        edge = cls(settings, db, clock, conversation, metrics, outbound, where)
        if edge._keys:
            edge._keeping = [
                asyncio.create_task(edge._keys.keep(), name="signing keys"),
                asyncio.create_task(edge.line.keep(), name="line"),
            ]
        return edge

    _keeping: Sequence[asyncio.Task[None]] = ()

    def add_routes(self, app: web.Application) -> None:
        """Serve POST /api/messages."""
        add_messages_route(app, self._gate, self._adapter, self._desk.on_turn, self._metrics, self._bodies)

    def take_no_more(self) -> None:
        """Whoever is still sending a message is told at once to come again."""
        self._bodies.stop()

    def problems(self) -> list[str]:
        """What is wrong with the edge as a whole, each in words; empty when nothing is."""
        keys = self._keys.problem() if self._keys else ""
        return [words for words in (self.outbound.problem(), keys, *self.line.problems()) if words]

    @property
    def waits_for_people(self) -> frozenset[str]:
        """Channels whose messages wait until their reader comes, which is no fault."""
        return self.outbound.waits_for_people

    def why_silent(self, channel: str) -> str:
        """Which host does not answer while nothing goes out on a channel, in words; empty when all do."""
        first = {"teams": ("teams", "login"), "mail": ("graph", "login")}.get(channel, ())
        return next((why for name in first if (why := self.line.why(self._addresses[name]))), "")

    @property
    def can_check(self) -> bool:
        """Whether anybody's message can be let in: without Microsoft's keys, nobody's can."""
        return self._keys is None or self._keys.believed

    def keys_age(self) -> float | None:
        """Seconds since Microsoft's signing keys were confirmed; infinite for never, None where none are wanted."""
        return self._keys.age() if self._keys else None

    async def close(self) -> None:
        """Finish what is being written down, then let go."""
        await self._desk.close()
        if self._keys:
            await self._keys.close()
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self.outbound.close()


def open_http(settings: Settings, clock: Clock, addresses: Addresses) -> HttpClient:
    """The one session for everything that goes out: through the council's proxy, trusting the council's authority."""
    if settings.local:
        return HttpClient(now=clock.now)
    more = [addresses.trust] if addresses.trust else []
    return HttpClient(proxies=settings.proxies(), context=settings.trust(*more), now=clock.now)


def token_source(settings: Settings, http: HttpClient, addresses: Addresses) -> EntraTokens | NoTokens:
    """Where the bot's own tokens come from. SettingsError for a certificate that cannot be used."""
    if settings.local:
        return NoTokens()
    credential: Credential
    if settings.managed_identity:
        credential = ManagedIdentity()
    elif settings.app_certificate:
        credential = Certificate(settings.app_certificate)
    else:
        credential = Secret(settings.app_secret.get_secret_value())
    try:
        return EntraTokens(settings.app_id, settings.tenant_id, credential, http, authority=addresses.authority)
    except ValueError as error:
        raise SettingsError(f"BOT_APP_CERTIFICATE: {error}") from None


def _installer(
    settings: Settings, clock: Clock, http: HttpClient, tokens: EntraTokens | NoTokens, addresses: Addresses
) -> Installer:
    # The catalogue knows the app by the id of its manifest, which is derived from the bot's.
    manifest_id = str(uuid.uuid5(APP_NAMESPACE, settings.app_id.lower()))
    return Installer(http, tokens, manifest_id, clock.now, graph_url=f"{addresses.graph}/v1.0")

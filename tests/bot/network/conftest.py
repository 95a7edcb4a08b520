"""Microsoft behind a council's proxy: four hosts under their real names, which only the proxy knows the way to."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.entra import Entra
from desk.graph import Graph
from desk.members import Member
from desk.serving import own_certificate, serving
from manifest.package import APP_NAMESPACE
from storage.council import establishment
from storage.engine.database import Database
from tests.connect_proxy import ConnectProxy, egress

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"
LOGIN, KEYS = "login.microsoftonline.com", "login.botframework.com"
TEAMS, GRAPH = "smba.trafficmanager.net", "graph.microsoft.com"
HOSTS = (LOGIN, KEYS, TEAMS, GRAPH)


def today() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  a real handshake wants a certificate of today


@dataclass
class Beyond:
    """What lies on the other side of the proxy."""

    proxy: ConnectProxy
    teams: TeamsDesk
    entra: Entra
    manager: Member
    trusted: Path

    def settings(self, **more: object) -> Settings:
        return Settings.load(
            **{
                "app_id": APP_ID,
                "tenant_id": TENANT_ID,
                "app_secret": "s3cret",
                "database_url": "sqlite:///not-opened-here.db",
                "host": "127.0.0.1",
                "port": 0,
                "https_proxy": f"http://{self.proxy.address}",
                "ca_bundle": self.trusted,
                "sweep_seconds": 5.0,
            }
            | more
        )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return own_certificate(tmp_path_factory.mktemp("tls"), today(), names=HOSTS)


@pytest.fixture
async def beyond(db: Database, certificate: tuple[ssl.SSLContext, Path]) -> AsyncIterator[Beyond]:
    tls, trusted = certificate
    person = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
    manager = Member(person.entra_object_id, person.name, person.email)
    entra = Entra(APP_ID, TENANT_ID, today, secret="s3cret")
    teams = TeamsDesk(APP_ID, TENANT_ID, [manager], good_token=lambda token: token in entra.tokens)
    teams.service_url = f"https://{TEAMS}/teams/"
    graph = Graph(teams, str(uuid.uuid5(APP_NAMESPACE, APP_ID)), good_token=lambda token: token in entra.tokens)
    async with AsyncExitStack() as up:
        signs = await up.enter_async_context(serving(entra.application(), tls=tls))
        regions = web.Application()
        regions.add_subapp("/teams/", teams.application())
        chats = await up.enter_async_context(serving(regions, tls=tls))
        graphs = await up.enter_async_context(serving(graph.application(), tls=tls))
        ways = {LOGIN: signs, KEYS: signs, TEAMS: chats, GRAPH: graphs}
        proxy = ConnectProxy({f"{host}:443": URL(address).port or 0 for host, address in ways.items()})
        await up.enter_async_context(egress(proxy))
        yield Beyond(proxy, teams, entra, manager, trusted)

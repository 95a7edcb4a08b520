from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.network.client import HttpClient
from bot.teams.errors import SendFailed
from bot.teams.install import Installer
from bot.teams.tokens import GRAPH, NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.graph import Graph
from desk.members import Member
from desk.serving import serving
from tests.bot.teams.conftest import APP_ID, TENANT_ID

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MANIFEST_ID = "5a5a5a5a-0000-4000-8000-000000000005"


@dataclass
class Bench:
    member: Member
    graph: Graph
    installer: Installer


class Purse:
    """Hands out one token after another."""

    number = 1

    async def get(self, audience: str = "") -> str:
        assert audience == GRAPH
        return f"token-{self.number}"

    def forget(self, token: str, audience: str = "") -> None:
        assert audience == GRAPH
        self.number += 1


@pytest.fixture
async def bench(way_out: HttpClient) -> AsyncIterator[Bench]:
    member = Member("eeeeeeee-0000-4000-8000-000000000009", "Em Lowe", "em.lowe@council.example", installed=False)
    graph = Graph(TeamsDesk(APP_ID, TENANT_ID, [member]), MANIFEST_ID, good_token=lambda token: token == "token-2")
    async with serving(graph.application()) as url:
        yield Bench(member, graph, Installer(way_out, Purse(), MANIFEST_ID, lambda: NOW, graph_url=f"{url}/v1.0"))


async def test_installing_gives_the_chat_and_may_be_done_twice(bench: Bench) -> None:
    first = await bench.installer.install(bench.member.entra_object_id)
    assert bench.member.installed
    assert await bench.installer.install(bench.member.entra_object_id) == first


async def test_the_catalogue_is_asked_once(bench: Bench) -> None:
    for _ in range(2):
        await bench.installer.install(bench.member.entra_object_id)
    asked = [call for call in bench.graph.calls if call[1].endswith("/teamsApps")]
    assert len(asked) == 2, "once with the token that was refused, once with the new one"


async def test_an_app_that_is_not_in_the_catalogue_is_said_so(bench: Bench) -> None:
    bench.graph.catalogue.clear()
    with pytest.raises(SendFailed) as failed:
        await bench.installer.install(bench.member.entra_object_id)
    assert (failed.value.failure.outcome, failed.value.failure.code) == ("never", "app not in the catalogue")


async def test_someone_graph_does_not_know_cannot_be_reached(bench: Bench) -> None:
    with pytest.raises(SendFailed) as failed:
        await bench.installer.install("00000000-0000-4000-8000-0000000000ff")
    assert failed.value.failure.outcome == "never"


@pytest.mark.parametrize("fault", [faults.failing(503), faults.throttled("9"), faults.reset(accepted=False)])
async def test_whatever_breaks_on_the_way_may_be_tried_again(bench: Bench, fault: faults.Fault) -> None:
    bench.graph.faults.add(fault, method="POST")
    with pytest.raises(SendFailed) as failed:
        await bench.installer.install(bench.member.entra_object_id)
    assert failed.value.failure.outcome == "later"


def test_graph_is_never_spoken_to_in_the_clear(way_out: HttpClient) -> None:
    with pytest.raises(ValueError, match="https"):
        Installer(way_out, NoTokens(), MANIFEST_ID, lambda: NOW, graph_url="http://graph.example/v1.0")

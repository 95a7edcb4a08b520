from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.network.client import HttpClient
from bot.teams.connector import Connector
from bot.teams.errors import Failure, Remedy, SendFailed
from bot.teams.hosts import Hosts
from bot.teams.tokens import CONNECTOR, NoToken, NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.serving import own_certificate, serving
from tests.bot.teams.conftest import AMIRA, APP_ID, CLOCK, TENANT_ID

HELLO = {"type": "message", "text": "hello"}
CHAT = AMIRA.conversation_id


class Purse:
    """Hands out numbered tokens, a new one after each that was refused."""

    def __init__(self, refusal: NoToken | None = None) -> None:
        self.number = 1
        self.refusal = refusal

    async def get(self, audience: str = CONNECTOR) -> str:
        if self.refusal:
            raise self.refusal
        return f"token-{self.number}"

    def forget(self, token: str, audience: str = CONNECTOR) -> None:
        assert token == f"token-{self.number}"
        self.number += 1


@pytest.fixture
def connector(way_out: HttpClient, teams: TeamsDesk, deadline: float) -> Connector:
    return Connector(way_out, NoTokens(), Hosts(loopback=True), CLOCK.now, deadline=deadline)


async def failure_of(call: Any) -> Failure:
    with pytest.raises(SendFailed) as failed:
        await call
    return failed.value.failure


async def test_a_message_is_posted_and_its_id_comes_back(connector: Connector, teams: TeamsDesk) -> None:
    number = await connector.post(teams.service_url, CHAT, HELLO)
    assert teams.chats[CHAT].messages[number]["text"] == "hello"


async def test_a_message_is_replaced_and_taken_back(connector: Connector, teams: TeamsDesk) -> None:
    number = await connector.post(teams.service_url, CHAT, HELLO)
    await connector.update(teams.service_url, CHAT, number, HELLO | {"text": "changed"})
    assert teams.chats[CHAT].messages[number]["text"] == "changed"
    await connector.delete(teams.service_url, CHAT, number)
    assert teams.chats[CHAT].messages == {}


async def test_words_in_any_script_arrive_as_they_were(connector: Connector, teams: TeamsDesk) -> None:
    words = "O’Brien 🧒🏽 שלום \u202etest {{DATE()}} <at>x</at>"
    number = await connector.post(teams.service_url, CHAT, HELLO | {"text": words})
    assert teams.chats[CHAT].messages[number]["text"] == words


@pytest.mark.parametrize("chat", ["../../v3/conversations", "..", "a/b?c#d", "19:x@thread.tacv2;messageid=1", "%2e%2e"])
async def test_an_odd_conversation_id_stays_in_its_place(connector: Connector, teams: TeamsDesk, chat: str) -> None:
    failure = await failure_of(connector.post(teams.service_url, chat, HELLO))
    assert failure.code == "ConversationNotFound"
    assert teams.refused[-1] == (404, f"/v3/conversations/{chat}/activities")


Do = Callable[[Connector, str], Any]
POST: Do = lambda c, url: c.post(url, CHAT, HELLO)  # noqa: E731
CREATE: Do = lambda c, url: c.create_conversation(  # noqa: E731
    url, {"members": [{"id": AMIRA.entra_object_id}], "tenantId": TENANT_ID}
)
BREAKS: dict[str, tuple[faults.Fault, str, str]] = {
    # fault, what a post means after it, what opening a conversation means after it
    "429": (faults.throttled("3"), "later", "later"),
    "412": (faults.concurrent(), "later", "later"),
    "500": (faults.failing(500), "unknown", "later"),
    "502 page, not taken": (faults.failing(502), "unknown", "later"),
    "502 page, taken": (faults.failing(502, accepted=True), "unknown", "later"),
    "reset before it was taken": (faults.reset(accepted=False), "unknown", "later"),
    "reset after it was taken": (faults.reset(accepted=True), "unknown", "later"),
    "no answer": (faults.hang(), "unknown", "later"),
    "no answer, taken": (faults.hang(accepted=True), "unknown", "later"),
    "a proxy's page": (faults.proxy_page(), "unknown", "unknown"),
}


@pytest.mark.parametrize(("fault", "post", "create"), BREAKS.values(), ids=BREAKS.keys())
async def test_a_failed_call_says_whether_it_may_have_been_taken(
    connector: Connector, teams: TeamsDesk, fault: faults.Fault, post: str, create: str
) -> None:
    teams.faults.add(fault)
    assert (await failure_of(POST(connector, teams.service_url))).outcome == post
    assert len(teams.posts()) == (1 if fault.accepted else 0), "a post is never repeated by itself"
    teams.faults.add(fault)
    assert (await failure_of(CREATE(connector, teams.service_url))).outcome == create


async def test_a_slow_answer_is_waited_for(connector: Connector, teams: TeamsDesk) -> None:
    teams.faults.add(faults.slow(0.2))
    assert await POST(connector, teams.service_url)


async def test_a_hundred_calls_that_hang_do_not_stop_the_next(connector: Connector, teams: TeamsDesk) -> None:
    teams.faults.add(faults.hang(), path=CHAT, times=100)
    hanging = [asyncio.create_task(failure_of(POST(connector, teams.service_url))) for _ in range(100)]
    found = await asyncio.gather(*hanging)
    assert {failure.outcome for failure in found} <= {"unknown", "later"}
    teams.faults.clear()
    assert await POST(connector, teams.service_url)


async def test_nobody_listening_may_be_tried_again(connector: Connector) -> None:
    failure = await failure_of(POST(connector, "http://127.0.0.1:9/"))
    assert failure.outcome == "later"


async def test_a_name_nobody_knows_and_a_certificate_nobody_vouches_for_are_tried_later_and_get_no_message(
    connector: Connector, way_out: HttpClient, teams: TeamsDesk, tmp_path: Path
) -> None:
    """The real resolver and a real handshake: in both nothing of ours has left, so nothing can have been taken."""
    nowhere = "https://nobody.invalid/"
    hosts = Hosts()
    hosts._known[nowhere] = True  # believed, as a service address of Teams is; the name is one that never resolves
    lost = Connector(way_out, NoTokens(), hosts, CLOCK.now, deadline=5)
    assert (await failure_of(POST(lost, nowhere))).outcome == "later"
    assert (await failure_of(CREATE(lost, nowhere))).outcome == "later"
    served, trusted = own_certificate(tmp_path, CLOCK.now())
    async with serving(teams.application(), tls=served) as url:
        assert (await failure_of(POST(connector, f"{url}/"))).outcome == "later"
        assert (await failure_of(CREATE(connector, f"{url}/"))).outcome == "later"
        assert teams.posts() == []
        context = ssl.create_default_context(cafile=trusted)
        async with HttpClient(context=context) as trusting:  # and it was the certificate alone
            said = Connector(trusting, NoTokens(), Hosts(loopback=True), CLOCK.now, deadline=5)
            assert await POST(said, f"{url}/")


async def test_no_token_ever_follows_a_redirect(way_out: HttpClient, teams: TeamsDesk) -> None:
    elsewhere = TeamsDesk(APP_ID, TENANT_ID, [AMIRA])
    async with serving(elsewhere.application()) as url:
        teams.faults.add(faults.redirect(f"{url}/v3/conversations/{CHAT}/activities"))
        failure = await failure_of(
            POST(Connector(way_out, Purse(), Hosts(loopback=True), CLOCK.now), teams.service_url)
        )
    assert failure.outcome == "later"
    assert elsewhere.accepted == []


async def test_no_token_goes_to_a_host_that_is_not_allowed(way_out: HttpClient, teams: TeamsDesk) -> None:
    failure = await failure_of(POST(Connector(way_out, Purse(), Hosts(), CLOCK.now), teams.service_url))
    assert failure.outcome == "never"
    assert teams.accepted == []


@pytest.fixture
async def strict(way_out: HttpClient) -> AsyncIterator[TeamsDesk]:
    """A channel that knows one token."""
    desk = TeamsDesk(APP_ID, TENANT_ID, [AMIRA], good_token=lambda token: token == "token-2")
    async with serving(desk.application()) as url:
        desk.service_url = url
        yield desk


async def test_a_refused_token_is_renewed_once(way_out: HttpClient, strict: TeamsDesk) -> None:
    purse = Purse()
    assert await POST(Connector(way_out, purse, Hosts(loopback=True), CLOCK.now), strict.service_url)
    assert purse.number == 2


async def test_a_second_refusal_stops_everything(way_out: HttpClient, strict: TeamsDesk) -> None:
    purse = Purse()
    purse.number = 5
    failure = await failure_of(POST(Connector(way_out, purse, Hosts(loopback=True), CLOCK.now), strict.service_url))
    assert failure.remedy is Remedy.STOP_ALL
    assert purse.number == 6
    assert len(strict.refused) == 2


@pytest.mark.parametrize(("permanent", "remedy"), [(True, Remedy.STOP_ALL), (False, Remedy.NONE)])
async def test_without_a_token_nothing_is_sent(
    way_out: HttpClient, teams: TeamsDesk, permanent: bool, remedy: Remedy
) -> None:
    purse = Purse(NoToken("invalid_client", permanent=permanent))
    failure = await failure_of(POST(Connector(way_out, purse, Hosts(loopback=True), CLOCK.now), teams.service_url))
    assert (failure.outcome, failure.remedy) == ("later", remedy)
    assert teams.accepted == []


async def test_an_answer_of_ten_megabytes_is_not_read_to_its_end(connector: Connector, teams: TeamsDesk) -> None:
    page = json.dumps({"error": {"code": "BadSyntax", "message": "x" * 10_000_000}}).encode()
    teams.faults.add(faults.Fault(400, page))
    assert (await failure_of(POST(connector, teams.service_url))).outcome == "never"

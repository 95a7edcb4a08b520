from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.network.client import HttpClient
from bot.network.trust import trust
from bot.teams.tokens import (
    CONNECTOR,
    GRAPH,
    REST_SECONDS,
    Certificate,
    Credential,
    EntraTokens,
    ManagedIdentity,
    NoToken,
    Secret,
)
from desk import faults
from desk.entra import Entra
from desk.serving import own_certificate, serving
from tests.bot.teams.conftest import APP_ID, CLOCK, TENANT_ID


@dataclass
class Hands:
    """A clock turned by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    context, trusted = own_certificate(folder, CLOCK.now())
    return context, trusted, folder / "desk-key-and-certificate.pem"


@dataclass
class Bench:
    entra: Entra
    url: str
    key_file: Path
    hands: Hands
    http: HttpClient

    def tokens(self, credential: Credential | None = None) -> EntraTokens:
        return EntraTokens(
            APP_ID,
            TENANT_ID,
            credential or Secret("desk"),
            self.http,
            authority=self.url,
            monotonic=self.hands,
        )


@pytest.fixture
async def bench(entra: Entra, tls: tuple[ssl.SSLContext, Path, Path]) -> AsyncIterator[Bench]:
    entra.faults.clear()
    entra.refusal = None
    entra.token_seconds = 3599
    entra.token_requests.clear()
    context, trusted, key_file = tls
    async with serving(entra.application(), tls=context) as url, HttpClient(context=trust([trusted])) as http:
        yield Bench(entra, url, key_file, Hands(), http)
    entra.refusal = None


async def test_a_token_is_fetched_once_and_kept(bench: Bench) -> None:
    tokens = bench.tokens()
    first = await tokens.get()
    assert first in bench.entra.tokens
    assert await tokens.get() == first
    assert [asked["scope"] for asked in bench.entra.token_requests] == [f"{CONNECTOR}/.default"]
    await tokens.close()


async def test_a_hundred_senders_at_once_are_one_question_to_entra(bench: Bench) -> None:
    tokens = bench.tokens()
    found = await asyncio.gather(*(tokens.get() for _ in range(100)))
    assert len(set(found)) == 1
    assert len(bench.entra.token_requests) == 1
    await tokens.close()


async def test_each_audience_has_its_own_token(bench: Bench) -> None:
    tokens = bench.tokens()
    assert await tokens.get(CONNECTOR) != await tokens.get(GRAPH)
    assert len(bench.entra.token_requests) == 2
    await tokens.close()


async def test_the_loop_runs_on_while_entra_thinks(bench: Bench) -> None:
    bench.entra.faults.add(faults.slow(0.3), path="token")
    tokens = bench.tokens()
    asking = asyncio.create_task(tokens.get())
    turns = 0
    while not asking.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert await asking
    assert turns > 2, "a fetch on the loop would leave it no turn while Entra thinks"
    await tokens.close()


async def test_a_token_is_renewed_five_minutes_before_it_ends(bench: Bench) -> None:
    tokens = bench.tokens()
    bench.entra.token_seconds = 600
    first = await tokens.get()
    bench.hands.now = 299
    assert await tokens.get() == first
    bench.hands.now = 301
    tokens._generation += 1  # MSAL keeps a copy of its own, by a clock this test does not turn
    assert await tokens.get() != first
    await tokens.close()


async def test_while_entra_is_down_a_token_is_used_to_its_end(bench: Bench) -> None:
    tokens = bench.tokens()
    bench.entra.token_seconds = 400
    first = await tokens.get()
    tokens._generation += 1  # MSAL's own copy would last as long as this test's clock does not
    bench.entra.faults.add(faults.failing(503), times=-1)
    bench.hands.now = 350
    assert await tokens.get() == first
    bench.hands.now = 401
    with pytest.raises(NoToken) as refused:
        await tokens.get()
    assert not refused.value.permanent
    await tokens.close()


async def test_after_a_failure_entra_is_given_a_rest(bench: Bench) -> None:
    bench.entra.refusal = {"error": "temporarily_unavailable"}
    tokens = bench.tokens()
    for _ in range(10):
        with pytest.raises(NoToken):
            await tokens.get()
    assert len(bench.entra.token_requests) == 1
    bench.entra.refusal = None
    bench.hands.now = REST_SECONDS + 1
    tokens._generation += 1
    assert await tokens.get()
    await tokens.close()


REFUSALS = [
    ({"error": "invalid_client", "error_codes": [7000222]}, "invalid_client AADSTS7000222", True),
    ({"error": "unauthorized_client", "error_codes": [700016]}, "unauthorized_client AADSTS700016", True),
    ({"error": "temporarily_unavailable"}, "temporarily_unavailable", False),
    ({"error": "server_error", "error_codes": "x"}, "server_error", False),
]


@pytest.mark.parametrize(("said", "code", "permanent"), REFUSALS)
async def test_an_expired_secret_needs_a_person_and_a_busy_entra_does_not(
    bench: Bench, said: dict[str, object], code: str, permanent: bool
) -> None:
    bench.entra.refusal = said
    tokens = bench.tokens()
    with pytest.raises(NoToken) as refused:
        await tokens.get()
    assert (refused.value.code, refused.value.permanent) == (code, permanent)
    await tokens.close()


BROKEN = [faults.proxy_page(), faults.Fault(200, b"{}"), faults.reset(accepted=False), faults.Fault(500, b"<html>")]


@pytest.mark.parametrize("fault", BROKEN, ids=["a page", "empty JSON", "reset", "500"])
async def test_an_unreadable_answer_is_no_token_for_now(bench: Bench, fault: faults.Fault) -> None:
    bench.entra.faults.add(fault, path="token", times=-1)
    tokens = bench.tokens()
    with pytest.raises(NoToken) as refused:
        await tokens.get()
    assert not refused.value.permanent
    await tokens.close()


async def test_a_token_that_was_refused_is_not_used_again(bench: Bench) -> None:
    tokens = bench.tokens()
    first = await tokens.get()
    tokens.forget("somebody else's")
    assert await tokens.get() == first
    tokens.forget(first)
    assert await tokens.get() != first
    await tokens.close()


async def test_a_certificate_serves_in_place_of_a_secret(bench: Bench) -> None:
    tokens = bench.tokens(Certificate(bench.key_file))
    assert await tokens.get() in bench.entra.tokens
    assert bench.entra.token_requests[-1]["client_assertion_type"].endswith("jwt-bearer")
    await tokens.close()


@pytest.mark.parametrize("content", [None, b"", b"not a key", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_certificate_file_that_cannot_be_used_is_said_at_the_start(
    bench: Bench, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "bot.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"bot\.pem must be a PEM file"):
        bench.tokens(Certificate(file))


async def test_a_managed_identity_needs_no_secret_at_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(bench.entra.application()) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "desk")
        tokens = bench.tokens(ManagedIdentity())
        assert await tokens.get() in bench.entra.tokens
        assert bench.entra.token_requests[-1]["client_id"] == APP_ID
        await tokens.close()


async def test_one_impatient_sender_does_not_take_the_answer_from_the_others(bench: Bench) -> None:
    bench.entra.faults.add(faults.slow(0.2), path="token")
    tokens = bench.tokens()
    impatient = asyncio.create_task(tokens.get())
    patient = asyncio.create_task(tokens.get())
    await asyncio.sleep(0.05)
    impatient.cancel()
    assert await patient
    await tokens.close()

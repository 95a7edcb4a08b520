from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.network.client import HttpClient
from bot.teams import jwks
from bot.teams.jwks import FRESH_SECONDS, STALE_SECONDS, UNKNOWN_KEY_SECONDS, KeysUnreadable, SigningKeys, read_keys
from desk import faults
from desk.entra import METADATA_PATH, Entra
from desk.serving import serving
from tests.bot.teams.conftest import APP_ID, CLOCK, TENANT_ID
from tests.patience import PATIENCE


@dataclass
class Hands:
    """A clock turned by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    entra: Entra
    keys: SigningKeys
    hands: Hands


@pytest.fixture
async def bench(way_out: HttpClient) -> AsyncIterator[Bench]:
    entra = Entra(APP_ID, TENANT_ID, CLOCK.now, secret="desk")
    hands = Hands()
    async with serving(entra.application()) as url:
        keys = SigningKeys(way_out, url + METADATA_PATH, monotonic=hands)
        yield Bench(entra, keys, hands)
        await keys.close()


async def test_a_key_is_fetched_when_it_is_first_needed_and_then_kept(bench: Bench) -> None:
    for _ in range(3):
        key = await bench.keys.find(bench.entra.kid)
        assert key is not None
        assert "msteams" in key.endorsements
    assert bench.entra.key_fetches == 1


async def test_a_rotated_key_is_accepted_within_a_minute(bench: Bench) -> None:
    await bench.keys.warm()
    bench.entra.rotate()
    assert await bench.keys.find(bench.entra.kid) is None
    bench.hands.now += UNKNOWN_KEY_SECONDS
    assert await bench.keys.find(bench.entra.kid) is not None


async def test_a_flood_of_unknown_keys_costs_one_fetch_a_minute(bench: Bench) -> None:
    await bench.keys.warm()
    for minute in range(3):
        bench.hands.now += UNKNOWN_KEY_SECONDS
        found = await asyncio.gather(*(bench.keys.find(f"unknown-{number}") for number in range(200)))
        assert set(found) == {None}
        assert bench.entra.key_fetches == minute + 2


async def test_old_keys_are_used_while_new_ones_are_fetched(bench: Bench) -> None:
    await bench.keys.warm()
    old = bench.entra.kid
    bench.hands.now += FRESH_SECONDS + 1
    bench.entra.faults.add(faults.slow(0.1), path="keys")
    assert await bench.keys.find(old) is not None
    assert bench.entra.key_fetches == 1, "nobody waited for the new ones"
    async with asyncio.timeout(PATIENCE):
        while bench.entra.key_fetches < 2:
            await asyncio.sleep(0.01)


async def test_keys_nobody_confirmed_for_a_day_are_no_longer_believed(bench: Bench) -> None:
    await bench.keys.warm()
    bench.entra.faults.add(faults.failing(503), times=-1)
    bench.hands.now += STALE_SECONDS - 1
    assert await bench.keys.find(bench.entra.kid) is not None
    bench.hands.now += 2 + UNKNOWN_KEY_SECONDS
    assert await bench.keys.find(bench.entra.kid) is None
    bench.entra.faults.clear()
    bench.hands.now += UNKNOWN_KEY_SECONDS
    assert await bench.keys.find(bench.entra.kid) is not None


async def test_a_key_page_that_hangs_holds_nobody_for_long(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.1)
    bench.entra.faults.add(faults.hang(), times=-1)
    assert await asyncio.wait_for(bench.keys.find("any"), 2) is None


async def test_keys_are_fetched_again_without_anybody_calling(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "REFRESH_SECONDS", 0.01)
    bench.hands.now += UNKNOWN_KEY_SECONDS
    keeping = asyncio.create_task(bench.keys.keep())
    async with asyncio.timeout(8):
        while bench.entra.key_fetches < 3:
            bench.hands.now += UNKNOWN_KEY_SECONDS
            await asyncio.sleep(0.01)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert bench.keys.believed
    assert bench.keys.problem() == ""


async def test_keys_that_never_came_are_said_at_once_and_those_that_grow_old_by_the_sixteenth_minute(
    bench: Bench,
) -> None:
    assert not bench.keys.believed
    bench.entra.faults.add(faults.failing(503), times=1)
    await bench.keys.warm()
    assert bench.keys.problem().startswith("Microsoft's signing keys have not been had yet")
    bench.hands.now += UNKNOWN_KEY_SECONDS
    await bench.keys.warm()
    assert bench.keys.problem() == ""
    bench.entra.faults.add(faults.failing(503), times=-1)
    for minute in range(1, 17):
        bench.hands.now += 60
        await bench.keys.warm()
        assert bool(bench.keys.problem()) == (minute == 16), minute
    said = bench.keys.problem()
    assert said.startswith("Microsoft's signing keys could not be fetched for 16 minutes. They are believed for a day.")
    assert "127.0.0.1" in said, "the host is named"
    bench.hands.now += STALE_SECONDS
    assert "no longer believed" in bench.keys.problem()
    assert not bench.keys.believed


async def test_a_page_that_is_not_microsofts_is_said_to_be_a_proxys(bench: Bench) -> None:
    bench.entra.faults.add(faults.proxy_page())
    await bench.keys.warm()
    assert "is there a proxy's page in between?" in bench.keys.problem()


BROKEN = [
    faults.failing(500),
    faults.proxy_page(),
    faults.reset(accepted=False),
    faults.redirect("http://127.0.0.1:1/"),
]


@pytest.mark.parametrize("fault", BROKEN, ids=["500", "a proxy's page", "reset", "redirect"])
@pytest.mark.parametrize("path", ["openidconfiguration", "keys"])
async def test_a_broken_key_page_is_an_unknown_key_and_mends_itself(
    bench: Bench, fault: faults.Fault, path: str
) -> None:
    bench.entra.faults.add(fault, path=path, times=2)  # aiohttp itself asks twice after a reset
    assert await bench.keys.find(bench.entra.kid) is None
    bench.entra.faults.clear()
    bench.hands.now += UNKNOWN_KEY_SECONDS
    assert await bench.keys.find(bench.entra.kid) is not None


@pytest.mark.parametrize(
    "page", ["https://evil.example/keys", "http://10.0.0.1/keys", "file:///etc/passwd", "", "//127.0.0.1/keys"]
)
async def test_keys_are_never_fetched_from_anywhere_else(bench: Bench, page: str) -> None:
    body = f'{{"issuer": "x", "jwks_uri": "{page}"}}'.encode()
    bench.entra.faults.add(faults.Fault(200, body), path="openidconfiguration")
    assert await bench.keys.find(bench.entra.kid) is None
    assert bench.entra.key_fetches == 0


NOT_KEYS = [
    {},
    {"keys": {}},
    {"keys": []},
    {"keys": [7, None, "x"]},
    {"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]},
    {"keys": [{"kty": "RSA", "kid": "a", "use": "enc", "n": "AQAB", "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "kid": "a", "n": "!!", "e": "AQAB"}]},
    {"keys": [{"kty": "RSA", "kid": 7, "n": "AQAB", "e": "AQAB"}]},
]


@pytest.mark.parametrize("page", NOT_KEYS)
def test_only_whole_rsa_signing_keys_count(page: dict[str, object]) -> None:
    with pytest.raises(KeysUnreadable):
        read_keys(page)

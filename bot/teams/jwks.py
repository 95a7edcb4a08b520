"""The keys Microsoft signs its calls with: fetched off their OpenID page, cached, and refreshed when they rotate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.network.client import HttpClient, name_of, read_bounded
from bot.network.loopback import is_loopback
from bot.teams import bodies

OPENID_METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"

FETCH_SECONDS = 5.0
FRESH_SECONDS = 3600.0
"""Older keys are still used, while newer ones are fetched behind the caller's back."""
STALE_SECONDS = 24 * 3600.0
"""Keys that could not be confirmed for a day are no longer believed."""
UNKNOWN_KEY_SECONDS = 60.0
"""At most one fetch a minute, however many unknown keys are thrown at us."""
NEVER_LOADED_SECONDS = 10.0
"""Before the first keys arrive there is nothing to serve, so we ask a little more often."""
REFRESH_SECONDS = 300.0
"""How often they are fetched without being asked for, which shows that the page is still within reach."""
OLD_SECONDS = 900.0
"""Keys that could not be confirmed for this long are said to be old, long before they are no longer believed."""
MAX_KEYS = 100
MIN_KEY_BITS = 2048

log = structlog.get_logger("bot.teams.jwks")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and the channels Microsoft endorses it for."""

    kid: str
    key: RSAPublicKey
    endorsements: frozenset[str]


class KeysUnreadable(ValueError):
    """The key page answered something that is not a set of keys."""


class SigningKeys:
    """The cached key set. Asking is cheap; fetching happens once at a time and never blocks the loop."""

    def __init__(
        self,
        http: HttpClient,
        metadata_url: str = OPENID_METADATA,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._metadata_url = metadata_url
        self._monotonic = monotonic
        self._keys: dict[str, SigningKey] = {}
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._why = ""
        """What the last fetch met, in words; empty when it went well or none has ended."""

    @property
    def believed(self) -> bool:
        """Whether there are keys to check anybody's message with."""
        return self.age() <= STALE_SECONDS

    def problem(self) -> str:
        """What is wrong with the keys, in words for an administrator; empty when nothing is."""
        age = self.age()
        if age <= OLD_SECONDS or not self._why:
            return ""
        if self._loaded_at is None:
            return f"Microsoft's signing keys have not been had yet, so no message can be answered. {self._why}"
        for_how_long = f"Microsoft's signing keys could not be fetched for {age / 60:.0f} minutes"
        if age > STALE_SECONDS:
            return f"{for_how_long} and are no longer believed, so no message can be answered. {self._why}"
        return f"{for_how_long}. They are believed for a day. {self._why}"

    def age(self) -> float:
        """Seconds since they were last confirmed; infinite when there are none."""
        return float("inf") if self._loaded_at is None else self._monotonic() - self._loaded_at

    async def keep(self) -> None:
        """Fetch them now and every REFRESH_SECONDS, sooner while that fails; until cancelled."""
        while True:
            fetching = self._start_fetch()
            if fetching is not None:
                await asyncio.shield(fetching)
            await asyncio.sleep(REFRESH_SECONDS if not self._why else self._pause())

    def current(self, kid: str) -> SigningKey | None:
        """The key, if it is known and still believed; never waits and never fetches."""
        return self._keys.get(kid) if self.believed else None

    async def find(self, kid: str) -> SigningKey | None:
        """The key of that id, or None. May wait up to FETCH_SECONDS when the id is new to us."""
        age = self.age()
        known = self._keys.get(kid)
        if known is not None and age <= STALE_SECONDS:
            if age > FRESH_SECONDS:
                self._start_fetch()
            return known
        fetching = self._start_fetch()
        if fetching is not None:
            await asyncio.shield(fetching)
        return self.current(kid)

    async def warm(self) -> None:
        """Fetch the keys ahead of the first call. A failure is logged, and tried again when a call comes."""
        await self.find("")

    async def close(self) -> None:
        """Stop a fetch that is still under way."""
        if self._fetching is not None and not self._fetching.done():
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _pause(self) -> float:
        return UNKNOWN_KEY_SECONDS if self._keys else NEVER_LOADED_SECONDS

    def _start_fetch(self) -> asyncio.Task[None] | None:
        """The fetch under way, a new one if one may start, or None while it is too soon."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if self._tried_at is not None and self._monotonic() - self._tried_at < self._pause():
            return None
        self._tried_at = self._monotonic()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        ends = asyncio.get_running_loop().time() + FETCH_SECONDS
        try:
            metadata = await self._get(self._metadata_url, ends)
            jwks = await self._get(self._keys_url(metadata), ends)
            keys = read_keys(jwks)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._why = self._in_words(error)
            log.warning("signing_keys_not_fetched", error=type(error).__name__)
            return
        self._keys, self._why = keys, ""
        self._loaded_at = self._monotonic()
        log.info("signing_keys_fetched", keys=len(keys))

    def _in_words(self, error: Exception) -> str:
        """What the client says of the host, or that what the host says is not what was asked for."""
        host = name_of(self._metadata_url)
        known = self._http.seen.host(host)
        if known is not None and known.why:
            return known.why
        said = str(error) if isinstance(error, KeysUnreadable) else type(error).__name__
        return f"{host} answers, but not with Microsoft's keys ({said}): is there a proxy's page in between?"

    def _keys_url(self, metadata: dict[str, Any]) -> str:
        """The key page must live where the metadata lives; a page that points elsewhere is not Microsoft's."""
        found = str(metadata.get("jwks_uri", ""))
        ours, theirs = urlsplit(self._metadata_url), urlsplit(found)
        if theirs.hostname != ours.hostname or theirs.scheme != ours.scheme:
            raise KeysUnreadable("jwks_uri")
        if theirs.scheme != "https" and not is_loopback(theirs.hostname or ""):
            raise KeysUnreadable("jwks_uri")
        return found

    async def _get(self, url: str, ends: float) -> dict[str, Any]:
        left = max(ends - asyncio.get_running_loop().time(), 0.001)
        async with self._http.request("GET", url, timeout=aiohttp.ClientTimeout(total=left)) as response:
            if response.status != 200:
                raise KeysUnreadable(f"status {response.status}")
            return bodies.parse(await read_bounded(response, bodies.MAX_BYTES))


def read_keys(jwks: dict[str, Any]) -> dict[str, SigningKey]:
    """The usable RSA signing keys of a JWKS document. KeysUnreadable when there is none."""
    listed = jwks.get("keys")
    if not isinstance(listed, list):
        raise KeysUnreadable("keys")
    found: dict[str, SigningKey] = {}
    for entry in listed[:MAX_KEYS]:
        key = _read_key(entry)
        if key is not None:
            found[key.kid] = key
    if not found:
        raise KeysUnreadable("no usable key")
    return found


def _read_key(entry: Any) -> SigningKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    kid, endorsements = entry.get("kid"), entry.get("endorsements", [])
    if not isinstance(kid, str) or not kid or not isinstance(endorsements, list):
        return None
    try:
        key = jwt.PyJWK({"kty": "RSA", "n": entry["n"], "e": entry["e"]}, algorithm="RS256").key
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        return None
    return SigningKey(kid, key, frozenset(name for name in endorsements if isinstance(name, str)))

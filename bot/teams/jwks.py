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

from bot.teams import bodies
from bot.teams.hosts import is_loopback

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
        http: aiohttp.ClientSession,
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

    def current(self, kid: str) -> SigningKey | None:
        """The key, if it is known and still believed; never waits and never fetches."""
        return self._keys.get(kid) if self._age() <= STALE_SECONDS else None

    async def find(self, kid: str) -> SigningKey | None:
        """The key of that id, or None. May wait up to FETCH_SECONDS when the id is new to us."""
        age = self._age()
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

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._monotonic() - self._loaded_at

    def _start_fetch(self) -> asyncio.Task[None] | None:
        """The fetch under way, a new one if one may start, or None while it is too soon."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        pause = UNKNOWN_KEY_SECONDS if self._keys else NEVER_LOADED_SECONDS
        if self._tried_at is not None and self._monotonic() - self._tried_at < pause:
            return None
        self._tried_at = self._monotonic()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                metadata = await self._get(self._metadata_url)
                jwks = await self._get(self._keys_url(metadata))
            keys = read_keys(jwks)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("signing_keys_not_fetched", error=type(error).__name__)
            return
        self._keys = keys
        self._loaded_at = self._monotonic()
        log.info("signing_keys_fetched", keys=len(keys))

    def _keys_url(self, metadata: dict[str, Any]) -> str:
        """The key page must live where the metadata lives; a page that points elsewhere is not Microsoft's."""
        found = str(metadata.get("jwks_uri", ""))
        ours, theirs = urlsplit(self._metadata_url), urlsplit(found)
        if theirs.hostname != ours.hostname or theirs.scheme != ours.scheme:
            raise KeysUnreadable("jwks_uri")
        if theirs.scheme != "https" and not is_loopback(theirs.hostname or ""):
            raise KeysUnreadable("jwks_uri")
        return found

    async def _get(self, url: str) -> dict[str, Any]:
        async with self._http.get(url, allow_redirects=False) as response:
            if response.status != 200:
                raise KeysUnreadable(f"status {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > bodies.MAX_BYTES:
                    raise KeysUnreadable("too_large")
            return bodies.parse(bytes(body))


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

"""Decides who may speak to us, before anything else happens: every refusal is a 4xx and one log line.

Stricter than the archived SDK on purpose: RS256 and the Bot Framework's issuer only, the token bound to the
activity's service URL, channel and tenant, and no path on which a missing fact counts as a match.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from bot.network.loopback import is_loopback
from bot.teams import bodies
from bot.teams.hosts import Hosts
from bot.teams.jwks import SigningKey, SigningKeys

ISSUER = "https://api.botframework.com"
"""The only issuer. Emulator and skill issuers would let our own outbound token back in as anybody."""

CHANNEL = "msteams"
CLOCK_SKEW_SECONDS = 60
"""How far our clock and Microsoft's may differ. Tokens live an hour and are renewed long before they end."""
MAX_TOKEN_CHARACTERS = 4096
MAX_KNOWN_TOKENS = 1024


class TurnedAway(Exception):
    """The call is not let in. `status` is a 4xx, or 503 while we stop; `code` is one word for the log."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Verified:
    """A call that was let in: the activity as it came, and the token's claims (none in local mode)."""

    activity: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """A token whose signature was checked: what must still be held against every body that comes with it."""

    claims: dict[str, Any]
    expires: float
    kid: str


@dataclass(slots=True)
class Gate:
    """The front gate. `local` lets unauthenticated calls in, from loopback and for loopback only."""

    app_id: str
    tenant_id: str
    hosts: Hosts
    now: Callable[[], datetime]
    keys: SigningKeys | None = None
    local: bool = False
    _known: dict[bytes, _Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.local and not (self.app_id and self.tenant_id and self.keys):
            raise ValueError("outside local mode the gate needs an app id, a tenant id and signing keys")

    async def check(self, headers: Mapping[str, str], body: bytes, peer: str = "") -> Verified:
        """The whole decision for one call. TurnedAway says no."""
        token = self.check_head(headers, peer)
        return await self.check_body(token, body)

    def check_head(self, headers: Mapping[str, str], peer: str = "") -> str:
        """The cheap part, before the body is read: its kind and size, and that a token is there. Returns the token."""
        media = headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media != "application/json":
            raise TurnedAway(415, "content_type")
        if headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
            raise TurnedAway(415, "content_encoding")  # a compressed body hides its size
        length = headers.get("Content-Length", "")
        if length.isdecimal() and int(length[:12]) > bodies.MAX_BYTES:
            raise TurnedAway(413, "too_large")
        if self.local:
            if not is_loopback(peer):
                raise TurnedAway(403, "not_loopback")
            return ""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise TurnedAway(401, "no_token")
        if len(token) > MAX_TOKEN_CHARACTERS or token.count(".") != 2 or not token.isascii():
            raise TurnedAway(401, "not_a_token")
        return token

    async def check_body(self, token: str, body: bytes) -> Verified:
        """Check the token's signature, read the body, and hold the one against the other."""
        if self.local:
            activity = _read(body)
            if not self.hosts.allow(_text(activity, "serviceUrl")):
                raise TurnedAway(403, "service_url_not_allowed")
            return Verified(activity, {})
        known = await self._verify(token)
        activity = _read(body)
        self._bind(known, activity)
        return Verified(activity, known.claims)

    async def _verify(self, token: str) -> _Known:
        """The token's facts; the signature is checked once per token and remembered until it ends."""
        assert self.keys is not None
        digest = hashlib.sha256(token.encode("ascii")).digest()
        now = self.now().timestamp()
        known = self._known.get(digest)
        if known is not None and known.expires > now and self.keys.current(known.kid) is not None:
            return known
        kid = _read_header(token)
        claims = _read_claims(token)
        expires = self._check_claims(claims, now)
        key = await self.keys.find(kid)
        if key is None:
            raise TurnedAway(401, "unknown_key")
        _check_signature(token, key)
        known = _Known(claims, expires, kid)
        self._remember(digest, known, now)
        return known

    def _check_claims(self, claims: dict[str, Any], now: float) -> float:
        """Issuer, audience and times, before any cryptography. Returns when we stop believing the token."""
        if claims.get("iss") != ISSUER:
            raise TurnedAway(401, "issuer")
        if claims.get("aud") != self.app_id:  # a list of audiences is not ours either
            raise TurnedAway(401, "audience")
        expires, not_before = _instant(claims, "exp"), _instant(claims, "nbf")
        if expires + CLOCK_SKEW_SECONDS <= now:
            raise TurnedAway(401, "expired")
        if not_before - CLOCK_SKEW_SECONDS > now:
            raise TurnedAway(401, "not_yet")
        if not isinstance(claims.get("serviceurl"), str) or not claims["serviceurl"]:
            raise TurnedAway(401, "no_service_url_claim")
        return expires + CLOCK_SKEW_SECONDS

    def _remember(self, digest: bytes, known: _Known, now: float) -> None:
        if len(self._known) >= MAX_KNOWN_TOKENS:
            self._known = {key: value for key, value in self._known.items() if value.expires > now}
        if len(self._known) >= MAX_KNOWN_TOKENS:
            self._known.pop(next(iter(self._known)))
        self._known[digest] = known

    def _bind(self, known: _Known, activity: dict[str, Any]) -> None:
        """The token was made for this service URL, this channel and our tenant, or it says nothing about this body."""
        service_url = _text(activity, "serviceUrl")
        if not service_url or service_url != known.claims["serviceurl"]:
            raise TurnedAway(403, "service_url_differs")
        if not self.hosts.allow(service_url):
            raise TurnedAway(403, "service_url_not_allowed")
        channel = _text(activity, "channelId")
        assert self.keys is not None
        key = self.keys.current(known.kid)
        if channel != CHANNEL or key is None or channel not in key.endorsements:
            raise TurnedAway(403, "channel_not_endorsed")
        tenants = _tenants(activity)
        if not tenants or any(tenant != self.tenant_id.lower() for tenant in tenants):
            raise TurnedAway(403, "other_tenant")


def _read(body: bytes) -> dict[str, Any]:
    try:
        return bodies.parse(body)
    except bodies.BadBody as bad:
        raise TurnedAway(413 if bad.code == "too_large" else 400, bad.code) from None


def _read_header(token: str) -> str:
    """The key id of a token that says RS256 and nothing fancy."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TurnedAway(401, "not_a_token") from None
    if header.get("alg") != "RS256":
        raise TurnedAway(401, "algorithm")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= 200:
        raise TurnedAway(401, "no_key_id")
    return kid


def _read_claims(token: str) -> dict[str, Any]:
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TurnedAway(401, "not_a_token") from None


def _check_signature(token: str, key: SigningKey) -> None:
    try:
        jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            options={
                "verify_aud": False,  # all four were checked above, by our clock and exactly
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TurnedAway(401, "signature") from None


def _instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise TurnedAway(401, f"no_{name}")
    return float(value)


def _text(activity: dict[str, Any], name: str) -> str:
    value = activity.get(name)
    return value if isinstance(value, str) else ""


def _tenants(activity: dict[str, Any]) -> list[Any]:
    """Every tenant the activity names, lower case; something odd in its place is kept, and so matches nothing."""
    found: list[Any] = []
    conversation, channel_data = activity.get("conversation"), activity.get("channelData")
    if isinstance(conversation, dict) and conversation.get("tenantId") is not None:
        found.append(conversation["tenantId"])
    if isinstance(channel_data, dict) and channel_data.get("tenant") is not None:
        tenant = channel_data["tenant"]
        found.append(tenant.get("id") if isinstance(tenant, dict) else tenant)
    return [value.lower() if isinstance(value, str) else value for value in found]

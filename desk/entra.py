"""Entra and the Bot Framework's sign-in on this machine: signs activities, publishes the keys, hands out tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from desk.faults import Script, play

ISSUER = "https://api.botframework.com"
METADATA_PATH = "/v1/.well-known/openidconfiguration"


class Entra:
    """One tenant. `rotate` changes the signing key; `faults` makes any page misbehave."""

    def __init__(self, app_id: str, tenant_id: str, now: Callable[[], datetime], *, secret: str) -> None:
        self.app_id = app_id
        self.tenant_id = tenant_id
        self.secret = secret
        self.faults = Script()
        self.key_fetches = 0
        self.token_requests: list[dict[str, str]] = []
        """The fields of every token request, secrets left out."""
        self.token_seconds = 3599
        self.refusal: dict[str, Any] | None = None
        """Set to an OAuth error body to refuse every token."""
        self.tokens: set[str] = set()
        """Access tokens handed out and still good."""
        self._now = now
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._endorsements: dict[str, list[str]] = {}
        self.kid = ""
        self._last_signed: tuple[str, dict[str, Any], str] = ("", {}, "")
        self.rotate()

    def rotate(self, *, keep_old: bool = False, endorsements: tuple[str, ...] = ("msteams", "skype")) -> str:
        """A new signing key; the old one is no longer published unless `keep_old`. Returns the new key's id."""
        if not keep_old:
            self._keys.clear()
        self.kid = f"desk-key-{self._number()}"
        self._keys[self.kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._endorsements[self.kid] = list(endorsements)
        return self.kid

    def claims(self, service_url: str, **changed: Any) -> dict[str, Any]:
        """The claims of a token Teams would send. Pass a claim as None to leave it out."""
        now = int(self._now().timestamp())
        claims = {"iss": ISSUER, "aud": self.app_id, "nbf": now - 5, "exp": now + 3600, "serviceurl": service_url}
        return {name: value for name, value in (claims | changed).items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: Any = None, headers: dict[str, Any] | None = None) -> str:
        """A token over `claims`, with our present key unless another is given. A header that is None is left out."""
        said = {"kid": self.kid} | (headers or {})
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(claims, key or self._keys[self.kid], algorithm="RS256", headers=said)

    def token_for(self, service_url: str) -> str:
        """A token as Teams sends it with an activity; like Teams it sends one it has again, within the same second."""
        claims = self.claims(service_url)
        if self._last_signed[:2] != (self.kid, claims):
            self._last_signed = (self.kid, claims, self.sign(claims))
        return self._last_signed[2]

    def public_key(self) -> rsa.RSAPublicKey:
        """The present public key."""
        return self._keys[self.kid].public_key()

    def application(self) -> web.Application:
        """The pages, to be served over https for MSAL and over http for anyone else."""
        app = web.Application(middlewares=[self._misbehave])
        app.router.add_get(METADATA_PATH, self._metadata)
        app.router.add_get("/v1/.well-known/keys", self._jwks)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._tenant)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/msi/token", self._managed_identity)
        return app

    def _number(self) -> int:
        return len(self._endorsements) + 1

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Any) -> web.StreamResponse:
        fault = self.faults.take(request)
        if fault is not None:
            answer = await play(fault, request)
            if answer is not None:
                return answer
        response: web.StreamResponse = await handler(request)
        return response

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": ISSUER,
                "jwks_uri": f"{request.scheme}://{request.host}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _jwks(self, request: web.Request) -> web.Response:
        self.key_fetches += 1
        return web.json_response({"keys": [self._jwk(kid, key) for kid, key in self._keys.items()]})

    def _jwk(self, kid: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
        numbers = key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": kid,
            "x5t": kid,
            "n": _base64(numbers.n),
            "e": _base64(numbers.e),
            "endorsements": self._endorsements[kid],
        }

    async def _tenant(self, request: web.Request) -> web.Response:
        here = f"{request.scheme}://{request.host}/{request.match_info['tenant']}"
        return web.json_response(
            {
                "issuer": f"{here}/v2.0",
                "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
                "token_endpoint": f"{here}/oauth2/v2.0/token",
            }
        )

    async def _token(self, request: web.Request) -> web.Response:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        secret, assertion = asked.pop("client_secret", ""), asked.pop("client_assertion", "")
        self.token_requests.append(asked)
        if self.refusal is not None:
            return web.json_response(self.refusal, status=401)
        if asked.get("client_id") != self.app_id or not (secret == self.secret or assertion):
            return web.json_response({"error": "invalid_client", "error_codes": [7000215]}, status=401)
        audience = asked.get("scope", "").removesuffix("/.default")
        return web.json_response(
            {"token_type": "Bearer", "expires_in": self.token_seconds, "access_token": self._hand_out(audience)}
        )

    async def _managed_identity(self, request: web.Request) -> web.Response:
        """The endpoint Azure App Service gives an app for its managed identity."""
        self.token_requests.append(dict(request.query))
        expires = int(self._now().timestamp()) + self.token_seconds
        token = self._hand_out(request.query.get("resource", ""))
        return web.json_response(
            {"access_token": token, "expires_on": str(expires), "resource": "desk", "token_type": "Bearer"}
        )

    def _hand_out(self, audience: str) -> str:
        token = self.sign({"aud": audience, "appid": self.app_id, "n": len(self.token_requests)})
        self.tokens.add(token)
        return token


def _base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token without a signature, as an attacker writes one."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join(parts) + "."

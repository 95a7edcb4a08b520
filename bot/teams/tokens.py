"""Our own tokens from Entra: one MSAL app, asked in a thread of its own, each token kept until it nears its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from bot.network.blocking import BlockingHttp
from bot.network.client import HttpClient

CONNECTOR = "https://api.botframework.com"
GRAPH = "https://graph.microsoft.com"
AUTHORITY = "https://login.microsoftonline.com"

RENEW_BEFORE_SECONDS = 300.0
ASK_SECONDS = 10.0
"""How long one question to Entra may take."""
REST_SECONDS = 5.0
"""After a failure, the same answer is given for this long instead of asking again."""

# Entra answers that no retry mends: the secret, the certificate or the registration itself is wrong.
_PERMANENT = {"invalid_client", "unauthorized_client", "invalid_resource", "invalid_scope"}

log = structlog.get_logger("bot.teams.tokens")


class NoToken(Exception):
    """Entra gave us no token. `permanent` means someone has to mend the registration or the credential."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class TokenSource(Protocol):
    """Where a bearer token for an audience comes from."""

    async def get(self, audience: str = CONNECTOR) -> str:
        """A token to send with; NoToken when there is none to be had."""
        ...

    def forget(self, token: str, audience: str = CONNECTOR) -> None:
        """`token` was refused: the next `get` asks Entra anew."""
        ...


@dataclass(frozen=True, slots=True)
class Secret:
    """A client secret."""

    value: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A PEM file that holds the private key and the certificate."""

    path: Path


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity Azure gives the machine we run on; no secret at all."""


Credential = Secret | Certificate | ManagedIdentity


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    renew_at: float
    ends_at: float


class EntraTokens:
    """Tokens for one app. Any number of callers may ask at once; Entra is asked once."""

    def __init__(
        self,
        app_id: str,
        tenant_id: str,
        credential: Credential,
        http: HttpClient,
        *,
        authority: str = AUTHORITY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """ValueError when the certificate file cannot be used, so that the service says so as it starts."""
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._credential = credential
        self._client_credential = _client_credential(credential)
        self._authority = authority.rstrip("/")
        self._http = http
        self._blocking: BlockingHttp | None = None
        self._monotonic = monotonic
        self._app: Any = None
        self._held: dict[str, _Held] = {}
        self._asking: dict[str, asyncio.Task[str]] = {}
        self._refused: dict[str, tuple[float, NoToken]] = {}
        self._generation = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="entra-tokens")

    async def get(self, audience: str = CONNECTOR) -> str:
        """A token for `audience`, at worst one about to end. NoToken when there is none."""
        held = self._held.get(audience)
        now = self._monotonic()
        if held is not None and now < held.renew_at:
            return held.token
        try:
            return await self._ask_once(audience)
        except NoToken as failure:
            if held is not None and now < held.ends_at and self._held.get(audience) is held:
                log.warning("token_not_renewed", audience=audience, code=failure.code)
                return held.token
            raise

    def forget(self, token: str, audience: str = CONNECTOR) -> None:
        """Drop the token if it is still the one we hold; MSAL's own copy goes with the app that holds it."""
        held = self._held.get(audience)
        if held is not None and held.token == token:
            del self._held[audience]
            self._generation += 1

    async def close(self) -> None:
        """Stop asking; the thread is told at once, so that it keeps no process from ending."""
        for task in self._asking.values():
            task.cancel()
        if self._blocking:
            self._blocking.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ask_once(self, audience: str) -> str:
        refused = self._refused.get(audience)
        if refused is not None and self._monotonic() < refused[0]:
            raise refused[1]
        task = self._asking.get(audience)
        if task is None:
            task = asyncio.create_task(self._ask(audience))
            self._asking[audience] = task
            task.add_done_callback(lambda _: self._asking.pop(audience, None))
        return await asyncio.shield(task)  # a caller that gives up must not take the others' answer with it

    async def _ask(self, audience: str) -> str:
        loop = asyncio.get_running_loop()
        self._blocking = self._blocking or BlockingHttp(self._http, loop, seconds=ASK_SECONDS)
        try:
            answer = await loop.run_in_executor(self._thread, self._acquire, audience, self._generation)
            token, seconds = _read_answer(answer)
        except NoToken as failure:
            self._refused[audience] = (self._monotonic() + REST_SECONDS, failure)
            log.error("no_token", audience=audience, code=failure.code, permanent=failure.permanent)
            raise
        self._refused.pop(audience, None)
        now = self._monotonic()
        self._held[audience] = _Held(token, now + max(seconds - RENEW_BEFORE_SECONDS, 0.0), now + seconds)
        return token

    # -- in the token thread ------------------------------------------------------------------------------------------

    def _acquire(self, audience: str, generation: int) -> Any:
        try:
            if self._app is None or self._app[0] != generation:
                self._app = (generation, self._make_app())
            app = self._app[1]
            if isinstance(self._credential, ManagedIdentity):
                return app.acquire_token_for_client(resource=audience)
            return app.acquire_token_for_client(scopes=[f"{audience}/.default"])
        except Exception as error:  # noqa: BLE001 - whatever MSAL or the session raise, we have no token
            raise NoToken(type(error).__name__, permanent=False) from None

    def _make_app(self) -> Any:
        import msal  # slow to load, and not needed on a machine without a tenant

        if isinstance(self._credential, ManagedIdentity):
            identity = msal.UserAssignedManagedIdentity(client_id=self._app_id)
            return msal.ManagedIdentityClient(identity, http_client=self._blocking)
        return msal.ConfidentialClientApplication(
            self._app_id,
            client_credential=self._client_credential,
            authority=f"{self._authority}/{self._tenant_id}",
            instance_discovery=None if self._authority == AUTHORITY else False,
            http_client=self._blocking,
        )


class NoTokens:
    """Local mode: the desk asks for none."""

    async def get(self, audience: str = CONNECTOR) -> str:
        """Always empty: no Authorization header is sent."""
        return ""

    def forget(self, token: str, audience: str = CONNECTOR) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is open."""


def _client_credential(credential: Credential) -> Any:
    """The credential as MSAL takes it; None for a managed identity."""
    if isinstance(credential, ManagedIdentity):
        return None
    if isinstance(credential, Secret):
        return credential.value
    try:
        pem = credential.path.read_bytes()
        load_pem_private_key(pem, None)
        load_pem_x509_certificate(pem)
    except (OSError, TypeError, ValueError, UnsupportedAlgorithm):
        raise ValueError(
            f"{credential.path} must be a PEM file with an unencrypted private key and its certificate"
        ) from None
    text = pem.decode("ascii")
    return {"private_key": text, "public_certificate": text[text.index("-----BEGIN CERTIFICATE-----") :]}


def _read_answer(answer: Any) -> tuple[str, float]:
    """The token and its seconds. MSAL reports refusals in the answer, not as exceptions."""
    if not isinstance(answer, dict):
        raise NoToken("unreadable answer", permanent=False)
    token = answer.get("access_token")
    if isinstance(token, str) and token:
        try:
            return token, float(answer.get("expires_in", 0))
        except (TypeError, ValueError):
            raise NoToken("unreadable answer", permanent=False) from None
    error = str(answer.get("error", "unreadable answer"))[:60]
    codes = answer.get("error_codes")
    number = f" AADSTS{codes[0]}" if isinstance(codes, list) and codes and isinstance(codes[0], int) else ""
    raise NoToken(f"{error}{number}", permanent=error in _PERMANENT)

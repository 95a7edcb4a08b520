"""Installs the Teams app for one person through Graph, so that the bot can speak first."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import structlog
from yarl import URL

from bot.network.client import HttpClient, read_bounded
from bot.network.loopback import is_loopback
from bot.teams.errors import Failure, Remedy, SendFailed, read_exception, read_response
from bot.teams.tokens import GRAPH, NoToken, TokenSource

GRAPH_URL = "https://graph.microsoft.com/v1.0"
DEADLINE_SECONDS = 15.0
MAX_ANSWER_BYTES = 256 * 1024
REMEMBER_APP_SECONDS = 3600.0

log = structlog.get_logger("bot.teams.install")


class Installer:
    """Puts the app of our manifest into a person's Teams.

    Needs the application permission TeamsAppInstallation.ReadWriteSelfForUser.All and the app in the council's
    catalogue. Every call may be repeated without harm.
    """

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenSource,
        manifest_id: str,
        now: Callable[[], datetime],
        *,
        graph_url: str = GRAPH_URL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`manifest_id` is the `id` of our manifest, which the catalogue calls externalId."""
        if urlsplit(graph_url).scheme != "https" and not is_loopback(urlsplit(graph_url).hostname or ""):
            raise ValueError("Graph is reached over https")
        self._http = http
        self._tokens = tokens
        self._manifest_id = manifest_id
        self._now = now
        self._graph_url = graph_url.rstrip("/")
        self._monotonic = monotonic
        self._app: tuple[str, float] | None = None

    async def install(self, entra_object_id: str) -> str:
        """Install for one person and return the id of their chat with us. SendFailed when Graph will not.

        An app that is installed already is as good as one installed now.
        """
        app = await self._catalogue_id()
        user = f"/users/{quote(entra_object_id, safe='')}/teamwork/installedApps"
        bind = {"teamsApp@odata.bind": f"{GRAPH_URL}/appCatalogs/teamsApps/{app}"}
        await self._call("POST", user, bind, fine=(409,))
        listed = await self._call("GET", f"{user}?$expand=teamsApp&$filter=teamsApp/id eq '{app}'")
        installation = _first_id(listed)
        if not installation:
            raise SendFailed(Failure("later", "installation not listed yet"))
        chat = await self._call("GET", f"{user}/{quote(installation, safe='')}/chat")
        found = chat.get("id")
        if not isinstance(found, str) or not found:
            raise SendFailed(Failure("later", "no chat yet"))
        log.info("app_installed")
        return found

    async def _catalogue_id(self) -> str:
        """The id the council's catalogue gave our app; it changes only when the app is published anew."""
        if self._app is not None and self._monotonic() - self._app[1] < REMEMBER_APP_SECONDS:
            return self._app[0]
        found = await self._call("GET", f"/appCatalogs/teamsApps?$filter=externalId eq '{self._manifest_id}'")
        app = _first_id(found)
        if not app:
            raise SendFailed(Failure("never", "app not in the catalogue"))
        self._app = (app, self._monotonic())
        return app

    async def _call(
        self, method: str, path: str, payload: dict[str, Any] | None = None, *, fine: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        failure, answer, token = await self._try(method, path, payload, fine)
        if failure is not None and failure.remedy is Remedy.STOP_ALL and token:
            self._tokens.forget(token, GRAPH)
            failure, answer, _ = await self._try(method, path, payload, fine)
        if failure is None:
            return answer
        # Whatever Graph refuses concerns installing only; the channel itself may be in the best of health.
        remedy_free = Failure(failure.outcome, f"install: {failure.code}", wait_seconds=failure.wait_seconds)
        raise SendFailed(remedy_free)

    async def _try(
        self, method: str, path: str, payload: dict[str, Any] | None, fine: tuple[int, ...]
    ) -> tuple[Failure | None, dict[str, Any], str]:
        try:
            token = await self._tokens.get(GRAPH)
        except NoToken as refusal:
            return Failure("later", f"no token: {refusal.code}"), {}, ""
        try:
            async with self._http.request(
                method,
                URL(self._graph_url + path.replace(" ", "%20").replace("'", "%27"), encoded=True),
                json=payload,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                timeout=aiohttp.ClientTimeout(total=DEADLINE_SECONDS),
            ) as response:
                body = await read_bounded(response, MAX_ANSWER_BYTES)
                status, said = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return read_exception(error, left_us=True, repeatable=True), {}, ""
        if status < 300 or status in fine:
            return None, _json_object(body), token
        failure = read_response(status, said, body, now=self._now(), repeatable=True)
        log.warning("graph_refused", status=status, code=failure.code)
        return failure, {}, token if status == 401 else ""


def _first_id(answer: dict[str, Any]) -> str:
    rows = answer.get("value")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict) and isinstance(rows[0].get("id"), str):
        return str(rows[0]["id"])
    return ""


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

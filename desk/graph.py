"""The few pages of Microsoft Graph that installing an app for one person takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from desk import faults
from desk.connector import TeamsDesk


class Graph:
    """The catalogue and the installed apps of the desk's people."""

    def __init__(self, teams: TeamsDesk, manifest_id: str, *, good_token: Callable[[str], bool] | None = None) -> None:
        self.faults = faults.Script()
        self.catalogue = {manifest_id: f"catalogue-{manifest_id}"}
        self.calls: list[tuple[str, str]] = []
        self._teams = teams
        self._good_token = good_token

    def application(self) -> web.Application:
        """The pages under /v1.0."""
        app = web.Application(middlewares=[self._front])
        apps = "/v1.0/users/{user}/teamwork/installedApps"
        app.router.add_get("/v1.0/appCatalogs/teamsApps", self._find_app)
        app.router.add_post(apps, self._install)
        app.router.add_get(apps, self._installed)
        app.router.add_get(apps + "/{installation}/chat", self._chat)
        return app

    @web.middleware
    async def _front(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append((request.method, request.path))
        fault = self.faults.take(request)
        if fault is not None:
            answer = await faults.play(fault, request)
            if answer is not None:
                return answer
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._good_token is not None and not self._good_token(token):
            return _error(401, "InvalidAuthenticationToken")
        response: web.StreamResponse = await handler(request)
        return response

    async def _find_app(self, request: web.Request) -> web.Response:
        wanted = _quoted(request.query.get("$filter", ""))
        found = self.catalogue.get(wanted)
        return web.json_response({"value": [{"id": found, "externalId": wanted}] if found else []})

    async def _install(self, request: web.Request) -> web.Response:
        member = self._teams.members.get(request.match_info["user"])
        asked = await request.json()
        app = str(asked.get("teamsApp@odata.bind", "")).rsplit("/", 1)[-1]
        if member is None:
            return _error(404, "NotFound")
        if app not in self.catalogue.values():
            return _error(400, "BadRequest")
        if member.installed:
            return _error(409, "Conflict")
        member.installed = True
        return web.Response(status=201)

    async def _installed(self, request: web.Request) -> web.Response:
        member = self._teams.members.get(request.match_info["user"])
        if member is None:
            return _error(404, "NotFound")
        app = _quoted(request.query.get("$filter", ""))
        installed = member.installed and app in self.catalogue.values()
        rows = [{"id": f"installation-{member.entra_object_id}", "teamsApp": {"id": app}}] if installed else []
        return web.json_response({"value": rows})

    async def _chat(self, request: web.Request) -> web.Response:
        member = self._teams.members.get(request.match_info["user"])
        if member is None or not member.installed:
            return _error(404, "NotFound")
        return web.json_response({"id": f"19:{member.entra_object_id}_bot@unq.gbl.spaces"})


def _quoted(text: str) -> str:
    found = re.search(r"eq '([^']*)'", text)
    return found.group(1) if found else ""


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": "The operation was refused"}}, status=status)

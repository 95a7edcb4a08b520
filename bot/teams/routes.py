"""POST /api/messages: reads the request within bounds, asks the gate, runs the turn, answers. Never a 5xx."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from aiohttp import web

from bot.metrics import Metrics
from bot.teams import bodies
from bot.teams.activities import BadActivity, read_activity, to_bytes
from bot.teams.adapter import Logic, TeamsAdapter
from bot.teams.gate import Gate, TurnedAway, Verified

PATH = "/api/messages"
BODY_SECONDS = 10.0
"""A body of this size takes a moment; whoever takes longer is holding the line."""

log = structlog.get_logger("bot.teams.routes")


class Bodies:
    """The bodies that are coming in now, each with its deadline."""

    def __init__(self) -> None:
        self._deadlines: set[asyncio.Timeout] = set()
        self._stopped = False

    def stop(self) -> None:
        """Wait for none of them any longer, nor for one that begins."""
        self._stopped = True
        for deadline in self._deadlines:
            deadline.reschedule(0.0)

    async def read(self, request: web.Request) -> bytes:
        """A body, never more than the gate will take and never for longer than BODY_SECONDS. TurnedAway says no."""
        body = bytearray()
        try:
            async with asyncio.timeout(0.0 if self._stopped else BODY_SECONDS) as deadline:
                self._deadlines.add(deadline)
                try:
                    async for chunk in request.content.iter_any():
                        body += chunk
                        if len(body) > bodies.MAX_BYTES:
                            raise TurnedAway(413, "too_large")
                finally:
                    self._deadlines.discard(deadline)
        except TimeoutError:
            raise (TurnedAway(503, "stopping") if self._stopped else TurnedAway(408, "too_slow")) from None
        except (aiohttp.ClientError, web.RequestPayloadError, ConnectionError):
            raise TurnedAway(400, "broken_body") from None
        return bytes(body)


def add_messages_route(
    app: web.Application,
    gate: Gate,
    adapter: TeamsAdapter,
    logic: Logic,
    metrics: Metrics,
    incoming: Bodies | None = None,
) -> None:
    """Serve the Bot Framework's one endpoint. Other methods than POST are a 405."""
    coming = incoming or Bodies()

    def turned_away(status: int, code: str, **where: str) -> web.Response:
        log.info("turned_away", status=status, code=code, **where)
        metrics.turned_away.labels(code).inc()
        return _refusal(status, code)

    async def messages(request: web.Request) -> web.Response:
        try:
            verified = await _let_in(gate, request, coming)
            activity = read_activity(verified.activity)
        except TurnedAway as no:
            return turned_away(no.status, no.code)
        except BadActivity as bad:
            return turned_away(400, "bad_activity", field=bad.field)
        try:
            answer = await adapter.process(activity, verified.claims, logic)
        except Exception as error:  # noqa: BLE001 - the front desk has its own net; this is the floor below it
            log.error("turn_fell_through", error=type(error).__name__)
            return web.Response(status=200)
        if answer is None:
            return web.Response(status=200)
        return web.Response(status=answer.status, body=to_bytes(answer.body), content_type="application/json")

    app.router.add_post(PATH, messages)


async def _let_in(gate: Gate, request: web.Request, coming: Bodies) -> Verified:
    token = gate.check_head(request.headers, request.remote or "")
    return await gate.check_body(token, await coming.read(request))


def _refusal(status: int, code: str) -> web.Response:
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}.get(status, {})
    return web.Response(
        status=status, body=to_bytes({"error": {"code": code}}), content_type="application/json", headers=headers
    )

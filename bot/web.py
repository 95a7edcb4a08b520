"""The small pages machines read: /healthz, /readyz and /metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from bot.metrics import CONTENT_TYPE, Metrics


class Vitals(Protocol):
    """What the service can say of itself."""

    ready: bool

    async def problems(self) -> list[str]:
        """Everything wrong now, in words an administrator can act on; empty when well."""
        ...

    async def refresh_metrics(self) -> None:
        """Bring the gauges up to date."""
        ...


def add_pages(app: web.Application, vitals: Vitals, metrics: Metrics) -> None:
    """Add the three pages. None of them says anything about a person or an item."""

    async def healthz(_: web.Request) -> web.Response:
        problems = await vitals.problems()
        return web.json_response(
            {"status": "red" if problems else "ok", "problems": problems}, status=_status(problems)
        )

    async def readyz(_: web.Request) -> web.Response:
        return web.json_response({"ready": vitals.ready}, status=200 if vitals.ready else 503)

    async def show_metrics(_: web.Request) -> web.Response:
        await vitals.refresh_metrics()
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)


def _status(problems: list[str]) -> int:
    return 503 if problems else 200


@web.middleware
async def plain_headers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Say nothing of our make, and let nobody cache or sniff an answer."""
    response = await handler(request)
    response.headers["Server"] = "learning-space-bot"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response

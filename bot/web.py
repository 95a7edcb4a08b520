"""The small pages machines read: /healthz, /readyz and /metrics."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.metrics import CONTENT_TYPE, Metrics


class Pages(Protocol):
    """What the service can say of itself."""

    async def problems(self) -> list[str]:
        """Everything wrong now, in words an administrator can act on; empty when well."""
        ...

    async def not_ready(self) -> str:
        """Why no traffic should come here, in words; empty when it may."""
        ...

    async def refresh_metrics(self) -> None:
        """Bring the gauges up to date."""
        ...


def add_pages(app: web.Application, vitals: Pages, metrics: Metrics) -> None:
    """Add the three pages. None of them says anything about a person or an item."""

    async def healthz(_: web.Request) -> web.Response:
        problems = await vitals.problems()
        return web.json_response(
            {"status": "red" if problems else "ok", "problems": problems}, status=_status(problems)
        )

    async def readyz(_: web.Request) -> web.Response:
        why = await vitals.not_ready()
        return web.json_response({"ready": False, "why": why} if why else {"ready": True}, status=503 if why else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        await vitals.refresh_metrics()
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)


def _status(problems: list[str]) -> int:
    return 503 if problems else 200

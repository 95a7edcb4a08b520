"""The front door: how many may stand in it, how long they may be silent, and what every answer says of us."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web, web_response

from bot.network.loopback import is_loopback

if TYPE_CHECKING:
    from bot.metrics import Metrics

HEAD_SECONDS = 10.0
"""From connecting until the head of the first request is whole: a proxy and Teams take milliseconds."""
IDLE_SECONDS = 150.0
"""Between two requests; longer than a reverse proxy keeps a connection, so that it never meets one being closed."""
LINGER_SECONDS = 1.0
"""How long the rest of a refused body is read, so that its sender can see why."""
MOST = 4096
RESERVED_FILES = 200
"""Left for the database, the way out and the logs, whoever stands in the door."""
NAME = "learning-space-bot"

FORWARDED = ("Forwarded", "Via", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger("bot.door")


class Door:
    """All connections. Where there is no room, whoever has been idle longest goes; nobody in mid-request does."""

    def __init__(self, metrics: Metrics, *, files: int, head_seconds: float = HEAD_SECONDS) -> None:
        """`files` is how many files this process may have open."""
        self.most = max(16, min(MOST, files - RESERVED_FILES))
        self.most_each = max(8, self.most // 2)
        self.head_seconds = head_seconds
        self._metrics = metrics
        self._visits: dict[str, dict[Visit, None]] = {}
        """By address, in the order of their last request."""
        self._inside: dict[asyncio.BaseProtocol, Visit] = {}
        self._count = 0
        # What aiohttp says of itself in answers of its own, to what is no HTTP at all.
        web_response.SERVER_SOFTWARE = NAME  # type: ignore[attr-defined]

    def guard(self, make: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """What the listening socket makes for each connection, before aiohttp's own sees any of it."""
        return lambda: Visit(self, make)

    @web.middleware
    async def received(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A whole head has come: the silence is over, and while it is answered nobody is shown out."""
        visit = self._inside.get(request.protocol)
        if visit is None:
            return await handler(request)
        visit.began()
        try:
            return await handler(request)
        finally:
            visit.ended()
            self._to_the_end(visit)

    def enter(self, visit: Visit) -> bool:
        """Whether there is room; whoever has been idle longest makes some."""
        here = self._visits.get(visit.address, {})
        if len(here) >= self.most_each and not self._show_out(here):
            return False
        if self._count >= self.most and not self._show_out(max(self._visits.values(), key=len)):
            return False
        self._visits.setdefault(visit.address, {})[visit] = None
        self._count += 1
        self._metrics.connections.set(self._count)
        return True

    def inside(self, visit: Visit, handler: asyncio.BaseProtocol) -> None:
        """aiohttp has taken over."""
        self._inside[handler] = visit

    def leave(self, visit: Visit, handler: asyncio.BaseProtocol | None) -> None:
        """It is over."""
        here = self._visits.get(visit.address)
        if here is None or visit not in here:
            return
        del here[visit]
        if not here:
            del self._visits[visit.address]
        if handler is not None:
            self._inside.pop(handler, None)
        self._count -= 1
        self._metrics.connections.set(self._count)

    def refused(self, why: str) -> None:
        """Count a connection that was cut: `silent`, `idle` or `full`."""
        self._metrics.connections_cut.labels(why).inc()

    def _show_out(self, visits: dict[Visit, None]) -> bool:
        idle = next((visit for visit in visits if not visit.busy), None)
        if idle is None:
            return False
        self.refused("idle")
        idle.cut()
        return True

    def _to_the_end(self, visit: Visit) -> None:
        here = self._visits.get(visit.address)
        if here and visit in here:
            del here[visit]
            here[visit] = None


class Visit(asyncio.Protocol):
    """One connection: aiohttp's protocol behind a doorkeeper."""

    __slots__ = ("_door", "_inner", "_make", "_silence", "_transport", "address", "busy")

    def __init__(self, door: Door, make: Callable[[], asyncio.Protocol]) -> None:
        self.address = ""
        self.busy = 0
        self._door = door
        self._make = make
        self._inner: asyncio.Protocol | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let in, or not."""
        self._transport = transport
        self.address = _network(transport.get_extra_info("peername"))
        if not self._door.enter(self):
            self._door.refused("full")
            self._transport.abort()
            return
        self._silence = asyncio.get_running_loop().call_later(self._door.head_seconds, self._too_late)
        self._inner = self._make()
        self._door.inside(self, self._inner)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Passed on."""
        if self._inner:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Passed on."""
        return self._inner.eof_received() if self._inner else None

    def pause_writing(self) -> None:
        """Passed on."""
        if self._inner:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Passed on."""
        if self._inner:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone, by whoever's hand."""
        self._quiet()
        self._door.leave(self, self._inner)
        if self._inner:
            self._inner.connection_lost(exc)

    def began(self) -> None:
        """A request of it is being answered."""
        self._quiet()
        self.busy += 1

    def ended(self) -> None:
        """It has been."""
        self.busy -= 1

    def cut(self) -> None:
        """Make room at once; aiohttp hears of it as of any connection that breaks."""
        self._quiet()
        self._door.leave(self, self._inner)
        self._transport.abort()

    def _too_late(self) -> None:
        self._silence = None
        self._door.refused("silent")
        self.cut()

    def _quiet(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None


def _network(peer: Any) -> str:
    """Whom a connection belongs to: an IPv4 address, or the network an IPv6 one lies in, which is one household."""
    address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


@web.middleware
async def plain_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say nothing of our make, and let nobody cache or sniff an answer, an error's neither."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        code = error.reason.lower().replace(" ", "_")
        response = web.json_response({"error": {"code": code}}, status=error.status, headers=headers)
    response.headers["Server"] = NAME
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Local mode believes whoever calls, so nobody may call for somebody else: no proxy, no other name than ours."""
    passed_on = any(name in request.headers for name in FORWARDED) or any(
        name.lower().startswith("x-forwarded") for name in request.headers
    )
    if passed_on or not is_loopback(request.remote or "") or not is_loopback(request.url.host or ""):
        log.warning("not_from_this_machine", forwarded=passed_on)
        words = "Local mode answers this machine only, under its own name and through no proxy."
        return web.json_response({"error": {"code": "not_this_machine", "message": words}}, status=403)
    return await handler(request)

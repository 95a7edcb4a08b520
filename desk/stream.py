"""Tells every open page what has changed, by server-sent events; a page that is slow hears of each thing once."""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import web

PULSE_SECONDS = 15.0
"""A silent line is closed by somebody in between; a comment now and then keeps it open."""
MOST_LISTENERS = 50

Change = tuple[str, str]
"""Kind (chat, typing, clock, timeline, mail, faults) and person, empty for everybody."""


class Stream:
    """The listeners, and what each of them has not heard yet."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Event, dict[Change, None]] = {}
        self._closing = False

    @property
    def listeners(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    def tell(self, kind: str, person: str = "") -> None:
        """Something has changed. Said twice before it was heard, it is heard once."""
        for wake, unheard in self._listeners.items():
            unheard[kind, person] = None
            wake.set()

    def close(self) -> None:
        """Let every listener go."""
        self._closing = True
        for wake in self._listeners:
            wake.set()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """GET /api/stream, until the page goes away."""
        if len(self._listeners) >= MOST_LISTENERS:
            return web.json_response({"kind": "error", "text": "Too many pages of the desk are open."}, status=503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        wake, unheard = asyncio.Event(), dict[Change, None]()
        self._listeners[wake] = unheard
        try:
            await response.write(b"retry: 1000\n\n")
            while not self._closing:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), PULSE_SECONDS)
                wake.clear()
                told = list(unheard)
                unheard.clear()
                lines = [_event(kind, person) for kind, person in told] or [b": here\n\n"]
                await response.write(b"".join(lines))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._listeners.pop(wake, None)
        return response


def _event(kind: str, person: str) -> bytes:
    said = {"kind": kind} | ({"person": person} if person else {})
    return f"data: {json.dumps(said)}\n\n".encode()

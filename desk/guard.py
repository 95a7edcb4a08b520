"""Who may speak to the desk: this machine, and the desk's own page. Every refusal is JSON with a sentence in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from desk.bot_line import BotSays

LARGEST_BODY = 256 * 1024
HOSTS = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    # Cards and letters carry styles of their own; scripts come from this desk alone.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}

log = logging.getLogger("desk")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wrong(Exception):
    """The request is not one we can answer: a sentence, and its status."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def error(words: str, status: int) -> web.Response:
    """What the page shows when something does not work."""
    return web.json_response({"kind": "error", "text": words}, status=status)


async def read_json(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request. Wrong for anything else, in words."""
    if request.content_type != "application/json":
        raise Wrong("The desk takes JSON.", 415)
    if (request.content_length or 0) > LARGEST_BODY:
        raise Wrong("That is more than the desk takes at once.", 413)
    body = await request.read()
    if len(body) > LARGEST_BODY:
        raise Wrong("That is more than the desk takes at once.", 413)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Wrong("The desk takes a JSON object.")
    return found


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away other machines, other sites and other names for this machine; put every failure into words."""
    response = await _answer(request, handler)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    refused = _refusal(request)
    if refused:
        return error(refused, 403)
    try:
        return await handler(request)
    except Wrong as wrong:
        return error(str(wrong), wrong.status)
    except BotSays as said:
        return error(str(said), said.status)
    except web.HTTPRequestEntityTooLarge:
        return error("That is more than the desk takes at once.", 413)
    except web.HTTPException as http:
        return error("There is no such page at the desk." if http.status == 404 else http.reason, http.status)
    except Exception:
        if not request.path.startswith("/api/"):
            raise
        log.exception("not answered: %s", request.path)
        return error("The desk could not do that. What it printed where it was started says why.", 500)


def _refusal(request: web.Request) -> str:
    """Why not, or empty. A name that is not ours is another site that has pointed its name at this machine."""
    if not _is_here(request.host):
        return "The desk answers to 127.0.0.1 and localhost only."
    origin = request.headers.get("Origin")
    if origin and (urlsplit(origin).netloc != request.host or not _is_here(urlsplit(origin).netloc)):
        return "Pages of other sites may not speak to the desk."
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return "Pages of other sites may not speak to the desk."
    return ""


def _is_here(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in HOSTS
    except ValueError:
        return False

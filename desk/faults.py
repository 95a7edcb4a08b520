"""What can go wrong on the channel's side, in the shapes Teams really uses, and the script that says when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. `accepted` says whether the channel did the work before it went wrong."""

    status: int = 0
    """The HTTP status to answer; 0 for faults that give no answer."""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    kind: Literal["answer", "reset", "hang", "slow"] = "answer"
    accepted: bool = False
    seconds: float = 0.0


def throttled(retry_after: str | None = None) -> Fault:
    """429, with a Retry-After in seconds or as a date, or without one."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Fault(429, _usual("Throttled"), headers)


def concurrent() -> Fault:
    """412: another operation on the same conversation is under way."""
    return Fault(412, _usual("PreconditionFailed"))


def too_big() -> Fault:
    """413: the message is too big."""
    return Fault(413, _usual("MessageSizeTooBig"))


def unauthorized(code: str = "BotNotRegistered") -> Fault:
    """401: our token, secret or registration is refused."""
    return Fault(401, _usual(code))


def forbidden(code: str, envelope: Literal["usual", "sub", "double", "none", "text"] = "usual") -> Fault:
    """403 in every envelope seen: the usual one, as a subCode, as JSON inside JSON (errorCode 209), without a code."""
    bodies = {
        "usual": _usual(code),
        "sub": json.dumps({"error": {"subCode": code, "code": "Forbidden", "message": "No"}}).encode(),
        "double": json.dumps({"errorCode": 209, "message": json.dumps({"subCode": code, "details": "No"})}).encode(),
        "none": b"",
        "text": b"<html><body>403 Forbidden</body></html>",
    }
    return Fault(403, bodies[envelope])


def not_found(code: str = "ConversationNotFound") -> Fault:
    """404: the conversation or the activity is not there."""
    return Fault(404, _usual(code))


def failing(status: int = 502, *, accepted: bool = False) -> Fault:
    """A 5xx page from something in front of Teams; the work may have been done behind it."""
    page = f"<html><head><title>{status}</title></head><body>Our services aren't available right now</body></html>"
    return Fault(status, page.encode(), {"Content-Type": "text/html"}, accepted=accepted)


def reset(*, accepted: bool) -> Fault:
    """The connection is cut, before or after the work."""
    return Fault(kind="reset", accepted=accepted)


def hang(*, accepted: bool = False) -> Fault:
    """No answer at all."""
    return Fault(kind="hang", accepted=accepted)


def slow(seconds: float) -> Fault:
    """The right answer, late."""
    return Fault(kind="slow", seconds=seconds, accepted=True)


def proxy_page(*, accepted: bool = False) -> Fault:
    """200 with somebody else's page."""
    return Fault(
        200, b"<html><body>Sign in to the network</body></html>", {"Content-Type": "text/html"}, accepted=accepted
    )


def redirect(to: str) -> Fault:
    """Somebody asks us to take our token elsewhere."""
    return Fault(307, b"", {"Location": to})


def _usual(code: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": "The operation was refused"}}).encode()


@dataclass(slots=True)
class _Line:
    fault: Fault
    when: Callable[[web.Request], bool]
    times: int


class Script:
    """Faults waiting for their calls, in order."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []

    def add(self, fault: Fault, *, method: str = "", path: str = "", times: int = 1) -> None:
        """The next `times` calls of that method whose path contains `path` meet the fault; -1 is for ever."""
        self._lines.append(
            _Line(fault, lambda request: request.method == (method or request.method) and path in request.path, times)
        )

    def clear(self) -> None:
        """All is well again."""
        self._lines.clear()

    def take(self, request: web.Request) -> Fault | None:
        """The fault for this call, if its turn has come."""
        for line in self._lines:
            if line.times != 0 and line.when(request):
                line.times -= 1
                return line.fault
        return None


async def play(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """Do to the caller what the fault says. None means: answer as if nothing were wrong."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "reset":
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody is there to read it
    if fault.kind == "hang":
        await asyncio.sleep(3600)
    return web.Response(
        status=fault.status, body=fault.body, headers={"Content-Type": "application/json"} | fault.headers
    )

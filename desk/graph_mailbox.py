"""A mailbox in Microsoft Graph's shape: drafts, sending, looking up, deltas and limits, and everything that fails."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web

from desk import faults
from desk.mailbox import Mail, Post

AT_ONCE = 4
A_MINUTE = 30


@dataclass(slots=True)
class Item:
    """One message in a folder: drafts, sentitems, inbox or deleteditems."""

    id: str
    raw: bytes
    folder: str
    number: int
    """Grows with every change, for delta."""
    message_id: str


class GraphMailboxDesk:
    """The pages under /v1.0/users/{mailbox}. Sent mail goes into `post`; `arrive` puts mail into the inbox."""

    def __init__(
        self,
        mailbox: str,
        post: Post,
        *,
        good_token: Callable[[str], bool] | None = None,
        own_message_ids: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own_message_ids` gives every draft another Message-ID than the one it came with."""
        self.mailbox = mailbox
        self.post = post
        self.faults = faults.Script()
        self.items: dict[str, Item] = {}
        self.calls: list[tuple[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.expired: set[str] = set()
        """Delta tokens that are answered with 410 from now on; 'all' expires every one handed out."""
        self.secret_ends: str = ""
        """When the app's secret ends (ISO), for the pages of the app itself; empty hides them (403)."""
        self._good_token = good_token
        self._own_message_ids = own_message_ids
        self._monotonic = monotonic
        self._number = 0
        self._sent_at: deque[float] = deque()

    def add_routes(self, app: web.Application) -> None:
        """Serve the mailbox's pages on an application."""
        base = "/v1.0/users/{mailbox}"
        app.router.add_post(base + "/messages", self._create)
        app.router.add_get(base + "/messages", self._list)
        app.router.add_post(base + "/messages/{id}/send", self._send)
        app.router.add_get(base + "/messages/{id}/$value", self._value)
        app.router.add_delete(base + "/messages/{id}", self._delete)
        app.router.add_post(base + "/sendMail", self._send_mail)
        app.router.add_get(base + "/mailFolders/inbox/messages/delta", self._delta)
        app.router.add_get("/v1.0/applications(appId='{app}')", self._application)

    def application(self) -> web.Application:
        """A server of its own."""
        app = web.Application(middlewares=[self._front], client_max_size=60 * 1024 * 1024)
        self.add_routes(app)
        return app

    def arrive(self, raw: bytes) -> Item:
        """A message comes in."""
        return self._keep(raw, "inbox")

    def in_folder(self, folder: str) -> list[Item]:
        """What a folder holds, oldest first."""
        return [item for item in self.items.values() if item.folder == folder]

    @web.middleware
    async def _front(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append((request.method, request.path))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.at_once > AT_ONCE:
                return _error(429, "ApplicationThrottled", {"Retry-After": "1"})
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if self._good_token is not None and not self._good_token(token):
                return _error(401, "InvalidAuthenticationToken")
            fault = self.faults.take(request)
            if fault is not None:
                if fault.accepted and fault.kind != "slow":
                    await handler(request)
                answer = await faults.play(fault, request)
                if answer is not None:
                    return answer
            if "mailbox" in request.match_info and request.match_info["mailbox"].casefold() != self.mailbox.casefold():
                return _error(404, "ErrorInvalidUser")
            response: web.StreamResponse = await handler(request)
            return response
        finally:
            self.at_once -= 1

    async def _create(self, request: web.Request) -> web.Response:
        raw = await _mime(request)
        if raw is None:
            return _error(400, "ErrorMimeContentInvalidBase64String")
        return web.json_response(self._row(self._keep(raw, "drafts")), status=201)

    async def _send(self, request: web.Request) -> web.Response:
        item = self.items.get(request.match_info["id"])
        if item is None or item.folder != "drafts":
            return _error(404, "ErrorItemNotFound")
        return self._hand_over(item)

    async def _send_mail(self, request: web.Request) -> web.Response:
        raw = await _mime(request)
        if raw is None:
            return _error(400, "ErrorMimeContentInvalidBase64String")
        return self._hand_over(self._keep(raw, "drafts"))

    def _hand_over(self, item: Item) -> web.Response:
        now = self._monotonic()
        while self._sent_at and self._sent_at[0] <= now - 60:
            self._sent_at.popleft()
        if len(self._sent_at) >= A_MINUTE:
            return _error(429, "ErrorExceededMessageLimit", {"Retry-After": "60"})
        self._sent_at.append(now)
        self._number += 1
        item.folder, item.number = "sentitems", self._number
        for recipient in _recipients(item.raw):
            self.post.keep(Mail(self.mailbox, recipient, item.raw))
            if recipient.casefold() == self.mailbox.casefold():
                self.arrive(item.raw)
        return web.Response(status=202)

    async def _list(self, request: web.Request) -> web.Response:
        wanted = re.search(r"internetMessageId eq '((?:[^']|'')*)'", request.query.get("$filter", ""))
        if wanted is None:
            return _error(400, "BadRequest")
        message_id = wanted.group(1).replace("''", "'")
        rows = [self._row(item) for item in self.items.values() if item.message_id == message_id]
        return web.json_response({"value": rows})

    async def _value(self, request: web.Request) -> web.Response:
        item = self.items.get(request.match_info["id"])
        if item is None:
            return _error(404, "ErrorItemNotFound")
        return web.Response(body=item.raw, content_type="text/plain")

    async def _delete(self, request: web.Request) -> web.Response:
        item = self.items.get(request.match_info["id"])
        if item is None:
            return _error(404, "ErrorItemNotFound")
        self._number += 1
        item.folder, item.number = "deleteditems", self._number
        return web.Response(status=204)

    async def _delta(self, request: web.Request) -> web.Response:
        token = request.query.get("$deltatoken", request.query.get("$skiptoken", ""))
        if token and (token in self.expired or "all" in self.expired):
            return _error(410, "SyncStateNotFound")
        since = int(token.rpartition("-")[2] or 0) if token else 0
        size = re.search(r"odata.maxpagesize=(\d+)", request.headers.get("Prefer", ""))
        page_size = int(size.group(1)) if size else 10
        changed = sorted((item for item in self.items.values() if item.number > since), key=lambda item: item.number)
        rows, last = [], since
        for item in changed[:page_size]:
            last = item.number
            if item.folder == "inbox":
                rows.append(self._row(item))
            elif item.folder == "deleteditems" and token:
                rows.append({"id": item.id, "@removed": {"reason": "deleted"}})
        more = len(changed) > page_size
        name, kind = ("@odata.nextLink", "$skiptoken") if more else ("@odata.deltaLink", "$deltatoken")
        here = f"{request.scheme}://{request.host}{request.path}"
        return web.json_response({"value": rows, name: f"{here}?{kind}=at-{last if more else self._number}"})

    async def _application(self, request: web.Request) -> web.Response:
        if not self.secret_ends:
            return _error(403, "Authorization_RequestDenied")
        return web.json_response({"passwordCredentials": [{"endDateTime": self.secret_ends}], "keyCredentials": []})

    def _keep(self, raw: bytes, folder: str) -> Item:
        self._number += 1
        item_id = f"item-{self._number:06}"
        message_id = str(message_from_bytes(raw, policy=policy.default).get("Message-ID", "")).strip()
        if folder == "drafts" and self._own_message_ids:
            message_id = f"<{item_id}@exchange.example>"
        item = Item(item_id, raw, folder, self._number, message_id)
        self.items[item_id] = item
        return item

    def _row(self, item: Item) -> dict[str, Any]:
        return {"id": item.id, "internetMessageId": item.message_id, "isDraft": item.folder == "drafts"}


async def _mime(request: web.Request) -> bytes | None:
    if request.content_type != "text/plain":
        return None
    try:
        return base64.b64decode(await request.read(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _recipients(raw: bytes) -> list[str]:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return [
        address.addr_spec
        for name in ("To", "Cc", "Bcc")
        for header in message.get_all(name, [])
        for address in header.addresses
    ]


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps({"error": {"code": code, "message": "The operation was refused"}})
    return web.Response(status=status, text=body, headers=headers, content_type="application/json")

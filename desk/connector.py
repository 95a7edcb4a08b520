"""Teams' side of the Bot Connector on this machine: many people, every message kept, and faults on request."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from desk import faults
from desk.drive import MOST_BYTES, PLACE, Drive
from desk.members import Member

MAX_BYTES_AS_UTF16 = 100 * 1024
PUBLISHED_LIMITS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
"""Calls and seconds, per conversation, as Teams publishes them."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something the channel took: what, where, and when by the monotonic clock."""

    kind: str
    """'create', 'post', 'update' or 'delete'."""
    conversation_id: str
    activity_id: str
    activity: dict[str, Any]
    at: float
    token: str


@dataclass(slots=True)
class Chat:
    """A conversation: its messages in order, as they look now."""

    id: str
    member: Member | None = None
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def last(self) -> dict[str, Any]:
        """The newest message."""
        return next(reversed(self.messages.values()))


class TeamsDesk:
    """The connector. Serve `application()`; its service URL is the address it is served at."""

    def __init__(
        self,
        bot_id: str,
        tenant_id: str,
        members: Iterable[Member] = (),
        *,
        good_token: Callable[[str], bool] | None = None,
        enforce_limits: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`good_token` decides on the bearer token of every call; without it none is asked for."""
        self.bot = {"id": f"28:{bot_id}", "name": "Learning space"}
        self.tenant_id = tenant_id
        self.members: dict[str, Member] = {}
        self.chats: dict[str, Chat] = {}
        self.accepted: list[Accepted] = []
        self.refused: list[tuple[int, str]] = []
        """Status and path of every call that was not taken."""
        self.faults = faults.Script()
        self.service_url = ""
        self.drive = Drive()
        self.watch: Callable[[Accepted], None] | None = None
        """Told of everything the channel takes, as it takes it."""
        self.before: Callable[[web.Request, Member | None], Awaitable[faults.Fault | None]] | None = None
        """Asked before every call, with the person it is for; the fault it answers strikes."""
        self._good_token = good_token
        self._limits = PUBLISHED_LIMITS if enforce_limits else ()
        self._recent: dict[str, deque[float]] = {}
        self._monotonic = monotonic
        self._number = 0
        for member in members:
            self.add(member)

    def add(self, member: Member) -> Chat:
        """Someone joins the tenant; their chat is theirs from the start, whether the bot has opened it or not."""
        self.members[member.id] = self.members[member.entra_object_id] = member
        return self.chats.setdefault(member.conversation_id, Chat(member.conversation_id, member))

    def chat_of(self, member: Member) -> Chat:
        """The personal chat of a member."""
        return self.chats[member.conversation_id]

    @property
    def number(self) -> int:
        """How many messages there have been: the next one's id is one more."""
        return self._number

    def restore(self, posts: dict[str, list[str]], number: int) -> None:
        """Know messages of an earlier sitting again (Entra object id -> ids), so that they can still be replaced."""
        self._number = max(self._number, number)
        for chat in self.chats.values():
            known = posts.get(chat.member.entra_object_id, ()) if chat.member else ()
            chat.messages = {activity_id: {"id": activity_id} for activity_id in known}

    def posts(self) -> list[Accepted]:
        """Every message posted, oldest first."""
        return [taken for taken in self.accepted if taken.kind == "post"]

    def application(self) -> web.Application:
        """The connector's pages."""
        app = web.Application(middlewares=[self._front], client_max_size=MOST_BYTES)
        self.drive.add_routes(app)
        chat = "/v3/conversations/{chat}"
        app.router.add_post("/v3/conversations", self._create)
        app.router.add_post(f"{chat}/activities", self._post)
        app.router.add_post(chat + "/activities/{activity}", self._post)
        app.router.add_put(chat + "/activities/{activity}", self._update)
        app.router.add_delete(chat + "/activities/{activity}", self._delete)
        app.router.add_get(f"{chat}/members", self._list_members)
        app.router.add_get(f"{chat}/pagedmembers", self._page_members)
        app.router.add_get(chat + "/members/{member}", self._member)
        return app

    @web.middleware
    async def _front(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Faults, then the token, then the published limits, then the work."""
        fault = self.faults.take(request)
        if fault is None and self.before is not None:
            fault = await self.before(request, await self._whom(request))
        if fault is not None and not fault.accepted:
            self.refused.append((fault.status, request.path))
            answer = await faults.play(fault, request)
            if answer is not None:
                return answer
        if request.path.startswith(PLACE):  # OneDrive's, not the connector's: its address is the permission
            there: web.StreamResponse = await handler(request)
            return there
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._good_token is not None and not self._good_token(token):
            return self._refuse(request, faults.unauthorized("Unauthorized"))
        if self._over_limit(request.match_info.get("chat", "")):
            return self._refuse(request, faults.throttled("1"))
        response: web.StreamResponse = await handler(request)
        if fault is not None and fault.accepted:
            answer = await faults.play(fault, request)
            if answer is not None:
                return answer
        return response

    async def _whom(self, request: web.Request) -> Member | None:
        """The person a call is for, as far as it names one."""
        chat = self._chat(request) if "chat" in request.match_info else None
        if chat is not None:
            return chat.member
        if request.method != "POST":
            return None
        try:
            asked = await request.json()
            return self.members.get(asked["members"][0]["id"])
        except (ValueError, TypeError, LookupError, AttributeError):
            return None

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        members = asked.get("members") or []
        member = self.members.get(members[0].get("id", "")) if members else None
        if member is None or asked.get("isGroup"):
            return self._refuse(
                request, faults.Fault(400, b'{"error":{"code":"BadSyntax","message":"No such member"}}')
            )
        if asked.get("tenantId") != self.tenant_id:
            return self._refuse(request, faults.forbidden("NotEnoughPermissions"))
        if not member.installed:
            return self._refuse(request, faults.forbidden("ForbiddenOperationException"))
        self._accept("create", request, member.conversation_id, "", asked)
        return web.json_response({"id": member.conversation_id, "serviceUrl": self.service_url}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await request.read()
        if chat is None:
            return self._refuse(request, faults.not_found())
        if chat.member is not None and not chat.member.installed:
            return self._refuse(request, faults.forbidden("BotNotInConversationRoster"))
        if _utf16_bytes(body) > MAX_BYTES_AS_UTF16:
            return self._refuse(request, faults.too_big())
        self._number += 1
        activity_id = f"1:{self._number:013d}"
        activity = json.loads(body) | {"id": activity_id}
        chat.messages[activity_id] = activity
        self._accept("post", request, chat.id, activity_id, activity)
        return web.json_response({"id": activity_id}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        chat, activity_id, body = self._chat(request), request.match_info["activity"], await request.read()
        if chat is None:
            return self._refuse(request, faults.not_found())
        if activity_id not in chat.messages:
            return self._refuse(request, faults.not_found("ActivityNotFoundInConversation"))
        if _utf16_bytes(body) > MAX_BYTES_AS_UTF16:
            return self._refuse(request, faults.too_big())
        activity = json.loads(body) | {"id": activity_id}
        chat.messages[activity_id] = activity
        self._accept("update", request, chat.id, activity_id, activity)
        return web.json_response({"id": activity_id})

    async def _delete(self, request: web.Request) -> web.Response:
        chat, activity_id = self._chat(request), request.match_info["activity"]
        if chat is None or chat.messages.pop(activity_id, None) is None:
            return self._refuse(request, faults.not_found("ActivityNotFoundInConversation"))
        self._accept("delete", request, chat.id, activity_id, {})
        return web.Response(status=200)

    async def _list_members(self, request: web.Request) -> web.Response:
        chat = self._chat(request)
        if chat is None:
            return self._refuse(request, faults.not_found())
        return web.json_response([chat.member.roster_entry()] if chat.member else [])

    async def _page_members(self, request: web.Request) -> web.Response:
        chat = self._chat(request)
        if chat is None:
            return self._refuse(request, faults.not_found())
        return web.json_response({"members": [chat.member.roster_entry()] if chat.member else []})

    async def _member(self, request: web.Request) -> web.Response:
        chat, member = self._chat(request), self.members.get(request.match_info["member"])
        if chat is None or member is None or chat.member is not member:
            return self._refuse(request, faults.not_found("MemberNotFoundInConversation"))
        return web.json_response(member.roster_entry())

    def _chat(self, request: web.Request) -> Chat | None:
        return self.chats.get(request.match_info["chat"])

    def _accept(self, kind: str, request: web.Request, chat: str, activity_id: str, activity: dict[str, Any]) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        taken = Accepted(kind, chat, activity_id, activity, self._monotonic(), token)
        self.accepted.append(taken)
        if self.watch is not None:
            self.watch(taken)

    def _refuse(self, request: web.Request, fault: faults.Fault) -> web.Response:
        self.refused.append((fault.status, request.path))
        return web.Response(
            status=fault.status, body=fault.body, headers={"Content-Type": "application/json"} | fault.headers
        )

    def _over_limit(self, chat: str) -> bool:
        if not self._limits or not chat:
            return False
        now = self._monotonic()
        recent = self._recent.setdefault(chat, deque(maxlen=max(count for count, _ in self._limits)))
        for count, seconds in self._limits:
            if len(recent) >= count and recent[-count] > now - seconds:
                return True
        recent.append(now)
        return False


def _utf16_bytes(body: bytes) -> int:
    """Teams counts the whole payload as UTF-16."""
    return len(body.decode("utf-8", "replace").encode("utf-16-le"))

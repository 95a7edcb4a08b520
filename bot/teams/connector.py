"""Our side of the Bot Connector's HTTP interface: post, update, delete, open a conversation, look up a member."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from bot.network.client import CONNECT_SECONDS, DEADLINE_SECONDS, HttpClient, Sending, read_bounded
from bot.teams.activities import to_bytes
from bot.teams.errors import Failure, Remedy, SendFailed, no_id, read_exception, read_response
from bot.teams.files import upload
from bot.teams.hosts import Hosts
from bot.teams.tokens import CONNECTOR, NoToken, TokenSource

MAX_ANSWER_BYTES = 256 * 1024

log = structlog.get_logger("bot.teams.connector")


class Connector:
    """Calls the channel. Every method raises SendFailed, with what the failure means, or returns the answer."""

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenSource,
        hosts: Hosts,
        now: Callable[[], datetime],
        *,
        deadline: float = DEADLINE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._hosts = hosts
        self._now = now
        self._timeout = aiohttp.ClientTimeout(total=deadline, sock_connect=min(CONNECT_SECONDS, deadline))
        self._monotonic = monotonic

    async def post(self, service_url: str, conversation_id: str, activity: dict[str, Any]) -> str:
        """Post an activity and return its id. Not repeatable: an answer that is lost is `unknown`."""
        answer = await self._call("POST", service_url, _activities(conversation_id), activity)
        return _id_of(answer)

    async def update(self, service_url: str, conversation_id: str, activity_id: str, activity: dict[str, Any]) -> None:
        """Replace an activity in place. Repeating it is harmless."""
        path = f"{_activities(conversation_id)}/{_part(activity_id)}"
        await self._call("PUT", service_url, path, activity | {"id": activity_id}, repeatable=True)

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Take an activity back. Repeating it is harmless."""
        path = f"{_activities(conversation_id)}/{_part(activity_id)}"
        await self._call("DELETE", service_url, path, None, repeatable=True)

    async def create_conversation(self, service_url: str, parameters: dict[str, Any]) -> str:
        """Open a conversation and return its id. A person's is the same every time, so this may be repeated."""
        return _id_of(await self._call("POST", service_url, "/v3/conversations", parameters, repeatable=True))

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> dict[str, Any]:
        """What the roster says of a member: name, email, userPrincipalName, userRole, aadObjectId."""
        path = f"/v3/conversations/{_part(conversation_id)}/members/{_part(member_id)}"
        return await self._call("GET", service_url, path, None, repeatable=True)

    async def put_file(self, url: str, content: bytes) -> bool:
        """Put a file where OneDrive said; whether it was taken. No token goes along: the address is the permission."""
        return await upload(self._http, self._hosts, url, content)

    async def _call(
        self, method: str, service_url: str, path: str, payload: dict[str, Any] | None, *, repeatable: bool = False
    ) -> dict[str, Any]:
        if not self._hosts.allow(service_url):  # checked again at the moment the token would leave us
            raise SendFailed(Failure("never", "service URL not allowed"))
        url = URL(service_url.rstrip("/") + path, encoded=True)
        body = None if payload is None else to_bytes(payload)
        failure, answer, token = await self._try(method, url, body, repeatable)
        if failure is not None and failure.remedy is Remedy.STOP_ALL and token:
            self._tokens.forget(token)  # one new token, then it is not the token's fault
            failure, answer, _ = await self._try(method, url, body, repeatable)
        if failure is not None:
            raise SendFailed(failure)
        return answer

    async def _try(
        self, method: str, url: URL, body: bytes | None, repeatable: bool
    ) -> tuple[Failure | None, dict[str, Any], str]:
        try:
            token = await self._tokens.get(CONNECTOR)
        except NoToken as refusal:
            remedy = Remedy.STOP_ALL if refusal.permanent else Remedy.NONE
            return Failure("later", f"no token: {refusal.code}", remedy), {}, ""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        sending = Sending()
        began = self._monotonic()
        try:
            async with self._http.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                trace_request_ctx=sending,
            ) as response:
                answer = await read_bounded(response, MAX_ANSWER_BYTES)
                status, said = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failure = read_exception(error, left_us=sending.left_us, repeatable=repeatable)
            log.warning("call_broke", method=method, error=failure.code, outcome=failure.outcome)
            return failure, {}, ""
        if status < 300:
            return None, _json_object(answer), token
        failure = read_response(status, said, answer, now=self._now(), repeatable=repeatable)
        log.warning(
            "call_refused",
            method=method,
            status=status,
            code=failure.code,
            outcome=failure.outcome,
            milliseconds=round((self._monotonic() - began) * 1000),
        )
        return failure, {}, token if status == 401 else ""


def _activities(conversation_id: str) -> str:
    return f"/v3/conversations/{_part(conversation_id)}/activities"


def _part(text: str) -> str:
    """One segment of a path, whatever is in it. Dots alone would climb the path, so they are spelt out."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _id_of(answer: dict[str, Any]) -> str:
    found = answer.get("id")
    if not isinstance(found, str) or not found or len(found) > 500:
        raise SendFailed(no_id())
    return found

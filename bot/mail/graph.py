"""Microsoft Graph as far as one mailbox goes: drafts, sending, looking up, and what has come in since last time."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from bot.mail.graph_errors import GraphFailed, GraphFailure, no_token, read_answer, read_lost_answer
from bot.network.client import HttpClient
from bot.teams.tokens import GRAPH, NoToken, TokenSource

GRAPH_URL = "https://graph.microsoft.com"
AT_ONCE = 4
"""Exchange allows an app four requests at a time for one mailbox."""
ANSWER_SECONDS = 25.0
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer; a message of 25 MB is 34 MB as it travels."""
KEEP_IDS = 'IdType="ImmutableId"'
"""Asks for ids that stay the same when a message moves from Drafts to Sent Items."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message in the mailbox."""

    id: str
    message_id: str
    """Its Message-ID, with angle brackets."""
    draft: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what has come in."""

    messages: tuple[dict[str, Any], ...]
    """As Graph describes them; those taken away carry '@removed'."""
    next_link: str
    """Where the next page is; empty on the last one."""
    delta_link: str
    """Where to ask next time; on the last page only."""


class GraphMailbox:
    """One mailbox. Every call raises GraphFailed, and nothing else, when it fails."""

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenSource,
        mailbox: str,
        now: Callable[[], datetime],
        *,
        graph_url: str = GRAPH_URL,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.mailbox = mailbox
        self._http = http
        self._tokens = tokens
        self._now = now
        self._root = graph_url.rstrip("/")
        self._base = f"{self._root}/v1.0/users/{quote(mailbox, safe='@')}"
        self._timeout = aiohttp.ClientTimeout(total=answer_seconds)
        self._places = asyncio.Semaphore(AT_ONCE)

    # -- out ----------------------------------------------------------------------------------------------------------

    async def create_draft(self, raw: bytes) -> Found:
        """Put a finished message into Drafts. It goes nowhere by that, so a lost answer only leaves a draft."""
        body = base64.b64encode(raw)
        answer = await self._json("POST", f"{self._base}/messages", body=body, content_type="text/plain", safe=True)
        return _found(answer)

    async def send_draft(self, draft_id: str) -> None:
        """Send it. After a lost answer nobody knows whether it went: look it up."""
        await self._call("POST", f"{self._base}/messages/{quote(draft_id, safe='')}/send")

    async def find(self, message_id: str) -> tuple[Found, ...]:
        """Every message with that Message-ID in any folder: Drafts, Outbox or Sent Items."""
        wanted = message_id.replace("'", "''")
        answer = await self._json(
            "GET",
            f"{self._base}/messages",
            query={"$filter": f"internetMessageId eq '{wanted}'", "$select": "id,internetMessageId,isDraft"},
            safe=True,
        )
        rows = answer.get("value")
        return tuple(_found(row) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()

    async def delete(self, item_id: str) -> None:
        """Take a message out of the mailbox (to Deleted Items). One that is gone already is as good."""
        try:
            await self._call("DELETE", f"{self._base}/messages/{quote(item_id, safe='')}", safe=True)
        except GraphFailed as failed:
            if failed.failure.kind != "not_found":
                raise

    async def application(self, app_id: str) -> dict[str, Any]:
        """Our own registration in Entra, where the permission to look at it was given."""
        url = f"{self._root}/v1.0/applications(appId='{quote(app_id, safe='')}')"
        return await self._json("GET", url, query={"$select": "passwordCredentials"}, safe=True)

    # -- in -----------------------------------------------------------------------------------------------------------

    async def arrivals(self, link: str = "", *, page_size: int = 25) -> Page:
        """A page of what has come into the inbox since `link` (a next or delta link; empty from the beginning).

        GraphFailed of kind 'gone' when the link has expired: begin again with an empty one.
        """
        url = link or f"{self._base}/mailFolders/inbox/messages/delta"
        if not self._ours(url):
            raise GraphFailed(GraphFailure("refused", "foreign link"))
        query = None if link else {"$select": "id,internetMessageId,receivedDateTime"}
        answer = await self._json("GET", url, query=query, prefer=f"odata.maxpagesize={page_size}", safe=True)
        rows = answer.get("value")
        return Page(
            tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else (),
            str(answer.get("@odata.nextLink", "")),
            str(answer.get("@odata.deltaLink", "")),
        )

    async def mime_of(self, item_id: str) -> bytes:
        """A message exactly as it came."""
        _, body = await self._call("GET", f"{self._base}/messages/{quote(item_id, safe='')}/$value", safe=True)
        return body

    # -- how ----------------------------------------------------------------------------------------------------------

    def _ours(self, url: str) -> bool:
        """Whether our token may go there: a link in an answer is followed to Graph only."""
        there, here = urlsplit(url), urlsplit(self._root)
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)

    async def _json(self, method: str, url: str, *, safe: bool = False, **options: Any) -> dict[str, Any]:
        _, body = await self._call(method, url, safe=safe, **options)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            # A page of something in front of Graph: it may or may not have passed the call on.
            raise GraphFailed(GraphFailure("busy" if safe else "unknown", "unreadable answer"))
        return found

    async def _call(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "",
        prefer: str = "",
        safe: bool = False,
    ) -> tuple[int, bytes]:
        """One call, with one more try after a refused token. `safe` calls do no harm if they are made twice."""
        for last in (False, True):
            try:
                token = await self._tokens.get(GRAPH)
            except NoToken as refusal:
                raise GraphFailed(no_token(refusal)) from None
            headers = {"Prefer": ", ".join(filter(None, (KEEP_IDS, prefer)))}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            if content_type:
                headers["Content-Type"] = content_type
            try:
                async with (
                    self._places,
                    self._http.request(
                        method,
                        url,
                        params=query,
                        data=body,
                        headers=headers,
                        timeout=self._timeout,
                    ) as response,
                ):
                    said = await _read(response)
                    status, answered = response.status, response.headers
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise GraphFailed(read_lost_answer(error, safe=safe)) from None
            if status < 300:
                return status, said
            failure = read_answer(status, answered, said, now=self._now(), safe=safe)
            if status == 401 and not last:
                self._tokens.forget(token, GRAPH)
                continue
            raise GraphFailed(failure)
        raise AssertionError("unreachable")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, as much of it as an honest answer can have."""
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise aiohttp.ClientPayloadError("too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _found(row: dict[str, Any]) -> Found:
    item_id = row.get("id")
    if not isinstance(item_id, str) or not item_id:
        raise GraphFailed(GraphFailure("busy", "no id in the answer"))
    return Found(item_id, str(row.get("internetMessageId", "")), bool(row.get("isDraft", False)))

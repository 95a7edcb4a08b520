"""The one outbound HTTP session: pooled, with deadlines, through the proxy, and noting which host answers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from yarl import URL

from bot.clock import Clock
from bot.network.failures import in_words
from bot.network.proxy import Proxies, Proxy
from bot.network.seen import Seen
from bot.network.trust import trust

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

DEADLINE_SECONDS = 15.0
CONNECT_SECONDS = 5.0


class Sending:
    """One request on its way, for whoever has to know whether it ever left us. Pass it as `trace_request_ctx`."""

    __slots__ = ("left_us",)

    def __init__(self) -> None:
        self.left_us = False


class HttpClient:
    """Everything the bot asks of Microsoft goes through one of these, the tokens included."""

    def __init__(
        self,
        *,
        proxies: Proxies | None = None,
        context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Only inside a running event loop. Without a `context` the machine's authorities are trusted.

        `now` is what this machine takes the time to be, to be compared with what the hosts say.
        """
        self.proxies = proxies or Proxies()
        self.seen = Seen(now or Clock.real().now, monotonic=monotonic)
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_mark_left)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=DEADLINE_SECONDS, sock_connect=CONNECT_SECONDS),
            # Shorter than the channel keeps an idle connection, so a post does not meet one that is being closed.
            connector=aiohttp.TCPConnector(
                limit=100, limit_per_host=50, keepalive_timeout=15.0, ssl=context or trust()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[trace],
            auto_decompress=True,
        )

    @asynccontextmanager
    async def request(self, method: str, address: URL | str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """As aiohttp's own, with its errors; a redirect is never followed, because a token would go along."""
        url = URL(address) if isinstance(address, str) else address
        proxy = self.proxies.for_(url)
        if proxy:
            options |= {"proxy": proxy.url, "proxy_headers": proxy.headers}
        try:
            async with self._session.request(method, url, allow_redirects=False, **options) as response:
                self.seen.answered(name_of(url), response.status, response.headers.get("Date", ""))
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._note(error, url, proxy)
            raise

    async def close(self) -> None:
        """Let go of every connection."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _note(self, error: BaseException, url: URL, proxy: Proxy | None) -> None:
        self.seen.failed(name_of(url), in_words(error, name_of(url), proxy))


def name_of(address: URL | str) -> str:
    """A host as people and firewalls call it; its port only where it is not the usual one."""
    url = URL(address) if isinstance(address, str) else address
    return url.host or "" if url.is_default_port() else f"{url.host}:{url.port}"


async def read_bounded(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, cut off where it is longer than any honest answer."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            response.close()
            break
    return bytes(body)


async def _mark_left(session: aiohttp.ClientSession, context: SimpleNamespace, params: Any) -> None:
    request = context.trace_request_ctx
    if isinstance(request, Sending):
        request.left_us = True

"""The same session for a library that blocks: MSAL asks from its thread, the event loop makes the request."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.network.client import HttpClient, read_bounded

LARGEST_ANSWER = 1024 * 1024
"""Bytes; Entra's longest page is a tenth of that."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as MSAL reads it."""

    status_code: int
    text: str
    headers: dict[str, str]

    def raise_for_status(self) -> None:
        """OSError for an error, as whatever reads the answer expects."""
        if self.status_code >= 400:
            raise OSError(f"HTTP {self.status_code}")


class BlockingHttp:
    """MSAL's `http_client`. Never called on the event loop, which would then wait for itself."""

    def __init__(self, http: HttpClient, loop: asyncio.AbstractEventLoop, *, seconds: float) -> None:
        self._http = http
        self._loop = loop
        self._seconds = seconds
        self._asked: set[Future[Response]] = set()

    def get(self, url: str, params: Mapping[str, str] | None = None, **options: Any) -> Response:
        """The answer to a GET. Raises what aiohttp raises, or TimeoutError."""
        return self._ask("GET", url, params, options)

    def post(self, url: str, params: Mapping[str, str] | None = None, **options: Any) -> Response:
        """The answer to a POST; `data` is a form, or text as it is."""
        return self._ask("POST", url, params, options)

    def close(self) -> None:
        """Give up what is being asked: whoever waits for it is told at once. The session is not ours."""
        for asked in list(self._asked):
            asked.cancel()

    def _ask(self, method: str, url: str, params: Mapping[str, str] | None, options: Mapping[str, Any]) -> Response:
        headers, data = dict(options.get("headers") or {}), options.get("data")
        if isinstance(data, Mapping):  # spelt out here, because a certificate's assertion comes as bytes
            data = urlencode({name: value for name, value in data.items() if value is not None})
            headers.setdefault("Content-Type", FORM)
        fetching = self._fetch(method, url, params=params, data=data, headers=headers)
        asked = asyncio.run_coroutine_threadsafe(fetching, self._loop)
        self._asked.add(asked)
        try:
            return asked.result(self._seconds + 1.0)
        finally:
            asked.cancel()
            self._asked.discard(asked)

    async def _fetch(self, method: str, url: str, **options: Any) -> Response:
        timeout = aiohttp.ClientTimeout(total=self._seconds)
        async with self._http.request(method, url, timeout=timeout, **options) as response:
            body = await read_bounded(response, LARGEST_ANSWER)
            text = body.decode("utf-8", errors="replace")
            return Response(response.status, text, dict(response.headers))

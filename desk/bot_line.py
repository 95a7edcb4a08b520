"""The line to the bot: its /local pages over HTTP, and its time. Whatever goes wrong becomes a sentence."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

QUICK_SECONDS = 10.0
WALK_SECONDS = 600.0
"""A quarter is walked in a few seconds; a fault that slows every message makes it minutes."""
NO_ANSWER = "The bot does not answer. It may be starting, or it was stopped; try again in a moment."
NOT_READABLE = "The bot's answer could not be read. Its log may say why."


class BotSays(Exception):
    """The bot refused, or could not be reached: the words, and the status to pass on."""

    def __init__(self, words: str, status: int = 502) -> None:
        super().__init__(words)
        self.status = status


class BotLine:
    """One bot. Keeps its time: asked now and then, reckoned in between."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url.rstrip("/")
        self.http = http
        self._time: datetime | None = None
        self._asked = 0.0

    def now(self) -> datetime:
        """The bot's time; that of long ago while the bot has never been heard."""
        if self._time is None:
            return datetime(2000, 1, 1, tzinfo=UTC)
        return self._time + timedelta(seconds=time.monotonic() - self._asked)

    def set_time(self, iso: str) -> None:
        """The bot has said what time it is."""
        self._time, self._asked = datetime.fromisoformat(iso).astimezone(UTC), time.monotonic()

    async def get(self, page: str, **query: str) -> dict[str, Any]:
        """GET /local/`page`. BotSays when the bot refuses or is not there."""
        return await self._ask("GET", page, query, None, QUICK_SECONDS)

    async def post(self, page: str, body: dict[str, Any], *, seconds: float = QUICK_SECONDS) -> dict[str, Any]:
        """POST /local/`page`. BotSays when the bot refuses or is not there."""
        return await self._ask("POST", page, {}, body, seconds)

    async def tell_time(self) -> None:
        """Ask the time alone, and keep it. BotSays when that takes longer than a moment."""
        self.set_time((await self._ask("GET", "now", {}, None, 1.0))["now"])

    async def clock(self) -> dict[str, Any]:
        """Ask the bot's time and what comes next, and keep the time."""
        return await self._timed("clock")

    async def pulse(self) -> dict[str, Any]:
        """Ask what tells whether anything has changed, and keep the time."""
        return await self._timed("pulse")

    async def council(self) -> dict[str, Any]:
        """Ask who there is, and keep the time."""
        return await self._timed("council")

    async def _timed(self, page: str) -> dict[str, Any]:
        found = await self.get(page)
        self.set_time(found["now"])
        return found

    async def _ask(
        self, method: str, page: str, query: dict[str, str], body: dict[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        try:
            async with self.http.request(
                method,
                f"{self.url}/local/{page}",
                params=query,
                json=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as answer:
                found = await answer.json()
                status = answer.status
        except aiohttp.ContentTypeError:
            raise BotSays(
                "The bot has no pages for the desk. It serves them in local mode only (BOT_MODE=local)."
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise BotSays(NO_ANSWER) from None
        except ValueError:
            raise BotSays(NOT_READABLE) from None
        if not isinstance(found, dict):
            raise BotSays(NOT_READABLE)
        if status >= 400:
            raise BotSays(str(found.get("error") or NOT_READABLE), status)
        return found

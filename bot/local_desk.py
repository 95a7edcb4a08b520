"""What the desk may ask of a bot in local mode: /local/council, clock, timeline, items. Production has none of it.

Loopback only, and only from something that is not a web page: a page of another site that somebody has open must not
be able to move the clock.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot.clock import ClockStands
from bot.instants import parse_instant
from bot.local import story, views
from bot.local.spoken import says
from bot.local.walk import AlreadyWalking, Walk
from bot.network.loopback import is_loopback
from policy.calendar.calendar import Calendar
from storage.reads import upcoming

if TYPE_CHECKING:
    from assurance.sweep.sweep import SweepOutcome
    from bot.clock import Clock
    from bot.dispatcher import Dispatcher
    from bot.settings import Settings
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.local_desk")

PATH = "/local/"
MOST_UNITS = 10_000
UNITS = ("hours", "days", "working_days")


class NotUnderstood(Exception):
    """The request asks for nothing we can do; the message says what to ask instead."""


def add_local_desk(
    app: web.Application,
    settings: Settings,
    db: Database,
    framework: Framework,
    clock: Clock,
    dispatcher: Dispatcher,
    look: Callable[[], Awaitable[SweepOutcome]],
    refresh: Callable[[], Awaitable[int]],
) -> None:
    """Serve the desk's questions. ValueError outside local mode: the pages must not exist there."""
    if not settings.local:
        raise ValueError("the desk is served in local mode only")
    desk = LocalDesk(settings, db, framework, clock, Walk(db, framework, clock, dispatcher, look, refresh))
    app.router.add_get(f"{PATH}council", desk.guarded(desk.council))
    app.router.add_get(f"{PATH}now", desk.guarded(desk.now))
    app.router.add_get(f"{PATH}pulse", desk.guarded(desk.pulse))
    app.router.add_get(f"{PATH}clock", desk.guarded(desk.clock))
    app.router.add_post(f"{PATH}clock", desk.guarded(desk.move_clock))
    app.router.add_get(f"{PATH}timeline", desk.guarded(desk.timeline))
    app.router.add_get(f"{PATH}items", desk.guarded(desk.items))
    app.router.add_get(f"{PATH}story", desk.guarded(desk.story))


Handler = Callable[[web.Request], Awaitable[web.Response]]


class LocalDesk:
    """The pages. Every answer is JSON; a refusal is {"error": words}."""

    def __init__(self, settings: Settings, db: Database, framework: Framework, clock: Clock, walk: Walk) -> None:
        self._settings = settings
        self._db = db
        self._framework = framework
        self._clock = clock
        self._walk = walk

    def guarded(self, handler: Handler) -> Handler:
        """Refuse who is not on this machine, and any web page; put what a person can mend into words."""

        async def page(request: web.Request) -> web.Response:
            if not is_loopback(request.remote or "") or not is_loopback(request.url.host or ""):
                return _refused(403, "The desk is served on this machine only.")
            if request.headers.get("Origin"):
                return _refused(403, "Web pages ask the desk, not the bot.")
            try:
                return await handler(request)
            except NotUnderstood as error:
                return _refused(400, str(error))
            except ClockStands as error:
                return _refused(409, str(error))
            except AlreadyWalking:
                return _refused(409, "The clock is being moved already. Wait until it has arrived.")
            except Exception as error:
                log.exception("desk not answered", page=request.path, error=type(error).__name__)
                return _refused(500, "The bot could not answer that. Its log says why.")

        return page

    async def council(self, request: web.Request) -> web.Response:
        """Everybody, whom to be first, and which record this is."""
        found = await self._db.read(views.council_view, self._framework)
        featured = await self._db.read(story.featured_view)
        return web.json_response(
            found
            | {
                "featured": featured,
                "app_id": self._settings.app_id,
                "tenant_id": self._settings.tenant_id,
                "now": self._clock.now().isoformat(),
                "origin": await self._db.read(upcoming.begun_with),
            }
        )

    async def now(self, request: web.Request) -> web.Response:
        """The time alone, which costs nothing: asked with every message while the clock is moved."""
        return web.json_response({"now": self._clock.now().isoformat()})

    async def pulse(self, request: web.Request) -> web.Response:
        """What tells whether anything has changed: asked twice a second for as long as the desk stands."""
        now = self._clock.now()
        mark, origin = await self._db.read(_pulse)
        return web.json_response({"now": now.isoformat(), "says": says(now), "mark": mark, "origin": origin})

    async def clock(self, request: web.Request) -> web.Response:
        """What time it is here, and what is known to come next; not on the way, where every stop is another time."""
        now, moving = self._clock.now(), self._walk.walking
        mark, origin = await self._db.read(_pulse)
        return web.json_response(
            {
                "now": now.isoformat(),
                "says": says(now),
                "next": None if moving else await self._db.read(views.next_view, self._framework, now),
                "moving": moving,
                "mark": mark,
                "origin": origin,
            }
        )

    async def move_clock(self, request: web.Request) -> web.Response:
        """Walk forward, and tell what happened on the way."""
        asked = await _json(request)
        if asked.get("next") is True:
            walked = await self._walk.to_next()
        else:
            walked = await self._walk.to(self._target(asked))
        now = self._clock.now()
        mark, _ = await self._db.read(_pulse)
        return web.json_response(
            {
                "now": now.isoformat(),
                "says": says(now),
                "mark": mark,
                "happened": [one.as_json() for one in walked.happened],
                "more": walked.more,
                "held": walked.held,
            }
        )

    def _target(self, asked: dict[str, Any]) -> datetime:
        now = self._clock.now()
        if isinstance(asked.get("to"), str):
            try:
                return parse_instant(asked["to"])
            except ValueError as error:
                raise NotUnderstood(f"{error}.") from None
        unit = next((name for name in UNITS if name in asked), "")
        count = asked.get(unit)
        if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= MOST_UNITS:
            raise NotUnderstood("Say how far: hours, days or working_days as a number, to as a date, or next as true.")
        if unit == "hours":
            return now + timedelta(hours=count)
        calendar = Calendar.of(self._framework)
        today = calendar.local_date(now)
        day = today + timedelta(days=count) if unit == "days" else calendar.add_working_days(today, count)
        # The same time by the clock on the wall, whatever summer time does in between.
        return datetime.combine(day, now.astimezone(calendar.zone).time(), calendar.zone).astimezone(UTC)

    async def timeline(self, request: web.Request) -> web.Response:
        """Who heard what, later than `after`."""
        return web.json_response(
            await self._db.read(views.timeline_view, self._framework, _number(request.query.get("after", "0")))
        )

    async def items(self, request: web.Request) -> web.Response:
        """What the story is about as it stands, or what `person` has or had in hand."""
        wanted = request.query.get("person", "")
        references: list[str] = []
        if wanted:
            person = await self._db.read(views.person_of, wanted)
            references = await self._db.read(upcoming.ever_given, person) if person else []
        else:
            found = await self._db.read(story.find_story)
            references = [found.reference] if found else []
        return web.json_response({"items": await self._db.read(views.items_view, self._framework, references)})

    async def story(self, request: web.Request) -> web.Response:
        """Who is who in the guided tour; null where it cannot be told."""
        return web.json_response({"story": await self._db.read(story.story_view)})


def _pulse(session: Session) -> tuple[str, str]:
    return upcoming.mark(session), upcoming.begun_with(session)


async def _json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise NotUnderstood("Send JSON.")
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotUnderstood("Send a JSON object.")
    return found


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise NotUnderstood("'after' is a number.")
    return int(text)


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)

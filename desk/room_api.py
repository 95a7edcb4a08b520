"""The page's API for everybody at once: the council, the clock, the timeline, the story, the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from desk.bot_line import WALK_SECONDS, BotSays
from desk.guard import Wrong, read_json
from desk.switches import BY_KEY

if TYPE_CHECKING:
    from desk.app import Desk

CLOCK_WORDS = ("hours", "days", "working_days", "to", "next")


class RoomApi:
    """Handlers of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get("/api/council", self._council)
        app.router.add_get("/api/clock", self._clock)
        app.router.add_post("/api/clock", self._move_clock)
        app.router.add_get("/api/timeline", self._timeline)
        app.router.add_get("/api/items", self._items)
        app.router.add_get("/api/story", self._story)
        app.router.add_get("/api/faults", self._faults)
        app.router.add_post("/api/faults", self._set_fault)

    async def _council(self, _: web.Request) -> web.Response:
        found = await self._desk.meet()
        people = [
            person
            | {
                "installed": self._desk.member(person["id"]).installed,
                "blocked": self._desk.switches.on("blocked", person["id"]),
            }
            for person in found["people"]
        ]
        return web.json_response({"council": found["council"], "people": people, "featured": found["featured"]})

    async def _clock(self, _: web.Request) -> web.Response:
        found = await self._desk.bot.clock()
        return web.json_response({name: found[name] for name in ("now", "says", "next", "moving")})

    async def _move_clock(self, request: web.Request) -> web.Response:
        asked = await read_json(request)
        body = {name: asked[name] for name in CLOCK_WORDS if name in asked}
        found = await self._desk.bot.post("clock", body, seconds=WALK_SECONDS)
        self._desk.bot.set_time(found["now"])
        self._desk.goes_on(found)
        return web.json_response({name: found[name] for name in found if name != "mark"})

    async def _timeline(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal() or len(after) > 15:
            raise Wrong("'after' is the number of a row.")
        await self._desk.timeline.refresh()
        timeline = self._desk.timeline
        return web.json_response({"sitting": timeline.sitting, "rows": timeline.after(int(after))})

    async def _items(self, request: web.Request) -> web.Response:
        person = request.query.get("person", "")
        query = {"person": self._desk.member(person).entra_object_id} if person else {}
        return web.json_response(await self._desk.bot.get("items", **query))

    async def _story(self, _: web.Request) -> web.Response:
        found = await self._desk.bot.get("story")
        if found["story"] is None:
            raise Wrong("The story cannot be told here: it needs a team manager with a learning space.", 404)
        return web.json_response(found["story"])

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._desk.switches.as_json())

    async def _set_fault(self, request: web.Request) -> web.Response:
        asked = await read_json(request)
        kind = BY_KEY.get(_word(asked, "key"))
        on, person = asked.get("on"), _word(asked, "person")
        if kind is None or not isinstance(on, bool):
            raise Wrong("Name a fault that is listed, and say whether it is on.")
        if kind.scope == "person" and not person:
            raise Wrong(f"'{kind.title}' is about one person: say who.")
        member = self._desk.member(person) if person else None
        self._desk.switches.set(kind.key, on=on, person=person)
        if kind.key == "uninstalled" and member is not None:
            await self._installed(member, not on)
        self._desk.stream.tell("faults")
        return web.json_response(self._desk.switches.as_json())

    async def _installed(self, member: Any, installed: bool) -> None:
        """Take the app out or put it in again, as Teams tells the bot."""
        person = self._desk.person(member)
        if member.installed == installed:
            return
        try:
            await (person.install() if installed else person.uninstall())
        except OSError:
            raise BotSays("The app's state has changed, but the bot could not be told: it does not answer.") from None


def _word(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    return value if isinstance(value, str) else ""

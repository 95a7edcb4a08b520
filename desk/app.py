"""The desk as one server: Teams' connector for the bot, and for a browser the page, its API and its stream."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from desk.bot_line import NO_ANSWER, BotLine, BotSays
from desk.chats import Chats, read_kept, write_kept
from desk.connector import Accepted, TeamsDesk
from desk.faults import Fault
from desk.guard import Wrong, guard
from desk.mailroom import Mailroom
from desk.members import Member
from desk.people_api import PeopleApi
from desk.person import Person
from desk.room_api import RoomApi
from desk.stream import Stream
from desk.switches import Switches
from desk.timeline import Timeline

PAGE = Path(__file__).parent / "page"
VENDOR = Path(__file__).parents[1] / "node_modules"
VENDORED = {
    "adaptivecards.min.js": VENDOR / "adaptivecards" / "dist" / "adaptivecards.min.js",
    "markdown-it.min.js": VENDOR / "markdown-it" / "dist" / "markdown-it.min.js",
}
LOOK_SECONDS = 0.5
"""How often we ask the bot what time it is, whether anybody heard anything, and whether it is the same council."""
KEEP_SECONDS = 3.0
MOST_ACCEPTED = 1_000

log = logging.getLogger("desk")


class Desk:
    """One desk, one bot. `application` serves it; `start` and `stop` run what goes on behind the pages."""

    def __init__(
        self, bot_url: str, http: aiohttp.ClientSession, *, mailroom: Mailroom, keep: Path | None = None
    ) -> None:
        self.bot = BotLine(bot_url, http)
        self.stream = Stream()
        self.switches = Switches()
        self.chats = Chats(self.bot.now, self._chat_changed)
        self.timeline = Timeline(self.bot)
        self.mailroom = mailroom
        self.mailroom.changed = self._mail_changed
        self.teams = TeamsDesk("", "", monotonic=asyncio.get_running_loop().time)
        self.teams.watch, self.teams.before = self._taken, self._before
        self.council: dict[str, Any] = {}
        self._members: dict[str, Member] = {}
        self._http = http
        self._keep = keep
        self._unkept = False
        self._last = {"says": "", "mark": ""}
        self._tasks: list[asyncio.Task[None]] = []

    # -- serving ------------------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        """Everything: the connector below /v3, the page's API below /api, the page itself."""
        app = self.teams.application()
        app.middlewares.insert(0, guard)
        RoomApi(self).add_routes(app)
        PeopleApi(self).add_routes(app)
        app.router.add_get("/api/stream", self.stream.listen)
        app.router.add_get("/", self._page)
        app.router.add_get("/vendor/{name}", self._vendor)
        app.router.add_get("/static/{path:.+}", self._static)
        return app

    async def start(self, address: str) -> None:
        """Begin to serve at `address`; the council comes as soon as the bot answers."""
        self.teams.service_url = f"{address.rstrip('/')}/"
        self._tasks = [asyncio.create_task(self._look_after_the_bot()), asyncio.create_task(self._keep_writing())]

    async def stop(self) -> None:
        """Let the pages go and keep what is to be kept."""
        self.stream.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._write()

    async def _page(self, _: web.Request) -> web.StreamResponse:
        page = PAGE / "index.html"
        if not page.is_file():
            return web.Response(text="The desk's page is not here yet; its API is, below /api.")
        return web.FileResponse(page, headers={"Cache-Control": "no-cache"})

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = (PAGE / request.match_info["path"]).resolve()
        if not file.is_relative_to(PAGE) or not file.is_file():
            raise Wrong("There is no such file at the desk.", 404)
        return web.FileResponse(file, headers={"Cache-Control": "no-cache"})

    async def _vendor(self, request: web.Request) -> web.StreamResponse:
        file = VENDORED.get(request.match_info["name"])
        if file is None or not file.is_file():
            raise Wrong("Microsoft's card renderer is not installed. Run `npm ci` in the bot's folder.", 404)
        return web.FileResponse(file)

    # -- the council --------------------------------------------------------------------------------------------------

    async def meet(self) -> dict[str, Any]:
        """Ask the bot who there is; another record than the last one means other chats. BotSays when it is away."""
        found = await self.bot.council()
        another = found["origin"] != self.council.get("origin")
        self.council = found
        if another:
            for known in (self._members, self.teams.members, self.teams.chats):
                known.clear()
        self.teams.tenant_id = str(found.get("tenant_id", ""))
        self.teams.bot["id"] = f"28:{found.get('app_id', '')}"
        for person in found["people"]:
            if person["id"] not in self._members:
                member = Member(person["id"], person["name"], person["email"])
                self._members[person["id"]] = member
                self.teams.add(member)
        if another:
            self._begin_anew(found["origin"])
        return found

    def _begin_anew(self, origin: str) -> None:
        kept = read_kept(self._keep, origin) if self._keep else {}
        self.timeline.forget()
        try:
            self.chats.restore(kept.get("chats", {}))
            self.teams.restore(self.chats.posts_by_person(), int(kept.get("number", 0)))
            self.mailroom.restore(kept.get("mail", {}))
        except (KeyError, TypeError, ValueError, AttributeError):
            self.chats.restore({})
        for kind in ("chat", "clock", "timeline", "mail"):
            self.stream.tell(kind)

    def member(self, person: str) -> Member:
        """The person of that id. Wrong for nobody, in words."""
        found = self._members.get(person)
        if found is None:
            words = "Nobody here has that id. Choose somebody from the list." if self.council else NO_ANSWER
            raise Wrong(words, 404 if self.council else 502)
        return found

    def person(self, member: Member) -> Person:
        """The member at their client, ready to write to the bot."""
        return Person(member, self.teams, f"{self.bot.url}/api/messages", self._http, self.bot.now)

    # -- what the channel takes ---------------------------------------------------------------------------------------

    async def _before(self, request: web.Request, member: Member | None) -> Fault | None:
        if not request.path.startswith("/v3/"):
            return None
        with contextlib.suppress(BotSays):
            await self.bot.tell_time()  # while the clock is moved, each message has its own time
        person = member.entra_object_id if member else ""
        posting = request.method == "POST" and request.path.rstrip("/").endswith("/activities")
        fault = self.switches.strike(person, posting=posting)
        if fault is not None:
            self.stream.tell("faults")
        return fault

    def _taken(self, taken: Accepted) -> None:
        del self.teams.accepted[:-MOST_ACCEPTED]
        chat = self.teams.chats.get(taken.conversation_id)
        if chat is None or chat.member is None or taken.kind == "create":
            return
        person = chat.member.entra_object_id
        if taken.kind == "post" and taken.activity.get("type", "message") == "message":
            self.chats.posted(person, taken.activity)
        elif taken.kind == "update":
            self.chats.updated(person, taken.activity)
        elif taken.kind == "delete":
            self.chats.deleted(person, taken.activity_id)

    def _chat_changed(self, person: str) -> None:
        self._unkept = True
        self.stream.tell("chat", person)

    def _mail_changed(self, address: str) -> None:
        self._unkept = True
        for member in self._members.values():
            if member.email.lower() == address:
                self.stream.tell("mail", member.entra_object_id)

    # -- behind the pages ---------------------------------------------------------------------------------------------

    async def _look_after_the_bot(self) -> None:
        """Meet the council when the bot comes or comes back, and tell the pages when time has moved on."""
        while True:
            try:
                found = await self.bot.pulse()
                if found.get("origin") != self.council.get("origin") or not self.council:
                    await self.meet()
                self.goes_on(found)
            except BotSays:
                pass
            except Exception:  # the bot's answer was not one we can read; the next may be
                log.exception("the bot could not be looked after")
            await asyncio.sleep(LOOK_SECONDS)

    def goes_on(self, found: dict[str, Any]) -> None:
        """Tell the pages, once, that the bot has said another time, or that somebody may have heard something."""
        for name, kind in (("says", "clock"), ("mark", "timeline")):
            if found[name] != self._last[name]:
                self._last[name] = found[name]
                self.stream.tell(kind)

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            if self._unkept:
                self._write()

    def _write(self) -> None:
        self._unkept = False
        if self._keep is None or not self.council.get("origin"):
            return
        kept = {
            "origin": self.council["origin"],
            "chats": self.chats.as_json(),
            "number": self.teams.number,
            "mail": self.mailroom.as_json(),
        }
        try:
            write_kept(self._keep, kept)
        except OSError as error:
            log.warning("the chats were not kept: %s", type(error).__name__)

"""The page's API for one person: their chat, what they type and press, their dialogs, lock screen and mailbox."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from desk.bot_line import NO_ANSWER, NOT_READABLE, BotSays
from desk.drive import as_attachment
from desk.guard import Wrong, read_json
from desk.person import Answer

if TYPE_CHECKING:
    from desk.app import Desk
    from desk.members import Member

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
MOST_SEARCHED = 300
"""Characters of a look-up as somebody types."""
LONGEST_TEXT = 28_000
"""What Teams lets a person type, in characters."""

Json = dict[str, Any]


class PeopleApi:
    """Handlers of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        one = "/api/people/{id}"
        app.router.add_get(f"{one}/chat", self._chat)
        app.router.add_post(f"{one}/say", self._say)
        app.router.add_post(f"{one}/press", self._press)
        app.router.add_post(f"{one}/dialog", self._dialog)
        app.router.add_post(f"{one}/search", self._search)
        app.router.add_post(f"{one}/file", self._file)
        app.router.add_get(f"{one}/notifications", self._notifications)
        app.router.add_get(f"{one}/mail", self._mail)
        app.router.add_post(f"{one}/mail", self._write)

    async def _chat(self, request: web.Request) -> web.Response:
        screen = self._desk.chats.of(self._member(request).entra_object_id)
        return web.json_response({"messages": [line.as_json() for line in screen.lines], "typing": bool(screen.typing)})

    async def _say(self, request: web.Request) -> web.Response:
        member, asked = self._member(request), await read_json(request)
        text = asked.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Wrong("There is nothing to send.")
        if len(text) > LONGEST_TEXT:
            raise Wrong(f"Teams takes {LONGEST_TEXT:,} characters in one message.", 413)
        self._allowed(member)
        self._desk.chats.said(member.entra_object_id, text)
        self._unblocked(member)
        async with self._turn(member):
            await _sent(self._desk.person(member).say(text))
        return web.json_response({})

    async def _press(self, request: web.Request) -> web.Response:
        member, asked = self._member(request), await read_json(request)
        action, inputs = asked.get("action"), asked.get("inputs") or {}
        message = asked.get("message") if isinstance(asked.get("message"), str) else ""
        if not isinstance(action, dict) or not isinstance(inputs, dict) or not isinstance(action.get("type"), str):
            raise Wrong("That is no button of a card.")
        data = action.get("data") or {}
        if not isinstance(data, dict) or not isinstance(action.get("verb", ""), str):
            raise Wrong("That is no button of a card.")
        self._allowed(member)
        self._unblocked(member)
        person, client = self._desk.person(member), data.get("msteams") or {}
        async with self._turn(member):
            if client.get("type") == "task/fetch":
                return web.json_response(_dialog(await _sent(person.open_dialog(data | inputs)), opening=True))
            reply = {"replyToId": message} if message else {}
            action = {
                "type": action["type"],
                "id": str(action.get("id") or ""),
                "verb": action.get("verb", ""),
                "data": data,
            }
            if action["type"] not in ("Action.Execute", "Action.Submit"):
                raise Wrong("The desk cannot press this kind of button.")
            answer = await _sent(person.press(action, inputs, **reply))
        found = _pressed(answer)
        if found["kind"] == "card":
            self._desk.chats.replaced(member.entra_object_id, message or "", found["card"])
        return web.json_response(found)

    async def _dialog(self, request: web.Request) -> web.Response:
        member, asked = self._member(request), await read_json(request)
        data = asked.get("data")
        if not isinstance(data, dict) or (asked.get("fetch") is True) == (asked.get("submit") is True):
            raise Wrong("Say fetch or submit, and give the data of the button.")
        self._allowed(member)
        self._unblocked(member)
        person = self._desk.person(member)
        async with self._turn(member):
            fetching = asked.get("fetch") is True
            answer = await _sent(person.open_dialog(data) if fetching else person.submit_dialog(data))
        return web.json_response(_dialog(answer))

    async def _search(self, request: web.Request) -> web.Response:
        member, asked = self._member(request), await read_json(request)
        text, dataset = asked.get("text"), asked.get("dataset") or "owners"
        if not isinstance(text, str) or not isinstance(dataset, str) or len(text) + len(dataset) > MOST_SEARCHED:
            raise Wrong("Say what to look for.")
        self._allowed(member)
        found = (await _sent(self._desk.person(member).search(text, dataset))).get("value")
        rows = found.get("results") if isinstance(found, dict) else None
        return web.json_response({"results": rows if isinstance(rows, list) else []})

    async def _file(self, request: web.Request) -> web.Response:
        """Allow or decline a file the bot offers."""
        member, asked = self._member(request), await read_json(request)
        line = self._desk.chats.of(member.entra_object_id).find(str(asked.get("message", "")))
        allow = asked.get("allow")
        if line is None or not (line.file and line.file.get("asks")) or not isinstance(allow, bool):
            raise Wrong("There is no such file to allow or decline.")
        self._allowed(member)
        offered = {"id": line.id, "attachments": [as_attachment(line.file)]}
        async with self._turn(member):
            await _sent(self._desk.person(member).answer_file(offered, allow=allow))
        return web.json_response({})

    async def _notifications(self, request: web.Request) -> web.Response:
        screen = self._desk.chats.of(self._member(request).entra_object_id)
        return web.json_response([note.as_json() for note in screen.notifications])

    async def _mail(self, request: web.Request) -> web.Response:
        return web.json_response(self._desk.mailroom.of(self._member(request).email))

    async def _write(self, request: web.Request) -> web.Response:
        member, asked = self._member(request), await read_json(request)
        words = {name: asked.get(name) or "" for name in ("in_reply_to", "subject", "text")}
        if not all(isinstance(value, str) for value in words.values()) or not words["text"].strip():
            raise Wrong("There is nothing to send: a letter has a text.")
        await self._desk.mailroom.send(member.email, member.name, **words)
        return web.json_response({})

    # -- what they share ----------------------------------------------------------------------------------------------

    def _member(self, request: web.Request) -> Member:
        return self._desk.member(request.match_info["id"])

    def _allowed(self, member: Member) -> None:
        if not member.installed:
            raise Wrong("This person has taken the app out, so there is no chat to write in. Put it back first.", 409)

    def _unblocked(self, member: Member) -> None:
        """Whoever writes to somebody they had blocked has let them in again."""
        if self._desk.switches.on("blocked", member.entra_object_id):
            self._desk.switches.set("blocked", on=False, person=member.entra_object_id)
            self._desk.stream.tell("faults")

    @contextlib.asynccontextmanager
    async def _turn(self, member: Member) -> AsyncIterator[None]:
        """While a turn is under way the person sees that the bot is writing."""
        person = member.entra_object_id
        self._desk.chats.typing(person, begins=True)
        self._desk.stream.tell("typing", person)
        try:
            yield
        finally:
            self._desk.chats.typing(person, begins=False)
            self._desk.stream.tell("typing", person)


async def _sent(turn: Awaitable[Answer]) -> Json:
    """The body of the bot's answer; empty for none. BotSays when it is away or turned the person away."""
    try:
        answer = await turn
    except (aiohttp.ContentTypeError, ValueError):
        raise BotSays(NOT_READABLE) from None
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise BotSays(NO_ANSWER) from None
    if answer.status >= 400:
        raise BotSays(f"The bot turned this away (HTTP {answer.status}). Its log says why.")
    return answer.body if isinstance(answer.body, dict) else {}


def _pressed(body: Json) -> Json:
    """What the answer to a card's button means for the page."""
    kind, value = body.get("type"), body.get("value")
    if kind == CARD and isinstance(value, dict):
        return {"kind": "card", "card": value}
    if kind == MESSAGE:
        return {"kind": "message", "text": str(value or "")}
    if not body:
        return {"kind": "none"}
    return {"kind": "error", "text": _words_of(value)}


def _dialog(body: Json, *, opening: bool = False) -> Json:
    """What the answer to a dialog's button means for the page. `opening`: it was pressed on a card."""
    task = body.get("task")
    if not body or task is None:
        if body.get("type"):
            return {"kind": "error", "text": _words_of(body.get("value"))}
        return {"kind": "none" if opening else "closed"}
    value = task.get("value")
    if task.get("type") == "continue" and isinstance(value, dict):
        return {
            "kind": "dialog" if opening else "card",
            "card": (value.get("card") or {}).get("content"),
            "title": value.get("title") or "",
            "height": value.get("height"),
            "width": value.get("width"),
        }
    return {"kind": "message", "text": str(value or "")}


def _words_of(value: Any) -> str:
    said = value.get("message") if isinstance(value, dict) else ""
    return str(said or "The bot did not understand this button.")

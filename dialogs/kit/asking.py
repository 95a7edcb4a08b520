"""Whom to ask, put behind the sentence that sends somebody to the QA team: a name, and how to reach them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dialogs.kit.cards import CHAT_IN_TEAMS
from dialogs.kit.inert import one_line
from dialogs.kit.message import Json, Message
from policy.council.who_helps import Helper


def say_helper(helper: Helper) -> str:
    """'Ngozi Elmscar, QA Lead: ngozi@northmoor.example'; empty where nobody can be named."""
    return "".join(_parts_of(helper))


def _parts_of(helper: Helper) -> tuple[str, str]:
    """Who it is with their address, and the team's mailbox; either may be empty."""
    named = ", ".join(one for one in (helper.name, helper.post) if one)
    person = one_line(f"{named}: {helper.address}") if named and helper.address else ""
    if not helper.mailbox or helper.mailbox == helper.address:
        return person, ""
    return person, f", or {helper.mailbox}" if person else f"The QA team: {helper.mailbox}"


def with_helper(message: Message, helper: Helper) -> Message:
    """The message with who can help right behind the sentence that says so; unchanged where it says nothing of it."""
    if not message.asks or helper.is_nobody:
        return message
    text = message.text.replace(message.asks, f"{message.asks}\n{say_helper(helper)}", 1)
    card = _behind(message.card, message.asks, _element(helper)) if message.card else None
    return replace(message, text=text, card=card, asks="")


def _element(helper: Helper) -> Json:
    """The same line on a card; pressed, Teams opens a chat with them. It is no button and takes nobody's place."""
    person, mailbox = _parts_of(helper)
    runs: list[Json] = []
    if person:
        chat = {
            "type": "Action.OpenUrl",
            "title": f"Write to {one_line(helper.name)} in Teams",
            "url": CHAT_IN_TEAMS + quote(helper.address, safe="@"),
        }
        runs.append({"type": "TextRun", "text": person, "selectAction": chat})
    if mailbox:
        runs.append({"type": "TextRun", "text": mailbox})
    return {"type": "RichTextBlock", "inlines": runs, "spacing": "Small"}


def _behind(element: Json, sentence: str, added: Json) -> Json:
    """A copy of a part of a card in which `added` stands right behind the text that ends in `sentence`."""
    copy: Json = {}
    for name, value in element.items():
        copy[name] = _parts(value, sentence, added) if name in ("body", "items") and isinstance(value, list) else value
    return copy


def _parts(parts: list[Any], sentence: str, added: Json) -> list[Any]:
    found: list[Any] = []
    for part in parts:
        found.append(_behind(part, sentence, added) if isinstance(part, dict) else part)
        if isinstance(part, dict) and str(part.get("text", "")).endswith(sentence):
            found.append(added)
    return found

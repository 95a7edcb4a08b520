"""The bodies Teams expects in answer to an invoke: a card, a message, a dialog's next page, an error it understands."""

from __future__ import annotations

import re
from typing import Any

from bot.teams.activities import CARD
from dialogs.kit.message import Message

MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
SEARCH = "application/vnd.microsoft.search.searchResponse"

DIALOG_WIDTH, DIALOG_HEIGHT = "medium", "large"


def card_answer(message: Message) -> dict[str, Any]:
    """Replace the card that was pressed; or say it in words when there is no card."""
    if message.card is None:
        return {"statusCode": 200, "type": MESSAGE, "value": message.text}
    return {"statusCode": 200, "type": CARD, "value": message.card}


def dialog_answer(message: Message) -> dict[str, Any]:
    """The dialog's next page; or, when nothing is left to press or fill in, a last word."""
    if message.closes:
        return {"task": {"type": "message", "value": message.closes}}
    if message.card is None or not _asks_something(message.card):
        return {"task": {"type": "message", "value": message.text}}
    page = {
        "title": _title_of(message.card),
        "width": DIALOG_WIDTH,
        "height": DIALOG_HEIGHT,
        "card": {"contentType": CARD, "content": for_dialog(message.card)},
    }
    return {"task": {"type": "continue", "value": page}}


def nothing_found() -> dict[str, Any]:
    """The answer to a look-up as somebody types. Our lists are small enough to come with their card, so it is empty."""
    return {"statusCode": 200, "type": SEARCH, "value": {"results": []}}


def not_understood(code: str, words: str) -> dict[str, Any]:
    """An invoke we do not serve or cannot read. The HTTP status stays 200, as Teams asks; the body says 400."""
    return {"statusCode": 400, "type": ERROR, "value": {"code": code, "message": words}}


def for_dialog(card: dict[str, Any]) -> dict[str, Any]:
    """The same card for inside a dialog, where only Action.Submit works: the verb moves into its data."""
    changed = _as_submit(card)
    assert isinstance(changed, dict)
    return changed


def _title_of(card: dict[str, Any]) -> str:
    """What the window is called: the first words of the card's heading, without the reference that follows them."""
    heading = str((card.get("body") or [{}])[0].get("text", ""))
    return re.split(r"[:,]| [A-Z]{2}[-\u2011]\d", heading)[0][:60] or "Quality assurance"


def _as_submit(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_submit(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "Action.Submit":
        # A button that opens a window goes on in the one that is open.
        return node | {"data": {key: item for key, item in (node.get("data") or {}).items() if key != "msteams"}}
    if node.get("type") != "Action.Execute":
        return {key: _as_submit(item) for key, item in node.items()}
    kept = {key: item for key, item in node.items() if key not in ("verb", "fallback", "data")}
    data = dict(node.get("data") or {})
    return kept | {"type": "Action.Submit", "data": data | {"verb": node.get("verb", "")}}


def _asks_something(node: Any) -> bool:
    if isinstance(node, list):
        return any(_asks_something(item) for item in node)
    if not isinstance(node, dict):
        return False
    if str(node.get("type", "")).startswith(("Input.", "Action.")):
        return True
    return any(_asks_something(item) for item in node.values())

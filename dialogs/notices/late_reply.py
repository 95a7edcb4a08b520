"""An answer to a typed line that could not be posted at the time: the same words, and that they come late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogs.kit.message import Message
from dialogs.learning_space.learning_space import About
from policy.framework.framework import Framework

LATE = "This answer comes late: Teams did not take it when you wrote."
REPEAT = "Repeat: this may have reached you already. " + LATE
ANSWERS = "I could not show you your answers when you asked, because Teams did not take them. Type review to see them."


def as_kept(message: Message) -> dict[str, Any]:
    """What is kept of a message until it can be posted; the list of somebody's answers is never kept."""
    if message.holds_answers:
        return {"text": ANSWERS, "summary": "Your answers", "card": None}
    return {"text": message.text, "summary": message.summary, "card": message.card}


def late_reply_message(kept: Mapping[str, Any], *, repeat: bool) -> Message:
    """As it was, with a line before it that says why it comes now."""
    note = REPEAT if repeat else LATE
    card = kept.get("card")
    if card is not None:
        heading, *rest = card.get("body", ())
        said = {"type": "TextBlock", "text": note, "wrap": True, "isSubtle": True, "spacing": "Small"}
        card = {**card, "body": [heading, said, *rest]}
    summary = f"Repeat: {kept['summary']}" if repeat else str(kept["summary"])
    return Message(text=f"{note}\n\n{kept['text']}", summary=summary, card=card)


def _late(about: About, roles: tuple[str, ...], facts: Mapping[str, Any], framework: Framework) -> Message:
    return late_reply_message(facts["said"], repeat=about.repeat)


EVENTS: dict[str, Callable[[About, tuple[str, ...], Mapping[str, Any], Framework], Message]] = {"E92": _late}

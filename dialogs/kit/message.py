"""One message to one person: the words, the line a lock screen may show, and the card if the channel has cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileOffer:
    """A file somebody may take: what is asked before anything leaves. It is made when they have said yes."""

    name: str
    """What it is called: its kind and the day, and nobody."""
    description: str
    size: int
    """Bytes, as it would be now."""
    token: str
    """What is asked for, opaque."""


@dataclass(frozen=True, slots=True)
class Message:
    """What we say. A channel with cards shows `card`; one without shows `text`; a preview shows `summary`."""

    text: str
    """Everything the card says and asks, as plain text: for a terminal, an email or a screen reader."""
    summary: str
    """One line that is safe on a locked screen: no grade, no case reference, no child, no practitioner."""
    card: Json | None = None
    """An Adaptive Card 1.5, or None when plain words are enough."""
    closes: str = ""
    """What a dialog window says as it closes, when this was the last page; empty while there is more to do in it."""
    holds_answers: bool = False
    """Whether its author's answers stand in it all together, to be covered once they are sent in."""
    covers_answers: bool = False
    """Whether it ends what such a message was shown for."""
    asks: str = ""
    """A sentence in it that sends people to the QA team, until whoever delivers it has put behind it who that is."""
    file: FileOffer | None = None
    """A file to be offered beside it, where the channel can hand one over."""

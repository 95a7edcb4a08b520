"""What each person sees in their chat: the bot's messages and their own, in order, as they look now."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.drive import file_in

CARD = "application/vnd.microsoft.card.adaptive"
MOST_MESSAGES = 200
"""Kept of each chat; older ones are dropped, as a phone drops them from its screen."""
MOST_KEPT = 50
"""Of these, the newest outlive a restart of the desk."""
APP_NAME = "Learning space"


@dataclass(slots=True)
class Line:
    """One message of a chat."""

    id: str
    at: str
    """ISO, by the bot's clock."""
    who: str
    """'bot' or 'me'."""
    text: str = ""
    summary: str = ""
    card: dict[str, Any] | None = None
    file: dict[str, Any] | None = None
    """A file the bot offers, or one that lies in their OneDrive; see `desk/drive.py`."""
    edited: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "id": self.id,
            "at": self.at,
            "from": self.who,
            "text": self.text,
            "summary": self.summary,
            "card": self.card,
            "file": self.file,
            "edited": self.edited,
        }


@dataclass(slots=True)
class Notification:
    """What a lock screen would show of one message."""

    id: str
    at: str
    title: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """As the page gets it."""
        return {"id": self.id, "at": self.at, "app": APP_NAME, "title": self.title, "text": self.text}


@dataclass(slots=True)
class Screen:
    """One person's chat and lock screen."""

    lines: list[Line] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    typing: int = 0
    """Turns under way: somebody sees that the bot is writing."""

    def find(self, message: str) -> Line | None:
        """A message by its id; None when it has been dropped or never was."""
        return next((line for line in reversed(self.lines) if line.id == message), None)


class Chats:
    """The screens of everybody, by Entra object id. `changed` is told whose has changed."""

    def __init__(self, now: Callable[[], datetime], changed: Callable[[str], None]) -> None:
        self._now = now
        self._changed = changed
        self._screens: dict[str, Screen] = {}
        self._number = 0

    def of(self, person: str) -> Screen:
        """Somebody's screen; empty when nothing has been said yet."""
        return self._screens.setdefault(person, Screen())

    def posted(self, person: str, activity: dict[str, Any]) -> None:
        """The bot posted something new: it is in the chat, and a phone in a pocket buzzes."""
        screen = self.of(person)
        line = _line(activity, self._now().isoformat())
        screen.lines = [*screen.lines, line][-MOST_MESSAGES:]
        shown = line.summary or line.text
        if shown and not screen.typing:  # nobody's phone buzzes with the answer they are waiting for
            note = Notification(line.id, line.at, APP_NAME, shown[:200])
            screen.notifications = [*screen.notifications, note][-MOST_MESSAGES:]
        self._changed(person)

    def updated(self, person: str, activity: dict[str, Any]) -> None:
        """The bot replaced one of its messages; nothing buzzes."""
        line = self.of(person).find(str(activity.get("id", "")))
        if line is not None:
            fresh = _line(activity, line.at)
            line.text, line.summary, line.card, line.edited = fresh.text, fresh.summary, fresh.card, True
            self._changed(person)

    def deleted(self, person: str, message: str) -> None:
        """The bot took a message back."""
        screen = self.of(person)
        screen.lines = [line for line in screen.lines if line.id != message]
        self._changed(person)

    def said(self, person: str, text: str) -> None:
        """The person typed something."""
        screen = self.of(person)
        self._number += 1
        mine = Line(f"me:{self._number}:{self._now().timestamp():.3f}", self._now().isoformat(), "me", text=text)
        screen.lines = [*screen.lines, mine][-MOST_MESSAGES:]
        self._changed(person)

    def replaced(self, person: str, message: str, card: dict[str, Any]) -> None:
        """The answer to a press takes the pressed card's place, on this client."""
        line = self.of(person).find(message)
        if line is not None:
            line.card = card
            self._changed(person)

    def typing(self, person: str, *, begins: bool) -> None:
        """A turn begins or ends."""
        screen = self.of(person)
        screen.typing = max(0, screen.typing + (1 if begins else -1))

    def posts_by_person(self) -> dict[str, list[str]]:
        """Person -> the ids of the bot's messages they see."""
        return {who: [line.id for line in s.lines if line.who == "bot"] for who, s in self._screens.items()}

    # -- keeping ------------------------------------------------------------------------------------------------------

    def as_json(self) -> dict[str, Any]:
        """Everything worth keeping."""
        return {
            person: {
                "lines": [asdict(line) for line in s.lines[-MOST_KEPT:]],
                "notifications": [asdict(note) for note in s.notifications[-MOST_KEPT:]],
            }
            for person, s in self._screens.items()
            if s.lines
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take back what `as_json` gave. KeyError, TypeError or ValueError for anything else."""
        self._screens = {
            person: Screen(
                [Line(**line) for line in screen["lines"]], [Notification(**note) for note in screen["notifications"]]
            )
            for person, screen in kept.items()
        }


def _line(activity: dict[str, Any], at: str) -> Line:
    card = next(
        (one.get("content") for one in activity.get("attachments") or () if one.get("contentType") == CARD), None
    )
    return Line(
        str(activity.get("id", "")),
        at,
        "bot",
        text=str(activity.get("text") or ""),
        summary=str(activity.get("summary") or ""),
        card=card if isinstance(card, dict) else None,
        file=file_in(activity),
    )


def read_kept(path: Path, origin: str) -> dict[str, Any]:
    """What was kept for the council's record of that origin; empty for another one, and for a file nobody can read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not origin or found.get("origin") != origin:
        return {}
    return found


def write_kept(path: Path, kept: dict[str, Any]) -> None:
    """Keep it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(kept), "utf-8")
    os.replace(fresh, path)

"""One line of a message that tells of several things at once: the header of a piece of work, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.lifecycle.reference import ACTION

Told = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What those above may see of one learning space or action (4.2 'hdr'), and its owner of their own."""

    reference: str
    who: str
    """The name of whoever it is with."""
    function: str
    due_on: date
    days_left: int
    """On the day it is shown, days the clock stood still not counted; negative when late."""
    told: Told = ()
    """Where its reader only reads it for information, the roles told to act; of their own, who else was told."""
    rungs: tuple[dict[str, Any], ...] = ()
    """Who is told next, and when, as a notice keeps it."""
    token: str = ""
    """For its owner's button."""
    set_on: date | None = None
    """Of an action whose weeks count from the day it was set."""
    because: str = ""
    """Why its reader hears in another's place: 'deputy', or a sentence."""
    instead: bool = False
    """It speaks for an earlier step as well, after a time without service."""
    paused: bool = False
    over: str = ""
    """How it ended, where there is nothing more to do: the state of the learning space or action."""

    @property
    def is_action(self) -> bool:
        """Whether the line is of an action, and not of a learning space."""
        return self.reference.startswith(f"{ACTION}-")

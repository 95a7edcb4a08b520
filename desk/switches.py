"""Faults a person switches on at the desk: what each is called, what it does to the bot's messages, for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from desk import faults
from desk.faults import Fault

Scope = Literal["all", "person"]
SLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault as the page shows it."""

    key: str
    title: str
    explains: str
    scope: Scope
    make: Callable[[], Fault] | None = None
    """None for what is no fault of a call: the app is taken out."""
    once: bool = False
    """Whether it switches itself off after it has struck."""


KINDS = (
    Kind(
        "throttled",
        "Teams is throttling",
        "Teams answers every message with 'too many' (429). The bot waits as long as it is told to and tries again.",
        "all",
        lambda: faults.throttled("1"),
    ),
    Kind(
        "down",
        "Teams is down",
        "Every message meets an error page (502), and may have arrived. The bot tries once more, then asks a person.",
        "all",
        lambda: faults.failing(502),
    ),
    Kind(
        "slow",
        "Teams is slow",
        f"Every message takes {SLOW_SECONDS:.0f} seconds. Nothing else changes.",
        "all",
        lambda: faults.slow(SLOW_SECONDS),
    ),
    Kind(
        "answer_lost",
        "The next answer is lost",
        "The next message arrives, but the bot never hears so. It sends it once more, marked as a repeat.",
        "all",
        lambda: faults.reset(accepted=True),
        once=True,
    ),
    Kind(
        "blocked",
        "Has blocked the bot",
        "Teams refuses messages to this person (403) until they write to the bot again. The QA lead is told.",
        "person",
        lambda: faults.forbidden("MessageWritesBlocked", "sub"),
    ),
    Kind(
        "uninstalled",
        "Has taken the app out",
        "The app is not in this person's Teams. The bot is told, as Teams tells it, and stops writing to them.",
        "person",
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}


@dataclass(slots=True)
class Switches:
    """Which faults are on."""

    everybody: set[str] = field(default_factory=set)
    people: dict[str, set[str]] = field(default_factory=dict)
    """Key -> Entra object ids."""

    def set(self, key: str, *, on: bool, person: str = "") -> None:
        """Switch a fault on or off, for everybody or for one person. KeyError for a fault there is none of."""
        kind = BY_KEY[key]
        which = self.people.setdefault(key, set()) if person else self.everybody
        word = person or key
        if on:
            which.add(word)
        else:
            which.discard(word)
        if not person and kind.scope == "all" and not on:
            self.people.pop(key, None)

    def on(self, key: str, person: str) -> bool:
        """Whether a fault is on for somebody."""
        return key in self.everybody or person in self.people.get(key, ())

    def strike(self, person: str, *, posting: bool) -> Fault | None:
        """The fault a call for this person meets, if any. One that strikes once does so when a message is posted."""
        for kind in KINDS:
            if kind.make is None or not self.on(kind.key, person) or (kind.once and not posting):
                continue
            if kind.once:
                self.everybody.discard(kind.key)
                self.people.get(kind.key, set()).discard(person)
            return kind.make()
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """As the page gets them."""
        return [
            {
                "key": kind.key,
                "title": kind.title,
                "explains": kind.explains,
                "scope": kind.scope,
                "on": kind.key in self.everybody,
                "people": sorted(self.people.get(kind.key, ())),
            }
            for kind in KINDS
        ]

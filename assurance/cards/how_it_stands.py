"""What there is to say of how something stands for one person, and what finding it out needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assurance.common.listed import Listed
from assurance.more_time.decide_more_time import RequestView
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.ladder import Rung
from storage.engine.session import Session

Kind = Literal[
    "to_do",
    "to_correct",
    "sent_in",
    "withdrawn",
    "with_someone_else",
    "own_work",
    "taken_up",
    "to_decide",
    "with_another_decider",
    "settled",
    "header",
    "loop",
    "action",
    "second_look",
    "older",
    "together",
    "gone",
]


@dataclass(frozen=True, slots=True)
class Begun:
    """A form that somebody has begun: how far, and since when it is as it is. Never what is in it."""

    at: datetime
    """When it was last saved (UTC)."""
    step: int = 0
    """The step it was left at, from 1; 0 where steps are not counted."""
    of: int = 0


@dataclass(frozen=True, slots=True)
class Present:
    """How something stands, for one person."""

    kind: Kind
    reference: str
    state: str = ""
    token: str = ""
    """For a button, where there is one for this person."""
    who: str = ""
    """The name of whoever it is with."""
    function: str = ""
    due_on: date | None = None
    late: bool = False
    """Whether the due date has gone by."""
    by: str = ""
    """The name of whoever did the last thing; empty when it was this person, or nobody."""
    yours: bool = False
    """Whether this person did it."""
    at: datetime | None = None
    """When that was (UTC)."""
    begun: Begun | None = None
    rungs: tuple[Rung, ...] = ()
    paused: bool = False
    asked: bool = False
    """Whether more time was asked for, and nobody has answered yet."""
    request: RequestView | None = None
    rows: tuple[Listed, ...] = ()
    """How each thing on a list stands; `state` is then the event of the list."""
    take_back: bool = False
    """Whether what they did last can be taken back now."""
    finished: bool = True
    """Whether there is nothing more for this person to do: their card may change while they look at it."""


class Look:
    """One look for one person."""

    def __init__(
        self, session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
    ) -> None:
        self.session = session
        self.framework = framework
        self.establishment = establishment
        self.person = person
        self.now = now
        self.today = Calendar.of(framework).local_date(now)

    def by(self, person: str) -> tuple[str, bool]:
        """The name of whoever did something, and whether it was this person: their own name is not said to them."""
        if not person or person == self.person:
            return "", bool(person)
        return self.name(person), False

    def name(self, person: str) -> str:
        """Somebody's name."""
        return name_of(self.establishment, person)

"""Open loops in numbers for one reader, by age and by function: the one place that counts them (E33, E63, E64, A17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assurance.access.may_see import reads_everything
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Subject
from policy.council.small_numbers import Count, Said, say_parts
from policy.council.visibility import Reader, Right, may_see
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.reads import open_work
from storage.reads.open_work import OpenLoop

YOUNG, OLD = timedelta(days=28), timedelta(days=84)
AGES = ("new", "older", "oldest")
"""Up to four weeks old, up to twelve, and more."""


@dataclass(frozen=True, slots=True)
class LoopsInNumbers:
    """What one reader may be told in numbers of all that are open."""

    by_age: dict[str, Said]
    by_function: dict[str, Said]


class OpenLoops:
    """The open loops of the council on a day, read once for all who are told of them."""

    def __init__(self, session: Session, framework: Framework, establishment: Establishment, today: date) -> None:
        self._framework = framework
        self._establishment = establishment
        self._today = today
        self._told = open_work.told_of_loops(session)
        self.every = open_work.open_loops(session)

    def in_numbers(self, person: str) -> LoopsInNumbers:
        """What this reader may be told. Who may read numbers of the whole council reads them taken apart in two ways,
        so that neither gives away what the other hides."""
        own = {loop.reference for loop in self.every if self._knows_of(person, loop)}
        ages = {age: Count() for age in AGES}
        functions: dict[str, Count] = {}
        for loop in self.every:
            one = Count(1, int(loop.reference in own))
            ages[self._age(loop)] += one
            functions[loop.function] = functions.get(loop.function, Count()) + one
        hide_below = self._framework.digests.hide_below
        everywhere = reads_everything(
            self._framework,
            self._establishment,
            "closing_the_loop",
            person,
            on=self._today,
            least=Right.AGGREGATE,
        )
        if everywhere:
            by_age, by_function = say_parts([ages, functions], hide_below)
        else:
            (by_age,), (by_function,) = say_parts([ages], hide_below), say_parts([functions], hide_below)
        return LoopsInNumbers(by_age, by_function)

    def ages(self, of: Iterable[OpenLoop]) -> dict[str, int]:
        """How many of some are how old."""
        found = dict.fromkeys(AGES, 0)
        for loop in of:
            found[self._age(loop)] += 1
        return found

    def _knows_of(self, person: str, loop: OpenLoop) -> bool:
        """Whether they may know of it by name, or were told of it."""
        if (loop.reference, person) in self._told or (person and person == loop.authorised_by):
            return True
        subject = Subject(loop.post, loop.person, loop.practitioner, loop.function, setter=loop.filled_by)
        reader = Reader.of(self._establishment, person, self._today)
        return may_see(self._framework, self._establishment, "closing_the_loop", reader, subject) >= Right.HEADER

    def _age(self, loop: OpenLoop) -> str:
        age = self._today - Calendar.of(self._framework).local_date(loop.opened_at)
        return "new" if age <= YOUNG else "older" if age <= OLD else "oldest"

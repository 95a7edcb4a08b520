"""A council's work in numbers by function for one reader: what the weekly and the monthly summary say (E63, E64)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import date, datetime, timedelta

from assurance.access.own_people import own_posts, reads_every_header
from assurance.actions.tracker import people_below
from assurance.loop.loop_numbers import OpenLoops
from policy.council.establishment import Establishment
from policy.council.small_numbers import Count, Said, say
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.reads import open_work
from storage.reads.open_work import Owed

WEEK = timedelta(days=7)
Row = dict[str, Said]


class InNumbers:
    """The numbers of a day, read once for all who are told of them."""

    def __init__(self, session: Session, framework: Framework, establishment: Establishment, today: date) -> None:
        self._session = session
        self._framework = framework
        self._establishment = establishment
        self._today = today
        self._owed = open_work.owed(session)
        self._overdue = open_work.overdue_actions(session, today)
        self.loops = OpenLoops(session, framework, establishment, today)

    def of(self, person: str, *, sent_in: tuple[datetime, datetime] | None = None) -> dict[str, Row]:
        """Function -> what is due this week, late, paused, open as a loop and overdue as an action, as this reader may
        be told it; with `sent_in` also what came in from an instant up to another."""
        session, framework, establishment, on = self._session, self._framework, self._establishment, self._today
        posts: Whose = None
        if not reads_every_header(framework, establishment, person, on=on):
            posts = own_posts(framework, establishment, person, on=on)
        counted = _Counted()
        counted.add(self._by_kind(self._owed), posts, lambda: self._by_kind(open_work.owed(session, told=person)))
        if sent_in:
            counted.add(
                _as("sent_in", open_work.sent_in(session, *sent_in)),
                posts,
                lambda: _as("sent_in", open_work.sent_in(session, *sent_in, told=person)),
            )
        owners = people_below(session, framework, establishment, person, on=on) | {person} if self._overdue else ()
        counted.add(
            _as("actions", self._overdue),
            owners,
            lambda: _as("actions", open_work.overdue_actions(session, on, told=person)),
        )
        found = counted.said(framework.digests.hide_below)
        for function, said in self.loops.in_numbers(person).by_function.items() if self.loops.every else ():
            found.setdefault(function, {})["loops"] = said
        return found

    def _by_kind(self, rows: Iterable[Owed]) -> Iterator[One]:
        for row in rows:
            counts_from = row.due_on + timedelta(days=row.paused_days)
            if kind := self._kind(row.paused, counts_from):
                yield kind, row.function, row.post, row.count

    def _kind(self, paused: bool, counts_from: date) -> str:
        """Which number it belongs to; empty for what is due later."""
        if paused:
            return "paused"
        return "late" if counts_from < self._today else "due" if counts_from < self._today + WEEK else ""


One = tuple[str, str, str, int]
"""A kind of number, a function, whose it is (a post, the owner of an action), and how many."""
Whose = Container[str] | None
"""Those the reader may know of by name; None is everybody."""


def _as(kind: str, rows: Iterable[tuple[str, str, int]]) -> Iterator[One]:
    return ((kind, *row) for row in rows)


class _Counted:
    """Counts by function and kind, each with how many of them are the reader's own."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Count]] = {}

    def add(self, every: Iterable[One], own: Whose, told: Callable[[], Iterable[One]]) -> None:
        """All there are; the reader's own among them are those of `own`, and of the others what they were told of."""
        for kind, function, whose, count in every:
            self._one(function, kind, Count(count, count if own is None or whose in own else 0))
        if own is None:
            return
        for kind, function, whose, count in told():
            if whose not in own:
                self._one(function, kind, Count(0, count))

    def _one(self, function: str, kind: str, count: Count) -> None:
        row = self._rows.setdefault(function, {})
        row[kind] = row.get(kind, Count()) + count

    def said(self, hide_below: int) -> dict[str, Row]:
        """As they may be said."""
        return {
            function: {kind: say(count, hide_below) for kind, count in row.items()}
            for function, row in self._rows.items()
        }

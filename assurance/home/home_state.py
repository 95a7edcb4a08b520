"""How a leader's area stands, by function: on time, late, with the clock stopped (domain 4.2 'hdr', 'agg')."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.access.own_people import own_posts, reads_every_header
from assurance.notify.tell import function_title
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.small_numbers import Count, Said, say
from policy.council.visibility import Reader
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.reads import home_lists
from storage.reads.home_lists import OpenCount

EVERYWHERE = ("director", "executive_director")
"""See all functions."""
OF_THEIR_LINE = ("head_of_service", "senior_manager")
"""See the posts whose learning spaces they may know of by name."""


@dataclass(frozen=True, slots=True)
class FunctionState:
    """One row: open learning spaces of a function, as its reader may be told them."""

    function: str
    """Its title."""
    on_time: Said
    late: Said
    paused: Said
    """Their clock stands still, so they are neither."""


@dataclass(frozen=True, slots=True)
class AreaState:
    """What a leader sees."""

    rows: tuple[FunctionState, ...]
    hide_below: int = 0
    """A number of others from 1 up to, not with, this is not said."""


def area_state(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> AreaState | None:
    """The state of a leader's area, or None for somebody who leads none. Reads only."""
    on = Calendar.of(framework).local_date(now)
    roles = {establishment.posts[post].role for post in Reader.of(establishment, person, on).posts}
    if not roles & {*EVERYWHERE, *OF_THEIR_LINE}:
        return None
    found = _Rows(framework, on)
    if not roles & set(EVERYWHERE):
        posts = own_posts(framework, establishment, person, on=on)
        found.add(home_lists.open_counts(session, posts=posts), own=True)
        return found.state()
    everything = reads_every_header(framework, establishment, person, on=on)
    found.add(home_lists.open_counts(session), own=everything)
    if not everything and found.hides_any():
        found.add(home_lists.open_counts(session, told=person), own=True, known_already=True)
    return found.state()


class _Rows:
    """Counts by function: on time, late, paused."""

    def __init__(self, framework: Framework, today: date) -> None:
        self._framework = framework
        self._today = today
        self._rows: dict[str, list[Count]] = {}

    def add(self, counts: Iterable[OpenCount], *, own: bool, known_already: bool = False) -> None:
        """Count these; with `known_already` they are among those counted before, and only said to be their own."""
        for one in counts:
            row = self._rows.setdefault(one.function, [Count(), Count(), Count()])
            late = one.due_on + timedelta(days=one.paused_days) < self._today
            row[2 if one.paused else 1 if late else 0] += Count(
                0 if known_already else one.count, one.count if own else 0
            )

    def hides_any(self) -> bool:
        """Whether some number would not be said, as long as nothing of it is known to be their own."""
        hide_below = self._framework.digests.hide_below
        return any(say(count, hide_below).hidden for row in self._rows.values() for count in row)

    def state(self) -> AreaState:
        """As it may be said, in the order of the framework's functions."""
        order = [function.key for function in self._framework.functions]
        hide_below = self._framework.digests.hide_below
        rows = (
            FunctionState(function_title(self._framework, function), *(say(count, hide_below) for count in row))
            for function, row in sorted(self._rows.items(), key=lambda each: _place(order, each[0]))
        )
        return AreaState(tuple(rows), hide_below)


def _place(order: list[str], function: str) -> tuple[int, str]:
    return (order.index(function) if function in order else len(order), function)

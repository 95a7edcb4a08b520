"""Who is away and when they are back. Deputies do not change it: leave is respected, cover or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from policy.council.establishment import Establishment, Leave

_DAY = timedelta(days=1)


class LeaveBook:
    """Everyone's leave, looked up by person."""

    def __init__(self, establishment: Establishment) -> None:
        self._by_person: dict[str, list[Leave]] = {}
        for leave in establishment.leave:
            self._by_person.setdefault(leave.person, []).append(leave)

    def away(self, person: str, on: date) -> bool:
        """Whether a person is on leave on a day."""
        return any(leave.starts <= on <= leave.ends for leave in self._of(person))

    def back_on(self, person: str, on: date) -> date:
        """The first day from `on` without leave; leave that follows leave counts as one, and 9999-12-31 has no end."""
        while ends := [leave.ends for leave in self._of(person) if leave.starts <= on <= leave.ends]:
            if max(ends) == date.max:
                return date.max
            on = max(ends) + _DAY
        return on

    def days_present(self, person: str, first: date, last: date) -> int:
        """Calendar days from `first` to `last`, both included, without leave."""
        days = (last - first).days + 1
        absent = {
            day
            for leave in self._of(person)
            for day in range(max((leave.starts - first).days, 0), min((leave.ends - first).days, days - 1) + 1)
        }
        return days - len(absent)

    def here_enough(self, person: str, needed: int, first: date, last: date) -> bool:
        """Whether a person is there on `needed` days from `first` to `last`, or on all of them if they are fewer."""
        return self.days_present(person, first, last) >= min(needed, (last - first).days + 1)

    def back_from_the_next(self, person: str, on: date) -> date:
        """The first day back from the leave a person is on, or else from their next; `on` itself if they have none."""
        starts = min((leave.starts for leave in self._of(person) if leave.ends >= on), default=on)
        return self.back_on(person, max(on, starts))

    def _of(self, person: str) -> Iterable[Leave]:
        return self._by_person.get(person, ())

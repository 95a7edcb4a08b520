"""Who may look at whose work: the hard rules of allocation (R41, A7, A40, G8), for one post and one case.

`policy/allocation/matching.py` applies the same rules to all posts and cases at once; the tests hold the two together.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from policy.allocation.allocation_plan import History
from policy.calendar.calendar import Calendar
from policy.council.establishment import Case, Establishment, Post
from policy.council.leave import LeaveBook
from policy.framework.framework import Framework

RULES = (
    "self",
    "own_team",
    "iro",
    "line_manager",
    "decision_maker",
    "practitioner_away",
    "worker_drawn",
    "child_drawn",
)
"""The rules that can rule a case out, in the order they are counted; before them comes 'other_function'."""
CONFLICTS = frozenset(RULES[:5])
"""The rules about who the auditor is; the rest pass with time."""
_NEVER = date(9990, 1, 1)  # leave without an end


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person is too close to, through every post they hold or stand in for that day."""

    person: str
    teams: frozenset[str]
    posts: frozenset[str]
    manages: frozenset[str]
    """Practitioners whose direct line manager they are."""
    decides_on: frozenset[str]
    """Practitioners in whose line they hold a decision-making post."""


class Independence:
    """The hard rules on one day, for one council and its history."""

    def __init__(self, framework: Framework, establishment: Establishment, history: History, on: date) -> None:
        self.framework = framework
        self.establishment = establishment
        self.leave = LeaveBook(establishment)
        self._history = history
        self._calendar = Calendar.of(framework)
        self._managed_by: dict[str, set[str]] = {}
        self._decided_by: dict[str, set[str]] = {}
        for practitioner in {case.practitioner for case in establishment.cases.values()}:
            self._walk_line(practitioner)
        self._look_at(on)

    def on_another_day(self, on: date) -> Independence:
        """The same rules on a day to come, as leave, cover and history stand now."""
        other = copy(self)
        other._look_at(on)
        return other

    def _look_at(self, on: date) -> None:
        self.on = on
        self._covers: dict[str, list[str]] = {}
        for cover in self.establishment.cover:
            if cover.starts <= on <= cover.ends and cover.post in self.establishment.posts:
                self._covers.setdefault(cover.deputy, []).append(cover.post)
        self.standing = lru_cache(maxsize=None)(self._standing)

    def own_functions(self, post: Post) -> frozenset[str]:
        """The functions whose cases count as a post's own (A6, A34)."""
        if post.role in self.framework.allocation.any_function_roles:
            return self.every_function()
        own = next((one for one in self.framework.functions if one.key == post.function), None)
        return frozenset(own.case_functions or (own.key,)) if own else frozenset()

    def every_function(self) -> frozenset[str]:
        """The functions we allocate in; the others have their own frameworks (R110-R121)."""
        return frozenset(one.key for one in self.framework.functions if one.allocates)

    def worker_free_on(self, practitioner: str) -> date:
        """The first day a practitioner's work may be drawn again; `date.min` if never drawn or in a loop."""
        last = self._history.last_drawn_worker.get(practitioner)
        if last is None or practitioner in self._history.in_loop:
            return date.min
        return self._calendar.add_months(last, self.framework.allocation.worker_months)

    def child_free_on(self, case_ref: str) -> date:
        """The first day a child's case may be drawn again; a loop asks for another child, so it changes nothing."""
        last = self._history.last_drawn_child.get(case_ref)
        return date.min if last is None else self._calendar.add_months(last, self.framework.allocation.child_months)

    def away(self, practitioner: str, on: date | None = None) -> bool:
        """Whether a practitioner cannot take part (R8): on leave that day, or for too much of the window after it."""
        on = on or self.on
        due = on + timedelta(days=self.framework.learning_space.due_days)
        needed = self.framework.allocation.min_days_present
        return self.leave.away(practitioner, on) or not self.leave.here_enough(practitioner, needed, on, due)

    def back_on(self, practitioner: str, on: date) -> date:
        """The first day from `on` on which a practitioner could be drawn as leave stands; `date.max` if none."""
        while on < _NEVER and self.away(practitioner, on):
            on = self.leave.back_from_the_next(practitioner, on)
        return on if on < _NEVER else date.max

    def objections(self, post: Post, case: Case) -> tuple[str, ...]:
        """Every rule that keeps the holder of `post` from this case, 'other_function' included; empty if none does."""
        standing = self.standing(post.holder)
        broken = {
            "other_function": case.function not in self.own_functions(post),
            "self": case.practitioner == post.holder,
            "own_team": bool(case.team) and case.team in standing.teams,
            "iro": bool(case.iro_post) and case.iro_post in standing.posts,
            "line_manager": case.practitioner in standing.manages,
            "decision_maker": case.practitioner in standing.decides_on,
            "practitioner_away": self.away(case.practitioner),
            "worker_drawn": self.worker_free_on(case.practitioner) > self.on,
            "child_drawn": self.child_free_on(case.ref) > self.on,
        }
        return tuple(rule for rule, applies in broken.items() if applies)

    def _standing(self, person: str) -> Standing:
        held = {post.id for post in self.establishment.posts_held_by(person)} | set(self._covers.get(person, ()))
        return Standing(
            person=person,
            teams=frozenset(team for post in held if (team := self.establishment.posts[post].team)),
            posts=frozenset(held),
            manages=frozenset().union(*(self._managed_by.get(post, ()) for post in held)),
            decides_on=frozenset().union(*(self._decided_by.get(post, ()) for post in held)),
        )

    def _walk_line(self, practitioner: str) -> None:
        for own in self.establishment.posts_held_by(practitioner):
            if own.line_manager_post:
                self._managed_by.setdefault(own.line_manager_post, set()).add(practitioner)
            for above in self.establishment.line_of(own.id):
                if above.role in self.framework.allocation.decision_maker_roles:
                    self._decided_by.setdefault(above.id, set()).add(practitioner)

"""What an allocation starts from and ends in: the history it respects, its picks, and whom it could not serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

OVER_THE_LIMIT = "over_the_limit"
"""The reason of a post that a month's ceiling keeps from its last chance in the quarter."""


@dataclass(frozen=True, slots=True)
class History:
    """What was drawn before. Withdrawn and excluded allocations are left out by whoever gathers it."""

    last_drawn_worker: dict[str, date] = field(default_factory=dict)
    """Person id of the practitioner -> the day their work was last allocated."""
    last_drawn_child: dict[str, date] = field(default_factory=dict)
    """Case reference -> the day it was last allocated."""
    in_loop: frozenset[str] = frozenset()
    """Practitioners with an open closing-the-loop record: they may be drawn again within the year (A21)."""
    given_this_quarter: dict[str, date] = field(default_factory=dict)
    """Post -> the month in which it was given its learning space of the quarter, re-audits included."""
    put_off_this_quarter: frozenset[str] = frozenset()
    """Posts that an earlier run of the quarter could not serve: vacant, on leave, without a case."""
    last_allocated: dict[str, date] = field(default_factory=dict)
    """Post -> the day it was last given a learning space."""
    team_load: dict[str, int] = field(default_factory=dict)
    """Team -> how many of its cases were drawn in the period fairness looks back on."""

    @property
    def posts_done_this_quarter(self) -> frozenset[str]:
        """Posts that have been given their learning space of the quarter, sent in or not."""
        return frozenset(self.given_this_quarter)


@dataclass(frozen=True, slots=True)
class Pick:
    """One learning space: this post's holder looks at this practitioner's work on this case."""

    post: str
    person: str
    case_ref: str
    practitioner: str
    stream: str
    """The stream's key, or empty for an ordinary one."""
    function: str
    case_function: str
    why: dict[str, Any]
    """Plain facts, fit for JSON: what was looked at, what was left out by which rule, when each was last drawn."""
    cross_function_reason: str = ""
    """The reason code when the case is of another function, else empty."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A post that should have had one this month and did not, with the reason in the QA lead's words."""

    post: str
    reason: str
    """vacant, deferred, on_leave, no_case, self, own_team, iro, line_manager, decision_maker, conflict_of_interest,
    all_drawn, practitioners_away, none_free, outnumbered, over_the_limit."""
    detail: str
    title: str = field(default="", compare=False)
    """The post as people speak of it; its id is for the command line and the record."""


@dataclass(frozen=True, slots=True)
class AllocationPlan:
    """A month's proposal. The same inputs and seed always give the same plan."""

    picks: tuple[Pick, ...]
    unserved: tuple[Unserved, ...]
    month: date
    seed: int
    counts: dict[str, Any]
    """Fit for JSON: eligible, done_before, remaining, months_left, given_before, target, framework_per_month, picks,
    streams, cross_function, unserved (by reason), left_for_later. `target` is the whole month's, `given_before` what
    the month had already."""
    quarter: str = ""
    allocated_on: date = date.min


def spoken(day: date) -> str:
    """A date in a sentence: '4 January 2027'."""
    return f"{day.day} {day:%B %Y}"

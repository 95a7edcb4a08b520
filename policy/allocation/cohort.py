"""Which posts are given a learning space this month: one per eligible post per quarter, spread over its months.

R37-R38, R43-R46, A9: every post once a quarter; a stream such as MASH is counted apart within the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from policy.allocation.allocation_plan import OVER_THE_LIMIT, History, Unserved, spoken
from policy.calendar.calendar import Calendar, Quarter
from policy.council.establishment import Establishment, Post
from policy.council.leave import LeaveBook
from policy.framework.framework import Framework, Stream
from policy.lifecycle.chance import draw

ACTIVITY = "learning_space"
_TOO_MANY = "more than one month's share; run this month again to take it up"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A post chosen for the month. `back_on` is set when its holder is still on leave on the day of allocation."""

    post: Post
    stream: str = ""
    back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The posts of a month, and the eligible ones that cannot have theirs now."""

    members: tuple[Member, ...]
    unserved: tuple[Unserved, ...]
    eligible: int
    done_before: int
    remaining: int
    months_left: int
    target: int
    """How many learning spaces this month should have: what remains, spread evenly over the months left."""

    @property
    def left_for_later(self) -> int:
        """Posts whose turn comes in a later month of the quarter."""
        return self.remaining - len(self.members) - len(self.unserved)


def eligible_posts(framework: Framework, establishment: Establishment, quarter: Quarter) -> tuple[Post, ...]:
    """Posts that do a learning space in the quarter, vacant ones too, in order of id (R37, R38)."""
    allocating = {one.key for one in framework.functions if one.allocates}
    anywhere = framework.allocation.any_function_roles
    roles = {role.key for role in framework.roles if framework.quota(ACTIVITY, role.key)[quarter.number - 1] > 0}
    return tuple(
        post
        for _, post in sorted(establishment.posts.items())
        if post.learning_space and post.role in roles and (post.function in allocating or post.role in anywhere)
    )


def cohort(
    framework: Framework,
    establishment: Establishment,
    history: History,
    month: date,
    on: date,
    seed: int,
    at_most: int | None = None,
) -> Cohort:
    """The posts of the month `month` lies in, allocated on the day `on`.

    Each month takes an even share of what remains, but never more than an even share of the whole quarter and the
    posts an earlier month had to put off: a quarter entered late is not made up in one month unasked. The posts that
    keeps from their last chance are reported, and the QA lead may run the month again. `at_most` is another ceiling,
    set by hand, in the place of that one.
    """
    return _CohortMaker(framework, establishment, history, month, on, seed).make(at_most)


class _CohortMaker:
    def __init__(
        self, framework: Framework, establishment: Establishment, history: History, month: date, on: date, seed: int
    ) -> None:
        calendar = Calendar.of(framework)
        rules = framework.learning_space
        first = month.replace(day=1)
        self.quarter = calendar.quarter_of(first)
        self.framework = framework
        self.establishment = establishment
        self.history = history
        self.seed = seed
        self.leave = LeaveBook(establishment)
        later = [calendar.first_working_day(other) for other in self.quarter.months if other > first]
        self.months_left = 1 + len(later)
        self.window = (on, calendar.due_on(on, rules.due_days))
        self.later_windows = [(day, calendar.due_on(day, rules.due_days)) for day in later]

    def make(self, at_most: int | None) -> Cohort:
        eligible = eligible_posts(self.framework, self.establishment, self.quarter)
        remaining = [post for post in eligible if post.id not in self.history.posts_done_this_quarter]
        streamed: dict[str, list[Post]] = {stream.key: [] for stream in self.framework.learning_space.streams}
        ordinary: list[Post] = []
        for post in remaining:
            stream = next((one for one in self.framework.learning_space.streams if _belongs(post, one)), None)
            (streamed[stream.key] if stream else ordinary).append(post)
        members: list[Member] = []
        counted = on_top = beside = 0
        for stream in self.framework.learning_space.streams:
            posts = streamed[stream.key]
            wanted = len(posts) if self.months_left == 1 else stream.count
            if at_most is None:
                wanted = min(wanted, stream.count + self._put_off(posts))
            chosen = self._choose(posts, wanted, stream.key)
            members += chosen
            counted += len(chosen) if stream.counts_to_quota else 0
            on_top += 0 if stream.counts_to_quota else len(chosen)
            beside += 0 if stream.counts_to_quota else len(posts)
        share = ceil((len(remaining) - beside) / self.months_left)
        members += self._choose(ordinary, share - counted)
        target = share + on_top
        if at_most is None:
            at_most = self._even_share(eligible) + on_top + self._put_off(remaining)
        if len(members) > at_most:
            target = min(target, at_most)
            members = members[:at_most]
        return Cohort(
            members=tuple(members),
            unserved=self._unserved(remaining, {member.post.id for member in members}),
            eligible=len(eligible),
            done_before=len(eligible) - len(remaining),
            remaining=len(remaining),
            months_left=self.months_left,
            target=target,
        )

    def _even_share(self, eligible: Sequence[Post]) -> int:
        """A month's share of the whole quarter, without the streams that are counted beside it."""
        beside = [one for one in self.framework.learning_space.streams if not one.counts_to_quota]
        whole = [post for post in eligible if not any(_belongs(post, one) for one in beside)]
        return ceil(len(whole) / len(self.quarter.months))

    def _put_off(self, posts: Sequence[Post]) -> int:
        """How many of these an earlier run could not serve and this one can: they come on top of a month's share."""
        return sum(post.id in self.history.put_off_this_quarter and self._able(post) for post in posts)

    def _choose(self, posts: Iterable[Post], wanted: int, stream: str = "") -> list[Member]:
        """The first `wanted` posts that can be served now: last chance first, then longest since, then by lot."""
        order = sorted(posts, key=self._turn)
        able = [Member(post, stream, self._back_on(post)) for post in order if self._able(post)]
        return able[: max(wanted, 0)]

    def _turn(self, post: Post) -> tuple[bool, date, int, str]:
        last = self.history.last_allocated.get(post.id, date.min)
        return (bool(self._later_months(post)), last, draw(self.seed, "turn", post.id), post.id)

    def _able(self, post: Post) -> bool:
        """Whether the holder is there for enough of the window. Away on the day itself, a later month is better."""
        if not post.holder or not self._enough(post.holder, self.window):
            return False
        return not self.leave.away(post.holder, self.window[0]) or not self._later_months(post)

    def _back_on(self, post: Post) -> date | None:
        back = self.leave.back_on(post.holder, self.window[0])
        return back if back > self.window[0] else None

    def _later_months(self, post: Post) -> list[date]:
        """Later allocation days of the quarter on which this post could be served, as leave stands now."""
        if not post.holder:
            return []
        return [
            day
            for day, due in self.later_windows
            if not self.leave.away(post.holder, day) and self._enough(post.holder, (day, due))
        ]

    def _enough(self, person: str, window: tuple[date, date]) -> bool:
        needed = self.framework.allocation.min_days_present
        return self.leave.here_enough(person, needed, *window)

    def _unserved(self, remaining: list[Post], chosen: set[str]) -> tuple[Unserved, ...]:
        """Every eligible post that is not chosen and is not simply waiting for a later month of the quarter."""
        found = []
        for post in remaining:
            if post.id in chosen:
                continue
            if not post.holder:
                deputy = self.establishment.deputy_of(post.id, self.window[0])
                name = self.establishment.people[deputy].name if deputy in self.establishment.people else deputy
                detail = f"the post is vacant; {name} stands in but is not given its learning space" if deputy else ""
                found.append(Unserved(post.id, "vacant", detail or "the post is vacant"))
            elif not self._able(post):
                found.append(self._absent(post))
            elif self.months_left == 1:
                found.append(Unserved(post.id, OVER_THE_LIMIT, _TOO_MANY))
        return tuple(found)

    def _absent(self, post: Post) -> Unserved:
        back = self.leave.back_on(post.holder, self.window[0])
        when = "on leave with no end given" if back == date.max else f"on leave until {spoken(back - _DAY)}"
        if back == self.window[0]:
            present = self.leave.days_present(post.holder, *self.window)
            when = f"here for only {present} {'day' if present == 1 else 'days'} until it would be due"
        if later := self._later_months(post):
            return Unserved(post.id, "deferred", f"{when}; its turn comes on {spoken(later[0])}")
        return Unserved(post.id, "on_leave", f"{when}; no day of this quarter is left for it")


def _belongs(post: Post, stream: Stream) -> bool:
    return post.function == stream.function and post.role in stream.roles

"""Which posts are given a learning space this month: one per eligible post per quarter, spread over its months.

R37-R38, R43-R46, A9: every post once a quarter; a stream such as MASH is counted apart within the total. What a month
has been given already counts, so that allocating it a second time gives out no more than what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import ceil

from policy.allocation.allocation_plan import OVER_THE_LIMIT, History, Unserved, spoken
from policy.calendar.calendar import Calendar, Quarter
from policy.council.establishment import Establishment, Post
from policy.council.leave import LeaveBook
from policy.framework.framework import Framework, Stream
from policy.lifecycle.chance import draw

ACTIVITY = "learning_space"
_TOO_MANY = "more than one month's share; a higher ceiling for the month takes it up"
_DAY = timedelta(days=1)

Can = Callable[[Post, int], bool]
"""Whether there is anything to give a post in a month, by the month's number from the one being allocated."""


@dataclass(frozen=True, slots=True)
class Member:
    """A post chosen for the month. `back_on` is set when its holder is still on leave on the day of allocation."""

    post: Post
    stream: str = ""
    back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How many learning spaces each month that is left may still take; the first is the one being allocated."""

    streams: Mapping[str, tuple[int, ...]]
    counted: tuple[int, ...]
    """All that count to the even share: ordinary ones, and those of the streams that count to the quota."""
    ceiling: int | None
    """The most of any kind this month may still take, where a ceiling was set by hand."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The posts of a month, and the eligible ones that cannot have theirs now."""

    members: tuple[Member, ...]
    unserved: tuple[Unserved, ...]
    eligible: int
    done_before: int
    remaining: int
    months_left: int
    given_before: int
    """How many the month has been given already."""
    target: int
    """How many learning spaces this month should have in all: an even share of the quarter's."""
    later: tuple[tuple[Post, int], ...] = ()
    """Posts whose turn comes in a later month, with the number of that month."""


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
    """The posts of the month `month` lies in, allocated on the day `on`, by whose turn it is alone."""
    return CohortMaker(framework, establishment, history, month, on, seed).make(at_most)


class CohortMaker:
    """Whose turn it is in the months that are left of a quarter.

    Each month takes an even share of what remains, but never more than an even share of the whole quarter and the
    posts an earlier run had to put off: a quarter entered late is not made up in one month unasked. What the month
    was given before is part of its share. The posts that keeps from their last chance are reported, and the QA lead
    may raise the ceiling. `at_most` is another ceiling for the whole month, set by hand, in the place of that one.
    """

    def __init__(
        self, framework: Framework, establishment: Establishment, history: History, month: date, on: date, seed: int
    ) -> None:
        calendar = Calendar.of(framework)
        days = framework.learning_space.due_days
        first = month.replace(day=1)
        self.quarter = calendar.quarter_of(first)
        self.framework = framework
        self.establishment = establishment
        self.history = history
        self.seed = seed
        self.leave = LeaveBook(establishment)
        self.months = tuple(other for other in self.quarter.months if other >= first)
        self.windows = [(on, calendar.due_on(on, days))]
        # Of a month that is allocated late the months after it may have begun as well.
        later = [max(calendar.first_working_day(other), on) for other in self.months[1:]]
        self.windows += [(day, calendar.due_on(day, days)) for day in later]
        self.eligible = eligible_posts(framework, establishment, self.quarter)
        self.remaining = [post for post in self.eligible if post.id not in history.given_this_quarter]
        self._streams = framework.learning_space.streams
        self.able = lru_cache(maxsize=None)(self._able)
        self.later_months = lru_cache(maxsize=None)(self._later_months)

    @property
    def months_left(self) -> int:
        """This month and those of the quarter that follow it."""
        return len(self.months)

    def make(self, at_most: int | None, can: Can | None = None, turns: Mapping[str, int] | None = None) -> Cohort:
        """The cohort: whose turn it is of those that `can` be given anything, or the `turns` worked out otherwise.

        `turns` is post -> number of the month it is planned for.
        """
        room = self.room(at_most)
        given = self._given(self.eligible, 0)
        members: list[Member] = []
        later: list[tuple[Post, int]] = []
        taken: set[str] = set()
        for number in range(self.months_left):
            chosen = self._choose(room, number, taken, can, turns)
            taken |= {post.id for post, _ in chosen}
            if number:
                later += [(post, number) for post, _ in chosen]
            else:
                members = [Member(post, stream, self._back_on(post)) for post, stream in chosen]
        on_top = sum(1 for member in members if self._beside(member.post))
        on_top += self._given([post for post in self.eligible if self._beside(post)], 0)
        target = room.counted[0] + self._given([post for post in self.eligible if not self._beside(post)], 0) + on_top
        return Cohort(
            members=tuple(members),
            unserved=self._unserved({member.post.id for member in members}, can),
            eligible=len(self.eligible),
            done_before=len(self.eligible) - len(self.remaining),
            remaining=len(self.remaining),
            months_left=self.months_left,
            given_before=given,
            target=target if at_most is None else min(target, at_most),
            later=tuple(later),
        )

    def room(self, at_most: int | None) -> Room:
        """How much each month that is left may still take."""
        last = self.months_left - 1
        counted = [post for post in self.eligible if not self._beside(post)]
        open_ones = [post for post in counted if post.id not in self.history.given_this_quarter]
        level = ceil(
            (len(open_ones) + sum(self._given(counted, each) for each in range(self.months_left))) / self.months_left
        )
        limit = ceil(len(counted) / len(self.quarter.months)) + self._put_off(self.eligible)
        streams = {}
        for stream in self._streams:
            posts = [post for post in self.eligible if self.stream_of(post) == stream.key]
            most = stream.count + self._put_off(posts)
            wanted = [len(posts) if number == last else stream.count for number in range(self.months_left)]
            streams[stream.key] = tuple(
                max((count if at_most is not None and not number else min(count, most)) - self._given(posts, number), 0)
                for number, count in enumerate(wanted)
            )
        shares = [
            level if at_most is not None and not number else min(level, limit) for number in range(self.months_left)
        ]
        return Room(
            streams=streams,
            counted=tuple(max(share - self._given(counted, number), 0) for number, share in enumerate(shares)),
            ceiling=None if at_most is None else max(at_most - self._given(self.eligible, 0), 0),
        )

    def stream_of(self, post: Post) -> str:
        """The key of the stream a post belongs to, or empty for an ordinary one."""
        return next((one.key for one in self._streams if _belongs(post, one)), "")

    def counts(self, stream: str) -> bool:
        """Whether learning spaces of a stream count to the quota; ordinary ones do."""
        return next((one.counts_to_quota for one in self._streams if one.key == stream), True)

    def turn(self, post: Post, number: int, can: Can | None = None) -> tuple[bool, date, int, str]:
        """The place of a post in the line of a month: last chance first, then longest since, then by lot."""
        last = self.history.last_allocated.get(post.id, date.min)
        later = any(can is None or can(post, other) for other in self.later_months(post, number))
        return (later, last, draw(self.seed, "turn", post.id), post.id)

    def _able(self, post: Post, number: int) -> bool:
        """Whether the holder is there for enough of a month's window. Away on the day itself, a later one is better."""
        if not post.holder or not self._enough(post.holder, self.windows[number]):
            return False
        return not self.leave.away(post.holder, self.windows[number][0]) or not self.later_months(post, number)

    def _choose(
        self, room: Room, number: int, taken: set[str], can: Can | None, turns: Mapping[str, int] | None
    ) -> list[tuple[Post, str]]:
        """The posts of one month with their streams; those of the streams come first."""
        free = [
            post
            for post in self.remaining
            if post.id not in taken
            and (turns.get(post.id) == number if turns is not None else self.able(post, number))
            and (can is None or can(post, number))
        ]
        free.sort(key=lambda post: self.turn(post, number, can))
        of = {post.id: self.stream_of(post) for post in free}
        chosen = []
        for stream in self._streams:
            ours = [(post, stream.key) for post in free if of[post.id] == stream.key]
            chosen += ours[: room.streams[stream.key][number]]
        counted = sum(1 for _, stream in chosen if self.counts(stream))
        ordinary = [(post, "") for post in free if not of[post.id]]
        chosen += ordinary[: max(room.counted[number] - counted, 0)]
        return chosen if number or room.ceiling is None else chosen[: room.ceiling]

    def _given(self, posts: Sequence[Post], number: int) -> int:
        """How many of these were given theirs in a month."""
        month = self.months[number]
        given = (self.history.given_this_quarter.get(post.id) for post in posts)
        return sum(1 for on in given if on is not None and (on.year, on.month) == (month.year, month.month))

    def _beside(self, post: Post) -> bool:
        return not self.counts(self.stream_of(post))

    def _put_off(self, posts: Iterable[Post]) -> int:
        """How many of these an earlier run could not serve: those that one can come on top of a month's share.

        One that this month has been given since is on top of it still.
        """
        off = [post for post in posts if post.id in self.history.put_off_this_quarter]
        waiting = [post for post in off if post.id not in self.history.given_this_quarter and self.able(post, 0)]
        return len(waiting) + self._given(off, 0)

    def _back_on(self, post: Post) -> date | None:
        back = self.leave.back_on(post.holder, self.windows[0][0])
        return back if back > self.windows[0][0] else None

    def _later_months(self, post: Post, number: int) -> list[int]:
        """The numbers of the months after one in which this post could be served, as leave stands now."""
        if not post.holder:
            return []
        return [
            other
            for other in range(number + 1, self.months_left)
            if not self.leave.away(post.holder, self.windows[other][0])
            and self._enough(post.holder, self.windows[other])
        ]

    def _enough(self, person: str, window: tuple[date, date]) -> bool:
        needed = self.framework.allocation.min_days_present
        return self.leave.here_enough(person, needed, *window)

    def _unserved(self, chosen: set[str], can: Can | None) -> tuple[Unserved, ...]:
        """Every eligible post that nobody can be asked for now, or that a ceiling keeps from its last chance."""
        found = []
        for post in self.remaining:
            if post.id in chosen:
                continue
            if not post.holder:
                deputy = self.establishment.deputy_of(post.id, self.windows[0][0])
                name = self.establishment.people[deputy].name if deputy in self.establishment.people else deputy
                detail = f"the post is vacant; {name} stands in but is not given its learning space" if deputy else ""
                found.append(self._without(post, "vacant", detail or "the post is vacant"))
            elif not self.able(post, 0):
                found.append(self._absent(post))
            elif self.months_left == 1 and (can is None or can(post, 0)):
                found.append(self._without(post, OVER_THE_LIMIT, _TOO_MANY))
        return tuple(found)

    def _without(self, post: Post, reason: str, detail: str) -> Unserved:
        return Unserved(post.id, reason, detail, self.establishment.in_words(post, named=True))

    def _absent(self, post: Post) -> Unserved:
        on, due = self.windows[0]
        back = self.leave.back_on(post.holder, on)
        when = "on leave with no end given" if back == date.max else f"on leave until {spoken(back - _DAY)}"
        if back == on:
            present = self.leave.days_present(post.holder, on, due)
            when = f"here for only {present} {'day' if present == 1 else 'days'} until it would be due"
        if later := self.later_months(post, 0):
            turn = spoken(self.windows[later[0]][0])
            return self._without(post, "deferred", f"{when}; its turn comes on {turn}")
        return self._without(post, "on_leave", f"{when}; no day of this quarter is left for it")


def _belongs(post: Post, stream: Stream) -> bool:
    return post.function == stream.function and post.role in stream.roles

"""A quarter solved as one: which post draws in which month, so that no month spends what only a later one may have.

What is planned for the months to come is worked out again when they come; it is there so that this month's draw leaves
the most posts served over the quarter (R37), each from its own function where that can be (R41).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from policy.allocation.casebook import Casebook, Mask
from policy.allocation.cohort import Cohort, CohortMaker
from policy.allocation.matching import NOTHING, Line, Match, Wish, assign, best_match
from policy.council.establishment import Post
from policy.lifecycle.chance import draw


class Reach:
    """Whom each post may draw in each month that is left, by number; month 0 is the one being allocated."""

    def __init__(self, maker: CohortMaker, book: Casebook, *, across: bool) -> None:
        self.book = book
        self.seed = maker.seed
        self.across = across
        self._maker = maker
        days = [window[0] for window in maker.windows[1:]]
        self._books = [book, *(book.on(book.rules.on_another_day(day)) for day in days)]
        self._nobody: Mask = np.zeros(len(book.practitioners), dtype=np.bool_)
        self.own = lru_cache(maxsize=4_096)(self._own)
        self.other = lru_cache(maxsize=4_096)(self._other)

    def ever_own(self, post: Post) -> Mask:
        """Of its own function, in any of the months."""
        return self._ever(self.own, post)

    def ever_other(self, post: Post) -> Mask:
        """Of any other function, in any of the months."""
        return self._ever(self.other, post)

    def can(self, post: Post, number: int) -> bool:
        """Whether there is anybody for a post in a month."""
        return bool(self.own(post, number).any() or self.other(post, number).any())

    def _ever(self, of_month: Callable[[Post, int], Mask], post: Post) -> Mask:
        found = self._nobody
        for number in range(self._maker.months_left):
            found = found | of_month(post, number)
        return found

    def _own(self, post: Post, number: int) -> Mask:
        if not self._maker.able(post, number):
            return self._nobody
        return self._books[number].open_to(post, self.book.rules.own_functions(post))

    def _other(self, post: Post, number: int) -> Mask:
        if not self.across or not self._maker.able(post, number):
            return self._nobody
        rules = self.book.rules
        return self._books[number].open_to(post, rules.every_function() - rules.own_functions(post))


@dataclass(frozen=True)
class Solved:
    """This month's posts with whom each draws, as the quarter needs it."""

    cohort: Cohort
    drawn: Mapping[str, tuple[int, bool]]
    """Post -> the number of its practitioner, and whether of another function. Who is not in it gets nobody."""
    left_out: frozenset[str]
    """Posts for which nobody is left in the whole quarter, as things stand, or not in this month, their turn."""
    score: tuple[int, int]
    """How many posts the quarter serves from their own function, and how many in all."""


def solve_quarter(maker: CohortMaker, book: Casebook, at_most: int | None, *, across: bool) -> Solved:
    """Whose turn it is this month and whom they draw, so that the most posts are served over what is left of it."""
    reach = Reach(maker, book, across=across)
    posts = [post for post in maker.remaining if any(maker.able(post, number) for number in range(maker.months_left))]
    in_line = sorted(posts, key=lambda post: maker.turn(post, 0, reach.can))
    if maker.framework.allocation.worker_months < len(maker.quarter.months):
        # A practitioner may be drawn again within the quarter, so no month takes anybody from another one.
        return _drawn(reach, replace(maker.make(at_most, reach.can), later=()), (0, 0))
    most = _most(reach, in_line)

    def can(post: Post, number: int) -> bool:
        return post.id in most.served and reach.can(post, number)

    solved = _drawn(reach, maker.make(at_most, can), most.score)
    fits = _fits(maker, at_most, most)
    short = solved.score[1] < fits or (fits == len(most.served) and solved.score < most.score)
    if short and maker.months_left > 1:
        from policy.allocation.turns import turns  # rarely wanted, and slow to load

        other = maker.make(at_most, reach.can, turns(maker, reach, in_line, at_most))
        solved = max(solved, _drawn(reach, other, most.score), key=lambda one: one.score)
    by_turn_alone = {member.post.id for member in maker.make(at_most).members if not reach.can(member.post, 0)}
    return replace(solved, left_out=(frozenset(post.id for post in posts) - most.served) | by_turn_alone)


@dataclass(frozen=True)
class _Most:
    """The posts that the quarter can serve at most, whatever the months: those furthest ahead in the line."""

    served: frozenset[str]
    score: tuple[int, int]


def _most(reach: Reach, in_line: Sequence[Post]) -> _Most:
    line = Line(len(reach.book.practitioners))
    left = [post for row, post in enumerate(in_line) if not line.serve(row, partial(reach.ever_own, post))]
    own = len(in_line) - len(left)
    place = {post.id: row for row, post in enumerate(in_line)}
    still = [post for post in left if not line.serve(place[post.id], partial(reach.ever_other, post))]
    if not still or not reach.across:
        served = frozenset(post.id for post in in_line) - {post.id for post in still}
        return _Most(served, (own, len(served)))
    # Who gives way to whom, so that somebody can be served from another function, takes all of it to work out.
    count = len(in_line)
    match = assign(
        np.array([reach.ever_own(post) for post in in_line]),
        np.array([reach.ever_other(post) for post in in_line]),
        np.zeros((count, len(reach.book.practitioners)), dtype=np.int64),
        np.arange(count, 0, -1),
    )
    return _Most(frozenset(in_line[row].id for row in np.flatnonzero(match.workers != NOTHING).tolist()), match.score)


def _fits(maker: CohortMaker, at_most: int | None, most: _Most) -> int:
    """How many of them the months that are left have room for."""
    room = maker.room(at_most)
    streams = Counter(maker.stream_of(post) for post in maker.remaining if post.id in most.served)
    counted, beside = streams[""], 0
    for stream, each in room.streams.items():
        fit = min(sum(each), streams[stream])
        counted, beside = (counted + fit, beside) if maker.counts(stream) else (counted, beside + fit)
    first = room.counted[0] if room.ceiling is None else min(room.counted[0], room.ceiling)
    return min(counted, first + sum(room.counted[1:])) + beside


def _drawn(reach: Reach, chosen: Cohort, most: tuple[int, int]) -> Solved:
    """The cheapest draw of this month that leaves the most for the months to come."""
    now = [(member.post, 0) for member in chosen.members]
    everybody = [*now, *chosen.later]
    match = best_match(reach.book, [_wish(reach, post, 0) for post, _ in now])
    score = _completed(reach, match, chosen.later)
    if score != most and score != (len(everybody), len(everybody)):
        whole = best_match(reach.book, [_wish(reach, post, number) for post, number in everybody])
        if whole.score > score:
            match, score = whole, whole.score
    drawn = {
        post.id: (int(match.workers[row]), bool(match.across[row]))
        for row, (post, _) in enumerate(now)
        if match.workers[row] != NOTHING
    }
    return Solved(chosen, drawn, frozenset(), score)


def _wish(reach: Reach, post: Post, number: int) -> Wish:
    lot = draw(reach.seed, "post", post.id)
    return Wish(reach.own(post, number), reach.other(post, number), lot, now=not number)


def _completed(reach: Reach, match: Match, later: Sequence[tuple[Post, int]]) -> tuple[int, int]:
    """The score of this month's match with as many of the later posts as its practitioners leave room for."""
    own, served = match.score
    line = Line(len(reach.book.practitioners))
    line.take(int(worker) for worker in match.workers if worker != NOTHING)
    left = []
    for row, (post, number) in enumerate(later):
        if line.serve(row, partial(reach.own, post, number)):
            own, served = own + 1, served + 1
        else:
            left.append((row, post, number))
    for row, post, number in left:
        served += line.serve(row, partial(reach.other, post, number))
    return own, served

"""How a leader's area stands, by function: on time, late, with the clock stopped (domain 4.2 'hdr', 'agg')."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.notify.tell import function_title
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment, Post
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.reads import home_lists
from storage.reads.home_lists import OpenCount

EVERYWHERE = ("director", "executive_director")
"""Read all functions, a small number hidden; the Executive Director is told of single ones by escalation alone."""
OF_THEIR_FUNCTION = ("head_of_service",)
OF_THEIR_LINE = ("senior_manager",)


@dataclass(frozen=True, slots=True)
class FunctionState:
    """One row: open learning spaces of a function. None stands for a number too small to be said."""

    function: str
    """Its title."""
    on_time: int | None
    late: int | None
    paused: int | None
    """Their clock stands still, so they are neither."""


@dataclass(frozen=True, slots=True)
class AreaState:
    """What a leader sees."""

    rows: tuple[FunctionState, ...]
    hide_below: int = 0
    """A number from 1 up to, not with, this is not said; 0 when every number is."""


def area_state(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> AreaState | None:
    """The state of a leader's area, or None for somebody who leads none. Reads only.

    Who may read every header behind a number reads the number; who may not reads no small one.
    """
    today = Calendar.of(framework).local_date(now)
    posts = _posts(establishment, person, today)
    roles = {post.role for post in posts}
    if roles & set(EVERYWHERE):
        return _of(framework, home_lists.open_counts(session), today, hide_below=framework.digests.hide_below)
    if roles & set(OF_THEIR_FUNCTION):
        functions = {post.function for post in posts if post.role in OF_THEIR_FUNCTION}
        return _of(framework, home_lists.open_counts(session, functions=functions), today)
    if roles & set(OF_THEIR_LINE):
        mine = {post.id for post in posts if post.role in OF_THEIR_LINE}
        below = _below(establishment, mine)
        return _of(framework, home_lists.open_counts(session, posts=below), today)
    return None


def _posts(establishment: Establishment, person: str, today: date) -> list[Post]:
    """The posts somebody holds or covers today."""
    covered = [cover.post for cover in establishment.cover if cover.deputy == person]
    standing_in = [post for post in covered if establishment.deputy_of(post, today) == person]
    return [*establishment.posts_held_by(person), *(establishment.posts[post] for post in standing_in)]


def _below(establishment: Establishment, above: set[str]) -> set[str]:
    """The posts with a learning space of their own whose line runs through one of these. Each post is asked once."""
    known: dict[str, bool] = {}

    def is_below(post: Post) -> bool:
        if post.id not in known:
            known[post.id] = False  # a line that goes round in a circle ends here
            manager = establishment.posts.get(post.line_manager_post)
            known[post.id] = manager is not None and (manager.id in above or is_below(manager))
        return known[post.id]

    return {post.id for post in establishment.posts.values() if post.learning_space and is_below(post)}


def _of(framework: Framework, counts: Iterable[OpenCount], today: date, *, hide_below: int = 0) -> AreaState:
    found: dict[str, list[int]] = {}
    for one in counts:
        row = found.setdefault(one.function, [0, 0, 0])
        late = one.due_on + timedelta(days=one.paused_days) < today
        row[2 if one.paused else 1 if late else 0] += one.count
    order = [function.key for function in framework.functions]
    rows = (
        FunctionState(function_title(framework, function), *(_said(count, hide_below) for count in row))
        for function, row in sorted(found.items(), key=lambda each: _place(order, each[0]))
    )
    return AreaState(tuple(rows), hide_below)


def _place(order: list[str], function: str) -> tuple[int, str]:
    return (order.index(function) if function in order else len(order), function)


def _said(count: int, hide_below: int) -> int | None:
    return None if 0 < count < hide_below else count

"""What the home card, its numbers and the search read: counted and listed in as few statements as it takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from storage.session import Session
from storage.tables import (
    allocation_runs,
    allocations,
    channel_states,
    corrections,
    loops,
    moderations,
    notices,
    red_flags,
    requests,
)

# Spelt out, not bound: only then does a database see that the index of open ones will do.
_OWED = sa.text("allocations.state IN ('allocated', 'opened')")
_PAUSED = allocations.c.paused_on.is_not(None).label("paused")
_BY_FUNCTION = (allocations.c.function, allocations.c.due_on, allocations.c.paused_days, _PAUSED)
_COUNTED = sa.select(*_BY_FUNCTION, sa.func.count()).where(_OWED).group_by(*_BY_FUNCTION)
_COUNTED_IN = _COUNTED.where(allocations.c.function.in_(sa.bindparam("functions", expanding=True)))
_COUNTED_OF = _COUNTED.where(allocations.c.post.in_(sa.bindparam("posts", expanding=True)))
_PARKED = (
    sa.select(sa.func.count())
    .select_from(notices)
    .where(sa.text("notices.state = 'parked'"), notices.c.created_at >= sa.bindparam("since"))
)
_CUT_OFF = sa.select(channel_states.c.person).where(
    channel_states.c.channel == sa.bindparam("on"), channel_states.c.state.in_(["blocked", "uninstalled", "disabled"])
)
_IN_HAND = (
    sa.select(sa.func.count())
    .select_from(moderations)
    .where(moderations.c.state.in_(["selected", "graded", "discussed", "disputed"]))
)

_ANYTHING = sa.select(
    sa.select(red_flags.c.reference).where(red_flags.c.acknowledged_at.is_(None)).exists().label("red_flags"),
    sa.select(allocation_runs.c.id).where(allocation_runs.c.state == "proposed").exists().label("proposals"),
    sa.select(loops.c.reference).where(loops.c.state != "closed").exists().label("loops"),
    sa.select(requests.c.token).where(requests.c.state == "asked").exists().label("requests"),
    sa.select(corrections.c.reference).where(corrections.c.state == "asked").exists().label("corrections"),
)


@dataclass(frozen=True, slots=True)
class OpenCount:
    """Open learning spaces that are alike: how many of one function are due on a day."""

    function: str
    due_on: date
    paused_days: int
    """Days its clock stood: they are no lateness."""
    paused: bool
    """Whether it stands now."""
    count: int


@dataclass(frozen=True, slots=True)
class About:
    """A learning space about a practitioner's work, without what is in it."""

    reference: str
    person: str
    """Who does it."""
    state: str
    due_on: date
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Header:
    """A learning space as somebody above may see it: never its case, its practitioner or a grade."""

    reference: str
    token: str
    post: str
    person: str
    function: str
    case_function: str
    practitioner: str
    """For the server to decide who may see it; it is shown to nobody."""
    state: str
    due_on: date
    paused_on: date | None
    paused_days: int
    submitted_at: datetime | None


_ABOUT = (
    sa.select(*(allocations.c[field.name] for field in fields(About)))
    .where(
        allocations.c.practitioner == sa.bindparam("who"),
        sa.or_(allocations.c.state.in_(["allocated", "opened"]), allocations.c.released_at >= sa.bindparam("since")),
    )
    .order_by(allocations.c.due_on, allocations.c.reference)
    .limit(sa.bindparam("most"))
)
_HEADERS = sa.select(*(allocations.c[field.name] for field in fields(Header)))
_OF_POSTS = (
    _HEADERS.where(allocations.c.post.in_(sa.bindparam("posts", expanding=True)))
    .order_by(allocations.c.submitted_at.is_not(None), allocations.c.due_on, allocations.c.reference)
    .limit(sa.bindparam("most"))
)


def anything_of(session: Session) -> frozenset[str]:
    """Which kinds of things that may wait for a decision there are in the whole council, in one statement."""
    row = session.execute(_ANYTHING).one()
    return frozenset(name for name, there in row._mapping.items() if there)


def open_counts(
    session: Session, *, functions: Collection[str] | None = None, posts: Collection[str] | None = None
) -> list[OpenCount]:
    """Everything that is open, or what is open in some functions, or of some posts."""
    if functions is not None:
        rows = session.execute(_COUNTED_IN, {"functions": sorted(functions)})
    elif posts is not None:
        rows = session.execute(_COUNTED_OF, {"posts": sorted(posts)})
    else:
        rows = session.execute(_COUNTED)
    return [OpenCount(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def count_parked(session: Session, since: datetime) -> int:
    """Messages written since an instant that reached nobody and wait for a person to look."""
    return int(session.execute(_PARKED, {"since": since}).scalar_one())


def cut_off(session: Session, channel: str) -> frozenset[str]:
    """People who took the app out, blocked it, or had it switched off."""
    return frozenset(session.execute(_CUT_OFF, {"on": channel}).scalars())


def count_moderations(session: Session) -> int:
    """Second looks that are not closed."""
    return int(session.execute(_IN_HAND).scalar_one())


def about_practitioner(session: Session, practitioner: str, *, released_since: datetime, most: int) -> list[About]:
    """Learning spaces about somebody's work: those still to come, and results opened to them lately."""
    asked = {"who": practitioner, "since": released_since, "most": most}
    return [About(*row) for row in session.execute(_ABOUT, asked)]


def headers_of_posts(session: Session, posts: Sequence[str], most: int) -> list[Header]:
    """The headers of some posts: what is open first, soonest due first; at most `most` of them."""
    if not posts:
        return []
    return [Header(*row) for row in session.execute(_OF_POSTS, {"posts": sorted(posts), "most": most})]

"""What the home card, its numbers and the search read: counted and listed in as few statements as it takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.casework import learning_spaces
from storage.casework.actions import OPEN_STATES as OPEN_ACTIONS
from storage.casework.allocation_runs import PROPOSED
from storage.casework.findings import WRONG
from storage.casework.moderations import DISPUTED, IN_HAND
from storage.contact.channels import CUT_OFF
from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.outbox.held import HELD
from storage.outbox.replies import UNCLEAR
from storage.reads.open_work import told_of
from storage.schema.tables import (
    actions,
    allocation_runs,
    allocations,
    channel_states,
    corrections,
    drafts,
    findings,
    loops,
    moderations,
    notices,
    people,
    received_mail,
    red_flags,
    requests,
)

_OWED = one_of(allocations.c.state, learning_spaces.OPEN_STATES)
_PAUSED = allocations.c.paused_on.is_not(None).label("paused")
_BY_FUNCTION = (allocations.c.function, allocations.c.due_on, allocations.c.paused_days, _PAUSED)
_COUNTED = sa.select(*_BY_FUNCTION, sa.func.count()).where(_OWED).group_by(*_BY_FUNCTION)
_COUNTED_OF = _COUNTED.where(allocations.c.post.in_(sa.bindparam("posts", expanding=True)))
_COUNTED_TOLD = _COUNTED.where(told_of(allocations.c.reference))
_IS_CUT_OFF = one_of(channel_states.c.state, CUT_OFF)
_CUT_OFF = sa.select(channel_states.c.person).where(channel_states.c.channel == sa.bindparam("on"), _IS_CUT_OFF)
_OPEN_ACTION = one_of(actions.c.state, OPEN_ACTIONS)
_WHO: sa.BindParameter[Any] = sa.bindparam("who")
_SINCE: sa.BindParameter[Any] = sa.bindparam("since")
_ABOUT_THEIR_WORK = sa.and_(
    allocations.c.practitioner == _WHO, sa.or_(_OWED, allocations.c.released_at >= sa.bindparam("released_since"))
)
# What is late stays late while its clock stands and after: only days that were late already are taken off again.
_LATE = sa.and_(_OWED, allocations.c.due_on < sa.bindparam("today"), allocations.c.paused_on.is_(None))


def _there_is(name: str, column: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> sa.Label[bool]:
    return sa.select(column).where(*conditions).exists().label(name)


def _how_many(name: str, column: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> sa.Label[int]:
    return sa.select(sa.func.count(column)).where(*conditions).scalar_subquery().label(name)


def _nobody_here(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return ~sa.select(people.c.id).where(people.c.id == column).exists()


_ANYTHING = sa.select(
    _there_is("drafts", drafts.c.reference, drafts.c.person == _WHO),
    _there_is(
        "recent",
        allocations.c.reference,
        allocations.c.person == _WHO,
        one_of(allocations.c.state, (learning_spaces.SUBMITTED,)),
        allocations.c.submitted_at >= _SINCE,
    ),
    _there_is(
        "talks",
        allocations.c.reference,
        allocations.c.person == _WHO,
        one_of(allocations.c.state, (learning_spaces.SUBMITTED,)),
        allocations.c.released_at.is_(None),
    ),
    _there_is("own_work", allocations.c.reference, _ABOUT_THEIR_WORK),
    _there_is("actions", actions.c.reference, actions.c.owner == _WHO, _OPEN_ACTION),
    _there_is("action_dates", actions.c.reference, actions.c.asked_due_on.is_not(None), _OPEN_ACTION),
    _there_is(
        "moderations",
        moderations.c.reference,
        moderations.c.moderator == _WHO,
        one_of(moderations.c.state, IN_HAND),
    ),
    _there_is("disputes", moderations.c.reference, one_of(moderations.c.state, (DISPUTED,))),
    _there_is("red_flags", red_flags.c.reference, red_flags.c.acknowledged_at.is_(None)),
    _there_is("proposals", allocation_runs.c.id, one_of(allocation_runs.c.state, (PROPOSED,))),
    _there_is("loops", loops.c.reference, loops.c.state != sa.literal_column("'closed'")),
    _there_is("requests", requests.c.token, one_of(requests.c.state, ("asked",))),
    _there_is("corrections", corrections.c.reference, one_of(corrections.c.state, ("asked",))),
)
_IN_NUMBERS = sa.select(
    _how_many("moderations", moderations.c.reference, one_of(moderations.c.state, (*IN_HAND, DISPUTED))),
    _how_many("parked", notices.c.id, one_of(notices.c.state, ("parked",)), notices.c.created_at >= _SINCE),
    _how_many("held", notices.c.id, one_of(notices.c.state, (HELD,))),
    _how_many("cut_off", channel_states.c.person, _IS_CUT_OFF),
    _how_many("unclear", received_mail.c.id, one_of(received_mail.c.state, (UNCLEAR,))),
    _how_many("findings", findings.c.subject, one_of(findings.c.state, (WRONG,))),
    _how_many("left_behind", allocations.c.reference, _OWED, _nobody_here(allocations.c.person)),
    _how_many("actions_left_behind", actions.c.reference, _OPEN_ACTION, _nobody_here(actions.c.owner)),
    _how_many("late", allocations.c.reference, _LATE, allocations.c.next_step_at.is_not(None)),
    _how_many("late_all_told", allocations.c.reference, _LATE, allocations.c.next_step_at.is_(None)),
)


@dataclass(frozen=True, slots=True)
class InNumbers:
    """What the QA team's console counts, over the whole council."""

    moderations: int
    """Second looks that are not closed."""
    parked: int
    """Messages that reached nobody and wait for a person to look."""
    held: int
    """Messages that wait until somebody sends or drops them, since the database was put back."""
    cut_off: int
    """Ways to somebody that are closed, by them or by an address that fails; they may have left since."""
    unclear: int
    """Emails that wait for a person to read them."""
    findings: int
    """What the self-check found and could not mend."""
    left_behind: int
    """Open learning spaces whose auditor is not in the council any more."""
    actions_left_behind: int
    """Open actions whose owner is not, or that have none."""
    late: int
    """Open learning spaces past their due date whose ladder has steps to come; one whose clock stands is not late."""
    late_all_told: int
    """The same, once every step of their ladder has been taken."""


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
    .where(_ABOUT_THEIR_WORK)
    .order_by(allocations.c.due_on, allocations.c.reference)
    .limit(sa.bindparam("most"))
)


def anything_of(
    session: Session, person: str, *, submitted_since: datetime, released_since: datetime
) -> frozenset[str]:
    """Which kinds of things may wait for a person at all, in one statement.

    What is theirs by name (drafts, actions, moderations...) is looked up for them; what several may settle (loops,
    requests, disputes...) is there as soon as the council has any.
    """
    asked = {"who": person, "since": submitted_since, "released_since": released_since}
    row = session.execute(_ANYTHING, asked).one()
    return frozenset(name for name, there in row._mapping.items() if there)


def in_numbers(session: Session, *, today: date, parked_since: datetime) -> InNumbers:
    """The whole console in one statement, on a day."""
    asked = {"today": today, "since": parked_since}
    return InNumbers(*session.execute(_IN_NUMBERS, asked).one())


def open_counts(session: Session, *, posts: Collection[str] | None = None, told: str | None = None) -> list[OpenCount]:
    """Everything that is open, or what is open of some posts, or what somebody has been told of by name."""
    if posts is not None:
        rows = session.execute(_COUNTED_OF, {"posts": sorted(posts)})
    elif told is not None:
        rows = session.execute(_COUNTED_TOLD, {"who": told})
    else:
        rows = session.execute(_COUNTED)
    return [OpenCount(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def cut_off(session: Session, channel: str) -> frozenset[str]:
    """People who took the app out, blocked it, or had it switched off."""
    return frozenset(session.execute(_CUT_OFF, {"on": channel}).scalars())


def about_practitioner(session: Session, practitioner: str, *, released_since: datetime, most: int) -> list[About]:
    """Learning spaces about somebody's work: those still to come, and results opened to them lately."""
    asked = {"who": practitioner, "released_since": released_since, "most": most}
    return [About(*row) for row in session.execute(_ABOUT, asked)]

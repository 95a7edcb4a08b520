"""Whose turn it is in the outbox: the statement that finds what may be sent now, fair to everybody who waits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select, text, true

from storage.schema import tables

_notices = tables.notices

# Spelt out, not bound: only then does a database see that the index of waiting notices will do.
WAITING = text("notices.state IN ('pending', 'leased')")


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it may be in one claim."""

    urgent_only: bool = False
    per_recipient: int | None = None
    """Nobody has more messages under way than that, so that a long queue for one person keeps nobody else waiting."""
    holding: frozenset[int] = frozenset()
    """Notices the claimer is sending at this moment: its own are never taken over, however old their lease is."""
    passing_over: frozenset[str] = frozenset()
    """People it is not the turn of."""
    only: frozenset[str] | None = None
    """The only people whose turn it is; None for everybody."""

    def facts(self) -> dict[str, Any]:
        """What `next_in_line` has to be told about it."""
        narrowed = {} if self.only is None else {"those": sorted(self.only)}
        return {"held": sorted(self.holding), "others": sorted(self.passing_over), **narrowed}


@cache
def next_in_line(dialect: str, urgent_only: bool, per_recipient: int | None, narrowed: bool) -> Select[Any]:
    """What may be sent now, in its order; with `per_recipient` each person's next few, fewer while some are under way.

    What has never been tried goes before what has: whoever does not answer must not keep the others from being told.
    Who waits at all is read by leaping through the index from one recipient to the next, and of each only the first
    few: a hundred thousand for one person cost no more than a handful.
    """
    unsent = and_(_notices.c.state == "leased", _notices.c.held_fence == _notices.c.fence)
    tried = case((unsent, False), else_=_notices.c.attempts > 0)
    order = (_notices.c.urgent.desc(), tried, _notices.c.due_at, _notices.c.id)
    statement = select(_notices).where(WAITING, *_ready(_notices, urgent_only), *_whose(_notices, narrowed))
    if per_recipient is None:
        return statement.order_by(*order).limit(bindparam("most"))
    turn = _first_few(dialect, urgent_only, per_recipient, narrowed)
    place = func.row_number().over(
        partition_by=turn.c.recipient, order_by=(turn.c.urgent.desc(), turn.c.due_at, turn.c.id)
    )
    queue = select(turn.c.id, turn.c.recipient, place.label("place")).subquery("queue")
    # Several in one message are one: nobody's next one waits for more than that.
    message = case((_notices.c.bundle > 0, _notices.c.bundle), else_=_notices.c.id)
    under_way = (
        select(_notices.c.recipient, func.count(message.distinct()).label("count"))
        .where(WAITING, _notices.c.state == "leased", _notices.c.lease_until > bindparam("now"))
        .group_by(_notices.c.recipient)
        .subquery("under_way")
    )
    joined = queue.outerjoin(under_way, queue.c.recipient == under_way.c.recipient)
    free = per_recipient - func.coalesce(under_way.c.count, 0)
    turns = select(queue.c.id).select_from(joined).where(queue.c.place <= free)
    return select(_notices).where(_notices.c.id.in_(turns)).order_by(*order).limit(bindparam("most"))


def _ready(table: Any, urgent_only: bool) -> tuple[Any, ...]:
    now = bindparam("now", type_=_notices.c.not_before.type)
    ready = (
        table.c.not_before <= now,
        or_(table.c.state == "pending", table.c.lease_until <= now),
        table.c.id.not_in(bindparam("held", expanding=True)),
    )
    return (*ready, table.c.urgent) if urgent_only else ready


def _whose(table: Any, narrowed: bool) -> tuple[Any, ...]:
    """Of whom it is the turn."""
    others = table.c.recipient.not_in(bindparam("others", expanding=True))
    return (others, table.c.recipient.in_(bindparam("those", expanding=True))) if narrowed else (others,)


def _first_few(dialect: str, urgent_only: bool, per_recipient: int, narrowed: bool) -> Any:
    """The next few of everybody for whom something waits, each person's by the index of turns."""
    first = select(func.min(_notices.c.recipient).label("recipient")).where(WAITING)
    people = first.cte("people", recursive=True)
    after = _notices.alias("after")
    next_one = select(func.min(after.c.recipient)).where(_waiting(after), after.c.recipient > people.c.recipient)
    people = people.union_all(select(next_one.scalar_subquery()).where(people.c.recipient.is_not(None)))
    each = _notices.alias("each")
    few = (
        select(each.c.id, each.c.recipient, each.c.urgent, each.c.due_at)
        .where(_waiting(each), each.c.recipient == people.c.recipient, *_ready(each, urgent_only))
        .where(*_whose(people, narrowed))
        .order_by(each.c.urgent.desc(), each.c.due_at, each.c.id)
        .limit(per_recipient)
        .correlate(people)
    )
    if dialect == "postgresql":
        turn = few.lateral("turn")
        return select(turn).select_from(people.join(turn, true())).subquery("turns")
    mine = _notices.alias("mine")
    ids = few.with_only_columns(each.c.id)
    return (
        select(mine.c.id, mine.c.recipient, mine.c.urgent, mine.c.due_at)
        .select_from(people.join(mine, mine.c.id.in_(ids)))
        .subquery("turns")
    )


def _waiting(table: Any) -> Any:
    """`WAITING` of another name of the table, spelt out as it is."""
    return text(f"{table.name}.state IN ('pending', 'leased')")

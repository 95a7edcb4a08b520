"""What a search finds before anybody asks who may know of it: by the beginning of a reference, by post, by person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from storage.engine.beginning import begins_with
from storage.engine.session import Session
from storage.reads.home_lists import Header
from storage.schema.tables import actions, allocations, loops, moderations


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; a record that fits any of it is found."""

    begins: Collection[str] = ()
    """Beginnings of references."""
    references: Collection[str] = ()
    posts: Collection[str] = ()
    people: Collection[str] = ()
    """Whoever it is with."""

    def __bool__(self) -> bool:
        return bool(self.begins or self.references or self.posts or self.people)

    def fits(
        self,
        session: Session,
        reference: sa.Column[Any],
        person: sa.Column[Any] | None = None,
        post: sa.Column[Any] | None = None,
    ) -> sa.ColumnElement[bool]:
        """As a condition on a table; false where nothing of it can be looked for there."""
        ways = [begins_with(session, reference, text) for text in sorted(self.begins)]
        for column, values in ((reference, self.references), (person, self.people), (post, self.posts)):
            if column is not None and values:
                ways.append(column.in_(sorted(values)))
        return sa.or_(sa.false(), *ways)


def headers(session: Session, wanted: Wanted, most: int) -> list[Header]:
    """The headers of learning spaces: what is open first, soonest due first; at most `most` of them."""
    table = allocations.c
    rows = session.execute(
        sa.select(*(table[field.name] for field in fields(Header)))
        .where(wanted.fits(session, table.reference, table.person, table.post))
        .order_by(table.submitted_at.is_not(None), table.due_on, table.reference)
        .limit(most)
    )
    return [Header(*row) for row in rows]


def other_references(session: Session, wanted: Wanted, most: int) -> list[str]:
    """The references of loops, actions and second looks, newest first; at most `most` of each."""
    found: list[str] = []
    for table, person in ((loops, None), (actions, actions.c.owner), (moderations, moderations.c.moderator)):
        fits = wanted.fits(session, table.c.reference, person)
        asked = sa.select(table.c.reference).where(fits).order_by(table.c.reference.desc()).limit(most)
        found += session.execute(asked).scalars()
    return found

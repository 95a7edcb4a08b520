"""What a database is: a council's own, or an invented one that the local tools and tests may work on."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from storage.council import meta
from storage.engine.session import Session
from storage.schema import tables

Kind = Literal["demo", "council"]
DEMO: Kind = "demo"
COUNCIL: Kind = "council"

KIND = "council_kind"
"""The fact that says which it is; written by whatever brings people in."""


def marked(session: Session) -> Kind | None:
    """What the database says of itself; None before anybody was brought in, or by a version that did not say."""
    if not sa.inspect(session.connection).has_table(tables.meta.name):
        return None
    found = meta.get(session, KIND)
    # A word this version does not know is not a reason to let anybody at it.
    return None if not found else DEMO if found == DEMO else COUNCIL


def mark(session: Session, kind: Kind) -> None:
    """Say from now on which it is."""
    meta.save(session, KIND, kind)


def names_of_people(session: Session) -> set[tuple[str, str, str]]:
    """Id, name and email address of everybody, read in any version's tables; empty where there are none yet."""
    if not sa.inspect(session.connection).has_table(tables.people.name):
        return set()
    columns = tables.people.c
    return {(row[0], row[1], row[2]) for row in session.execute(sa.select(columns.id, columns.name, columns.email))}

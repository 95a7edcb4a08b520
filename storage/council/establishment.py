"""Keeps the council's people, posts, cases, cover and leave, and hands them out whole."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from policy.council.establishment import Case, Cover, Establishment, Leave, Person, Post
from storage.council import meta
from storage.engine.session import Session
from storage.schema import tables

VERSION = "establishment_version"
"""The fact that changes whenever anything here does; a random word, so that it never comes back."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a new establishment did to one kind of row."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new establishment did, by kind: people, posts, cases, cover, leave."""

    by_kind: dict[str, Change] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_kind.values())


def current(session: Session) -> Establishment:
    """The establishment as it is now; loaded again only when it has changed."""
    version = meta.get(session, VERSION)
    kept: tuple[str, Establishment] | None = session.cache.get(VERSION)
    if kept and kept[0] == version:
        return kept[1]
    loaded = _load(session)
    session.cache[VERSION] = (version, loaded)
    return loaded


def replace(session: Session, new: Establishment) -> Changes:
    """Make the tables say exactly what `new` says. Doing it twice changes nothing the second time.

    An Entra id that was bound on first contact stays when `new` has none for that person, and gives it to nobody else.
    """
    old = current(session)
    given = frozenset(person.entra_object_id.lower() for person in new.people.values())
    people = {person.id: _keep_bound(person, old.people.get(person.id), given) for person in new.people.values()}
    changes = Changes(
        {
            "people": _replace_rows(session, tables.people, "id", old.people, people),
            "posts": _replace_rows(session, tables.posts, "id", old.posts, new.posts),
            "cases": _replace_rows(session, tables.cases, "ref", old.cases, new.cases),
            "cover": _replace_whole(session, tables.cover, old.cover, new.cover),
            "leave": _replace_whole(session, tables.leave, old.leave, new.leave),
        }
    )
    if changes:
        _bump(session)
    return changes


def changed(session: Session) -> None:
    """Rows of the establishment were taken away by other means, so whoever has it loaded loads it again."""
    _bump(session)


def person_by_entra_id(session: Session, entra_object_id: str) -> Person | None:
    """The person a Microsoft Entra object id belongs to, or None."""
    if not entra_object_id:
        return None
    found = select(tables.people).where(tables.people.c.entra_object_id == entra_object_id.lower())
    row = session.execute(found).mappings().first()
    return Person(**row) if row else None


def bind_entra_id(session: Session, person_id: str, entra_object_id: str) -> bool:
    """Tie a person to an Entra object id. False, and nothing done, if either is tied to another already."""
    entra_object_id = entra_object_id.lower()
    holder = person_by_entra_id(session, entra_object_id)
    if holder:
        return holder.id == person_id
    bound = session.execute(
        update(tables.people)
        .where(tables.people.c.id == person_id, tables.people.c.entra_object_id == "")
        .values(entra_object_id=entra_object_id)
    )
    if bound.rowcount == 0:
        return False
    _bump(session)
    return True


def _keep_bound(person: Person, known: Person | None, given: frozenset[str]) -> Person:
    """One id is one person: what was bound on contact gives way to what the council itself says of it."""
    bound = known.entra_object_id if known and known.entra_object_id not in given else ""
    return dataclasses.replace(person, entra_object_id=person.entra_object_id.lower() or bound)


def _load(session: Session) -> Establishment:
    def rows(table: Table, order: str) -> Any:
        return session.execute(select(table).order_by(table.c[order]))

    return Establishment.of(
        people=(Person(*row) for row in rows(tables.people, "id")),
        posts=(Post(*row) for row in rows(tables.posts, "id")),
        cases=(Case(*row) for row in rows(tables.cases, "ref")),
        cover=(Cover(*row[1:]) for row in rows(tables.cover, "id")),
        leave=(Leave(*row[1:]) for row in rows(tables.leave, "id")),
    )


def _replace_rows(session: Session, table: Table, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    added = [asdict(row) for identity, row in new.items() if identity not in old]
    changed = [row for identity, row in new.items() if identity in old and old[identity] != row]
    removed = [identity for identity in old if identity not in new]
    if removed:
        session.execute(delete(table).where(table.c[key] == _which()), [{"which": identity} for identity in removed])
    if changed:
        session.execute(
            update(table).where(table.c[key] == _which()),
            [{"which": getattr(row, key), **asdict(row)} for row in changed],
        )
    if added:
        session.execute(insert(table), added)
    return Change(len(added), len(changed), len(removed))


def _replace_whole(session: Session, table: Table, old: tuple[Any, ...], new: tuple[Any, ...]) -> Change:
    if set(old) == set(new):
        return Change()
    session.execute(delete(table))
    if new:
        session.execute(insert(table), [asdict(row) for row in new])
    return Change(added=len(set(new) - set(old)), removed=len(set(old) - set(new)))


def _which() -> Any:
    return bindparam("which")


def _bump(session: Session) -> None:
    meta.save(session, VERSION, uuid.uuid4().hex)

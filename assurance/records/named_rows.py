"""Exported rows as people read them: names for people, titles for posts, roles, functions and grades; never an id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from assurance.notify.tell import function_title, name_of
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from storage.casework import actions, loops, moderations
from storage.casework.moderations import SELECTED
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads.exports import Sheet, read_sheets

PEOPLE = ("person", "practitioner", "owner", "recipient", "moderator", "authorised_by")
GRADES = ("grade", "impact", "original_grade", "moderated_grade")
OPAQUE = ("id",)
"""Columns that mean something to a script alone, and are left out."""

Say = Callable[[str], str]


BLIND = "after you have moderated"
"""In place of what would tell a moderator the first grade before they have given their own (R108)."""
TELLS = ("grade", "impact", "original_grade", "why")
KEPT = {"allocations": "reference", "moderations": "subject"}
"""Sheets whose rows stay, without what tells, and the column that says what they are about; of others they go."""


def read_named(session: Session, framework: Framework, what: str, *, person: str) -> tuple[Sheet, ...]:
    """The sheets of an export with every id put into words. Their rows are read as they are walked.

    What `person` is to grade a second time shows no first grade, nor a loop, an action or a message that tells it.
    """
    sayings = _sayings(framework, establishments.current(session))
    blind = frozenset(one.subject for one in moderations.of_moderator(session, person, (SELECTED,)))
    follows = {loop.reference for one in blind if (loop := loops.of_subject(session, one))}
    about = blind | follows
    follows |= {action.reference for one in about for action in actions.of_subject(session, one)}
    return tuple(_named(_blinded(sheet, blind, blind | follows), sayings) for sheet in read_sheets(session, what))


def _blinded(sheet: Sheet, blind: frozenset[str], all_about: frozenset[str]) -> Sheet:
    if not blind:
        return sheet
    names = [at for at, column in enumerate(sheet.header) if column in ("reference", "subject", "parent_loop")]
    about = sheet.header.index(KEPT[sheet.name]) if sheet.name in KEPT else -1

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in sheet.rows:
            if about >= 0 and row[about] in blind:
                cells = zip(sheet.header, row, strict=True)
                yield tuple(BLIND if column in TELLS else cell for column, cell in cells)
            elif all_about.isdisjoint(row[at] for at in names):
                yield row

    return replace(sheet, rows=rows())


def _sayings(framework: Framework, establishment: Establishment) -> dict[str, Say]:
    """Column -> how a value in it is said."""
    roles = {role.key: role.title for role in framework.roles}
    grades = {grade.key: grade.title for grade in framework.grades}
    events = {event.key: event.title for event in framework.events}

    def person(said: str) -> str:
        return name_of(establishment, said) if said else ""

    def post(said: str) -> str:
        held = establishment.posts.get(said)
        return f"{held.title}, {held.team}" if held else said

    def role(said: str) -> str:
        return " and ".join(roles.get(one, one.replace("_", " ")) for one in said.split("+"))

    found: dict[str, Say] = dict.fromkeys(PEOPLE, person)
    found |= dict.fromkeys(GRADES, lambda said: grades.get(said, said))
    found |= {"post": post, "recipient_role": role, "event": lambda said: events.get(said, said)}
    found["function"] = lambda said: function_title(framework, said)
    found |= dict.fromkeys(("activity", "state", "why", "result"), lambda said: said.replace("_", " "))
    return found


def _named(sheet: Sheet, sayings: dict[str, Say]) -> Sheet:
    kept = [at for at, column in enumerate(sheet.header) if column not in OPAQUE]
    says = [sayings.get(sheet.header[at]) for at in kept]

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in sheet.rows:
            yield tuple(
                say(row[at]) if say and isinstance(row[at], str) else row[at]
                for at, say in zip(kept, says, strict=True)
            )

    header = tuple(sheet.header[at].replace("_", " ").capitalize() for at in kept)
    return replace(sheet, header=header, rows=rows())

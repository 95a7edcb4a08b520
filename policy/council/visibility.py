"""Who sees what: the rows of the framework's matrix, judged for one reader and one thing. Pure rules, no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from policy.council.establishment import Establishment
from policy.council.recipients import Expression, Subject, posts_asked
from policy.framework.framework import Framework
from policy.framework.rules_visibility import Condition, Item, Sees

TELLS_THE_GRADE: tuple[Item, ...] = ("result", "closing_the_loop")
"""What says how work was graded, by what it holds or by being there at all."""


class Right(IntEnum):
    """What a reader may have of a thing. Each includes those below it, but `APPROVE` does not let anyone fill it in."""

    NONE = 0
    AGGREGATE = 1
    HEADER = 2
    READ = 3
    WRITE = 4
    APPROVE = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who wants to see something, and the posts they hold or cover on the day."""

    person: str
    posts: frozenset[str]

    @classmethod
    def of(cls, establishment: Establishment, person: str, on: date) -> Reader:
        """A person as the council stands on a day. Someone who has left, or nobody, has no posts."""
        if not person or person not in establishment.people:
            return cls("", frozenset())
        held = {post.id for post in establishment.posts_held_by(person)}
        covered = {cover.post for cover in establishment.cover if cover.deputy == person}
        return cls(person, frozenset(held | {post for post in covered if establishment.deputy_of(post, on) == person}))


def may_see(
    framework: Framework,
    establishment: Establishment,
    item: Item,
    reader: Reader,
    subject: Subject,
    facts: Collection[Condition] = (),
) -> Right:
    """The most a reader may have of a thing, given what holds of it now.

    The practitioner whose work it was sees the result, and that a loop follows from it, as the practitioner only,
    whatever post they hold besides: no second hat opens either before it is released (4.2 rule 3).
    """
    right = Right.NONE
    for row in rows_of(framework, item):
        if row.when and not set(row.when) & set(facts):
            continue
        if any(stands(framework, establishment, each, reader, subject) for each in _heard(row, item, reader, subject)):
            right = max(right, Right[row.right.upper()])
    return right


def would_open(
    framework: Framework, establishment: Establishment, item: Item, reader: Reader, subject: Subject
) -> tuple[Condition, ...]:
    """The conditions under which this reader could open the thing; empty when nothing ever opens it for them."""
    found: dict[Condition, None] = {}
    for row in rows_of(framework, item):
        if Right[row.right.upper()] < Right.READ:
            continue
        if any(stands(framework, establishment, each, reader, subject) for each in row.readers):
            found.update(dict.fromkeys(row.when))
    return tuple(found)


def stands(framework: Framework, establishment: Establishment, text: str, reader: Reader, subject: Subject) -> bool:
    """Whether a reader is the one a recipient expression means, in their own post or as a deputy."""
    if not reader.person:
        return False
    expression = Expression.parse(text)
    if not expression.role:
        return reader.person == _named(expression.line, subject)
    return any(post.id in reader.posts for post in posts_asked(text, subject, establishment, framework))


def rows_of(framework: Framework, item: Item) -> tuple[Sees, ...]:
    """The rows of one item, in the order of the file."""
    return tuple(row for row in framework.sees if row.item == item)


def roles_for(framework: Framework, item: Item, *, line: str = "", at_least: Right = Right.READ) -> frozenset[str]:
    """The roles a list of things is drawn up by: those with the right, without a condition, in somebody's line.

    `line` is whose ("owner", "practitioner", ...); empty asks for the roles that have the right everywhere.
    """
    found = set()
    for row in rows_of(framework, item):
        if row.when or Right[row.right.upper()] < at_least:
            continue
        expressions = (Expression.parse(text) for text in row.readers)
        found |= {one.role for one in expressions if one.role and one.line == line}
    return frozenset(found)


def _heard(row: Sees, item: Item, reader: Reader, subject: Subject) -> tuple[str, ...]:
    if item in TELLS_THE_GRADE and reader.person and reader.person == subject.practitioner:
        return tuple(text for text in row.readers if text == "practitioner")
    return row.readers


def _named(word: str, subject: Subject) -> str:
    match word:
        case "practitioner":
            return subject.practitioner
        case "setter":
            return subject.setter
        case "moderator":
            return subject.moderator
        case _:  # the auditor, or of an action its owner
            return subject.auditor_person

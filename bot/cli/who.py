"""Whom an operator means by an id or a whole name; a misspelt one is answered with the nearest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assurance.common.find_person import SeveralPeople, find_person
from assurance.common.refusals import UnknownPerson
from bot.cli.refusals import Refusal

if TYPE_CHECKING:
    from policy.council.establishment import Establishment


def found(council: Establishment, said: str, *, look: Callable[[], str] | None = None) -> str:
    """The id of whoever is meant, looked for with `look` if that is given. Refusal names those it may have been."""
    try:
        return look() if look else find_person(council, said)
    except UnknownPerson as refusal:
        people, first = refusal.near, f"Nobody is called '{said}'."
    except SeveralPeople as refusal:
        people, first = refusal.people, f"More than one person is called '{said}'."
    if not people:
        raise Refusal(f"{first} Give the whole name or the id.")
    named = "\n".join(f"  {person}  {council.people[person].name}" for person in people)
    raise Refusal(f"{first} Did you mean one of these? Give the id:\n{named}")

"""Whom the QA team means by what they typed: an id or a whole name, never a guess; who it may be is offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assurance.common.refusals import NotFound, Refused, UnknownPerson
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.names import called, nearest
from policy.framework.framework import Framework
from storage.casework import form_drafts
from storage.casework.form_drafts import FormDraft
from storage.council import establishment as establishments
from storage.engine.session import Session


class SeveralPeople(Refused):
    """More than one person has this name."""

    def __init__(self, people: tuple[str, ...]) -> None:
        """`people` are the ids of all of them."""
        self.people = people
        super().__init__()


def find_person(establishment: Establishment, said: str) -> str:
    """A person's id from an id or a whole name, however it is written.

    UnknownPerson, with whose names are nearest; SeveralPeople, with all of them.
    """
    found = called(establishment, said)
    if not found:
        raise UnknownPerson(near=nearest(establishment, said))
    if len(found) > 1:
        raise SeveralPeople(found)
    return found[0]


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody it may be, as the QA team tells them from others."""

    said: str
    """What finds them and nobody else: their name, or their id where two have the same name."""
    name: str
    post: str
    """Title and team of their first post; empty for who holds none."""


OFFERED = "who_meant"
"""The form and the subject under which it is remembered who was offered: a card carries nobody's name or id."""


def remember_offer(
    session: Session, framework: Framework, line: str, *, people: tuple[str, ...], actor: Actor, now: datetime
) -> tuple[Offered, ...]:
    """Offer these people (ids), for a line in which {} stands where the name goes."""
    offered = offer(establishments.current(session), people)
    answers = {"line": line, "said": [one.said for one in offered]}
    form_drafts.save(session, FormDraft(OFFERED, OFFERED, actor.person_id, answers, "", 0, now))
    return offered


def line_meant(
    session: Session, framework: Framework, choice: str, *, actor: Actor, now: datetime
) -> tuple[str, tuple[Offered, ...]]:
    """The line again with the name that was chosen (its place, from 0), or empty with who was offered.

    NotFound when nobody was offered to this person.
    """
    draft = form_drafts.load(session, OFFERED, OFFERED, actor.person_id)
    if draft is None:
        raise NotFound(OFFERED)
    said = [str(one) for one in draft.answers["said"]]
    if not (choice.isdecimal() and int(choice) < len(said)):
        establishment = establishments.current(session)
        return "", offer(establishment, [person for one in said for person in called(establishment, one)])
    return str(draft.answers["line"]).replace("{}", said[int(choice)]), ()


def offer(establishment: Establishment, people: Iterable[str]) -> tuple[Offered, ...]:
    """Everybody of these ids who is still here, for a card to choose from."""
    found = (establishment.people[person] for person in people if person in establishment.people)
    return tuple(Offered(_unique(establishment, one.id), one.name, _post(establishment, one.id)) for one in found)


def _unique(establishment: Establishment, person: str) -> str:
    name = establishment.people[person].name
    return name if called(establishment, name) == (person,) else person


def _post(establishment: Establishment, person: str) -> str:
    post = next(iter(establishment.posts_held_by(person)), None)
    return f"{post.title}, {post.team}" if post else ""

"""The QA lead gives one open learning space, or all of a leaver's, to somebody else (R38, A37, G3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.access.authority import ALLOCATES, require_role
from assurance.common.find_person import find_person
from assurance.common.refusals import NotFound, NotReady, Refused, UnknownPerson
from assurance.learning_space.hand_over import HandedOver, NoPostForIt, hand_over, post_for, refuse_if_too_close
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment, Post
from policy.framework.framework import Framework
from storage.casework import form_drafts, learning_spaces
from storage.casework.form_drafts import FormDraft
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session

DRAFT = "reassign"
"""The key under which it is remembered whom the QA lead named."""


class NoSuchReason(Refused):
    """The framework file knows no such reason."""


@dataclass(frozen=True, slots=True)
class Reassignment:
    """What would be done, for a card that asks first."""

    item: LearningSpace
    to: str
    """The person's id."""
    from_name: str
    to_name: str
    post_title: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of all of a leaver's open items."""

    done: tuple[HandedOver, ...]
    left: tuple[tuple[str, Refused], ...]
    """References that could not be handed over, each with the reason."""


def propose_reassignment(
    session: Session, framework: Framework, reference: str, *, to: str, actor: Actor, now: datetime
) -> Reassignment:
    """Who would take it, found by id or name. Changes nothing.

    NotYours for anyone but the QA lead, NotFound, NotReady once it is not open, UnknownPerson, SeveralPeople,
    NoPostForIt, TooClose.
    """
    establishment, item = _open_item(session, framework, reference, actor=actor, now=now)
    person = find_person(establishment, to)
    post = _post(framework, establishment, item, person, now=now)
    return Reassignment(
        item, person, name_of(establishment, item.person), name_of(establishment, person), post.title or post.id
    )


def reassign(
    session: Session, framework: Framework, reference: str, *, to: str, reason: str, actor: Actor, now: datetime
) -> HandedOver:
    """Give an open item to a person (their id). Refuses like `propose_reassignment`, and NoSuchReason.

    Giving it to whoever has it already changes nothing.
    """
    establishment, item = _open_item(session, framework, reference, actor=actor, now=now)
    if reason not in framework.people_change.reasons:
        raise NoSuchReason(reference)
    if to not in establishment.people:
        raise UnknownPerson(to)
    if to == item.person:
        return HandedOver(item, item.person, None)
    post = _post(framework, establishment, item, to, now=now)
    return hand_over(
        session, framework, establishment, item, post, why="reassigned", reason=reason, actor=actor, now=now
    )


def reassign_leaver(
    session: Session, framework: Framework, leaver: str, *, to: str, reason: str, actor: Actor, now: datetime
) -> Bulk:
    """Give every open item of a person to `to`; with `to` empty, each to the present holder of its post.

    What cannot be handed over stays where it is and is named. NotYours, NoSuchReason, UnknownPerson.
    """
    establishment = _for_qa_lead(session, framework, actor=actor, now=now)
    if reason not in framework.people_change.reasons:
        raise NoSuchReason(leaver)
    if to and to not in establishment.people:
        raise UnknownPerson(to)
    done, left = [], []
    for item in learning_spaces.waiting_for(session, leaver):
        try:
            heir = to or _holder(establishment, item)
            if heir in ("", leaver):
                raise NoPostForIt(item.reference)
            post = _post(framework, establishment, item, heir, now=now)
        except Refused as refused:
            left.append((item.reference, refused))
            continue
        done.append(
            hand_over(
                session, framework, establishment, item, post, why="reassigned", reason=reason, actor=actor, now=now
            )
        )
    return Bulk(tuple(done), tuple(left))


def could_take(
    framework: Framework, establishment: Establishment, item: LearningSpace, person: str, *, now: datetime
) -> Refused | None:
    """Why an open item could not go to a person, or None if it could."""
    try:
        _post(framework, establishment, item, person, now=now)
    except Refused as refused:
        return refused
    return None


def _for_qa_lead(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> Establishment:
    establishment = establishments.current(session)
    require_role(establishment, actor, ALLOCATES, on=Calendar.of(framework).local_date(now))
    return establishment


def _open_item(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> tuple[Establishment, LearningSpace]:
    establishment = _for_qa_lead(session, framework, actor=actor, now=now)
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if not item.is_open:
        raise NotReady(reference)
    return establishment, item


def _post(
    framework: Framework, establishment: Establishment, item: LearningSpace, person: str, *, now: datetime
) -> Post:
    post = post_for(framework, establishment, item, person)
    refuse_if_too_close(framework, establishment, item, post, on=Calendar.of(framework).local_date(now))
    return post


def _holder(establishment: Establishment, item: LearningSpace) -> str:
    post = establishment.posts.get(item.post)
    return post.holder if post else ""


# -- in chat: asked first, then confirmed -----------------------------------------------------------------------------


def ask_to_reassign(
    session: Session, framework: Framework, reference: str, *, to: str, actor: Actor, now: datetime
) -> Reassignment:
    """Remember whom the QA lead named, so that the card that asks carries no person. Empty `to`: whom they named last.

    Refuses like `propose_reassignment`.
    """
    said = to or _named(session, reference, actor)
    asked = propose_reassignment(session, framework, reference, to=said, actor=actor, now=now)
    form_drafts.save(session, FormDraft(reference, DRAFT, actor.person_id, {"to": asked.to}, "", 0, now))
    return asked


def confirm_reassignment(
    session: Session, framework: Framework, reference: str, *, reason: str, actor: Actor, now: datetime
) -> tuple[HandedOver, str]:
    """Give it to whom the QA lead named; with that person's name. Refuses like `reassign`."""
    to = _named(session, reference, actor)
    done = reassign(session, framework, reference, to=to, reason=reason, actor=actor, now=now)
    return done, name_of(establishments.current(session), to)


def _named(session: Session, reference: str, actor: Actor) -> str:
    draft = form_drafts.load(session, reference, DRAFT, actor.person_id)
    return str(draft.answers.get("to", "")) if draft else ""

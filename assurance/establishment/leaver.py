"""Everything one person still owes goes to another in one go: their learning spaces and their actions (R38, G3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.access.authority import ALLOCATES, require_role
from assurance.actions.transfer_actions import transfer_actions
from assurance.common.find_person import find_person
from assurance.common.refusals import NotFound, Refused, UnknownPerson
from assurance.learning_space.reassign import Bulk, could_take, reassign_leaver
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.names import plain
from policy.framework.framework import Framework
from storage.casework import actions, form_drafts, learning_spaces, moderations
from storage.casework.form_drafts import FormDraft
from storage.casework.moderations import DISCUSSED, GRADED, SELECTED
from storage.council import establishment as establishments
from storage.engine.session import Session

SUBJECT, DRAFT = "everything", "hand_over"
"""Under which it is remembered whom the QA lead named, so that no card carries it."""


class SamePerson(Refused):
    """They have it already."""


@dataclass(frozen=True, slots=True)
class Everything:
    """What one person owes, and what would go to another."""

    from_name: str
    to_name: str
    going: tuple[str, ...]
    """References of learning spaces."""
    staying: tuple[tuple[str, Refused], ...]
    """Learning spaces that cannot go to them, each with the reason."""
    actions: tuple[str, ...]
    second_looks: int
    """Second looks in hand: those pass to another of the QA team by themselves once they have left."""


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it."""

    from_name: str
    to_name: str
    spaces: Bulk
    actions: tuple[str, ...]


def ask_for_everything(
    session: Session, framework: Framework, said: str, *, to: str, actor: Actor, now: datetime
) -> Everything:
    """What `said` owes and whether `to` could take it; remembered for `give_everything`. Both by id or whole name.

    With both empty: whoever was named last. Nothing of the work changes. NotYours for anyone but the QA lead,
    UnknownPerson, SeveralPeople, SamePerson, NotFound when nobody was named.
    """
    establishment = establishments.current(session)
    require_role(establishment, actor, ALLOCATES, on=Calendar.of(framework).local_date(now))
    if said or to:
        leaver, heir = find_leaver(session, establishment, said), find_person(establishment, to)
    else:
        leaver, heir = _named(session, actor)
    if leaver == heir:
        raise SamePerson(SUBJECT)
    answers = {"of": leaver, "to": heir}
    form_drafts.save(session, FormDraft(SUBJECT, DRAFT, actor.person_id, answers, "", 0, now))
    going, staying = [], []
    for item in learning_spaces.waiting_for(session, leaver):
        why = could_take(framework, establishment, item, heir, now=now)
        if why is None:
            going.append(item.reference)
        else:
            staying.append((item.reference, why))
    return Everything(
        name_of(establishment, leaver),
        name_of(establishment, heir),
        tuple(going),
        tuple(staying),
        tuple(action.reference for action in actions.open_of(session, leaver)),
        len(moderations.of_moderator(session, leaver, (SELECTED, GRADED, DISCUSSED))),
    )


def give_everything(
    session: Session, framework: Framework, subject: str, *, reason: str, actor: Actor, now: datetime
) -> Given:
    """Hand over what `ask_for_everything` named, in one transaction; doing it twice finds nothing the second time.

    NotYours, NoSuchReason, NotFound when nobody was named, UnknownPerson when who was to take it has left since.
    """
    require_role(establishments.current(session), actor, ALLOCATES, on=Calendar.of(framework).local_date(now))
    leaver, heir = _named(session, actor)
    return hand_over_everything(session, framework, leaver, to=heir, reason=reason, actor=actor, now=now)


def hand_over_everything(
    session: Session, framework: Framework, leaver: str, *, to: str, reason: str, actor: Actor, now: datetime
) -> Given:
    """Give a person's (id) open learning spaces and actions to another. Refuses like `reassign_leaver`.

    With `to` empty each learning space goes to the present holder of its post; actions have no post, and stay.
    """
    establishment = establishments.current(session)
    spaces = reassign_leaver(session, framework, leaver, to=to, reason=reason, actor=actor, now=now)
    given: tuple[str, ...] = ()
    if to:
        given = transfer_actions(session, framework, from_person=leaver, to_person=to, actor=actor, now=now)
    return Given(name_of(establishment, leaver), name_of(establishment, to) if to else "", spaces, given)


def find_leaver(session: Session, establishment: Establishment, said: str) -> str:
    """The id of somebody who owes something; who has left the establishment is known by their id alone."""
    try:
        return find_person(establishment, said)
    except UnknownPerson:
        owing = learning_spaces.holders_of_open(session) | actions.owners_of_open(session)
        found = [one for one in owing if one and plain(one) == plain(said)]
        if len(found) != 1:
            raise
        return found[0]


def _named(session: Session, actor: Actor) -> tuple[str, str]:
    draft = form_drafts.load(session, SUBJECT, DRAFT, actor.person_id)
    if draft is None:
        raise NotFound(SUBJECT)
    return str(draft.answers["of"]), str(draft.answers["to"])

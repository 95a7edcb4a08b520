"""Actions change hands: their owner has left or moved on, or the QA team gives one to somebody else (R38, R96)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assurance.access.authority import EXPORTS
from assurance.actions.action_view import in_roles
from assurance.actions.assign_action import announce_action
from assurance.common.find_person import find_person
from assurance.common.refusals import NotFound, NotReady, NotYours, UnknownPerson
from assurance.notify.tell import UNREACHABLE
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ACTION, move
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

CHANGED_OWNER = "E41"
NO_OWNER = "action_left_without_owner"
"""The verb in the history; its detail names the posts an heir may come from."""


def transfer_actions(
    session: Session, framework: Framework, *, from_person: str, to_person: str, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Give all of a person's open actions to another, and tell the new owner and whoever set each one (E41).

    References of what changed hands; a second time finds nothing. A person may only as one of the QA team: NotYours.
    UnknownPerson if the new owner is not of this council.
    """
    establishment = establishments.current(session)
    _require_qa(framework, establishment, actor, now=now)
    if to_person not in establishment.people:
        raise UnknownPerson(to_person)
    if from_person == to_person:
        return ()
    owned = actions.open_of(session, from_person)
    for action in owned:
        _give(session, framework, establishment, action, to_person, actor=actor, now=now)
    return tuple(action.reference for action in owned)


def reassign_action(
    session: Session, framework: Framework, token: str, *, to_person: str, actor: Actor, now: datetime
) -> Action:
    """Give one action to somebody else. For the QA team alone (NotYours); NotReady once it is closed."""
    establishment = establishments.current(session)
    _require_qa(framework, establishment, actor, now=now)
    action = actions.by_token(session, token)
    if action is None:
        raise NotFound(token)
    if to_person not in establishment.people:
        raise UnknownPerson(to_person)
    if not action.is_open:
        raise NotReady(action.reference)
    if action.owner == to_person:
        return action
    return _give(session, framework, establishment, action, to_person, actor=actor, now=now)


def give_action(
    session: Session, framework: Framework, reference: str, *, to: str, actor: Actor, now: datetime
) -> Action:
    """`reassign_action` by reference, to whoever is meant by an id or a whole name.

    UnknownPerson, SeveralPeople; the QA team alone is told whose names are near (NotYours first), and NotFound.
    """
    establishment = establishments.current(session)
    _require_qa(framework, establishment, actor, now=now)
    action = actions.by_reference(session, reference)
    if action is None:
        raise NotFound(reference)
    person = find_person(establishment, to)
    return reassign_action(session, framework, action.token, to_person=person, actor=actor, now=now)


def inherit_actions(
    session: Session,
    framework: Framework,
    before: Establishment,
    after: Establishment,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """After an import: whoever has left, or holds no post any more, hands their actions to the new holder of theirs.

    Where the post is vacant now they stay where they are, and whoever set them hears that they have no owner (E41);
    an import that fills the post later hands them on then.
    """
    moved: list[str] = []
    for person in sorted(actions.owners_of_open(session)):
        if not person or (person in after.people and after.posts_held_by(person)):
            continue
        posts = before.posts_held_by(person)
        for action in actions.open_of(session, person):
            # It was so before this import, and has been told: the post it waits for is in the history.
            waits_for = [post.id for post in posts] or _waits_for(session, action)
            heir = _heir(after, waits_for)
            if heir:
                _give(session, framework, after, action, heir, actor=actor, now=now)
                moved.append(action.reference)
            elif posts:
                detail = {"posts": sorted(waits_for)}
                history.append(session, at=now, actor=actor, verb=NO_OWNER, subject=action.reference, detail=detail)
                _tell(session, framework, after, action, now=now, ownerless=True)
    return tuple(moved)


def _waits_for(session: Session, action: Action) -> list[str]:
    """The posts its owner held when they left, if it has had no owner since."""
    for entry in history.read(session, subject=action.reference, newest_first=True):
        if entry.verb == NO_OWNER:
            return list(entry.detail["posts"])
        if entry.verb == "action_transferred":
            break
    return []


def _heir(after: Establishment, posts: Sequence[str]) -> str:
    """The new holder of the first post somebody else now holds; empty if they are all vacant or gone."""
    for post in sorted(posts):
        now_held = after.posts.get(post)
        if now_held and now_held.holder and now_held.holder in after.people:
            return now_held.holder
    return ""


def _give(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    to_person: str,
    *,
    actor: Actor,
    now: datetime,
) -> Action:
    after = replace(action, owner=to_person, state=move(ACTION, action.state, "reassign"), asked_due_on=None)
    actions.update(session, action.reference, owner=after.owner, state=after.state, asked_due_on=None, note="")
    why = "the action has gone to someone else"
    outbox.cancel_for(session, action.reference, at=now, reason=why, keep_events=(UNREACHABLE,))
    detail = {"from": action.owner, "to": to_person}
    history.append(session, at=now, actor=actor, verb="action_transferred", subject=action.reference, detail=detail)
    _tell(session, framework, establishment, after, now=now)
    return after


def _tell(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    *,
    now: datetime,
    ownerless: bool = False,
) -> None:
    """Once for each change of hands; somebody may come back to an action they had before."""
    changes = ("action_transferred", NO_OWNER)
    turn = sum(entry.verb in changes for entry in history.read(session, subject=action.reference))
    told = announce_action(
        framework, establishment, CHANGED_OWNER, action, now=now, step=f"owner {turn}", ownerless=ownerless
    )
    outbox.add(session, told, at=now)


def _require_qa(framework: Framework, establishment: Establishment, actor: Actor, *, now: datetime) -> None:
    """A part of the bot, an operator at the server, or one of the QA team."""
    if not actor.person_id:
        return
    if actor.person_id not in in_roles(establishment, EXPORTS, on=Calendar.of(framework).local_date(now)):
        raise NotYours(detail=f"for {' or '.join(EXPORTS)}")

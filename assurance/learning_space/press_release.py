"""'We have talked' with a minute to take it back: the result opens, and the practitioner hears, when that is over.

Kept as a row, so a crash in between neither opens it early nor forgets it (docs/adr/0027).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assurance.common.refusals import NotReady, TooLateToTakeBack
from assurance.forms.form_view import own_item
from assurance.learning_space.release import release
from policy.council.actor import Actor
from policy.follow_up.taking_back import final_at, has_way_back
from policy.framework.framework import Framework
from storage.casework import learning_spaces, pressed_releases, sent_forms
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.casework.pressed_releases import PressedRelease
from storage.council import history
from storage.engine.session import Session

BATCH = 500


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a press."""

    item: LearningSpace
    state: Literal["opens", "open", "taken_back", "nothing"]
    """opens: it will, and can be taken back until then. open: it is, and cannot. taken_back. nothing: nothing was to
    be taken back."""


def press_release(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> Pressed:
    """The auditor says that they have talked; nobody hears before the time to take it back is over.

    A second press changes nothing. Raises NotFound, NotYours, Withdrawn, and NotReady before the form is sent in.
    """
    item = own_item(session, token, actor)
    if item.state != SUBMITTED:
        raise NotReady(item.reference)
    if item.released_at is not None:
        return Pressed(item, "open")
    if pressed_releases.of(session, item.reference) is not None:
        return Pressed(item, "opens")
    pressed_releases.save(session, PressedRelease(item.reference, actor.person_id, now, final_at(framework, now)))
    history.append(session, at=now, actor=actor, verb="release_pressed", subject=item.reference)
    if not has_way_back(framework):
        open_what_was_pressed(session, framework, now)
        return Pressed(learning_spaces.by_reference(session, item.reference) or item, "open")
    return Pressed(item, "opens")


def take_release_back(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> Pressed:
    """The press was wrong: the result stays closed, as if it had not been.

    Refuses like `press_release`, and TooLateToTakeBack once its time is over.
    """
    item = own_item(session, token, actor)
    if item.released_at is not None:
        raise TooLateToTakeBack(item.reference, what="released", at=item.released_at)
    pressed = pressed_releases.of(session, item.reference)
    if pressed is None:
        return Pressed(item, "nothing")
    if pressed.opens_at <= now:  # only the timer has not looked yet
        raise TooLateToTakeBack(item.reference, what="released", at=pressed.opens_at)
    pressed_releases.remove(session, item.reference)
    history.append(session, at=now, actor=actor, verb="release_taken_back", subject=item.reference)
    return Pressed(item, "taken_back")


def open_what_was_pressed(session: Session, framework: Framework, now: datetime) -> int:
    """Carry out what can no longer be taken back, by whoever pressed; returns how many there were.

    The draft behind a form that was sent in is of no use any more, either.
    """
    sent_forms.drop_final(session, now)
    due = pressed_releases.due(session, now, BATCH)
    for pressed in due:
        pressed_releases.remove(session, pressed.reference)
        item = learning_spaces.by_reference(session, pressed.reference)
        if item is not None and item.state == SUBMITTED and item.person == pressed.person:
            release(session, framework, item.token, actor=Actor.person(pressed.person), now=now)
    return len(due)

"""Begin, or go on with, answering a form by typing: which forms a person could, and the first question of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.loop_lists import decisions_loops
from assurance.loop_people import loop_and_item
from assurance.refusals import NotFound
from assurance.typed_view import LEARNING_SPACE_FORM, TypedPage, door_of, remember
from policy.actor import Actor
from policy.form_questions import first_question
from policy.framework import Framework
from policy.loop_form import FORM as LOOP_FORM
from policy.reference import LEARNING_SPACE
from storage import establishment as establishments
from storage import learning_spaces
from storage.conversations import TypedConversation
from storage.session import Session

LOOP_WORK = ("meet_for_loop", "finish_loop_form")
"""The decisions about a loop that are its form to fill in: still to meet, and begun."""


@dataclass(frozen=True, slots=True)
class Typable:
    """A form this person may answer by typing."""

    reference: str
    due_on: date
    begun: bool


def typable(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> tuple[Typable, ...]:
    """The forms that wait for this person, soonest first."""
    begun = learning_spaces.drafts_of(session, actor.person_id)
    found = [
        Typable(item.reference, item.due_on, item.reference in begun)
        for item in learning_spaces.waiting_for(session, actor.person_id)
    ]
    waiting = decisions_loops(session, framework, establishments.current(session), actor.person_id, now)
    found += [
        Typable(decision.reference, decision.by_when, decision.kind == LOOP_WORK[1])
        for decision in waiting
        if decision.kind in LOOP_WORK and decision.by_when
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.reference)))


def begin_typing(session: Session, framework: Framework, about: str, *, actor: Actor, now: datetime) -> TypedPage:
    """The first question of a form that still needs an answer. What was answered on a card counts.

    `about` is the reference somebody typed, or the token of a card. Raises NotFound, NotYours, Withdrawn,
    AlreadyDone, NotReady.
    """
    item = learning_spaces.by_token(session, about) or learning_spaces.by_reference(session, about)
    if item is not None or about.startswith(f"{LEARNING_SPACE}-"):
        if item is None or item.person != actor.person_id:
            raise NotFound(about)
        form, subject = LEARNING_SPACE_FORM, item.token
    else:
        form, subject = LOOP_FORM, loop_and_item(session, about)[0].token
    view = door_of(form).open(session, framework, subject, actor=actor, now=now)
    place = TypedConversation(
        person=actor.person_id,
        form=form,
        subject=subject,
        question=first_question(view.form, view.answers),
        back_to="",
        version=view.version,
        due_on=None,
        asked_at=now,
    )
    return remember(session, TypedPage(place, view, framework), now=now)

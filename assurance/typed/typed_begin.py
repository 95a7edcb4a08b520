"""Begin, or go on with, answering a form by typing: which forms a person could, and the first question of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from assurance.access.loop_people import loop_and_item
from assurance.common.refusals import NotFound
from assurance.loop.loop_lists import decisions_loops
from assurance.moderation.moderation_drafts import load_draft
from assurance.moderation.moderation_list import by_when
from assurance.typed.typed_moderation import by_token_or_reference, form_asked, waits_to_be_typed
from assurance.typed.typed_view import LEARNING_SPACE_FORM, TypedPage, door_of, remember
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import FORM as LOOP_FORM
from policy.forms.form_questions import first_question
from policy.framework.framework import Framework
from policy.lifecycle.reference import LEARNING_SPACE, MODERATION
from storage.casework import learning_spaces, moderations
from storage.casework.conversations import TypedConversation
from storage.casework.moderations import IN_HAND
from storage.council import establishment as establishments
from storage.engine.session import Session

LOOP_WORK = ("meet_for_loop", "finish_loop_form")
"""The decisions about a loop that are its form to fill in: still to meet, and begun."""


@dataclass(frozen=True, slots=True)
class Typable:
    """A form this person may answer by typing."""

    reference: str
    due_on: date | None
    """A moderation may have none."""
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
    today = Calendar.of(framework).local_date(now)
    found += [
        Typable(one.reference, by_when(one), load_draft(session, one, form_asked(session, one)) is not None)
        for one in moderations.of_moderator(session, actor.person_id, IN_HAND)
        if waits_to_be_typed(session, one, today)
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on or date.max, one.reference)))


def begin_typing(session: Session, framework: Framework, about: str, *, actor: Actor, now: datetime) -> TypedPage:
    """The first question of a form that still needs an answer. What was answered on a card counts.

    `about` is the reference somebody typed, or the token of a card. Raises NotFound, NotYours, Withdrawn,
    AlreadyDone, NotReady, NothingAsked.
    """
    form, subject = _what_it_is(session, about, actor)
    view = door_of(form).open(session, framework, subject, actor=actor, now=now)
    place = TypedConversation(
        person=actor.person_id,
        form=form,
        subject=subject,
        question="",
        back_to="",
        version=view.version,
        due_on=None,
        asked_at=now,
    )
    page = TypedPage(place, view, framework)
    begun = replace(place, question=first_question(page.form, page.answers))
    return remember(session, replace(page, place=begun), now=now)


def _what_it_is(session: Session, about: str, actor: Actor) -> tuple[str, str]:
    """Which form a reference or a token stands for, and the token. NotFound also for what is somebody else's."""
    item = learning_spaces.by_token(session, about) or learning_spaces.by_reference(session, about)
    if item is not None or about.startswith(f"{LEARNING_SPACE}-"):
        if item is None or item.person != actor.person_id:
            raise NotFound(about)
        return LEARNING_SPACE_FORM, item.token
    moderation = by_token_or_reference(session, about)
    if moderation is not None or about.startswith(f"{MODERATION}-"):
        if moderation is None or not actor.person_id or moderation.moderator != actor.person_id:
            raise NotFound(about)
        return form_asked(session, moderation), moderation.token
    return LOOP_FORM, loop_and_item(session, about)[0].token

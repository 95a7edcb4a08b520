"""A form as a typed conversation sees it: the question asked now, and the answers so far, whichever form it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from assurance.access.loop_people import loop_and_item
from assurance.common.refusals import NotReady
from assurance.forms.form_view import FormView, build_view, own_item, refuse_unless_to_fill_in
from assurance.forms.open_form import open_form
from assurance.forms.save_step import save_step
from assurance.loop.loop_form import open_loop_form, save_loop_step
from assurance.loop.loop_view import LoopView, fill_view, fills_in, load_draft, whole_view
from assurance.moderation.moderation_list import by_when
from assurance.moderation.moderation_view import ModerationView
from assurance.typed.typed_moderation import FORMS as MODERATION_FORMS
from assurance.typed.typed_moderation import looks_at, saves
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import FORM as LOOP_FORM
from policy.forms.form_questions import END, Asked, questions
from policy.forms.forms import FormContext, Problem, check_all
from policy.framework.framework import Form, FormField, Framework
from storage.casework import conversations, learning_spaces
from storage.casework.conversations import TypedConversation
from storage.engine.session import Session

LEARNING_SPACE_FORM = "learning_space"
"""Learning spaces of every activity are answered with the form of that activity, through this one door."""

View = FormView | LoopView | ModerationView


@dataclass(frozen=True, slots=True)
class TypedPage:
    """One question for one person, or the end of the form."""

    place: TypedConversation
    view: View
    framework: Framework
    due_moved: bool = False
    """Whether the due date is another than when the last question was asked."""

    @property
    def reference(self) -> str:
        """What the form is about, for people: 'LS-2026Q3-014'."""
        match self.view:
            case LoopView():
                return self.view.loop.reference
            case ModerationView():
                return self.view.moderation.reference
            case _:
                return self.view.item.reference

    @property
    def due_on(self) -> date | None:
        """By when it is to be sent, or for a moderation the day of the talk or by when it is to be booked, if any."""
        match self.view:
            case LoopView():
                return self.view.loop.return_by
            case ModerationView():
                return by_when(self.view.moderation)
            case _:
                return self.view.item.due_on

    @property
    def form(self) -> Form:
        """The form."""
        assert self.view.form  # every door opens a page of a form
        return self.view.form

    @property
    def context(self) -> FormContext:
        """What the rules of the form need to know."""
        return self.view.context

    @property
    def answers(self) -> Mapping[str, Any]:
        """Everything answered so far."""
        return self.view.answers

    @property
    def questions(self) -> tuple[Asked, ...]:
        """Every question that is asked, in order."""
        return questions(self.form, self.answers)

    @property
    def asked(self) -> Asked | None:
        """The question asked now; None at the end, and for one that is asked no longer."""
        return next((one for one in self.questions if one.field.key == self.place.question), None)

    @property
    def field(self) -> FormField | None:
        """The question asked now."""
        return self.asked.field if self.asked else None

    @property
    def at_the_end(self) -> bool:
        """Whether everything is read once more before it is sent."""
        return self.place.question == END

    @property
    def number(self) -> int:
        """Which question this is, from 1; one more than there are at the end."""
        keys = [one.field.key for one in self.questions]
        return keys.index(self.place.question) + 1 if self.place.question in keys else len(keys) + 1

    @property
    def missing(self) -> Mapping[str, Mapping[str, Problem]]:
        """What still stands in the way of sending: page -> question -> problem."""
        return check_all(self.form, self.answers, self.context, self.framework)


@dataclass(frozen=True, slots=True)
class Door:
    """How one kind of form is looked at, opened and saved."""

    look: Callable[..., View]
    """(session, framework, subject, *, actor, now): as it stands, changing nothing."""
    open: Callable[..., View]
    """The same, noting that it was opened."""
    save: Callable[..., View]
    """(..., step, raw, move): one page of it."""


def door_of(form: str) -> Door:
    """The door of a form by its key. NotReady for a form that cannot be answered by typing."""
    if form not in _DOORS:
        raise NotReady()
    return _DOORS[form]


def look(session: Session, framework: Framework, place: TypedConversation, *, actor: Actor, now: datetime) -> TypedPage:
    """The page a person is at, changing nothing.

    Raises what opening the form raises: NotFound, NotYours, Withdrawn, AlreadyDone, NotReady, NothingAsked.
    """
    view = door_of(place.form).look(session, framework, place.subject, actor=actor, now=now)
    page = TypedPage(place, view, framework)
    return TypedPage(place, view, framework, due_moved=place.due_on is not None and place.due_on != page.due_on)


def remember(session: Session, page: TypedPage, *, now: datetime) -> TypedPage:
    """Keep where this person is now, with the draft and the due date as they stand."""
    place = replace(page.place, version=page.view.version, due_on=page.due_on, asked_at=now)
    conversations.save(session, place)
    return replace(page, place=place)


def _look_at_learning_space(
    session: Session, framework: Framework, subject: str, *, actor: Actor, now: datetime
) -> FormView:
    item = own_item(session, subject, actor)
    refuse_unless_to_fill_in(session, item)
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    return build_view(session, framework, item, draft, step=framework.form(item.activity).steps[0].key, now=now)


def _look_at_loop(session: Session, framework: Framework, subject: str, *, actor: Actor, now: datetime) -> LoopView:
    loop, item = loop_and_item(session, subject)
    if not fills_in(framework, session, loop, item, actor.person_id, Calendar.of(framework).local_date(now)):
        whole_view(session, framework, loop, item, person=actor.person_id, now=now)  # NotYours for whoever may not look
        raise NotReady(loop.reference)
    draft = load_draft(session, loop)
    if draft is None:
        return open_loop_form(
            session, framework, subject, actor=actor, now=now
        )  # for whoever fills it in, it only reads
    return fill_view(session, framework, loop, item, draft, step=draft.step, now=now)


def _save_loop(session: Session, framework: Framework, subject: str, *, move: str, **page: Any) -> LoopView:
    return save_loop_step(session, framework, subject, move_to=move, **page)


_DOORS = {
    LEARNING_SPACE_FORM: Door(_look_at_learning_space, open_form, save_step),
    LOOP_FORM: Door(_look_at_loop, _look_at_loop, _save_loop),
    **{form: Door(looks_at(form), looks_at(form), saves(form)) for form in MODERATION_FORMS},
}

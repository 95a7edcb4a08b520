"""One action as somebody opens it: who may, what they may do with it, and what its update form knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assurance.access.may_see import may_know_the_grade, right_on_action
from assurance.actions.action_ladder import ladder_of, subject_of_action
from assurance.actions.judge_actions import rungs_ahead_of
from assurance.common.refusals import NotFound, NotYours
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.visibility import Right
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Form, Framework
from policy.lifecycle.ladder import Rung
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.engine.session import Session

FORM = "action_update"
STEP = "update"


@dataclass(frozen=True, slots=True)
class ActionView:
    """Everything the card of an action shows."""

    action: Action
    owner: str
    """The owner's name."""
    set_by: str
    """The name of whoever set it; empty if nobody is known."""
    form: Form
    context: FormContext
    rungs: tuple[Rung, ...]
    may_update: bool
    """Whether the reader owns it, and it is still open."""
    may_decide: bool
    """Whether the new date asked for is the reader's to agree."""
    who_decides: str
    """Whom a new date is asked of: a name, or a role."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)
    newly_asked: frozenset[str] = frozenset()
    rungs_kept_back: bool = False
    """Whether the days on which management hears are left out: how strict they are would tell how it was graded."""

    @property
    def today(self) -> date:
        """The council's date."""
        return self.context.today


def open_action(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ActionView:
    """An action by its opaque token. NotFound, and NotYours for anyone who is not to read it.

    Who may read it is the framework's matrix (4.2).
    """
    action = actions.by_token(session, token)
    if action is None:
        raise NotFound(token)
    establishment = establishments.current(session)
    if not may_read(session, framework, establishment, action, actor.person_id, now=now):
        raise NotYours(action.reference)
    return build_action_view(session, framework, action, actor=actor, now=now)


def open_action_by_reference(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> ActionView:
    """An action by the reference somebody typed. One that is not theirs and none at all look the same: NotFound."""
    action = actions.by_reference(session, reference)
    if action is None:
        raise NotFound(reference)
    establishment = establishments.current(session)
    if not may_read(session, framework, establishment, action, actor.person_id, now=now):
        raise NotFound(reference)
    return build_action_view(session, framework, action, actor=actor, now=now)


def build_action_view(
    session: Session, framework: Framework, action: Action, *, actor: Actor, now: datetime, **found: Any
) -> ActionView:
    """The view of an action for a reader; `found` is what checking an update found."""
    establishment = establishments.current(session)
    today = Calendar.of(framework).local_date(now)
    subject = subject_of_action(establishment, framework, action)
    knows = may_know_the_grade(session, framework, establishment, action.subject, person=actor.person_id, on=today)
    setter = setter_who_decides(establishment, action)
    return ActionView(
        action=action,
        owner=name_of(establishment, action.owner) if action.owner else "",
        set_by=name_of(establishment, action.set_by) if action.set_by else "",
        form=framework.form(FORM),
        context=context_of_update(framework, action, today=today),
        rungs=rungs_ahead_of(framework, establishment, action, ladder_of(framework, action), subject, after=today)
        if knows
        else (),
        rungs_kept_back=not knows,
        may_update=action.is_open and actor.person_id == action.owner,
        may_decide=action.asked_due_on is not None
        and action.is_open
        and actor.person_id in deciders(framework, establishment, action, on=today),
        who_decides=name_of(establishment, setter) if setter else "the QA team",
        **found,
    )


def context_of_update(framework: Framework, action: Action, *, today: date) -> FormContext:
    """What the rules of the update form need to know: evidence is no older than the action."""
    set_on = Calendar.of(framework).local_date(action.created_at)
    return FormContext.of(framework, allocated_on=set_on, today=today)


def may_read(
    session: Session, framework: Framework, establishment: Establishment, action: Action, person: str, *, now: datetime
) -> bool:
    """Whether a person may open an action."""
    on = Calendar.of(framework).local_date(now)
    subject = subject_of_action(establishment, framework, action)
    right = right_on_action(session, framework, establishment, action, subject, person=person, on=on)
    return right >= Right.READ


def setter_who_decides(establishment: Establishment, action: Action) -> str:
    """Whoever set an action, if the dates are theirs to agree: not once they have left, nor for their own."""
    setter = action.set_by
    if not setter or setter == action.owner or not establishment.posts_held_by(setter):
        return ""
    return setter


def deciders(framework: Framework, establishment: Establishment, action: Action, *, on: date) -> frozenset[str]:
    """Who may agree to a new date: whoever set it, else the roles of `actions.dates_agreed_by`; never its owner."""
    setter = setter_who_decides(establishment, action)
    if setter:
        return frozenset([setter])
    return in_roles(establishment, framework.actions.dates_agreed_by, on=on) - {action.owner}


def in_roles(establishment: Establishment, roles: tuple[str, ...], *, on: date) -> frozenset[str]:
    """Everyone who holds, or covers on a day, a post of one of the roles."""
    posts = [post for role in roles for post in establishment.posts_of_role(role)]
    people = {post.holder for post in posts} | {establishment.deputy_of(post.id, on) for post in posts}
    return frozenset(people - {""})

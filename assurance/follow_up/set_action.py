"""Set an action out of a moderation or closing the loop: one owner, something to do, a date (R91, R96, R108)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assurance.access.loop_people import RUNS_IT, in_team, loop_and_item, those_who_meet
from assurance.actions.action_ladder import ladder_for
from assurance.actions.assign_action import assign_action
from assurance.common.refusals import NotReady, NotYours
from assurance.forms.owners import owners_of
from assurance.moderation.moderation_view import found as moderation_and_item
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.forms.forms import FormContext, Problem, check_step
from policy.framework.framework import Choice, Form, Framework
from storage.casework import actions, moderations
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.moderations import SELECTED
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

FORM = "action_set"
SETTER = "setter"
"""The key under which whoever sets the action is offered as its owner."""


@dataclass(frozen=True, slots=True)
class ActionForm:
    """The questions, with what was wrong with the answers if there were any."""

    source: str
    """The moderation or the loop it is set out of, e.g. 'MO-2026Q3-004'."""
    token: str
    item: LearningSpace
    form: Form
    context: FormContext
    owners: Mapping[str, str]
    """Short key -> person id; a card carries the key only."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActionSet:
    """An action that has been set."""

    action: Action
    source: str
    owner: str
    """The owner's name."""
    already: bool
    """Whether the very same was set before, so that nothing was done."""


def action_form(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ActionForm:
    """The empty questions. `token` is that of a moderation or a loop, or its reference. Reads only.

    Of a moderation it is its moderator's to set, once their own view is stored; of a loop that is open, the Senior
    Manager's who meets. The QA lead may in both. Raises NotFound, NotYours, NotReady.
    """
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    lead = in_team(establishment, actor.person_id, RUNS_IT, on)
    second_look = moderations.by_token(session, token) or moderations.by_reference(session, token)
    if second_look is not None:
        moderation, item = moderation_and_item(session, second_look.token)
        source = moderation.reference
        if not actor.person_id or not (lead or actor.person_id == moderation.moderator):
            raise NotYours(source)
        ready = moderation.state != SELECTED
        token = moderation.token
    else:
        loop, item = loop_and_item(session, token)
        source = loop.reference
        if not (lead or actor.person_id in those_who_meet(framework, establishment, item, on)):
            raise NotYours(source)
        ready = loop.is_open
        token = loop.token
    if not ready:
        raise NotReady(source)
    owners = dict(owners_of(framework, establishment, item, now=now))
    if actor.person_id not in owners.values():
        owners[SETTER] = actor.person_id
    return ActionForm(
        source, token, item, framework.form(FORM), _context(framework, establishment, owners, actor, on), owners
    )


def set_action(
    session: Session, framework: Framework, token: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> ActionSet | ActionForm:
    """Set it and tell its owner (E34). With something wrong the questions come back and nothing is set.

    The same owner, words and date a second time is the same action. Refuses like `action_form`.
    """
    form = action_form(session, framework, token, actor=actor, now=now)
    check = check_step(form.form, form.form.steps[0].key, raw, form.context, framework)
    if check.problems:
        return ActionForm(
            form.source,
            form.token,
            form.item,
            form.form,
            form.context,
            form.owners,
            {**check.entered},
            check.problems,
            check.warnings,
        )
    answers = check.answers
    owner, due_on = form.owners[answers["owner"]], date.fromisoformat(answers["by"])
    name = name_of(establishments.current(session), owner)
    for known in actions.of_subject(session, form.item.reference):
        same = (known.owner, known.what, known.due_on) == (owner, answers["what"], due_on)
        if same and known.is_open and known.set_by == actor.person_id:
            return ActionSet(known, form.source, name, already=True)
    action = assign_action(
        session,
        framework,
        subject=form.item.reference,
        owner=owner,
        what=answers["what"],
        kind=answers["kind"],
        due_on=due_on,
        set_by=actor.person_id,
        profile=ladder_for(framework, form.item),
        now=now,
    )
    detail = {"action": action.reference}
    history.append(session, at=now, actor=actor, verb="action_set", subject=form.source, detail=detail)
    return ActionSet(action, form.source, name, already=False)


def _context(
    framework: Framework, establishment: Establishment, owners: Mapping[str, str], actor: Actor, on: date
) -> FormContext:
    choices = []
    for key, person in owners.items():
        words = "you" if person == actor.person_id else _words(framework, key)
        choices.append(Choice(key=key, title=f"{name_of(establishment, person)} ({words})"))
    return FormContext.of(framework, allocated_on=on, today=on, owners=tuple(choices))


def _words(framework: Framework, key: str) -> str:
    return "who did the learning space" if key == "auditor" else framework.role(key).title

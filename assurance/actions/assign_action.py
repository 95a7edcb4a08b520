"""Set an action: one owner, something to do, a date. From a learning space, a moderation or closing the loop."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from assurance.actions.action_ladder import action_header, standing_at, subject_of_action
from assurance.common.refusals import Refused
from assurance.notify.tell import notices
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import resolve
from policy.forms.forms import ActionGiven
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ACTION, START, move
from policy.lifecycle.reference import ACTION as KIND
from policy.lifecycle.reference import format_reference
from storage.casework import actions, learning_spaces
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import NewNotice

ASSIGNED = "E34"
SYSTEM = Actor.system("actions")


class NotSmart(Refused):
    """An action needs an owner, something to do and a date to come."""


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action to be set. `owner` is a person's id; `what` has passed the form's checks."""

    owner: str
    what: str
    kind: str
    due_on: date


def of_a_form(given: Iterable[ActionGiven], owners: Mapping[str, str]) -> list[NewAction]:
    """The actions among a form's answers; `owners` are the people its choices of an owner stand for."""
    return [NewAction(owners[one.owner], one.what, one.kind, one.due_on) for one in given]


@dataclass(frozen=True, slots=True)
class SetFrom:
    """What actions come from."""

    subject: str
    """The learning space they are about."""
    set_by: str
    """The person who sets them; empty for nobody."""
    profile: str
    """The key of the ladder they climb (`assurance.actions.action_ladder.ladder_for`)."""


def assign_action(
    session: Session,
    framework: Framework,
    *,
    subject: str,
    owner: str,
    what: str,
    kind: str,
    due_on: date,
    set_by: str,
    profile: str,
    now: datetime,
) -> Action:
    """Set one action and tell its owner. `subject` is the learning space it is about; `set_by` a person's id.

    `profile` is the key of the ladder it climbs (`assurance.actions.action_ladder.ladder_for`). Raises NotSmart
    without an owner of this council, something to do, or a date after today.
    """
    new = NewAction(owner, what.strip(), kind, due_on)
    establishment = establishments.current(session)
    if new.owner not in establishment.people or not new.what or new.due_on <= Calendar.of(framework).local_date(now):
        raise NotSmart(subject)
    (action,) = assign_actions(session, framework, establishment, SetFrom(subject, set_by, profile), [new], now=now)
    return action


def assign_actions(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    source: SetFrom,
    given: Sequence[NewAction],
    *,
    now: datetime,
) -> list[Action]:
    """Set several actions that a form has checked, and tell each owner at once (E34)."""
    rows = set_actions(session, framework, source, given, now=now)
    outbox.add(session, tell_owners(framework, establishment, rows, now=now), at=now)
    history.append_many(session, at=now, actor=SYSTEM, entries=[was_assigned(row) for row in rows])
    return rows


def tell_owners(
    framework: Framework, establishment: Establishment, rows: Sequence[Action], *, now: datetime
) -> list[NewNotice]:
    """The notices that actions were assigned (E34), still to be added."""
    return [notice for row in rows for notice in announce_action(framework, establishment, ASSIGNED, row, now=now)]


def was_assigned(row: Action) -> NewEntry:
    """The row of history of an action that was set."""
    detail = {"from": row.subject, "due_on": row.due_on.isoformat()}
    by = Actor.person(row.set_by) if row.set_by else SYSTEM
    return NewEntry("action_assigned", row.reference, detail, by)


def set_actions(
    session: Session, framework: Framework, source: SetFrom, given: Sequence[NewAction], *, now: datetime
) -> list[Action]:
    """Put actions into the tracker; to tell their owners and the history of it is left to the caller."""
    if not given:
        return []
    calendar = Calendar.of(framework)
    quarter = calendar.quarter_of(calendar.local_date(now))
    first = learning_spaces.next_serial(session, KIND, quarter.short, len(given))
    rows = []
    for place, one in enumerate(given):
        row = Action(
            reference=format_reference(KIND, quarter, first + place),
            subject=source.subject,
            owner=one.owner,
            what=one.what,
            kind=one.kind,
            due_on=one.due_on,
            state=move(ACTION, START, "assign"),
            created_at=now,
            token=uuid.uuid4().hex,
            set_by=source.set_by,
            ladder_key=source.profile,
        )
        rows.append(replace(row, **standing_at(framework, row, now=now)))
    actions.insert_many(session, rows)
    return rows


def announce_action(
    framework: Framework,
    establishment: Establishment,
    event: str,
    action: Action,
    *,
    now: datetime,
    not_before: datetime | None = None,
    step: str = "",
    without: str = "",
    **extra: object,
) -> list[NewNotice]:
    """The notices of an event of an action that is no ladder step, in the next send window or from `not_before` on.

    `step` tells several of one event apart; `without` is a person who need not be told.
    """
    calendar = Calendar.of(framework)
    at = calendar.next_send(not_before or now)
    on = calendar.local_date(at)
    told = resolve(
        framework.event(event).tell,
        (),
        subject_of_action(establishment, framework, action),
        establishment,
        framework,
        on=on,
        escalation=False,
    )
    return notices(
        framework,
        event,
        [one for one in told.recipients if one.person != without],
        subject=action.reference,
        step=step,
        due_at=now,
        not_before=at,
        facts={**action_header(framework, establishment, action, on=on), **extra},
    )

"""The ladder of an action: what it counts from, whose line it climbs, and the header managers may see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Subject
from policy.framework.framework import Framework, Ladder
from policy.lifecycle.ladder import next_step_at, steps_due
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.outbox.notices import Notice

LADDER_EVENTS = ("E35", "E36", "E37", "E38", "E39")
"""The events of an action's ladder."""
_WHILE_OPEN = ("E34", *LADDER_EVENTS, "E40", "E72")
"""Events with nothing to say once the action is closed, or to somebody who does not own it any more."""
_NO_STEPS = Ladder(key="none", steps=())


def ladder_of(framework: Framework, action: Action) -> Ladder:
    """The ladder an action climbs; one without steps if the file no longer names it."""
    try:
        return framework.ladder(action.ladder_key)
    except KeyError:
        return _NO_STEPS


def ladder_for(framework: Framework, item: LearningSpace) -> str:
    """The ladder for actions from a learning space: the strict one after a grade that opens closing the loop (A24)."""
    strict = any(grade.key == item.grade and grade.triggers_loop for grade in framework.grades)
    return framework.actions.strict_ladder if strict else framework.actions.ladder


def anchors_of(calendar: Calendar, action: Action) -> Mapping[str, date]:
    """The dates its steps count from: the due date, and the London day it was set."""
    return {"due_on": action.due_on, "set_on": calendar.local_date(action.created_at)}


def standing_at(framework: Framework, action: Action, *, now: datetime) -> dict[str, Any]:
    """Where an action stands on its ladder when it is set, or given another date, at `now`.

    A step whose time has gone by is not owed: nobody is reminded of a week that was never theirs.
    """
    calendar = Calendar.of(framework)
    ladder, anchors = ladder_of(framework, action), anchors_of(calendar, action)
    done = tuple(due.step.name for due in steps_due(ladder, anchors, (), now, calendar))
    return {"steps_done": done, "next_step_at": next_step_at(ladder, anchors, done, calendar)}


def subject_of_action(establishment: Establishment, framework: Framework, action: Action) -> Subject:
    """Whose line an action climbs: that of its owner's post, the highest where someone holds two."""
    held = establishment.posts_held_by(action.owner)
    post = max(held, key=lambda one: (_level(framework, one.role), one.id), default=None)
    return Subject(
        auditor_post=post.id if post else "",
        auditor_person=action.owner if action.owner in establishment.people else "",
        practitioner="",
        function=post.function if post else "",
        setter=action.set_by if action.set_by in establishment.people else "",
    )


def _level(framework: Framework, role: str) -> int:
    level = framework.levels.get(role)
    return -1 if level is None else level


def action_header(framework: Framework, establishment: Establishment, action: Action, *, on: date) -> dict[str, Any]:
    """The header of an action, counted for the day it is sent: never its text, nor what it came from."""
    calendar = Calendar.of(framework)
    days = (on - action.due_on).days
    facts: dict[str, Any] = {
        "reference": action.reference,
        "owner": name_of(establishment, action.owner),
        "due_on": action.due_on.isoformat(),
        "set_on": calendar.local_date(action.created_at).isoformat(),
        "token": action.token,
    }
    facts["days_late" if days > 0 else "days_left"] = abs(days)
    return facts


def why_moot(action: Action, notice: Notice) -> str:
    """Why a notice about an action need not be sent any more, or empty."""
    if notice.event not in _WHILE_OPEN:
        return ""
    if not action.is_open:
        return f"the action is {action.state.replace('_', ' ')}"
    if "owner" in notice.roles and notice.recipient != action.owner:
        return "the action has gone to someone else"
    return ""

"""The action tracker as one person sees it: their own, those whose date waits for them, and their line's (R96)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.access.may_see import reads_everything
from assurance.actions.action_view import deciders
from assurance.common.decision import Decision
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.visibility import Reader, roles_for
from policy.framework.framework import Framework
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.engine.session import Session

DUE_WITHIN_DAYS = 7
"""An action due within this many days, or late, is on the home card."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """One line of the tracker: whose, by when. Never the text."""

    action: Action
    owner: str
    """The owner's name."""
    days_left: int


@dataclass(frozen=True, slots=True)
class Tracker:
    """What the tracker shows a person."""

    own: tuple[Tracked, ...]
    to_agree: tuple[Tracked, ...]
    """Actions for which another date is asked of this person."""
    line: tuple[Tracked, ...]
    """Late ones of the people below them, most weeks late first; the QA team sees everybody's."""
    line_open: int
    """How many are open in that line, late or not."""


def tracker(session: Session, framework: Framework, person: str, *, now: datetime) -> Tracker:
    """The tracker of a person. Reads only."""
    establishment = establishments.current(session)
    today = Calendar.of(framework).local_date(now)
    below = actions.open_of_any(session, people_below(session, framework, establishment, person, on=today) - {person})
    return Tracker(
        own=tuple(_tracked(establishment, one, today) for one in actions.open_of(session, person)),
        to_agree=tuple(
            _tracked(establishment, one, today) for one in _to_agree(session, framework, establishment, person, today)
        ),
        line=tuple(_tracked(establishment, one, today) for one in below if one.due_on < today),
        line_open=len(below),
    )


def people_below(
    session: Session, framework: Framework, establishment: Establishment, person: str, *, on: date
) -> frozenset[str]:
    """Everyone with an open action whose line runs through a post of this person that may read it.

    For those who may read every action that is everyone (domain.md 4.2).
    """
    if reads_everything(framework, establishment, "action", person, on=on):
        return actions.owners_of_open(session)
    in_line = roles_for(framework, "action", line="owner")
    mine = {post for post in Reader.of(establishment, person, on).posts if establishment.posts[post].role in in_line}
    if not mine:
        return frozenset()
    return frozenset(
        owner
        for owner in actions.owners_of_open(session)
        if any(
            above.id in mine for post in establishment.posts_held_by(owner) for above in establishment.line_of(post.id)
        )
    )


def decisions_actions(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """For the home card: dates that wait for this person's answer, and their own actions that are late or due soon."""
    today = Calendar.of(framework).local_date(now)
    found = [
        Decision(
            "agree_action_date",
            one.reference,
            by_when=one.asked_due_on,
            token=one.token,
            who=name_of(establishment, one.owner) if one.owner else "",
            until=one.asked_due_on,
        )
        for one in _to_agree(session, framework, establishment, person, today)
    ]
    near, _ = _own(session, person, today)
    if near:
        found.append(Decision("actions_due", near[0].reference, by_when=near[0].due_on, count=len(near)))
    return found


def actions_for_later(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """For the home card: the rest of their own open actions, counted."""
    _, later = _own(session, person, Calendar.of(framework).local_date(now))
    return [Decision("actions_later", later[0].reference, by_when=later[0].due_on, count=len(later))] if later else []


def _own(session: Session, person: str, today: date) -> tuple[list[Action], list[Action]]:
    """A person's open actions: those that are late or due soon, and the others; soonest due first."""
    own = actions.open_of(session, person)
    near = [one for one in own if (one.due_on - today).days <= DUE_WITHIN_DAYS]
    return near, own[len(near) :]


def _to_agree(
    session: Session, framework: Framework, establishment: Establishment, person: str, today: date
) -> list[Action]:
    return [one for one in actions.dates_asked(session) if person in deciders(framework, establishment, one, on=today)]


def _tracked(establishment: Establishment, action: Action, today: date) -> Tracked:
    owner = name_of(establishment, action.owner) if action.owner else ""
    return Tracked(action, owner, (action.due_on - today).days)

"""What an opened result leads to for the practitioner: their actions, the meeting of a loop, and who helps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.access.may_see import right_on_loop
from assurance.forms.owners import owners_of
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.visibility import Right
from policy.framework.framework import Framework
from storage.casework import actions, loops
from storage.casework.learning_spaces import LearningSpace
from storage.engine.session import Session

HELPERS = ("team_manager", "pdm")
"""Who helps a practitioner with what was found, of those who may own an action (R84)."""


@dataclass(frozen=True, slots=True)
class WhatComesNext:
    """Said to the practitioner before the grades are."""

    own: tuple[tuple[str, date], ...] = ()
    """Their open actions: reference and due date."""
    others: int = 0
    """How many open actions are somebody else's."""
    loop: str = ""
    """The reference of the loop that follows, for whoever may know of it; empty where none does or it is over."""
    meets: str = ""
    """The name of the Senior Manager who meets with them; empty while the post is vacant, or once they have met."""
    meet_by: date | None = None
    helpers: tuple[tuple[str, str], ...] = ()
    """Role and name of each."""


def what_comes_next(
    session: Session, framework: Framework, establishment: Establishment, item: LearningSpace, *, now: datetime
) -> WhatComesNext:
    """For the practitioner whose work it was."""
    person, on = item.practitioner, Calendar.of(framework).local_date(now)
    given = [one for one in actions.of_subject(session, item.reference) if one.is_open]
    people = owners_of(framework, establishment, item, now=now)
    loop = loops.of_subject(session, item.reference)
    if loop is not None and (
        not loop.is_open
        or right_on_loop(session, framework, establishment, loop, item, person=person, on=on) < Right.READ
    ):
        loop = None
    meets = loop is not None and loop.state == "open"
    senior = people.get(framework.closing_the_loop.meets.rpartition(".")[2], "")
    return WhatComesNext(
        own=tuple(sorted((one.reference, one.due_on) for one in given if one.owner == person)),
        others=sum(one.owner != person for one in given),
        loop=loop.reference if loop else "",
        meets=name_of(establishment, senior) if meets and senior else "",
        meet_by=loop.meet_by if loop and meets else None,
        helpers=tuple((role, name_of(establishment, people[role])) for role in HELPERS if role in people),
    )

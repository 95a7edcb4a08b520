"""What comes next for a post: what it owes, and on which day who is told if nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.allocation.allocated import ACTIVITY
from assurance.common.refusals import NotFound
from assurance.notify.tell import subject_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment, Person, Post
from policy.council.recipients import resolve
from policy.framework.framework import Framework
from policy.lifecycle.ladder import held_due_at, ladder_from_json
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import EXCLUDED, SUBMITTED, WITHDRAWN, LearningSpace
from storage.casework.more_time import Hold
from storage.council import establishment as establishments
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who will be told, and as what."""

    person: Person
    roles: tuple[str, ...]
    instead: str
    """Why the QA team hears in somebody's place, 'deputy' for a deputy, else empty."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One step of an item's ladder that has not been judged yet."""

    on: date
    """The day it is sent; today if it has fallen due already."""
    step: str
    title: str
    """What is said, in the words of the event catalogue."""
    told: tuple[Told, ...]
    """As the council stands now."""


@dataclass(frozen=True, slots=True)
class NextItem:
    """One learning space the post owes."""

    item: LearningSpace
    days_left: int
    """Calendar days to the due date, negative once it is late; while its clock stands still the count stands too."""
    coming: tuple[Coming, ...]


@dataclass(frozen=True, slots=True)
class NextForPost:
    """A post, who is in it, what it owes, and when its next learning space can come."""

    post: Post
    holder: Person | None
    deputy: Person | None
    items: tuple[NextItem, ...]
    quarter: str
    wanted: int
    """Learning spaces the framework asks of this post in this quarter."""
    given: int
    """Of those, how many it has been given, done or not."""
    done: int
    next_allocation: date | None
    """The next day on which it can be given one; None when the framework asks none of it."""


def next_for_post(session: Session, framework: Framework, post: str, *, now: datetime) -> NextForPost:
    """What will happen next to a post, as the council and the framework stand now. Raises NotFound."""
    establishment = establishments.current(session)
    found = establishment.posts.get(post)
    if found is None:
        raise NotFound(post, detail="no post of the establishment has this id")
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    quarter = calendar.quarter_of(today)
    this_quarter = [
        item for item in learning_spaces.of_post(session, post, quarter.key) if item.state not in (EXCLUDED, WITHDRAWN)
    ]
    wanted = framework.quota(ACTIVITY, found.role)[quarter.number - 1] if found.learning_space else 0
    return NextForPost(
        post=found,
        holder=establishment.people.get(found.holder),
        deputy=establishment.people.get(establishment.deputy_of(post, today)),
        items=tuple(
            _next_item(framework, establishment, item, more_time.hold_of(session, item.reference), today=today)
            for item in learning_spaces.open_of_post(session, post)
        ),
        quarter=quarter.key,
        wanted=wanted,
        given=len(this_quarter),
        done=sum(item.state == SUBMITTED for item in this_quarter),
        next_allocation=_next_allocation(framework, found, now=now, served=len(this_quarter) >= wanted),
    )


def _next_item(
    framework: Framework, establishment: Establishment, item: LearningSpace, hold: Hold | None, *, today: date
) -> NextItem:
    if item.paused_on is not None:
        return NextItem(item, item.days_left(today), ())  # no step is judged, and its date moves once the clock runs
    calendar = Calendar.of(framework)
    held = {hold.step: hold.until} if hold else {}
    steps = [
        (max(calendar.local_date(held_due_at(step, item.counts_from, calendar, held)), today), step)
        for step in ladder_from_json(item.ladder).steps
        if step.name not in item.steps_done
    ]
    overdue = [step for on, step in steps if on == today]
    coming = []
    for on, step in steps:
        if step in overdue[:-1]:
            continue  # of several that have fallen due the highest speaks, the others are only recorded
        resolution = resolve(
            step.tell, step.copy_to, subject_of(item), establishment, framework, on=on, escalation=step.escalation
        )
        told = tuple(
            Told(
                establishment.people[recipient.person],
                recipient.roles,
                recipient.reason or ("" if recipient.via == "holder" else recipient.via),
            )
            for recipient in resolution.recipients
            if recipient.person in establishment.people
        )
        title = next((event.title for event in framework.events if event.key == step.event), step.event)
        coming.append(Coming(on, step.name, title, told))
    return NextItem(item, item.days_left(today), tuple(coming))


def _next_allocation(framework: Framework, post: Post, *, now: datetime, served: bool) -> date | None:
    """The next first working day of a month in a quarter that asks one of this role; today's month has begun."""
    quotas = framework.quota(ACTIVITY, post.role)
    if not post.learning_space or not any(quotas):
        return None
    calendar = Calendar.of(framework)
    quarter = calendar.quarter_of(calendar.local_date(now))
    first = calendar.local_date(calendar.next_send(now))
    if served:
        quarter = quarter.next()
    while True:
        if quotas[quarter.number - 1]:
            days = [calendar.first_working_day(month) for month in quarter.months]
            for day in days:
                if day >= first:
                    return day
        quarter = quarter.next()

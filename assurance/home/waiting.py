"""What waits for a person: their open learning spaces, what only they can settle or do, and what their role asks.

This is its one home. Whatever else a person can owe gets a source here, or a line of the QA team's console, and so is
on the card, in its heading, and in whether anybody may be told that nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.access.authority import ALLOCATES
from assurance.actions.tracker import actions_for_later, decisions_actions
from assurance.common.decision import Decision
from assurance.home.console import Waits, console, months_to_give_out
from assurance.home.home_own_work import LATELY as RESULTS_STAY_FOR
from assurance.home.home_own_work import OwnWork, own_work
from assurance.home.home_state import AreaState, area_state
from assurance.learning_space.release import talks_to_have
from assurance.learning_space.reopen import corrections_to_make
from assurance.loop.loop_lists import decisions_loops
from assurance.moderation.moderation_list import moderation_decisions
from assurance.more_time.decide_more_time import requests_to_decide
from assurance.notify.tell import function_title, rungs_ahead
from assurance.red_route.acknowledge import may_take_up
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment, Person, Post
from policy.framework.framework import Framework
from policy.lifecycle.ladder import Rung, ladder_from_json
from storage.casework import allocation_runs, learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads import home_lists

__all__ = ["LATER", "SOURCES", "Decision", "Source", "Waiting", "WaitingItem", "waiting"]

RECENTLY = timedelta(days=28)
"""How far back 'submitted recently' looks."""


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One learning space a person still owes."""

    item: LearningSpace
    post_title: str
    function: str
    """The title of the function of the post it was given to."""
    days_left: int
    """Until the due date; 0 on the day itself, negative when late."""
    begun: bool
    """Whether there is a draft to go on with."""
    rungs: tuple[Rung, ...]
    """Who is told on which day if nothing happens, from tomorrow on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everything the home card shows a person."""

    person: Person
    posts: tuple[Post, ...]
    items: tuple[WaitingItem, ...]
    decisions: tuple[Decision, ...]
    """What they are to settle or to do besides, most urgent first."""
    recent: tuple[LearningSpace, ...]
    """Submitted in the last four weeks, newest first. Shown by reference and date alone."""
    console: tuple[Waits, ...] = ()
    """For the QA team: the day in numbers."""
    state: AreaState | None = None
    """For those who lead: their area in numbers."""
    own_work: tuple[OwnWork, ...] = ()
    """For a practitioner: learning spaces about their work."""
    later: tuple[Decision, ...] = ()
    """What they are to do as well, and is less pressing than a learning space of their own."""

    @property
    def anything(self) -> bool:
        """Whether anything at all waits for them."""
        own = bool(self.items or self.decisions or self.own_work or self.later)
        return own or any(one.count for one in self.console)

    @property
    def area_is_late(self) -> bool:
        """Whether something is late in the area they lead, which is not theirs to do."""
        return self.state is not None and any(row.late for row in self.state.rows)


def waiting(session: Session, framework: Framework, person: str, *, now: datetime) -> Waiting:
    """What waits for a person. KeyError for someone who is not in the establishment. Reads only."""
    establishment = establishments.current(session)
    today = Calendar.of(framework).local_date(now)
    there = home_lists.anything_of(
        session, person, submitted_since=now - RECENTLY, released_since=now - RESULTS_STAY_FOR
    )
    begun = learning_spaces.drafts_of(session, person) if "drafts" in there else {}
    look = session, framework, establishment, person, now
    return Waiting(
        person=establishment.people[person],
        posts=establishment.posts_held_by(person),
        items=_items(framework, establishment, learning_spaces.waiting_for(session, person), begun, today=today),
        decisions=_ask(SOURCES, look, there),
        recent=tuple(learning_spaces.submitted_by(session, person, since=now - RECENTLY) if "recent" in there else ()),
        console=console(session, framework, establishment, person, now),
        state=area_state(session, framework, establishment, person, now),
        own_work=own_work(session, establishment, person, now) if "own_work" in there else (),
        later=_ask(LATER, look, there),
    )


def _ask(sources: Sources, look: Look, there: frozenset[str]) -> tuple[Decision, ...]:
    """From every source; one that cannot find anything is not asked."""
    return tuple(
        decision for source, kinds in sources.items() if not there.isdisjoint(kinds) for decision in source(*look)
    )


def _items(
    framework: Framework,
    establishment: Establishment,
    items: Sequence[LearningSpace],
    begun: Container[str],
    *,
    today: date,
) -> tuple[WaitingItem, ...]:
    """Soonest due first, as they are given. Of those that climb alike the rungs are worked out once."""
    found: list[WaitingItem] = []
    for item in items:
        post = establishment.posts.get(item.post)
        before = found[-1] if found else None
        alike = before is not None and _climbs(before.item) == _climbs(item)
        found.append(
            WaitingItem(
                item=item,
                post_title=post.title if post else "",
                function=function_title(framework, item.function),
                days_left=item.days_left(today),
                begun=item.reference in begun,
                rungs=before.rungs
                if before is not None and alike
                else rungs_ahead(framework, establishment, item, ladder_from_json(item.ladder), after=today),
            )
        )
    return tuple(found)


def _climbs(item: LearningSpace) -> tuple[object, ...]:
    """All that its rungs depend on."""
    return item.post, item.counts_from, item.ladder


def _flags(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    found = []
    for flag in red_flags.unacknowledged(session):
        item = learning_spaces.by_reference(session, flag.reference)
        if item and person in may_take_up(session, framework, establishment, item, now=now):
            found.append(Decision("acknowledge_red_flag", flag.reference, who_to_call=item.person))
    return found


def _allocations(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    today = Calendar.of(framework).local_date(now)
    posts = [post for role in ALLOCATES for post in establishment.posts_of_role(role)]
    if not any(person in (post.holder, establishment.deputy_of(post.id, today)) for post in posts):
        return []
    this_month = today.replace(day=1)
    next_month = (this_month + timedelta(days=31)).replace(day=1)
    months = dict.fromkeys([*months_to_give_out(session, framework, today), this_month, next_month])
    proposed = (allocation_runs.latest_of_month(session, month, allocation_runs.PROPOSED) for month in months)
    return [Decision("approve_allocation", run.id, month=run.month) for run in proposed if run]


Look = tuple[Session, Framework, Establishment, str, datetime]
Source = Callable[[Session, Framework, Establishment, str, datetime], list[Decision]]
"""Finds what waits for this person, most urgent first."""
Sources = dict[Source, tuple[str, ...]]
"""Sources in the order the home card shows them, each with the kinds of `home_lists.anything_of` of which there must be
one for it to find anything."""

SOURCES: Sources = {
    _flags: ("red_flags",),
    _allocations: ("proposals",),
    corrections_to_make: ("corrections",),
    decisions_loops: ("loops",),
    requests_to_decide: ("requests",),
    decisions_actions: ("actions", "action_dates"),
    moderation_decisions: ("moderations", "disputes"),
}
"""Before a person's own learning spaces."""

LATER: Sources = {talks_to_have: ("talks",), actions_for_later: ("actions",)}
"""After them."""

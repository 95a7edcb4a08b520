"""Who is in the playground: a team manager with a learning space waiting, and the people above them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from policy.calendar.calendar import Calendar
from storage.casework import learning_spaces
from storage.council import establishment

if TYPE_CHECKING:
    from policy.council.establishment import Establishment, Person, Post
    from policy.framework.framework import Framework
    from storage.casework.learning_spaces import LearningSpace
    from storage.engine.database import Session

ABOVE = ("senior_manager", "head_of_service", "director", "executive_director")


@dataclass(frozen=True)
class Cast:
    """Six people: whom you are, the four rungs above, and the QA lead."""

    me: Person
    post: Post
    above: tuple[tuple[Post, Person], ...]
    """Nearest first."""
    qa_lead: Person
    item: LearningSpace | None
    """What waits for you; None when everything has been sent in."""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone, yourself first."""
        return (self.me, *(person for _, person in self.above), self.qa_lead)


class NoCast(Exception):
    """Nobody in this council can be shown in the playground: it needs a team manager whose managers all hold posts."""


def choose(session: Session) -> Cast:
    """The team manager to be: the demo's own if something waits for them, else the first for whom something does."""
    council = establishment.current(session)
    leads = [council.people[post.holder] for post in council.posts_of_role("qa_lead") if post.holder]
    managers = sorted(
        council.posts_of_role("team_manager"), key=lambda post: (post.holder != DEMO_TEAM_MANAGER, post.id)
    )
    idle: Cast | None = None
    for post in managers:
        above = _line(council, post)
        if not (post.holder and above and leads):
            continue
        waiting = learning_spaces.waiting_for(session, post.holder)
        cast = Cast(council.people[post.holder], post, above, leads[0], waiting[0] if waiting else None)
        if cast.item and cast.me.entra_object_id and len({person.id for person in cast.people}) == len(cast.people):
            return cast
        idle = idle or cast
    if idle is None:
        raise NoCast(NoCast.__doc__)
    return idle


def _line(council: Establishment, post: Post) -> tuple[tuple[Post, Person], ...]:
    """The four rungs above a post, or nothing if one of them is missing or vacant."""
    by_role: dict[str, Post] = {}
    for above in council.line_of(post.id):
        by_role.setdefault(above.role, above)
    if any(role not in by_role or not by_role[role].holder for role in ABOVE):
        return ()
    return tuple((by_role[role], council.people[by_role[role].holder]) for role in ABOVE)


def first_morning(framework: Framework, now: datetime) -> datetime:
    """Now if messages may go out now, else ten o'clock on the latest earlier working day, so that the card comes."""
    calendar = Calendar.of(framework)
    if calendar.in_send_window(now):
        return now
    opens = framework.calendar.send_from
    day = calendar.local_date(now)
    while True:
        at_ten = calendar.send_at(day) + timedelta(hours=max(0, 10 - opens.hour))
        if calendar.is_working_day(day) and at_ten <= now and calendar.in_send_window(at_ten):
            return at_ten
        day -= timedelta(days=1)

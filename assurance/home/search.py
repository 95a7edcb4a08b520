"""Find by a reference or by a post: headers only, and only what this person may see (domain 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime

from assurance.access.may_see import (
    escalated_to,
    right_on_action,
    right_on_learning_space,
    right_on_loop,
    right_on_moderation,
)
from assurance.actions.action_ladder import subject_of_action
from assurance.notify.tell import function_title, name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment, Post
from policy.council.recipients import Subject
from policy.council.visibility import Reader, Right, may_see
from policy.framework.framework import Framework
from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION, find_reference
from storage.casework import actions, learning_spaces, loops, moderations
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads import home_lists
from storage.reads.home_lists import Header

MOST = 8
"""Records shown at once."""
MOST_READ = 200
"""Records looked through; whoever asks for more is asked to narrow it."""
SHORTEST = 2
"""Letters a search has at least."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found: its header, and what opens it for this person."""

    reference: str
    state: str
    who: str
    """The name of whoever it is with; empty when nobody."""
    post: str = ""
    """The title of the post it was given to."""
    function: str = ""
    due_on: date | None = None
    days_left: int = 0
    token: str = ""
    """For the button that opens it; empty when there is nothing to open for them."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found. A record that may not be seen and one that is not there look the same."""

    hits: tuple[Hit, ...]
    more: int = 0
    """How many more there are."""
    by_reference: bool = False
    matched: tuple[str, ...] = ()
    """With a post: the titles that matched, each once."""


def search(session: Session, framework: Framework, said: str, *, actor: Actor, now: datetime) -> SearchResult:
    """Look for a reference in `said`, or else for a post by its title, id, team, function or holder. Reads only."""
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    look = _Look(session, framework, establishment, actor.person_id, on)
    if reference := find_reference(said):
        hit = look.by_reference(reference)
        return SearchResult((hit,) if hit else (), by_reference=True)
    posts = matching_posts(framework, establishment, said)
    found = look.of_posts(posts)
    titles = tuple(dict.fromkeys(post.title for post in posts if post.id in {one.post for one in found}))
    return SearchResult(tuple(look.header(one) for one in found[:MOST]), max(len(found) - MOST, 0), matched=titles)


def matching_posts(framework: Framework, establishment: Establishment, said: str) -> tuple[Post, ...]:
    """The posts that are given learning spaces and about which every word of `said` is true."""
    words = re.findall(r"\w+", said.casefold())
    if not words or len("".join(words)) < SHORTEST:
        return ()
    return tuple(
        post
        for post in establishment.posts.values()
        if post.learning_space and all(word in _about(framework, establishment, post) for word in words)
    )


def _about(framework: Framework, establishment: Establishment, post: Post) -> str:
    holder = name_of(establishment, post.holder) if post.holder else ""
    return f"{post.id} {post.title} {post.team} {function_title(framework, post.function)} {holder}".casefold()


class _Look:
    """One search by one person."""

    def __init__(
        self, session: Session, framework: Framework, establishment: Establishment, person: str, on: date
    ) -> None:
        self._session = session
        self._framework = framework
        self._establishment = establishment
        self._person = person
        self._on = on
        self._reader = Reader.of(establishment, person, on)

    def by_reference(self, reference: str) -> Hit | None:
        """The one record of a reference, or None for one that is not there or not theirs to know of."""
        find = {LEARNING_SPACE: self._learning_space, ACTION: self._action, LOOP: self._loop, MODERATION: self._second}
        return find[reference[:2]](reference)

    def of_posts(self, posts: tuple[Post, ...]) -> list[Header]:
        """What these posts were given, as far as this person may know of it; open ones first."""
        rows = home_lists.headers_of_posts(self._session, [post.id for post in posts], MOST_READ)
        return [row for row in rows if self._may_know(row)]

    def header(self, row: Header) -> Hit:
        """A learning space as a list shows it."""
        post = self._establishment.posts.get(row.post)
        return Hit(
            reference=row.reference,
            state=row.state,
            who=name_of(self._establishment, row.person),
            post=post.title if post else "",
            function=function_title(self._framework, row.function),
            due_on=row.due_on,
            days_left=(row.due_on - min(row.paused_on or self._on, self._on)).days + row.paused_days,
            token=row.token if row.person == self._person and row.state in learning_spaces.OPEN_STATES else "",
        )

    def _may_know(self, row: Header) -> bool:
        subject = Subject(row.post, row.person, row.practitioner, row.case_function)
        if may_see(self._framework, self._establishment, "learning_space", self._reader, subject) >= Right.HEADER:
            return True
        opened = may_see(
            self._framework,
            self._establishment,
            "learning_space",
            self._reader,
            subject,
            frozenset({"escalated_to_them"}),
        )
        return opened >= Right.HEADER and escalated_to(self._session, self._framework, row.reference, self._person)

    def _learning_space(self, reference: str) -> Hit | None:
        item = learning_spaces.by_reference(self._session, reference)
        if item is None:
            return None
        right = right_on_learning_space(
            self._session,
            self._framework,
            self._establishment,
            item,
            "learning_space",
            person=self._person,
            on=self._on,
        )
        if right < Right.HEADER:
            return None
        return self.header(Header(*(getattr(item, one.name) for one in fields(Header))))

    def _action(self, reference: str) -> Hit | None:
        action = actions.by_reference(self._session, reference)
        if action is None:
            return None
        subject = subject_of_action(self._establishment, self._framework, action)
        right = right_on_action(
            self._session,
            self._framework,
            self._establishment,
            action,
            subject,
            person=self._person,
            on=self._on,
        )
        if right < Right.HEADER:
            return None
        owner = name_of(self._establishment, action.owner) if action.owner else ""
        token = action.token if right >= Right.READ else ""
        left = (action.due_on - self._on).days
        return Hit(reference, action.state, owner, due_on=action.due_on, days_left=left, token=token)

    def _loop(self, reference: str) -> Hit | None:
        loop = loops.by_reference(self._session, reference)
        item = learning_spaces.by_reference(self._session, loop.subject) if loop else None
        if loop is None or item is None:
            return None
        right = right_on_loop(
            self._session, self._framework, self._establishment, loop, item, person=self._person, on=self._on
        )
        if right < Right.HEADER:
            return None
        waits = loop.state in ("open", "met", "returned_for_change")
        return Hit(
            reference,
            loop.state,
            "",
            due_on=loop.return_by if waits else None,
            days_left=(loop.return_by - self._on).days if waits else 0,
            token=loop.token if right >= Right.READ else "",
        )

    def _second(self, reference: str) -> Hit | None:
        second = moderations.by_reference(self._session, reference)
        item = learning_spaces.by_reference(self._session, second.subject) if second else None
        if second is None or item is None:
            return None
        right = right_on_moderation(
            self._framework,
            self._establishment,
            second,
            item,
            person=self._person,
            has_a_say=False,
            on=self._on,
        )
        if right < Right.READ:
            return None
        who = name_of(self._establishment, second.moderator) if second.moderator else ""
        return Hit(reference, second.state, who, token=second.token)

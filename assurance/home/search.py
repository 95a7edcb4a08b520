"""Find by a reference or part of one, by a post or a person: headers only, and only what they may see (domain 4.2)."""

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
from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION, find_part, find_reference
from storage.casework import actions, form_drafts, learning_spaces, loops, moderations
from storage.casework.form_drafts import FormDraft
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads import found
from storage.reads.found import Wanted
from storage.reads.home_lists import Header

MOST = 8
"""Records shown at once."""
MOST_READ = 200
"""Learning spaces looked through; whoever asks for more is asked to narrow it."""
MOST_OTHERS = 20
"""Loops, actions and second looks looked through, of each: who may know of one is asked one by one."""
PLACE = "find"
"""Under which it is kept how far somebody has looked."""
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
    """How many come after these."""
    by_reference: bool = False
    """Whether nothing but a reference was looked for, or part of one."""
    matched: tuple[str, ...] = ()
    """With a post: the titles that matched, each once."""
    before: int = 0
    """How many came before these."""
    said: str = ""
    """What to look for to go on, where there are more: in words of the council's own, nothing else that was typed."""


def search(
    session: Session, framework: Framework, said: str, *, actor: Actor, now: datetime, after: int = 0
) -> SearchResult:
    """Look for a reference in `said`, for part of one, and for a post by its title, id, team, function or holder, or a
    person; what comes after the first `after`. Reads only."""
    establishment = establishments.current(session)
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    look = _Look(session, framework, establishment, actor.person_id, on)
    if reference := find_reference(said):
        hit = look.by_reference(reference)
        return SearchResult((hit,) if hit else (), by_reference=True)
    part = find_part(said)
    posts, people = matching_posts(framework, establishment, said), matching_people(establishment, said)
    this_year = calendar.quarter_of(on).year
    wanted = Wanted(
        begins=part.beginnings(this_year) if part else (),
        references=part.wholes(this_year) if part else (),
        posts=[post.id for post in posts if post.learning_space],
        people=people | {post.holder for post in posts if post.holder},
    )
    headers, others = look.of(wanted)
    hits = [*(look.header(row) for row in headers), *others]
    titles = tuple(dict.fromkeys(post.title for post in posts if post.id in {row.post for row in headers}))
    shown, more = tuple(hits[after : after + MOST]), max(len(hits) - after - MOST, 0)
    going_on = (str(part) if part and not titles and not people else " ".join(_words(said))) if more else ""
    return SearchResult(shown, more, bool(part and not titles), titles, min(after, len(hits)), going_on)


def note_place(session: Session, said: str, shown: int, *, actor: Actor, now: datetime) -> None:
    """Remember how far somebody has looked, so that "more" goes on from there."""
    answers = {"said": said, "shown": shown}
    form_drafts.save(session, FormDraft(PLACE, PLACE, actor.person_id, answers, "", 0, now))


def place_of(session: Session, *, actor: Actor) -> tuple[str, int] | None:
    """What somebody looked for last and how far, while there was more to see. Reads only."""
    draft = form_drafts.load(session, PLACE, PLACE, actor.person_id)
    if draft is None or not draft.answers.get("said"):
        return None
    return str(draft.answers["said"]), int(draft.answers["shown"])


def matching_people(establishment: Establishment, said: str) -> frozenset[str]:
    """The people whose name has every word of `said` in it."""
    words = _words(said)
    if not words:
        return frozenset()
    return frozenset(
        person.id for person in establishment.people.values() if all(word in person.name.casefold() for word in words)
    )


def _words(said: str) -> list[str]:
    """What is looked for; nothing where there are too few letters."""
    words = re.findall(r"\w+", said.casefold())
    return words if len("".join(words)) >= SHORTEST else []


def matching_posts(framework: Framework, establishment: Establishment, said: str) -> tuple[Post, ...]:
    """The posts about which every word of `said` is true."""
    words = _words(said)
    if not words:
        return ()
    return tuple(
        post
        for post in establishment.posts.values()
        if all(word in _about(framework, establishment, post) for word in words)
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

    def of(self, wanted: Wanted) -> tuple[list[Header], list[Hit]]:
        """What fits, as far as this person may know of it: learning spaces, open ones first, and everything else."""
        if not wanted:
            return [], []
        rows = found.headers(self._session, wanted, MOST_READ)
        others = (self.by_reference(one) for one in found.other_references(self._session, wanted, MOST_OTHERS))
        return [row for row in rows if self._may_know(row)], [hit for hit in others if hit is not None]

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

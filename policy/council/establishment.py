"""The people, posts, cases, cover and leave of a council, as plain facts the rules can walk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works for the council. `entra_object_id` is empty until they are bound on first contact."""

    id: str
    name: str
    email: str
    entra_object_id: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A place in the establishment; the unit of allocation (R38). `holder` is empty while it is vacant."""

    id: str
    title: str
    role: str
    function: str
    team: str
    line_manager_post: str
    holder: str
    learning_space: bool
    dip_sample: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A child's case, by reference only. `iro_post` is the post that reviews it, or empty."""

    ref: str
    function: str
    team: str
    practitioner: str
    iro_post: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """A deputy stands in for a post's holder from `starts` to `ends`, both days included."""

    post: str
    deputy: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Leave:
    """A person is away from `starts` to `ends`, both days included."""

    person: str
    starts: date
    ends: date


@dataclass(frozen=True)
class Establishment:
    """One council's people and posts at one moment, with the look-ups the rules need."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    cover: tuple[Cover, ...] = ()
    leave: tuple[Leave, ...] = ()

    @classmethod
    def of(
        cls,
        people: Iterable[Person] = (),
        posts: Iterable[Post] = (),
        cases: Iterable[Case] = (),
        cover: Iterable[Cover] = (),
        leave: Iterable[Leave] = (),
    ) -> Establishment:
        """Build from rows, keyed by their ids."""
        return cls(
            people={row.id: row for row in people},
            posts={row.id: row for row in posts},
            cases={row.ref: row for row in cases},
            cover=tuple(cover),
            leave=tuple(leave),
        )

    @cached_property
    def _posts_by_holder(self) -> dict[str, tuple[Post, ...]]:
        held: dict[str, list[Post]] = {}
        for post in self.posts.values():
            if post.holder:
                held.setdefault(post.holder, []).append(post)
        return {person: tuple(posts) for person, posts in held.items()}

    @cached_property
    def _posts_by_role(self) -> dict[str, tuple[Post, ...]]:
        found: dict[str, list[Post]] = {}
        for post in self.posts.values():
            found.setdefault(post.role, []).append(post)
        return {role: tuple(posts) for role, posts in found.items()}

    @cached_property
    def _alike(self) -> Counter[tuple[str, ...]]:
        """How many posts have a title, and a title and team."""
        return Counter(key for post in self.posts.values() for key in ((post.title,), (post.title, post.team)))

    def in_words(self, post: Post, *, named: bool = False) -> str:
        """A post as people speak of it, never its id: its title, and its team where others have the same title.

        With `named` its holder is added where that still leaves several; only for readers who may know who it is.
        """
        words = post.title
        if self._alike[(post.title,)] > 1 and not re.search(rf"\b{re.escape(post.team)}\b", post.title):
            before, _, place = post.title.rpartition(", ")
            # 'Senior Manager, Care' of the team 'Care North' is the Senior Manager, Care North.
            words = f"{before if before and post.team.startswith(place) else post.title}, {post.team}"
        holder = self.people.get(post.holder) if named and self._alike[(post.title, post.team)] > 1 else None
        return f"{words} ({holder.name})" if holder else words

    def posts_held_by(self, person: str) -> tuple[Post, ...]:
        """Every post a person holds; someone may hold two."""
        return self._posts_by_holder.get(person, ())

    def posts_of_role(self, role: str) -> tuple[Post, ...]:
        """Every post of a role, vacant ones too."""
        return self._posts_by_role.get(role, ())

    def line_of(self, post: str) -> Iterator[Post]:
        """The posts above `post`, nearest first. Ends at the top, or at a repeat if the data has a cycle."""
        seen = {post}
        current = self.posts.get(post)
        while current and current.line_manager_post and current.line_manager_post not in seen:
            seen.add(current.line_manager_post)
            current = self.posts.get(current.line_manager_post)
            if current:
                yield current

    def nearest_above(self, post: str) -> frozenset[str]:
        """The posts in whose line `post` is the first of its role."""
        return self._nearest_above.get(post, frozenset())

    @cached_property
    def _nearest_above(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for post in self.posts:
            roles: set[str] = set()
            for above in self.line_of(post):
                if above.role not in roles:
                    roles.add(above.role)
                    found.setdefault(above.id, set()).add(post)
        return {above: frozenset(posts) for above, posts in found.items()}

    def deputy_of(self, post: str, on: date) -> str:
        """The first person covering a post on a day, or empty."""
        return next(iter(self.deputies_of(post, on)), "")

    def deputies_of(self, post: str, on: date) -> tuple[str, ...]:
        """Everybody covering a post on a day."""
        return tuple(each.deputy for each in self.cover if each.post == post and each.starts <= on <= each.ends)

    def away(self, person: str, on: date) -> bool:
        """Whether a person is on leave on a day."""
        return any(leave.person == person and leave.starts <= on <= leave.ends for leave in self.leave)

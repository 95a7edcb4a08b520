"""Whom somebody can ask for help: who leads the QA team today, or is there in their place, and the team's mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policy.council.establishment import Establishment
from policy.framework.framework import Framework


@dataclass(frozen=True, slots=True)
class Helper:
    """Who can help, as far as there is anybody; each part may be empty."""

    name: str = ""
    post: str = ""
    """Their post as people speak of it."""
    address: str = ""
    """Where they are written to: the email they sign in to Teams with."""
    mailbox: str = ""
    """The team's own, which is read whoever is away."""

    @property
    def is_nobody(self) -> bool:
        """Whether there is neither a name with an address nor a mailbox to give."""
        return not (self.address or self.mailbox)


def who_helps(establishment: Establishment, framework: Framework, *, on: date, asks: str = "") -> Helper:
    """Whoever is there of the roles of `[help]`, in their order, or the deputy of one who is away or has no holder.

    `asks` is the person who wants help: nobody is sent to themselves.
    """
    rules = framework.help
    for post, person in _in_order(establishment, rules.roles, on):
        known = establishment.people.get(person)
        if known is None or person == asks or establishment.away(person, on) or not known.email:
            continue
        words = establishment.in_words(establishment.posts[post])
        return Helper(known.name, words, known.email, rules.mailbox)
    return Helper(mailbox=rules.mailbox)


def _in_order(establishment: Establishment, roles: tuple[str, ...], on: date) -> Iterator[tuple[str, str]]:
    for role in roles:
        posts = establishment.posts_of_role(role)
        for post in posts:
            yield post.id, post.holder
        for post in posts:
            for deputy in establishment.deputies_of(post.id, on):
                yield post.id, deputy

"""Whose work somebody may know of by name, post by post: those a leader's numbers are said of as they are."""

from __future__ import annotations

from datetime import date

from assurance.access.may_see import reads_everything
from policy.council.establishment import Establishment
from policy.council.visibility import Reader, Right, roles_for
from policy.framework.framework import Framework


def reads_every_header(framework: Framework, establishment: Establishment, person: str, *, on: date) -> bool:
    """Whether a person may know of every learning space by name."""
    return reads_everything(framework, establishment, "learning_space", person, on=on, least=Right.HEADER)


def own_posts(framework: Framework, establishment: Establishment, person: str, *, on: date) -> frozenset[str]:
    """The posts whose learning spaces a person may know of by name: their own, and those in the line of one of theirs.

    In a line it is the nearest post of a role that has the right, as it is with everybody who is told.
    """
    roles = roles_for(framework, "learning_space", line="auditor", at_least=Right.HEADER)
    posts = Reader.of(establishment, person, on).posts
    mine = {post for post in posts if establishment.posts[post].role in roles}
    if not mine:
        return posts
    return posts.union(*(establishment.nearest_above(post) for post in mine))

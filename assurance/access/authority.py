"""Who may do what the QA team does: a holder of one of its roles, their deputy, or an operator at the server."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from assurance.common.refusals import NotYours
from policy.council.actor import Actor
from policy.council.establishment import Establishment

ALLOCATES = ("qa_lead",)
"""Roles that decide on a month's learning spaces (R38)."""
EXPORTS = ("qa_lead", "qa_officer")
"""Roles of the QA team that put other people's actions and messages in order; who sees what is `may_see.py`'s."""


def require_role(establishment: Establishment, actor: Actor, roles: Collection[str], *, on: date) -> None:
    """Raise NotYours unless the actor holds, or covers on this day, a post of one of the roles.

    Whoever can run commands on the server is trusted with what the QA lead may do; history says by login who it was.
    """
    if actor.is_operator:
        return
    for role in roles:
        for post in establishment.posts_of_role(role):
            if actor.person_id and actor.person_id in (post.holder, establishment.deputy_of(post.id, on)):
                return
    raise NotYours(detail=f"for {' or '.join(roles)}")

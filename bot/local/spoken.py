"""How local mode says instants and people in its answers to the desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.instants import london

if TYPE_CHECKING:
    from policy.council.establishment import Establishment
    from policy.framework.framework import Framework


def says(instant: datetime) -> str:
    """'Wednesday 18 November 2026, 10:00', on a London clock."""
    return f"{london(instant):%A %-d %B %Y, %H:%M}"


def event_title(framework: Framework, event: str) -> str:
    """The title of an event of the framework; its key where the framework no longer has it."""
    return next((entry.title for entry in framework.events if entry.key == event), event)


def role_words(framework: Framework, joined: str) -> str:
    """'senior_manager+auditor' as 'Senior Manager and auditor'."""
    titles = {role.key: role.title for role in framework.roles}
    return " and ".join(titles.get(role, role.replace("_", " ")) for role in joined.split("+") if role)


def name_of(council: Establishment, person: str) -> str:
    """The name of a person; their id once they have left."""
    known = council.people.get(person)
    return known.name if known else person


def desk_id(council: Establishment, person: str) -> str:
    """The id the desk knows a person by: that of Entra, or ours for somebody who has none."""
    known = council.people.get(person)
    return (known.entra_object_id if known else "") or person

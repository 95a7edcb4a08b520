"""Who may own an action of a learning space. A card carries a short key for each, never a person's id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from assurance.notify.tell import name_of, subject_of
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import resolve
from policy.forms.forms import FormContext
from policy.framework.framework import Choice, Framework
from storage.casework.learning_spaces import LearningSpace

KEYS = ("practitioner", "team_manager", "senior_manager", "pdm", "auditor")
"""In the order they are offered. The managers are the practitioner's own."""


def owners_of(
    framework: Framework, establishment: Establishment, item: LearningSpace, *, now: datetime
) -> dict[str, str]:
    """The people who may own an action, by key. Nobody is offered twice, and no key that nobody stands behind."""
    people = {
        "practitioner": item.practitioner,
        "team_manager": _in_the_line(framework, establishment, item, "team_manager", now),
        "senior_manager": _in_the_line(framework, establishment, item, "senior_manager", now),
        "pdm": _practice_development_manager(establishment, item.case_function),
        "auditor": item.person,
    }
    owners: dict[str, str] = {}
    for key in KEYS:
        if people[key] in establishment.people and people[key] not in owners.values():
            owners[key] = people[key]
    return owners


def context_of(
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    *,
    now: datetime,
    owners: Mapping[str, str] | None = None,
) -> FormContext:
    """What the rules of the form need to know about an item; `owners` if the caller has looked them up already.

    A form that is corrected is held against the day it was first sent in: its dates were right then and are so now.
    """
    if owners is None:
        owners = owners_of(framework, establishment, item, now=now)
    return FormContext.of(
        framework,
        allocated_on=item.allocated_on,
        today=Calendar.of(framework).local_date(item.submitted_at or now),
        owners=tuple(
            Choice(key=key, title=f"{name_of(establishment, person)} ({_words(framework, key)})")
            for key, person in owners.items()
        ),
    )


def _in_the_line(
    framework: Framework, establishment: Establishment, item: LearningSpace, role: str, now: datetime
) -> str:
    found = resolve(
        (f"practitioner.{role}",),
        (),
        subject_of(item),
        establishment,
        framework,
        on=Calendar.of(framework).local_date(now),
        escalation=False,
    )
    return next((one.person for one in found.recipients if one.via != "qa_for_vacancy"), "")


def _practice_development_manager(establishment: Establishment, function: str) -> str:
    held = [post for post in establishment.posts_of_role("pdm") if post.function == function and post.holder]
    return min(held, key=lambda post: post.id).holder if held else ""


def _words(framework: Framework, key: str) -> str:
    if key == "auditor":
        return "you"
    try:
        return framework.role(key).title
    except KeyError:
        return key.replace("_", " ")

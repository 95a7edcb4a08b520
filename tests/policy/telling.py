"""The small council's lateness, for tests of who is told: one late person and a step of the shipped ladder."""

from __future__ import annotations

from datetime import date

from policy.check.loader import load_framework
from policy.council.establishment import Cover, Establishment
from policy.council.recipients import Recipient, Resolution, Subject, resolve
from policy.framework.framework import LadderStep
from tests.councils import (
    DIRECTOR,
    FAMILY,
    HEAD,
    IRO,
    PDM,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    WORKERS,
    small_council,
)

FRAMEWORK = load_framework()
COUNCIL = small_council()
TODAY = date(2026, 12, 31)
LATE = {
    TEAM_MANAGER: "tm-north-1",
    SENIOR_MANAGER: "sm-north",
    HEAD: "hos-family",
    DIRECTOR: "director",
    PDM: "pdm-family",
    IRO: "iro-1",
}


def late(person: str, post: str = "") -> Subject:
    """A learning space of this person is late; it was about somebody else's practitioner."""
    return Subject(post or LATE[person], person, WORKERS[6], FAMILY)


def step(name: str) -> LadderStep:
    """A step of the shipped ladder, by its name."""
    return next(each for each in FRAMEWORK.ladder("learning_space").steps if each.name == name)


def told(name: str, subject: Subject, council: Establishment = COUNCIL, on: date = TODAY) -> Resolution:
    """What a step of the learning-space ladder comes to."""
    rung = step(name)
    return resolve(rung.tell, rung.copy_to, subject, council, FRAMEWORK, on, rung.escalation)


def people(resolution: Resolution) -> dict[str, tuple[str, ...]]:
    """The roles each person is told in."""
    return {each.person: each.roles for each in resolution.recipients}


def of(person: str, resolution: Resolution) -> Recipient:
    """One person among those told."""
    return next(each for each in resolution.recipients if each.person == person)


def cover(post: str, deputy: str, on: date = TODAY) -> Cover:
    """Somebody covers a post for one day."""
    return Cover(post, deputy, on, on)

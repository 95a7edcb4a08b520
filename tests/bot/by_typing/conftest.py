"""A team manager with one learning space waiting, five days after it was given."""

from __future__ import annotations

import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.by_typing.typist import (
    WEDNESDAY,
    Typist,
)


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(WEDNESDAY)


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock, woken: list[bool]) -> Conversation:
    return Conversation(db, framework, clock, wake=lambda: woken.append(True))


@pytest.fixture
def manager(db: Database) -> Person:
    return db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def say(talk: Conversation, manager: Person) -> Typist:
    return Typist(talk, manager)

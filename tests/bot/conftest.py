"""The fictional council on a Friday morning, allocated and waiting, copied afresh for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assurance.establishment.demo_council import DEMO_QA_LEAD
from bot.cli.main import app
from bot.clock import Clock
from bot.conversation import Conversation
from bot.instants import parse_instant
from policy.check.loader import load_framework
from policy.council.establishment import Establishment, Person
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database

FRIDAY = parse_instant("2026-11-20T10:00")
"""The council's clock: a working day, within send hours."""

Command = Callable[..., Result]


@dataclass(frozen=True)
class Council:
    """A database of its own with the demo council in it."""

    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine reaches a test: an empty folder has no .env."""
    for key in list(os.environ):
        if key.startswith("BOT_") or key.lower() in ("https_proxy", "no_proxy"):
            monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m bot demo` makes, made once."""
    path = tmp_path_factory.mktemp("demo") / "council.db"
    settings = {
        "BOT_MODE": "local",
        "BOT_CLOCK_START": FRIDAY.isoformat(),
        "BOT_DATABASE_URL": f"sqlite:///{path}",
    }
    made = CliRunner().invoke(app, ["demo"], env=settings)
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture
def council(demo_template: Path, fast_folder: Path) -> Council:
    for file in demo_template.parent.glob("council.db*"):
        shutil.copy(file, fast_folder / file.name)
    return Council(fast_folder / "council.db")


@pytest.fixture(scope="session")
def demo_read(demo_template: Path) -> dict[str, Any]:
    """What is read once of its two thousand cases and kept: every copy of it says the same."""
    with Database.open(f"sqlite:///{demo_template}") as opened:
        opened.read_now(establishment.current)
        return dict(opened.cache)


@pytest.fixture
def db(council: Council, demo_read: dict[str, Any]) -> Iterator[Database]:
    with Database.open(council.url) as opened:
        opened.cache.update(demo_read)
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(FRIDAY)


@pytest.fixture
def command(council: Council, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `python -m bot ...` on the demo council, as on that Friday."""
    monkeypatch.setenv("BOT_MODE", "local")
    monkeypatch.setenv("BOT_CLOCK_START", FRIDAY.isoformat())
    monkeypatch.setenv("BOT_DATABASE_URL", council.url)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=typed, catch_exceptions=False)

    return run


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock) -> Conversation:
    return Conversation(db, framework, clock)


@pytest.fixture
def present(db: Database) -> Establishment:
    return db.read_now(establishment.current)


@pytest.fixture
def qa_lead(present: Establishment) -> Person:
    return present.people[DEMO_QA_LEAD]

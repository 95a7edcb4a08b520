"""make run: who you are, what day it is, and what is said where there is no Node."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest

from assurance.establishment import demo_council
from bot.cli.council import is_demo
from bot.instants import parse_instant
from bot.playground import tool
from bot.playground.cast import Cast, NoCast, choose, first_morning
from bot.playground.tool import Tool, ToolFailed, config
from policy.council.establishment import Establishment, Person
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import Command


@pytest.fixture
def cast(db: Database) -> Cast:
    return db.read_now(choose)


def test_you_are_the_demos_team_manager_with_a_learning_space_waiting(cast: Cast) -> None:
    assert cast.me.id == demo_council.DEMO_TEAM_MANAGER
    assert cast.item is not None
    assert [person.id for person in cast.people] == [
        demo_council.DEMO_TEAM_MANAGER,
        demo_council.DEMO_SENIOR_MANAGER,
        demo_council.DEMO_HEAD_OF_SERVICE,
        demo_council.DEMO_DIRECTOR,
        demo_council.DEMO_EXECUTIVE_DIRECTOR,
        demo_council.DEMO_QA_LEAD,
    ]


def test_the_playground_knows_you_and_five_others_by_the_ids_the_bot_knows(cast: Cast) -> None:
    settings = config(cast.people, "Learning Space Bot")
    assert settings["currentUser"]["aadObjectId"] == cast.me.entra_object_id
    assert len(settings["users"]) == 5
    assert all(each["id"] == each["aadObjectId"] for each in settings["users"])
    json.dumps(settings)


def test_a_council_without_a_whole_line_of_managers_cannot_be_shown(db: Database) -> None:
    db.write_now(establishment.replace, Establishment.of(people=[Person("p-1", "Only One", "one@council.example")]))
    with pytest.raises(NoCast):
        db.read_now(choose)


def test_only_the_fictional_council_is_allocated_to_unasked(db: Database) -> None:
    assert is_demo(db.read_now(establishment.current))
    assert not is_demo(Establishment.of(people=[Person(demo_council.DEMO_TEAM_MANAGER, "A", "a@real.gov.uk")]))


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-20T14:30", "2026-11-20T14:30"),  # a Friday afternoon
        ("2026-11-21T14:30", "2026-11-20T10:00"),  # Saturday: the Friday before
        ("2026-11-23T05:00", "2026-11-20T10:00"),  # Monday before nine
        ("2026-11-23T17:00", "2026-11-23T10:00"),  # Monday evening: that morning
        ("2026-12-28T12:00", "2026-12-24T10:00"),  # the substitute bank holiday: Christmas Eve
        ("2026-07-19T12:00", "2026-07-17T10:00"),  # summer time
    ],
)
def test_outside_working_hours_the_last_working_morning_stands_in(framework: Framework, now: str, shown: str) -> None:
    assert first_morning(framework, parse_instant(now)) == parse_instant(shown)


def test_without_node_it_says_what_is_missing_and_how_to_go_on_in_the_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda name: None)
    offered = command("playground")
    assert offered.exit_code == 0
    assert "Node is not installed" in offered.output
    assert f"chat --as {demo_council.DEMO_TEAM_MANAGER}" in offered.output
    assert f"chat --as {demo_council.DEMO_QA_LEAD}" in offered.output


def test_a_playground_that_was_never_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda name: f"somewhere/{name}")
    monkeypatch.setattr(tool, "BINARY", Path("no-such-file"))
    assert "npm ci" in tool.missing()


def test_a_playground_that_will_not_start_is_refused_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cast: Cast
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'Listening on 1'\necho 'your configuration is wrong'\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(tool, "BINARY", broken)

    async def start() -> None:
        await Tool(tmp_path / "sitting", "http://127.0.0.1:9/api/messages").start(cast.people, "Bot")

    with pytest.raises(ToolFailed, match="your configuration is wrong"):
        asyncio.run(start())


def test_the_day_shown_is_always_a_time_messages_go_out(framework: Framework) -> None:
    from policy.calendar.calendar import Calendar

    calendar = Calendar.of(framework)
    moments: list[datetime] = [
        parse_instant(f"2026-{month:02}-{day:02}T23:30") for month in range(1, 13) for day in (1, 13, 26)
    ]
    assert all(calendar.in_send_window(first_morning(framework, moment)) for moment in moments)

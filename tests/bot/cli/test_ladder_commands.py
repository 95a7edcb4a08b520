"""sweep, next and timetable: who hears what, and when, as a person reads it."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.establishment.demo_council import DEMO_HEAD_OF_SERVICE, DEMO_SENIOR_MANAGER, DEMO_TEAM_MANAGER
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from storage.outbox import notices
from storage.outbox.notices import Notice
from tests.bot.conftest import Command


@pytest.fixture
def item(db: Database) -> LearningSpace:
    """The demo team manager's, due on Friday 18 December 2026."""
    found = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    assert found.due_on == date(2026, 12, 18)
    return found


def _escalations(db: Database, item: LearningSpace) -> list[Notice]:
    return [notice for notice in db.read_now(notices.about, item.reference) if notice.event == "E11"]


def test_nothing_is_due_on_the_day_of_allocation(command: Command) -> None:
    done = command("sweep")
    assert done.exit_code == 0
    assert "0 learning spaces judged" in done.output
    assert "Fri 11 Dec 2026 09:00" in done.output


def test_nobody_above_hears_the_day_before_the_second_day_after(
    command: Command, db: Database, item: LearningSpace
) -> None:
    command("sweep", "--at", "2026-12-19")
    assert _escalations(db, item) == []


def test_two_days_late_the_senior_manager_and_the_head_of_service_hear_on_the_next_working_day(
    command: Command, db: Database, item: LearningSpace
) -> None:
    done = command("sweep", "--at", "2026-12-21")
    people = db.read_now(establishment.current).people
    told = {notice.recipient for notice in _escalations(db, item) if notice.state == "pending"}
    assert told == {DEMO_SENIOR_MANAGER, DEMO_HEAD_OF_SERVICE, DEMO_TEAM_MANAGER}
    for person in told:
        assert people[person].name in done.output
    for word in ("+2", "Senior Manager", "Head of Service", "teams, waiting", "recorded"):
        assert word in done.output


def test_the_same_pass_twice_says_it_once(command: Command, db: Database, item: LearningSpace) -> None:
    command("sweep", "--at", "2026-12-21")
    first = db.read_now(notices.counts)
    again = command("sweep", "--at", "2026-12-21")
    assert "0 learning spaces judged" in again.output
    assert db.read_now(notices.counts) == first


def test_an_instant_that_is_none_is_refused(command: Command) -> None:
    refused = command("sweep", "--at", "next week")
    assert refused.exit_code == 2
    assert "2026-12-31" in refused.output


def test_what_cannot_be_sent_yet_stays_in_the_outbox_and_says_why(
    command: Command, db: Database, item: LearningSpace
) -> None:
    done = command("sweep", "--at", "2026-12-21", "--deliver")
    assert done.exit_code == 0, done.output
    assert "has not opened a chat on this machine" in done.output
    assert {notice.state for notice in _escalations(db, item)} == {"pending"}


def test_sending_in_production_needs_the_bots_credentials(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_MODE", "production")
    monkeypatch.delenv("BOT_CLOCK_START")
    refused = command("sweep", "--deliver")
    assert refused.exit_code == 2
    assert "BOT_APP_ID" in refused.output


def test_a_post_is_told_what_comes_next_and_who_hears_otherwise(command: Command, item: LearningSpace) -> None:
    done = command("next", item.post)
    assert done.exit_code == 0
    for word in (item.reference, "Fri 18 Dec 2026", "Mon 21 Dec 2026", "Senior Manager", "+14"):
        assert word in done.output


def test_a_post_that_is_not_there_is_refused(command: Command) -> None:
    refused = command("next", "no-such-post")
    assert refused.exit_code == 2
    assert "no-such-post" in refused.output or "no post" in refused.output.casefold()


def test_the_annual_timetable_is_the_frameworks_own(command: Command) -> None:
    done = command("timetable")
    assert done.output.rstrip().endswith("Annual: 21/21/19/10")

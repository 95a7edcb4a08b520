"""kill -9 while a grade is sent in: before the commit nobody has pressed, after it the same press is answered."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import date
from typing import Any

import pytest

from assurance.follow_up.submit import SubmitOutcome, submit
from bot.clock import Clock
from bot.conversation import Conversation
from policy.council.actor import Actor
from storage.engine.database import Database, Session
from storage.outbox import notices
from tests.assurance.forms_filled import fill_in
from tests.councils import TEAM_MANAGER, small_council
from tests.journeys.crash_worker import FRAMEWORK, in_a_process_of_its_own
from tests.journeys.living_council import LivingCouncil, london

PRESSED = london("2026-01-22 10:00")


def send_in(address: str, token: str, version: int, point: str) -> None:
    """Send a form in, in a process that does not live to answer."""

    def dying(session: Session, *args: Any, **facts: Any) -> SubmitOutcome:
        outcome = submit(session, *args, **facts)
        if point == "before the commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    with Database.open(address, service=True) as database:
        actor = Actor.person(TEAM_MANAGER)
        database.write_now(dying, FRAMEWORK, token, actor=actor, version=version, now=PRESSED)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("point", ["before the commit", "after the commit, before the answer"])
def test_a_grade_is_there_whole_or_not_at_all_and_the_same_press_again_ends_well(sqlite_url: str, point: str) -> None:
    with Database.open(sqlite_url) as database:
        council = LivingCouncil(database, now=london("2026-01-05 09:00"))
        item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
        council.now = PRESSED
        view = fill_in(database, council.framework, item, now=PRESSED)
    died = in_a_process_of_its_own(send_in, sqlite_url, item.token, view.version, point)
    assert died == -signal.SIGKILL

    with Database.open(sqlite_url, service=True) as database:
        council = LivingCouncil(database, now=PRESSED)
        before = council.item(item.reference)
        sent_in = [row.verb for row in council.history_of(item.reference)].count("learning_space_submitted")
        assert (before.state, sent_in) == (("opened", 0) if point == "before the commit" else ("submitted", 1))

        talk = Conversation(database, council.framework, Clock.standing(PRESSED))
        person = small_council().people[TEAM_MANAGER]
        data = {"verb": "submit", "ref": item.token, "v": view.version}
        answer = asyncio.run(talk.press(person, "submit", data))

        assert council.item(item.reference).state == "submitted"
        assert [row.verb for row in council.history_of(item.reference)].count("learning_space_submitted") == 1
        assert item.reference in answer.text
        told = [row for row in database.read_now(notices.about, item.reference) if row.event == "E15"]
        assert len({row.key for row in told}) == len(told) > 0

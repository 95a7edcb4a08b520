"""Answers to typed lines that Teams would not take, over HTTP: each arrives later, once, in the order it was said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.dispatcher import Dispatcher
from bot.metrics import Metrics
from bot.network.client import HttpClient
from bot.teams import front_desk
from bot.teams.connector import Connector
from bot.teams.courier import TeamsCourier
from bot.teams.hosts import Hosts
from bot.teams.limits import UNHURRIED, Limits
from bot.teams.tokens import NoTokens
from desk import faults
from dialogs.kit.message import Message
from dialogs.notices.late_reply import ANSWERS, LATE, REPEAT
from policy.check.loader import load_framework
from storage.engine.database import Session
from storage.outbox import late_replies, notices
from storage.schema import tables
from tests.bot.teams.conftest import AMIRA, APP_ID, CLOCK, TENANT_ID, Stack, card_saying
from tests.patience import PATIENCE

POSTS = {"method": "POST", "path": "activities"}


class Later:
    """The dispatcher of the same service, looking whenever a test says so."""

    def __init__(self, stack: Stack, http: HttpClient) -> None:
        connector = Connector(http, NoTokens(), Hosts(loopback=True), CLOCK.now)
        limits = Limits(per_conversation=UNHURRIED)
        self.clock = Clock.starting(CLOCK.now())
        courier = TeamsCourier(connector, limits, self.clock.now, app_id=APP_ID, tenant_id=TENANT_ID)
        self._db = stack.db
        self._dispatcher = Dispatcher(stack.db, load_framework(), self.clock, {"teams": courier}, Metrics())

    async def looks(self) -> int:
        """Until nothing waits that may go out by two minutes from now."""
        tried = 0
        for _ in range(4):
            self.clock.move_to(self.clock.now() + timedelta(seconds=90))
            tried += await self._dispatcher.drain()
        return tried

    def waiting(self) -> int:
        counts = self._db.read_now(notices.counts)
        return counts.get("pending", 0) + counts.get("leased", 0)


@pytest.fixture
def later(stack: Stack, way_out: HttpClient) -> Later:
    return Later(stack, way_out)


def texts(stack: Stack) -> list[str]:
    said = []
    for message in stack.teams.chat_of(AMIRA).messages.values():
        cards = [one["content"] for one in message.get("attachments") or []]
        said.append("\n".join(part["text"] for part in cards[0]["body"]) if cards else message["text"])
    return said


async def say(stack: Stack, text: str, answer: str | Message) -> None:
    stack.parrot.answer = answer if isinstance(answer, Message) else Message(answer, "An answer.")
    assert (await stack.person(AMIRA).say(text)).status == 200


@pytest.mark.parametrize("fault", [faults.throttled("1"), faults.throttled(), faults.concurrent()], ids=repr)
async def test_an_answer_that_was_throttled_comes_later_and_says_so(
    stack: Stack, later: Later, fault: faults.Fault
) -> None:
    stack.teams.faults.add(fault, **POSTS)
    await say(stack, "good", "Question 3 of 9")
    assert texts(stack) == []
    await later.looks()
    assert texts(stack) == [f"{LATE}\n\nQuestion 3 of 9"]
    assert later.waiting() == 0 and kept(stack) == 0


@pytest.mark.parametrize("accepted", [True, False], ids=["it had arrived", "it had not"])
async def test_an_answer_of_which_nobody_knows_is_said_once_more_and_marked(
    stack: Stack, later: Later, accepted: bool
) -> None:
    stack.teams.faults.add(faults.failing(502, accepted=accepted), **POSTS)
    await say(stack, "good", "Question 3 of 9")
    await later.looks()
    assert texts(stack) == (["Question 3 of 9"] if accepted else []) + [f"{REPEAT}\n\nQuestion 3 of 9"]
    await later.looks()
    assert len(texts(stack)) == 1 + accepted


async def test_what_is_said_meanwhile_waits_its_turn_behind_it(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    await say(stack, "good", "Question 3 of 9")
    await say(stack, "yes", "Question 4 of 9")
    await say(stack, "no", "Question 5 of 9")
    assert texts(stack) == [], "Teams would take the second by now, but it would overtake the first"
    await later.looks()
    assert [text.split("\n\n")[1] for text in texts(stack)] == [f"Question {number} of 9" for number in (3, 4, 5)]
    await say(stack, "yes", "Question 6 of 9")
    assert texts(stack)[-1] == "Question 6 of 9", "and then all is as always"


async def test_the_second_of_two_messages_in_one_answer_does_not_overtake_the_first(
    stack: Stack, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def two(*_: object) -> list[Message]:
        return [Message("Kept.", "Kept."), Message("Question 4 of 9", "A question.")]

    monkeypatch.setattr(stack.parrot, "text", two)
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    await stack.person(AMIRA).say("good")
    await later.looks()
    assert [text.split("\n\n")[1] for text in texts(stack)] == ["Kept.", "Question 4 of 9"]


async def test_an_outage_of_hours_loses_no_answer_and_doubles_none(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.failing(503), **POSTS, times=1)
    stack.teams.faults.add(faults.concurrent(), **POSTS, times=5)
    await say(stack, "good", "Question 3 of 9")
    for _ in range(4):
        await later.looks()
    assert texts(stack) == [f"{REPEAT}\n\nQuestion 3 of 9"]


async def test_a_card_comes_late_with_its_buttons_and_a_line_under_its_heading(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    await say(stack, "list", Message("Your list", "Your list", card_saying("Your list")))
    await later.looks()
    (message,) = stack.teams.chat_of(AMIRA).messages.values()
    card = message["attachments"][0]["content"]
    assert [part["text"] for part in card["body"]] == ["Your list", LATE]
    assert card["actions"][0]["title"] == "Next"


async def test_somebodys_list_of_answers_is_never_kept_for_later(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    await say(stack, "review", Message("1. Grade: inadequate", "Your answers", holds_answers=True))
    assert "inadequate" not in str(stack.db.read_now(rows))
    await later.looks()
    assert texts(stack) == [f"{LATE}\n\n{ANSWERS}"]


async def test_the_turn_whose_time_is_up_hands_its_answer_on_and_does_not_apologise(
    stack: Stack, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_desk, "TURN_SECONDS", 0.3)
    stack.teams.faults.add(faults.hang(), **POSTS)
    await say(stack, "good", "Question 3 of 9")
    async with asyncio.timeout(PATIENCE):
        while not kept(stack):
            await asyncio.sleep(0.01)
    await later.looks()
    assert texts(stack) == [f"{REPEAT}\n\nQuestion 3 of 9"]


async def test_whoever_blocked_the_bot_meanwhile_is_not_written_to_in_any_way(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    stack.teams.faults.add(faults.forbidden("ConversationBlockedByUser"), **POSTS)
    await say(stack, "good", "Question 3 of 9")
    await later.looks()
    assert texts(stack) == [] and kept(stack) == 0
    (row,) = stack.db.read_now(every_notice)
    assert (row.event, row.state) == ("E92", "parked"), "and nobody is told that an answer did not arrive"


async def test_what_was_asked_a_week_ago_is_not_answered_any_more(stack: Stack, later: Later) -> None:
    stack.teams.faults.add(faults.throttled("1"), **POSTS)
    await say(stack, "good", "Question 3 of 9")
    later.clock.move_to(later.clock.now() + timedelta(days=8))
    await later.looks()
    assert texts(stack) == [] and kept(stack) == 0


async def test_an_answer_that_goes_out_at_once_writes_nothing_more_than_before(stack: Stack) -> None:
    await say(stack, "good", "Question 3 of 9")
    assert kept(stack) == 0 and stack.db.read_now(notices.counts) == {}


def rows(session: Session) -> list[tuple[str, str]]:
    return [(row.person, str(row.message)) for row in session.execute(tables.late_replies.select())]


def every_notice(session: Session) -> list[notices.Notice]:
    return [notices.Notice(*row) for row in session.execute(tables.notices.select())]


def kept(stack: Stack) -> int:
    def of_one_moment(session: Session) -> int:
        found = rows(session)
        assert late_replies.wait_for(session, "p-amira") == bool(found)
        return len(found)

    return stack.db.read_now(of_one_moment)

"""The event loop stands still for a while: health says so, the looks go on, and what came twice has one effect."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from dialogs.kit.message import Message
from policy.council.establishment import Person
from scheduler.timer import Timer
from scheduler.watchdog import RED, Watchdog
from tests.bot.teams.conftest import AMIRA, Stack
from tests.patience import PATIENCE

INTERVAL = 0.1
STANDS_STILL = (RED + 2) * INTERVAL


async def test_a_loop_that_stood_still_turns_health_red_until_a_look_has_ended_well() -> None:
    looks: list[float] = []

    async def look() -> None:
        looks.append(time.monotonic())

    timer = Timer(look, timedelta(seconds=INTERVAL))
    watchdog = Watchdog(timer)
    timer.start()
    watchdog.start()
    while not looks:
        await asyncio.sleep(0.01)
    time.sleep(STANDS_STILL)  # noqa: ASYNC251  that is the fault
    assert "the last good sweep was" in watchdog.trouble()
    seen = len(looks)
    async with asyncio.timeout(PATIENCE):
        while len(looks) == seen or watchdog.trouble():
            await asyncio.sleep(0.01)
    await watchdog.stop()
    timer.stop()


async def test_a_line_that_teams_sent_again_meanwhile_is_heard_and_answered_once(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    async def slow_to_answer(person: Person, text: str) -> list[Message]:
        heard.append(text)
        time.sleep(0.3)  # noqa: ASYNC251  nothing else runs in this process
        return [Message("Kept.", "Kept.")]

    monkeypatch.setattr(stack.parrot, "text", slow_to_answer)
    amira = stack.person(AMIRA)
    line = amira.activity("message", text="good")
    answers = await asyncio.gather(*(amira.send(line) for _ in range(4)))
    assert {answer.status for answer in answers} == {200}
    assert heard == ["good"]
    assert len(stack.teams.posts()) == 1

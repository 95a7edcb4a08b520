from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.teams.limits import UNHURRIED, Bucket, Limits, TooLong


@dataclass
class VirtualTime:
    """Seconds that pass only when everyone sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def within(moments: list[float], count: int, seconds: float) -> bool:
    """Whether no window of `seconds` holds more than `count` moments."""
    ordered = sorted(moments)
    return all(late - early >= seconds - 1e-9 for early, late in zip(ordered, ordered[count:], strict=False))


@pytest.fixture
def virtual() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def limits(virtual: VirtualTime) -> Limits:
    return Limits(monotonic=virtual.monotonic, sleep=virtual.sleep)


async def test_a_conversation_hears_one_message_a_second_and_fifty_in_thirty(
    limits: Limits, virtual: VirtualTime
) -> None:
    sent = []
    for _ in range(120):
        async with limits.turn("a", patience=60):
            sent.append(virtual.now)
    assert within(sent, 1, 1.0)
    assert within(sent, 50, 30.0)
    assert sent[-1] == pytest.approx(119.0)


async def test_the_tenant_hears_twenty_a_second_whoever_they_are_for(limits: Limits, virtual: VirtualTime) -> None:
    sent = []
    for number in range(160):
        async with limits.turn(f"chat {number}", patience=60):
            sent.append(virtual.now)
    assert within(sent, 20, 1.0)
    assert sent[-1] == pytest.approx(7.0)


async def test_an_answer_in_several_parts_does_not_take_seconds(limits: Limits, virtual: VirtualTime) -> None:
    for _ in range(5):
        async with limits.turn("a", answering=True):
            pass
    assert virtual.now == 0.0
    async with limits.turn("a", answering=True):
        pass
    assert virtual.now == pytest.approx(1.0)


async def test_one_conversation_has_one_message_in_flight(virtual: VirtualTime) -> None:
    limits = Limits(per_conversation=((1000, 1.0),), per_tenant=((1000, 1.0),), monotonic=virtual.monotonic)
    in_flight, most = 0, 0

    async def one() -> None:
        nonlocal in_flight, most
        async with limits.turn("a"):
            in_flight += 1
            most = max(most, in_flight)
            await asyncio.sleep(0)
            in_flight -= 1

    await asyncio.gather(*(one() for _ in range(50)))
    assert most == 1


async def test_another_conversation_does_not_wait(virtual: VirtualTime) -> None:
    limits = Limits(monotonic=virtual.monotonic, sleep=virtual.sleep)
    async with limits.turn("busy"), limits.turn("quiet"):
        assert virtual.now == 0.0


async def test_a_throttled_conversation_is_left_alone_and_no_other(limits: Limits, virtual: VirtualTime) -> None:
    limits.close("a", 30.0)
    with pytest.raises(TooLong) as wait:
        async with limits.turn("a", patience=5.0):
            pass
    assert wait.value.seconds == pytest.approx(30.0)
    async with limits.turn("b"):
        assert virtual.now == 0.0
    virtual.now = 30.0
    async with limits.turn("a", patience=5.0):
        pass


async def test_a_sender_that_will_not_wait_counts_for_nothing(limits: Limits, virtual: VirtualTime) -> None:
    limits.close("a", 30.0)
    for _ in range(100):
        with pytest.raises(TooLong):
            async with limits.turn("a", patience=0.0):
                pass
    async with limits.turn("b", patience=0.0):
        assert virtual.slept == []


async def test_conversations_that_went_quiet_are_forgotten(
    virtual: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.limits.MAX_QUIET_CONVERSATIONS", 10)
    limits = Limits(per_tenant=((10_000, 1.0),), monotonic=virtual.monotonic, sleep=virtual.sleep)
    for number in range(100):
        virtual.now += 31.0
        async with limits.turn(f"chat {number}"):
            pass
    assert len(limits._conversations) <= 11


def test_a_bucket_remembers_no_more_than_its_windows_need() -> None:
    bucket = Bucket(((2, 1.0), (5, 10.0)))
    for second in range(1000):
        bucket.take(float(second))
    assert len(bucket._taken) == 5


async def test_a_stand_in_on_this_machine_waits_for_nobody_not_even_for_somebody_who_types_fast(
    virtual: VirtualTime,
) -> None:
    limits = Limits(UNHURRIED, UNHURRIED, UNHURRIED, monotonic=virtual.monotonic, sleep=virtual.sleep)
    for _ in range(200):
        async with limits.turn("a", patience=0.0, answering=True):
            pass
    assert virtual.slept == []

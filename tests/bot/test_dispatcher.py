"""The dispatcher: what is due goes out once, whatever couriers, people and the process do in the middle of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assurance.common.courier import CourierResult, Delivery
from bot import delivering
from bot import dispatcher as dispatching
from bot.clock import Clock
from policy.framework.framework import Framework
from storage.engine.database import Database
from storage.outbox import notices
from tests.bot.conftest import FRIDAY
from tests.bot.outbox_people import LATE, Recorder, a_dispatcher, a_notice, put, running, until
from tests.patience import PATIENCE

SENT_NOW, IN_THE_MORNING = 81, 39
"""Notices of the demo council's month: what goes out at once, and what team managers read in the morning."""


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(LATE)


async def test_everything_due_goes_out_once(db: Database, framework: Framework, clock: Clock) -> None:
    courier = Recorder()
    async with running(a_dispatcher(db, framework, clock, courier)):
        await until(lambda: db.read_now(notices.counts).get("sent") == SENT_NOW)
    assert len({delivery.notice.id for delivery, _ in courier.took}) == len(courier.took) == SENT_NOW
    assert all(message.text and message.summary for _, message in courier.took)


async def test_no_more_are_under_way_at_once_than_there_are_slots(
    db: Database, framework: Framework, clock: Clock
) -> None:
    courier = Recorder()
    async with running(a_dispatcher(db, framework, clock, courier, slots=4)):
        await until(lambda: db.read_now(notices.counts).get("sent") == SENT_NOW)
    assert courier.most_at_once <= 4


async def test_a_new_notice_goes_out_as_soon_as_somebody_wakes_the_dispatcher(
    db: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "POLL_SECONDS", 600.0)
    courier = Recorder()
    dispatcher = a_dispatcher(db, framework, clock, courier)
    async with running(dispatcher):
        await until(lambda: db.read_now(notices.counts).get("sent") == SENT_NOW)
        await db.write(put, a_notice("LS-2026Q3-901"))
        dispatcher.wake()
        await until(lambda: len(courier.took) == SENT_NOW + 1)


async def test_what_another_process_wrote_is_seen_without_being_woken(
    db: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "POLL_SECONDS", 0.05)
    courier = Recorder()
    async with running(a_dispatcher(db, framework, clock, courier)):
        await until(lambda: len(courier.took) == SENT_NOW)
        await db.write(put, a_notice("LS-2026Q3-901"))
        await until(lambda: len(courier.took) == SENT_NOW + 1)


async def test_a_courier_that_breaks_leaves_the_outcome_unknown_and_the_repeat_is_marked(
    db: Database, framework: Framework
) -> None:
    def broken(delivery: Delivery) -> CourierResult:
        if delivery.notice.subject == "LS-2026Q3-001" and not delivery.notice.repeat:
            raise RuntimeError("the courier tripped")
        return CourierResult("sent", remote_id="1")

    courier = Recorder(broken)
    await a_dispatcher(db, framework, Clock.standing(LATE), courier).drain()
    again = Recorder()
    await a_dispatcher(db, framework, Clock.standing(LATE + timedelta(minutes=2)), again).drain()
    assert {delivery.notice.subject for delivery, _ in again.took} == {"LS-2026Q3-001"}
    assert all(delivery.notice.repeat and "Repeat" in message.summary for delivery, message in again.took)


async def test_what_comes_due_again_while_the_rest_goes_out_keeps_no_command_waiting(
    db: Database, framework: Framework, clock: Clock
) -> None:
    throttled = Recorder(lambda _: CourierResult("later", retry_at=LATE))
    attempts = await asyncio.wait_for(a_dispatcher(db, framework, clock, throttled).drain(), PATIENCE)
    assert len({one.notice.id for one, _ in throttled.took}) == SENT_NOW, "each was tried"
    assert attempts < 10 * SENT_NOW, "and none for ever"


async def test_what_has_not_begun_to_be_posted_when_the_service_ends_is_handed_back_unsaid(
    db: Database, framework: Framework, clock: Clock
) -> None:
    courier = Recorder()
    courier.before_it_begins.clear()
    dispatcher = a_dispatcher(db, framework, clock, courier)
    running_it = asyncio.create_task(dispatcher.run())
    await until(lambda: dispatcher._in_flight)
    ending = asyncio.create_task(dispatcher.stop(PATIENCE))
    await asyncio.sleep(0)
    courier.before_it_begins.set()
    await asyncio.gather(ending, running_it)
    assert courier.took == []
    assert not db.read_now(notices.counts).get("leased")


async def test_a_notice_nobody_has_words_for_is_parked_and_holds_up_no_other(
    db: Database, framework: Framework, clock: Clock
) -> None:
    db.write_now(put, a_notice("LS-2026Q3-901", event="E999"))
    courier = Recorder()
    await a_dispatcher(db, framework, clock, courier).drain()
    counts = db.read_now(notices.counts)
    assert counts["parked"] == 1
    assert counts["sent"] >= SENT_NOW


async def test_a_notice_for_a_channel_without_a_courier_is_parked(
    db: Database, framework: Framework, clock: Clock
) -> None:
    db.write_now(put, a_notice("LS-2026Q3-901", channel="pigeon"))
    await a_dispatcher(db, framework, clock, Recorder()).drain()
    [notice] = [each for each in db.read_now(notices.about, "LS-2026Q3-901") if each.channel == "pigeon"]
    assert (notice.state, notice.reason) == ("parked", "no courier for pigeon")


async def test_a_courier_that_hangs_is_given_up_on(
    db: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "DELIVERY_SECONDS", 0.2)
    courier = Recorder()
    courier.hold.clear()
    stands = Clock.standing(clock.now())  # no second attempt falls due, however long the first takes
    await asyncio.wait_for(a_dispatcher(db, framework, stands, courier, slots=200).drain(), PATIENCE)
    assert db.read_now(notices.counts) == {"pending": SENT_NOW, "recorded": IN_THE_MORNING}
    taken = {delivery.notice.id for delivery, _ in courier.took}  # on a busy machine the time of some is over before
    waiting = [one for one in db.read_now(notices.about, "LS-2026Q3-001") if one.state == "pending"]
    assert taken and waiting and all(one.unknown_outcomes == (one.id in taken) for one in waiting)


async def test_told_to_stop_it_claims_no_more_finishes_what_it_can_and_hands_back_the_rest(
    db: Database, framework: Framework, clock: Clock
) -> None:
    courier = Recorder()
    courier.hold.clear()
    dispatcher = a_dispatcher(db, framework, clock, courier, slots=3)
    task = asyncio.create_task(dispatcher.run())
    await until(lambda: len(courier.took) == 3)
    stopping = asyncio.create_task(dispatcher.stop(5))
    await asyncio.sleep(0.05)
    courier.hold.set()
    await stopping
    await asyncio.wait_for(task, 5)
    assert len(courier.took) == 3
    assert db.read_now(notices.counts) == {"sent": 3, "pending": SENT_NOW - 3, "recorded": IN_THE_MORNING}


async def test_what_does_not_finish_in_time_is_unknown_and_nothing_stays_leased(
    db: Database, framework: Framework, clock: Clock
) -> None:
    courier = Recorder()
    courier.hold.clear()
    dispatcher = a_dispatcher(db, framework, clock, courier, slots=3)
    task = asyncio.create_task(dispatcher.run())
    await until(lambda: len(courier.took) == 3)
    await dispatcher.stop(0.05)
    await asyncio.wait_for(task, 5)
    assert db.read_now(notices.counts) == {"pending": SENT_NOW, "recorded": IN_THE_MORNING}
    tried = [delivery.notice.id for delivery, _ in courier.took]
    assert all(found and found.unknown_outcomes == 1 for found in (db.read_now(notices.get, each) for each in tried))


async def test_a_database_that_fails_for_a_while_stops_nothing_for_good(
    db: Database, framework: Framework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "BACK_OFF_SECONDS", (0.01,))
    courier = Recorder()
    dispatcher = a_dispatcher(db, framework, clock, courier)
    real, broken = dispatcher._something_due, True

    async def sometimes() -> bool:
        if broken:
            raise OSError("disk")
        return await real()

    monkeypatch.setattr(dispatcher, "_something_due", sometimes)
    async with running(dispatcher):
        await until(lambda: "could not be read" in dispatcher.problem())
        broken = False
        await until(lambda: len(courier.took) == SENT_NOW)
        assert dispatcher.problem() == ""


async def test_two_dispatchers_side_by_side_send_each_notice_once(
    db: Database, framework: Framework, clock: Clock
) -> None:
    one, two = Recorder(), Recorder()
    async with running(a_dispatcher(db, framework, clock, one)), running(a_dispatcher(db, framework, clock, two)):
        await until(lambda: db.read_now(notices.counts).get("sent") == SENT_NOW)
    sent = [delivery.notice.id for delivery, _ in one.took + two.took]
    assert len(sent) == len(set(sent)) == SENT_NOW


async def test_outside_send_hours_nothing_ordinary_goes_out(db: Database, framework: Framework) -> None:
    courier = Recorder()
    evening = Clock.standing(FRIDAY.replace(hour=18))
    assert await a_dispatcher(db, framework, evening, courier).drain() == 0
    assert courier.took == []

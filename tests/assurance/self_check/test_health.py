"""How we are, from the rows: what waits, since when, and what is wrong, in plain sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assurance.common.courier import CourierResult
from assurance.delivery.finish_delivery import finish_delivery
from assurance.self_check.health import Figures, clock_behind, figures, silent_channels, troubles, whole_round_late
from assurance.self_check.upkeep import Noted, end_near, end_whole
from tests.assurance.forms_filled import save
from tests.councils import HEAD
from tests.journeys.living_council import LivingCouncil, london, nine

INTERVAL = timedelta(seconds=15)


def read(council: LivingCouncil) -> Figures:
    """The figures now."""
    return council.database.read_now(figures, now=council.now)


def wrong(council: LivingCouncil) -> tuple[str, ...]:
    """What is wrong now."""
    return troubles(council.framework, read(council), now=council.now, interval=INTERVAL)


def test_a_service_that_looks_and_sends_is_well(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    reading = read(council)
    assert (reading.open_items, reading.steps_due, reading.notices_overdue) == (1, 0, 0)
    assert reading.last_sweep == reading.last_dispatch == council.now
    assert reading.notices_by_state["sent"] == 3
    assert wrong(council) == ()


def test_a_sweep_that_has_stopped_is_said(council: LivingCouncil) -> None:
    assert "The last sweep was never." in wrong(council)
    council.sweep()
    council.now += timedelta(seconds=46)
    assert wrong(council) == ("The last sweep was 46 s ago.",)


def test_a_step_nobody_judged_is_said(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.now = nine(date(2026, 1, 26)) + timedelta(minutes=5)
    assert any("1 learning spaces have a step" in sentence for sentence in wrong(council))
    assert read(council).oldest_step_due == nine(date(2026, 1, 26))


def test_messages_that_wait_although_they_might_be_sent_are_said_and_at_night_they_are_not(
    council: LivingCouncil,
) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    council.now += timedelta(minutes=20)
    assert any("3 messages wait" in sentence for sentence in wrong(council))
    council.now = london("2026-02-04 22:00")
    assert not any("messages wait" in sentence for sentence in wrong(council))


LATER = CourierResult("later")


def silent(council: LivingCouncil) -> list[str]:
    """What is said of channels on which nothing goes out."""
    return [words for _, words in silent_channels(council.framework, read(council), now=council.now)]


def tried_each_minute(council: LivingCouncil, minutes: int, *, late: bool = True) -> None:
    """So many minutes of a service that sends, and of a channel that takes nothing."""
    for _ in range(minutes):
        council.now += timedelta(minutes=1)
        for delivery in council.claim():
            result = replace(LATER, retry_at=council.now + timedelta(seconds=30)) if late else CourierResult("sent")
            council.database.write_now(finish_delivery, council.framework, delivery, result, now=council.now)


def test_a_channel_that_takes_nothing_is_said_by_the_sixteenth_minute_however_often_it_is_tried(
    council: LivingCouncil,
) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    tried_each_minute(council, 15)
    assert silent(council) == []
    tried_each_minute(council, 1)
    assert silent(council) == [
        "Nothing has gone out by Teams yet; messages wait for 3 people, the oldest for 16 minutes."
    ]
    assert read(council).notices_overdue == 3
    tried_each_minute(council, 1, late=False)
    assert silent(council) == []
    assert read(council).notices_overdue == 0


def test_while_others_messages_go_out_one_that_waits_is_its_readers_own_trouble(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    waits, *others = council.claim()
    for delivery in others:
        council.send(delivery)
    retry = replace(LATER, retry_at=council.now + timedelta(seconds=30))
    council.database.write_now(finish_delivery, council.framework, waits, retry, now=council.now)
    tried_each_minute(council, 14)
    assert read(council).notices_overdue == 1
    assert silent(council) == []


def test_the_night_before_the_first_try_of_the_morning_counts_for_nothing(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    tried_each_minute(council, 1)
    council.now = london("2026-02-04 23:00")
    assert silent(council) == [], "outside the hours for sending only what is urgent is late"
    council.now = nine(date(2026, 2, 5)) + timedelta(minutes=1)
    assert silent(council) == []
    council.now += timedelta(minutes=15)
    assert len(silent(council)) == 1


def test_a_clock_before_the_newest_entry_of_the_history_is_said_in_words(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    newest = read(council).newest_entry
    assert newest
    assert clock_behind(newest, now=newest - timedelta(seconds=50)) == ""
    said = clock_behind(newest, now=newest - timedelta(days=2))
    assert said.startswith("This machine's clock says ")
    assert clock_behind(None, now=newest) == ""


def test_a_round_over_everything_that_has_not_ended_for_26_hours_is_said_although_near_ones_do(
    council: LivingCouncil,
) -> None:
    ended, nothing = council.now, Noted()
    council.database.write_now(end_whole, council.framework, began=ended, total=nothing, now=ended)
    council.now += timedelta(hours=26, minutes=1)
    council.database.write_now(end_near, council.framework, 1, began=council.now, total=nothing, now=council.now)
    reading = read(council)
    assert (reading.last_verify, reading.last_whole) == (council.now, ended)
    said = whole_round_late(ended, now=council.now, running=timedelta(days=2))
    assert said.startswith(f"No round of verify over everything has come to its end since {ended:%Y-%m-%d %H:%M} UTC;")
    assert whole_round_late(ended, now=ended + timedelta(hours=26), running=timedelta(days=2)) == ""


def test_a_service_that_was_off_has_two_hours_to_look_at_everything(council: LivingCouncil) -> None:
    last_week = council.now - timedelta(days=7)
    assert whole_round_late(last_week, now=council.now, running=timedelta(hours=2)) == ""
    assert whole_round_late(last_week, now=council.now, running=timedelta(hours=2, seconds=1))
    assert whole_round_late(None, now=council.now, running=timedelta(hours=26)) == ""
    assert "to its end yet" in whole_round_late(None, now=council.now, running=timedelta(hours=27))


def test_a_held_sweep_is_said_with_its_reason(council: LivingCouncil) -> None:
    for number in range(1, 31):
        council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
    council.sweep()
    council.now = london("2026-02-09 12:00")
    council.sweep()
    assert any("held until a person confirms" in sentence for sentence in wrong(council))
    assert "30 of 30" in read(council).held


def test_what_is_parked_and_flags_nobody_took_up_are_counted(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.courier.answers[HEAD] = [CourierResult("never", channel_state="blocked")]
    council.dispatch()
    reading = read(council)
    assert reading.red_flags_waiting == 1
    assert reading.notices_by_state["parked"] == 1

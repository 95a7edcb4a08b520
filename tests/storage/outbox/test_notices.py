"""The outbox: said once, claimed by one, repeated at most once and then marked, never silently dropped."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from storage.engine.database import Database, Session
from storage.outbox import backlog, held, leases, notices
from storage.outbox.notices import NewNotice, Notice
from storage.outbox.turns import Turn
from storage.schema import tables

NINE = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)


def notice(number: int = 1, **changes: Any) -> NewNotice:
    usual: dict[str, Any] = {
        "event": "E11",
        "step": "+2",
        "subject": f"LS-2026Q3-{number:03}",
        "recipient": "p-0045",
        "recipient_role": "senior_manager",
        "channel": "teams",
        "urgent": False,
        "due_at": NINE,
        "not_before": NINE,
        "facts": {"reference": f"LS-2026Q3-{number:03}", "days": 2},
    }
    return NewNotice(**usual | changes)


def add(database: Database, *new: NewNotice) -> int:
    return database.write_now(notices.add, new, at=NINE)


def claim(database: Database, owner: str = "one", at: datetime = NINE, limit: int = 10, **more: Any) -> list[Notice]:
    return database.write_now(notices.claim, owner=owner, now=at, lease=LEASE, limit=limit, turn=Turn(**more))


def begin(database: Database, *claimed: Notice) -> frozenset[int]:
    return database.write_now(leases.begin, [(one.id, one.fence) for one in claimed])


def finish(database: Database, claimed: Notice, outcome: Any, at: datetime = NINE, **more: Any) -> bool:
    return database.write_now(notices.finish, claimed.id, claimed.fence, outcome=outcome, at=at, **more)


def now_is(database: Database, claimed: Notice) -> Notice:
    found = database.read_now(notices.get, claimed.id)
    assert found
    return found


def test_writing_the_same_notice_twice_says_it_once(database: Database) -> None:
    assert add(database, notice(1), notice(2)) == 2
    assert add(database, notice(1), notice(2), notice(3)) == 1
    assert add(database, notice(1, urgent=True)) == 0
    assert add(database) == 0
    assert [row.subject for row in claim(database)] == ["LS-2026Q3-001", "LS-2026Q3-002", "LS-2026Q3-003"]


def test_the_same_news_for_two_people_is_two_notices(database: Database) -> None:
    assert add(database, notice(recipient="p-0045"), notice(recipient="p-0043"), notice(step="+7")) == 3


def test_a_notice_comes_out_as_it_was_written(database: Database) -> None:
    add(database, notice(7))
    (claimed,) = claim(database)
    assert claimed.key == notices.key_of("E11", "LS-2026Q3-007", "+2", "p-0045")
    assert claimed.facts == {"reference": "LS-2026Q3-007", "days": 2}
    assert (claimed.due_at, claimed.created_at, claimed.lease_until) == (NINE, NINE, NINE + LEASE)
    assert (claimed.state, claimed.fence, claimed.attempts, claimed.repeat) == ("leased", 1, 1, False)
    assert claimed == now_is(database, claimed)


def test_nothing_is_claimed_before_its_time(database: Database) -> None:
    add(database, notice(not_before=NINE + MINUTE))
    assert claim(database, at=NINE + MINUTE - timedelta(microseconds=1)) == []
    assert len(claim(database, at=NINE + MINUTE)) == 1


def test_urgent_ones_go_first_then_the_longest_due(database: Database) -> None:
    add(
        database,
        notice(1, due_at=NINE),
        notice(2, due_at=NINE - MINUTE),
        notice(3, urgent=True, due_at=NINE),
        notice(4, due_at=NINE - 2 * MINUTE),
    )
    assert [row.subject[-1] for row in claim(database, limit=3)] == ["3", "4", "2"]
    assert [row.subject[-1] for row in claim(database)] == ["1"]


def test_only_urgent_ones_can_be_asked_for(database: Database) -> None:
    add(database, notice(1), notice(2, urgent=True))
    assert [row.subject[-1] for row in claim(database, urgent_only=True)] == ["2"]


def test_two_owners_never_hold_the_same_notice(database: Database) -> None:
    add(database, *(notice(number) for number in range(1, 11)))
    first = {row.id for row in claim(database, "one", limit=6)}
    second = {row.id for row in claim(database, "two", limit=6)}
    assert len(first) == 6 and len(second) == 4
    assert not first & second


async def test_two_copies_that_claim_at_once_share_the_work(database_url: str) -> None:
    with Database.open(database_url) as one, Database.open(database_url) as two:
        add(one, *(notice(number) for number in range(1, 101)))
        claims = await asyncio.gather(
            *(
                copy.write(notices.claim, owner=name, now=NINE, lease=LEASE, limit=5)
                for _ in range(15)
                for copy, name in ((one, "one"), (two, "two"))
            )
        )
    held = [row.id for claimed in claims for row in claimed]
    assert len(held) == len(set(held)) == 100


def test_a_long_queue_for_one_person_keeps_nobody_else_waiting(database: Database) -> None:
    add(database, *(notice(number, due_at=NINE - MINUTE) for number in range(1, 31)), notice(99, recipient="p-0001"))
    first = claim(database, per_recipient=2)
    assert sorted(row.recipient for row in first) == ["p-0001", "p-0045", "p-0045"]
    assert claim(database, per_recipient=2) == []
    finish(database, next(row for row in first if row.recipient == "p-0045"), "sent")
    assert [row.recipient for row in claim(database, per_recipient=2)] == ["p-0045"]


def test_somebody_quiet_does_not_wait_behind_a_thousand_for_somebody_else(database: Database) -> None:
    loud = [notice(number, due_at=NINE - MINUTE) for number in range(1, 1001)]
    add(database, *loud, notice(2001, recipient="p-quiet"), notice(2002, recipient="p-quiet", urgent=True))
    first = claim(database, limit=4, per_recipient=2)
    assert [row.recipient for row in first] == ["p-quiet", "p-0045", "p-0045", "p-quiet"]
    assert first[0].urgent
    for row in first:
        finish(database, row, "sent")
    assert [row.recipient for row in claim(database, limit=4, per_recipient=2)] == ["p-0045", "p-0045"]


def test_behind_a_hundred_thousand_for_one_person_another_is_served_first_and_nobody_more_than_their_share(
    sqlite_database: Database,
) -> None:
    add(sqlite_database, notice(1, due_at=NINE - MINUTE))
    columns = [column.name for column in tables.notices.c if column.name not in ("id", "key", "subject")]
    many = f"""
        WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO notices (subject, key, {", ".join(columns)})
        SELECT 'LS-2026Q3-' || i, 'many-' || i, {", ".join(columns)} FROM n, notices WHERE subject = 'LS-2026Q3-001'
    """
    sqlite_database.write_now(lambda session: session.execute(text(many)) and None)
    assert sqlite_database.read_now(notices.counts)["pending"] == 100_000
    add(sqlite_database, notice(200_001, recipient="p-quiet"), notice(200_002, recipient="p-quiet", urgent=True))
    first = claim(sqlite_database, limit=4, per_recipient=2)
    assert sorted(row.recipient for row in first) == ["p-0045", "p-0045", "p-quiet", "p-quiet"]
    assert first[0].urgent


def test_at_night_only_what_is_urgent_takes_its_turn(database: Database) -> None:
    add(database, *(notice(number) for number in range(1, 20)), notice(30, recipient="p-quiet", urgent=True))
    assert [row.recipient for row in claim(database, urgent_only=True, per_recipient=2)] == ["p-quiet"]


def test_what_is_handed_back_is_no_second_attempt_and_no_repeat(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database, "one")
    assert database.write_now(notices.release, "one") == 1
    back = now_is(database, claimed)
    assert (back.state, back.attempts, back.unknown_outcomes, back.repeat) == ("pending", 0, 0, False)
    assert not finish(database, claimed, "sent"), "a hand that gave it back has no say in it any more"
    (again,) = claim(database, "two")
    assert (again.attempts, again.repeat, again.fence) == (1, False, claimed.fence + 1)


def test_one_lost_twice_after_it_was_handed_back_is_parked_with_the_reason(database: Database) -> None:
    add(database, notice())
    claim(database, "one")
    database.write_now(notices.release, "one")
    (first,) = claim(database, "two")
    begin(database, first)
    (second,) = claim(database, "three", at=NINE + LEASE)
    assert (second.id, second.repeat, second.unknown_outcomes) == (first.id, True, 1)
    database.write_now(notices.release, "three")
    (third,) = claim(database, "four", at=NINE + LEASE)
    assert third.repeat, "handed back unsent, it is still the repeat of the one that was lost"
    begin(database, third)
    assert claim(database, "five", at=NINE + 2 * LEASE) == []
    parked = now_is(database, first)
    assert parked.state == "parked"
    assert parked.reason.startswith("Nobody knows whether it arrived")


def test_what_was_sent_stays_sent(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    assert finish(database, claimed, "sent", remote_id="1700000000001", at=NINE + MINUTE)
    after = now_is(database, claimed)
    assert (after.state, after.sent_at, after.remote_id) == ("sent", NINE + MINUTE, "1700000000001")
    assert (after.lease_owner, after.lease_until) == ("", None)
    assert claim(database, at=NINE + timedelta(days=1)) == []
    assert not finish(database, claimed, "sent")


def test_later_is_tried_again_at_the_time_the_channel_asked_for(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    finish(database, claimed, "later", not_before=NINE + timedelta(hours=1), reason="the channel is throttling")
    assert claim(database, at=NINE + timedelta(minutes=59)) == []
    (again,) = claim(database, at=NINE + timedelta(hours=1))
    assert (again.attempts, again.repeat, again.reason) == (2, False, "the channel is throttling")


def test_an_unknown_outcome_is_repeated_once_and_marked(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    finish(database, claimed, "unknown", not_before=NINE + MINUTE, reason="no answer")
    (again,) = claim(database, at=NINE + MINUTE)
    assert again.repeat is True and again.unknown_outcomes == 1
    finish(database, again, "unknown", at=NINE + 2 * MINUTE, reason="no answer")
    parked = now_is(database, again)
    assert parked.state == "parked" and "not even the second time" in parked.reason
    assert claim(database, at=NINE + timedelta(days=1)) == []


def test_a_repeat_that_is_only_put_off_stays_a_repeat(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    finish(database, claimed, "unknown", not_before=NINE)
    (again,) = claim(database)
    finish(database, again, "later", not_before=NINE)
    (third,) = claim(database)
    assert third.repeat is True and third.unknown_outcomes == 1


def test_a_lease_that_ran_out_while_posting_counts_as_unknown(database: Database) -> None:
    add(database, notice())
    (lost,) = claim(database, "one")
    begin(database, lost)
    assert claim(database, "two", at=NINE + LEASE - timedelta(seconds=1)) == []
    (again,) = claim(database, "two", at=NINE + LEASE)
    assert (again.lease_owner, again.repeat, again.unknown_outcomes, again.fence) == ("two", True, 1, lost.fence + 1)
    begin(database, again)
    assert claim(database, "three", at=NINE + 2 * LEASE) == []
    parked = now_is(database, again)
    assert parked.state == "parked" and parked.unknown_outcomes == 2 and parked.reason


def test_a_lease_that_ran_out_before_posting_is_taken_over_however_often_and_is_no_repeat(database: Database) -> None:
    add(database, notice())
    for life in range(5):
        (claimed,) = claim(database, f"owner {life}", at=NINE + life * LEASE)
    assert (claimed.repeat, claimed.unknown_outcomes, claimed.fence) == (False, 0, 5)


def test_a_claim_of_an_older_copy_that_marks_nothing_may_have_been_posted(database: Database) -> None:
    add(database, notice())
    (marked,) = claim(database, "new")

    def older(session: Session) -> None:
        later = {"lease_owner": "old", "lease_until": NINE + 2 * LEASE, "fence": marked.fence + 1}
        session.execute(update(tables.notices).values(later))

    database.write_now(older)
    (again,) = claim(database, "new", at=NINE + 2 * LEASE)
    assert (again.repeat, again.unknown_outcomes) == (True, 1)


def test_posting_begins_only_for_whoever_still_has_the_notice(database: Database) -> None:
    add(database, notice(1), notice(2), notice(3))
    asleep = claim(database, "one", limit=2)
    (awake,) = claim(database, "two", at=NINE + LEASE, limit=1)
    assert awake.id == asleep[0].id
    assert begin(database, *asleep) == {asleep[1].id}
    assert begin(database, awake) == {awake.id}


def test_what_has_begun_to_be_posted_is_not_handed_back_as_if_it_had_not(database: Database) -> None:
    add(database, notice(1), notice(2))
    first, second = claim(database, "one")
    begin(database, first)
    assert database.write_now(notices.release, "one") == 1
    assert (now_is(database, first).state, now_is(database, second).state) == ("leased", "pending")


def test_a_holder_that_lives_keeps_its_notices_and_one_that_does_not_loses_them(database: Database) -> None:
    add(database, notice(1), notice(2, recipient="p-0043"))
    alive, dead = claim(database, "one", limit=1), claim(database, "two", limit=1)
    assert database.write_now(leases.renew, "one", [row.id for row in (*alive, *dead)], until=NINE + 2 * LEASE) == 1
    assert [row.id for row in claim(database, "three", at=NINE + LEASE)] == [dead[0].id]


def test_nobody_takes_over_what_they_are_sending_themselves_however_long_the_database_was_away(
    database: Database,
) -> None:
    add(database, notice())
    (mine,) = claim(database, "one")
    begin(database, mine)
    much_later = NINE + 10 * LEASE
    assert claim(database, "one", at=much_later, holding=frozenset({mine.id})) == []
    assert database.read_now(notices.about_to_be_parked, now=much_later, holding=[mine.id]) == []
    assert finish(database, mine, "sent", at=much_later)


def test_a_dead_holder_does_not_block_a_persons_queue_once_the_next_service_is_there(database: Database) -> None:
    add(database, *(notice(number) for number in range(1, 5)))
    posting, _ = claim(database, "service:one", per_recipient=2)
    begin(database, posting)
    assert claim(database, "service:two", per_recipient=2) == [], "as far as anybody knows they are under way"
    assert database.write_now(leases.end_those_of_the_dead, "service:two", at=NINE) == 2
    again = claim(database, "service:two", per_recipient=2)
    assert {(row.subject[-1], row.repeat) for row in again} == {("1", True), ("2", False)}


def test_a_command_that_sends_beside_the_service_keeps_what_it_has_in_hand(database: Database) -> None:
    add(database, notice(1))
    claim(database, "command:sweep")
    assert database.write_now(leases.end_those_of_the_dead, "service:two", at=NINE) == 0


def test_what_two_crashes_parked_is_said_once_more_and_then_never_again(database: Database) -> None:
    add(database, notice())
    for life in range(2):
        begin(database, *claim(database, f"owner {life}", at=NINE + life * LEASE))
    at = NINE + 2 * LEASE
    assert claim(database, "three", at=at) == []
    assert database.write_now(leases.retry_after_crashes, at=at, since=NINE) == 1
    (again,) = claim(database, "three", at=at)
    assert again.repeat
    begin(database, again)
    at += LEASE
    assert claim(database, "four", at=at) == []
    assert database.write_now(leases.retry_after_crashes, at=at, since=NINE) == 0
    assert now_is(database, again).state == "parked"


def test_what_another_way_has_taken_or_is_too_old_is_not_said_once_more(database: Database) -> None:
    add(database, notice(1), notice(2))
    for life in range(2):
        begin(database, *claim(database, f"owner {life}", at=NINE + life * LEASE))
    at = NINE + 2 * LEASE
    assert claim(database, "three", at=at) == []
    first = notice(1)
    add(database, notice(1, channel="mail", follows=first.key, not_before=at + MINUTE))
    assert database.write_now(leases.retry_after_crashes, at=at, since=at) == 0
    assert database.write_now(leases.retry_after_crashes, at=at, since=NINE) == 1
    assert [row.subject[-1] for row in claim(database, "three", at=at)] == ["2"]


def test_what_has_never_been_tried_goes_before_what_has(database: Database) -> None:
    add(database, notice(1, due_at=NINE - MINUTE))
    (tried,) = claim(database)
    finish(database, tried, "unknown", not_before=NINE)
    add(database, notice(2, recipient="p-0043"), notice(3, recipient="p-0001", urgent=True))
    assert [row.subject[-1] for row in claim(database, per_recipient=2)] == ["3", "2", "1"]


def test_some_can_be_passed_over_and_some_be_the_only_ones(database: Database) -> None:
    add(database, notice(1), notice(2, recipient="p-0043"), notice(3, recipient="p-0001"))
    hanging, known = frozenset({"p-0045"}), frozenset({"p-0045", "p-0043"})
    assert [row.recipient for row in claim(database, passing_over=known, per_recipient=2)] == ["p-0001"]
    found = claim(database, passing_over=hanging, only=known, per_recipient=2)
    assert [row.recipient for row in found] == ["p-0043"]


def test_an_owner_that_was_asleep_past_its_lease_cannot_overwrite_the_next(database: Database) -> None:
    add(database, notice())
    (asleep,) = claim(database, "one")
    (awake,) = claim(database, "two", at=NINE + LEASE)
    assert finish(database, asleep, "never", at=NINE + LEASE) is False
    assert now_is(database, asleep).state == "leased"
    assert finish(database, awake, "sent", at=NINE + LEASE) is True
    assert finish(database, asleep, "unknown", at=NINE + LEASE) is False
    assert now_is(database, asleep).state == "sent"


def test_an_owner_that_was_slow_but_not_overtaken_is_believed(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    assert finish(database, claimed, "sent", at=NINE + 3 * LEASE) is True


def test_never_parks_it_with_the_reason(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    finish(database, claimed, "never", reason="blocked by the person")
    after = now_is(database, claimed)
    assert (after.state, after.reason) == ("parked", "blocked by the person")


def test_a_claimed_notice_can_be_cancelled_by_whoever_looks_again(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    assert finish(database, claimed, "cancelled", reason="submitted meanwhile")
    assert now_is(database, claimed).state == "cancelled"


def test_cancelling_an_item_takes_back_what_waits_and_leaves_what_was_said(database: Database) -> None:
    add(database, notice(1), notice(1, step="+7"), notice(1, event="E15"), notice(2))
    (said,) = claim(database, limit=1)
    finish(database, said, "sent")
    cancel = database.write_now(notices.cancel_for, "LS-2026Q3-001", at=NINE, reason="submitted", keep_events=("E15",))
    assert cancel == 1
    states = {(row.event, row.step): row.state for row in database.read_now(notices.about, "LS-2026Q3-001")}
    assert states == {("E11", "+2"): "sent", ("E11", "+7"): "cancelled", ("E15", "+2"): "pending"}
    assert [row.subject for row in database.read_now(notices.about, "LS-2026Q3-002")] == ["LS-2026Q3-002"]


def test_an_owner_that_stops_in_good_order_gives_back_what_it_has_not_begun(database: Database) -> None:
    add(database, notice(1), notice(2), notice(3))
    claimed = claim(database, "one")
    claim(database, "two")
    assert database.write_now(notices.release, "one", notice_ids=[claimed[0].id]) == 1
    assert database.write_now(notices.release, "one") == 2
    again = claim(database, "two")
    assert len(again) == 3
    assert not any(row.repeat for row in again)
    assert {row.attempts for row in again} == {1}


def test_whoever_can_be_reached_again_gets_at_once_what_was_put_off_for_them_and_nothing_else(
    database: Database,
) -> None:
    add(database, notice(1), notice(2, recipient="p-0043"), notice(3, channel="mail"))
    for put_off in claim(database):
        finish(database, put_off, "later", not_before=NINE + 60 * MINUTE)
    add(database, notice(4, not_before=NINE + 60 * MINUTE))  # never tried: it is not late, only not due
    assert database.write_now(notices.hasten, "p-0045", "teams", at=NINE + MINUTE) == 1
    assert [row.subject for row in claim(database, at=NINE + MINUTE)] == ["LS-2026Q3-001"]


def test_what_is_only_recorded_is_never_claimed(database: Database) -> None:
    add(database, notice(state="recorded", reason="a higher step spoke"))
    assert claim(database, at=NINE + timedelta(days=30)) == []
    (row,) = database.read_now(notices.about, "LS-2026Q3-001")
    assert (row.state, row.reason) == ("recorded", "a higher step spoke")


def test_the_outbox_says_when_it_next_has_something_to_do(database: Database) -> None:
    assert database.read_now(notices.next_try_at) is None
    add(database, notice(1, not_before=NINE + timedelta(hours=3)), notice(2))
    assert database.read_now(notices.next_try_at) == NINE
    claim(database, limit=1)
    assert database.read_now(notices.next_try_at) == NINE + LEASE


def test_the_backlog_counts_what_waits_and_how_long(database: Database) -> None:
    add(
        database,
        notice(1, not_before=NINE - MINUTE),
        notice(2),
        notice(3, not_before=NINE + MINUTE),
        notice(4, state="recorded"),
    )
    claim(database, limit=1)
    found = database.read_now(backlog.read, now=NINE)
    assert (found.pending, found.leased, found.overdue) == (2, 1, 2)
    assert found.oldest_overdue == NINE - MINUTE
    assert database.read_now(notices.counts) == {"pending": 2, "leased": 1, "recorded": 1}


def test_a_retry_makes_nothing_younger(database: Database) -> None:
    add(database, notice(1), notice(2, recipient="p-2"))
    for minute in range(17):
        at = NINE + minute * MINUTE
        for claimed in claim(database, at=at):
            assert finish(database, claimed, "later", at=at, not_before=at + MINUTE)
    at = NINE + 16 * MINUTE
    found = database.read_now(backlog.read, now=at)
    assert (found.overdue, found.oldest_overdue) == (2, NINE)
    assert found.oldest_ready is None, "and yet it is not left alone"
    [waiting] = database.read_now(backlog.waiting_by_channel, now=at)
    assert (waiting.channel, waiting.notices, waiting.people, waiting.oldest) == ("teams", 2, 2, NINE)
    assert waiting.oldest_urgent is None


def test_what_was_held_is_as_young_as_the_moment_it_was_let_go(database: Database) -> None:
    add(database, notice(1, state="held"))
    [one] = database.read_now(held.all_held)
    assert database.read_now(backlog.waiting_by_channel, now=NINE + 60 * MINUTE) == []
    assert database.write_now(held.send, [one.id], at=NINE + 60 * MINUTE) == 1
    [waiting] = database.read_now(backlog.waiting_by_channel, now=NINE + 61 * MINUTE)
    assert waiting.oldest == NINE + 60 * MINUTE


def test_what_was_never_tried_is_as_old_as_its_own_time(database: Database) -> None:
    add(database, notice(1, not_before=NINE + MINUTE), notice(2, urgent=True, recipient="p-2"))
    assert database.read_now(backlog.waiting_by_channel, now=NINE - MINUTE) == []
    [waiting] = database.read_now(backlog.waiting_by_channel, now=NINE + 2 * MINUTE)
    assert (waiting.oldest, waiting.oldest_urgent) == (NINE, NINE)


def test_a_long_reason_is_cut_rather_than_refused(database: Database) -> None:
    add(database, notice())
    (claimed,) = claim(database)
    assert finish(database, claimed, "never", reason="x" * 1000, remote_id="y" * 1000)
    assert len(now_is(database, claimed).reason) == 300


@pytest.mark.parametrize("per_recipient", [None, 1])
def test_looking_for_work_costs_what_waits_not_what_was_ever_sent(
    sqlite_database: Database, per_recipient: int | None
) -> None:
    plans: list[str] = []

    def explain(session: Session) -> None:
        raw: Any = session.connection.connection.dbapi_connection
        said: list[str] = []
        raw.set_trace_callback(said.append)
        notices.claim(session, owner="one", now=NINE, lease=LEASE, limit=5, turn=Turn(per_recipient=per_recipient))
        backlog.read(session, now=NINE)
        notices.next_try_at(session)
        raw.set_trace_callback(None)
        for statement in said:
            plans.extend(str(row[3]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))

    add(sqlite_database, *(notice(number) for number in range(1, 2001)))
    sqlite_database.write_now(lambda session: session.execute(update(tables.notices).values(state="sent")) and None)
    sqlite_database.write_now(explain)
    on_the_table = [plan for plan in plans if "notices" in plan]
    assert on_the_table
    of_what_waits = ("ix_notices_waiting", "ix_notices_turns", "PRIMARY KEY")
    assert all(any(index in plan for index in of_what_waits) for plan in on_the_table), on_the_table

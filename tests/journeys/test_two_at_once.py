"""Two services at once: the same look by both writes each notice once, and each notice is sent by one of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from assurance.common.courier import CourierResult
from storage.engine.database import Database
from storage.outbox import leases
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import DIRECTOR, HEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, nine

SECOND = nine(date(2026, 2, 4))
"""When a learning space of 5 January is two days late."""


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs in threads that start at the same moment; what each gave back, in order."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        results[place] = job()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def councils(database_url: str, first: Database) -> tuple[LivingCouncil, LivingCouncil, Database]:
    """The same council seen by two services, each with a database connection of its own."""
    second = Database.open(database_url)
    one = LivingCouncil(first, now=SECOND)
    other = LivingCouncil(second, now=SECOND)
    return one, other, second


def test_two_services_looking_at_once_write_each_notice_once(database_url: str, database: Database) -> None:
    one, other, second = councils(database_url, database)
    items = [
        one.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
        for number in range(1, 21)
    ]
    with second:
        outcomes = together(one.sweep, other.sweep)
        assert sorted(outcome.judged for outcome in outcomes) == [0, 20]
        for item in items:
            said = [row for row in one.notices_about(item.reference) if row.state == "pending"]
            assert Counter(row.recipient for row in said) == {TEAM_MANAGER: 1, SENIOR_MANAGER: 1, HEAD: 1}


def test_two_dispatchers_never_take_the_same_notice(database_url: str, database: Database) -> None:
    one, other, second = councils(database_url, database)
    for number in range(1, 21):
        one.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
    with second:
        one.sweep()
        ids: list[int] = []
        while any(taken := together(lambda: one.claim("one"), lambda: other.claim("other"))):
            ids += [each.id for deliveries in taken for delivery in deliveries for each in delivery.notices]
            for council, deliveries in zip((one, other), taken, strict=True):
                assert all(council.send(delivery) for delivery in deliveries)
        assert len(ids) == len(set(ids)) == 60


def test_a_service_paused_past_its_lease_cannot_write_over_the_other_s_answer(
    database_url: str, database: Database
) -> None:
    one, other, second = councils(database_url, database)
    item = one.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    with second:
        one.sweep()
        asleep = one.claim("one")
        one.database.write_now(leases.begin, [claim for each in asleep for claim in each.claims])
        other.now = SECOND + timedelta(minutes=5)
        sent = other.dispatch()
        assert {said.repeat for said in sent} == {True}, "the first may have gone out, so this one says repeat"
        one.now = SECOND + timedelta(minutes=6)
        assert [one.send(delivery) for delivery in asleep] == [False, False, False]
        assert {row.attempts for row in one.notices_about(item.reference) if row.step == "+2"} == {2}
        assert one.dispatch() == []


def test_a_service_paused_before_it_posted_posts_nothing_after_the_other_did(
    database_url: str, database: Database
) -> None:
    one, other, second = councils(database_url, database)
    one.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    with second:
        one.sweep()
        asleep = one.claim("one")
        other.now = SECOND + timedelta(minutes=5)
        assert {said.repeat for said in other.dispatch()} == {False}, "nobody can have seen the first"
        claims = [claim for each in asleep for claim in each.claims]
        assert one.database.write_now(leases.begin, claims) == frozenset()


def test_two_devices_submitting_at_once_submit_once(database_url: str, database: Database) -> None:
    one, other, second = councils(database_url, database)
    item = one.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    with second:
        view = fill_in(database, one.framework, item, now=SECOND, grade="inadequate", action_1_by="2026-03-10")
        outcomes = together(
            lambda: send_in(database, one.framework, item, version=view.version, now=SECOND),
            lambda: send_in(second, other.framework, item, version=view.version, now=SECOND),
        )
        assert sorted(outcome.state for outcome in outcomes) == ["already", "submitted"]


def test_fifty_presses_at_once_submit_once(database: Database) -> None:
    council = LivingCouncil(database, now=SECOND)
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    view = fill_in(database, council.framework, item, now=SECOND, action_1_by="2026-03-10")

    def press() -> str:
        return send_in(database, council.framework, item, version=view.version, now=SECOND).state

    assert Counter(together(*[press] * 50)) == {"submitted": 1, "already": 49}


def test_an_answer_that_never_came_is_asked_for_once_more_and_then_left_to_a_person(database: Database) -> None:
    council = LivingCouncil(database, now=SECOND)
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
    council.courier.answers[HEAD] = [CourierResult("unknown", reason="timeout")] * 2
    council.when_the_service_looks()
    council.when_the_service_looks(SECOND + timedelta(minutes=2))
    council.when_the_service_looks(SECOND + timedelta(hours=2))
    assert [said.repeat for said in council.said if said.person == HEAD] == [False, True]
    (row,) = [row for row in council.notices_about(item.reference) if row.recipient == HEAD and row.step == "+2"]
    assert row.state == "parked"
    assert DIRECTOR not in council.told(), "nobody higher hears because someone lower could not be reached"
    assert len(council.told(event="E65")) == 1

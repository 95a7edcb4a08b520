"""A morning message that came to nothing: what it held is said again, because it exists nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.common.courier import CourierResult
from assurance.notify.tell import announce
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import leases, notices
from tests.councils import TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine

TUESDAY = date(2026, 1, 6)


@pytest.fixture
def chosen(council: LivingCouncil) -> str:
    """Work was chosen on Monday: the team manager reads of it on Tuesday morning."""
    council.now = london("2026-01-05 10:30")
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))

    def tell(session: Session) -> None:
        said = announce(council.framework, establishments.current(session), "E2", item, now=council.now)
        notices.add(session, said, at=council.now)

    council.database.write_now(tell)
    council.dispatch()
    return item.reference


def held_for(council: LivingCouncil, reference: str) -> str:
    """What has become of the news for the team manager."""
    (row,) = [one for one in council.notices_about(reference) if one.recipient == TEAM_MANAGER]
    return row.reason


def read_on(council: LivingCouncil) -> list[tuple[date, bool]]:
    """On which days a morning message reached the team manager for certain, and whether it was a repeat."""
    return [(said.on, said.repeat) for said in council.digests if (said.person, said.event) == (TEAM_MANAGER, "E74")]


def test_a_morning_message_of_which_nobody_knows_whether_it_arrived_is_said_in_the_next_mornings(
    council: LivingCouncil, chosen: str
) -> None:
    council.courier.answers[TEAM_MANAGER] = [CourierResult("unknown", reason="no answer in time")] * 2
    council.when_the_service_looks(nine(TUESDAY))
    council.when_the_service_looks(nine(TUESDAY) + timedelta(minutes=2))
    assert held_for(council, chosen) == "for the morning message"
    council.when_the_service_looks(nine(TUESDAY + timedelta(days=1)))
    assert read_on(council)[-1] == (TUESDAY + timedelta(days=1), False)
    assert held_for(council, chosen) == "in the morning message of 2026-01-07"


def test_one_that_two_crashes_hid_is_repeated_the_same_day_and_given_back_only_if_that_is_lost_too(
    council: LivingCouncil, chosen: str
) -> None:
    council.now = nine(TUESDAY)
    council.sweep()
    for life in range(2):
        crash(council, f"service {life}")
    council.dispatch()
    assert held_for(council, chosen) == "in the morning message of 2026-01-06", "it will be tried again itself"
    assert council.database.write_now(leases.retry_after_crashes, at=council.now, since=nine(TUESDAY)) == 1
    crash(council, "service 3")
    council.dispatch()
    assert held_for(council, chosen) == "for the morning message"
    assert read_on(council) == []


def crash(council: LivingCouncil, owner: str) -> None:
    """A service claims everything, begins to post it, and dies; two minutes pass."""
    claimed = council.claim(owner)
    assert TEAM_MANAGER in {one.person.id for one in claimed}
    council.begin(claimed)
    council.now += timedelta(minutes=2)

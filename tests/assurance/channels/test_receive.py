"""What comes in twice has one effect: a delivery is known again by the channel's own ids, however long they are."""

from __future__ import annotations

import pytest

from assurance.channels.receive import delivery_id, recognise, remember
from tests.councils import TEAM_MANAGER, entra_id
from tests.journeys.living_council import LivingCouncil

ANSWERED = {"verb": "next", "ref": "a" * 32}


@pytest.mark.parametrize("length", [1, 299, 300, 301, 5_000])
def test_the_same_delivery_again_is_known_with_what_came_of_it(council: LivingCouncil, length: int) -> None:
    delivery = delivery_id("message", "x" * length)
    asked = {"channel": "teams", "external_id": delivery, "entra_object_id": entra_id(TEAM_MANAGER)}
    first = council.database.read_now(recognise, **asked)
    assert (first.person and first.person.id, first.seen) == (TEAM_MANAGER, False)
    council.database.write_now(
        remember, channel="teams", external_id=delivery, person=TEAM_MANAGER, outcome=ANSWERED, now=council.now
    )
    again = council.database.read_now(recognise, **asked)
    assert (again.seen, again.outcome) == (True, ANSWERED)


def test_two_long_deliveries_that_begin_alike_are_two(council: LivingCouncil) -> None:
    one, other = delivery_id("message", "x" * 400, "1"), delivery_id("message", "x" * 400, "2")
    council.database.write_now(
        remember, channel="teams", external_id=one, person=TEAM_MANAGER, outcome=ANSWERED, now=council.now
    )
    found = council.database.read_now(
        recognise, channel="teams", external_id=other, entra_object_id=entra_id(TEAM_MANAGER)
    )
    assert not found.seen


def test_a_stranger_s_delivery_says_nothing_of_anybody(council: LivingCouncil) -> None:
    found = council.database.read_now(recognise, channel="teams", external_id="message|1", entra_object_id="nobody")
    assert (found.person, found.contact, found.seen, found.outcome) == (None, None, False, None)

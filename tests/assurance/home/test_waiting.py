"""What waits for a person: their own learning spaces, and what only they can decide."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.common.refusals import NotFound, NotYours
from assurance.home.waiting import Waiting, waiting
from assurance.red_route.acknowledge import acknowledge
from policy.council.actor import Actor
from policy.council.establishment import Cover
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import (
    HEAD,
    IN_CARE_HEAD,
    PDM,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


def waits(council: LivingCouncil, person: str) -> Waiting:
    """What waits for someone now."""
    return council.database.read_now(waiting, council.framework, person, now=council.now)


def test_a_manager_sees_what_they_owe_by_when_and_what_happens_otherwise(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    (mine,) = waits(council, TEAM_MANAGER_2).items
    assert (mine.item.reference, mine.days_left, mine.begun) == (item.reference, 13, False)
    assert [(rung.on, rung.roles) for rung in mine.rungs] == [
        (date(2026, 2, 4), ("senior_manager", "head_of_service")),
        (date(2026, 2, 9), ("director",)),
        (date(2026, 2, 16), ("executive_director",)),
    ]


def test_a_late_one_says_how_late_and_leaves_out_what_has_been_said(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-02-05 10:00")
    (mine,) = waits(council, TEAM_MANAGER_2).items
    assert mine.days_left == -3
    assert [rung.step.name for rung in mine.rungs] == ["+7", "+14"]


def test_a_head_of_service_reads_that_the_director_hears_first(council: LivingCouncil) -> None:
    council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    (mine,) = waits(council, HEAD).items
    assert mine.rungs[0].roles == ("director",)


def test_someone_who_answers_to_a_head_of_service_is_not_told_of_a_senior_manager_they_do_not_have(
    council: LivingCouncil,
) -> None:
    council.given_a_learning_space("pdm-family", allocated_on=ALLOCATED, case="NM-000028")
    (mine,) = waits(council, PDM).items
    assert [rung.roles for rung in mine.rungs] == [("head_of_service",), ("director",), ("executive_director",)]


def test_one_that_was_begun_can_be_gone_on_with(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    assert waits(council, TEAM_MANAGER_2).items[0].begun


def test_a_person_in_two_posts_sees_both_soonest_first(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "tm-north-2", holder=TEAM_MANAGER))
    later = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 12))
    sooner = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    found = waits(council, TEAM_MANAGER)
    assert [one.item.reference for one in found.items] == [sooner.reference, later.reference]
    assert {post.id for post in found.posts} == {"tm-north-1", "tm-north-2"}


def test_what_was_submitted_is_listed_as_done_for_four_weeks(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    found = waits(council, TEAM_MANAGER_2)
    assert (found.items, [one.reference for one in found.recent]) == ((), [item.reference])
    council.now = london("2026-02-20 10:00")
    assert waits(council, TEAM_MANAGER_2).recent == ()


def test_nobody_sees_what_another_owes(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    for person in (TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD):
        assert waits(council, person).items == ()


def test_someone_of_another_council_is_no_one(council: LivingCouncil) -> None:
    with pytest.raises(KeyError):
        waits(council, "p-of-elsewhere")


def test_the_senior_manager_is_asked_to_meet_about_an_open_loop(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    (decision,) = waits(council, SENIOR_MANAGER).decisions
    assert (decision.kind, decision.reference, decision.by_when) == (
        "meet_for_loop",
        "CL-2025Q4-001",
        date(2026, 2, 3),
    )
    assert waits(council, HEAD).decisions == ()


def at_risk(council: LivingCouncil) -> str:
    """A learning space whose auditor has just said that a child is at immediate risk."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    return item.reference


def test_a_flag_waits_for_each_who_was_told_until_one_takes_it_up(council: LivingCouncil) -> None:
    reference = at_risk(council)
    for person in (SENIOR_MANAGER, HEAD, QA_LEAD):
        assert [(one.kind, one.reference) for one in waits(council, person).decisions] == [
            ("acknowledge_red_flag", reference)
        ]
    taken = council.database.write_now(
        acknowledge, council.framework, reference, actor=Actor.person(HEAD), now=council.now
    )
    assert (taken.by, taken.already) == (HEAD, False)
    for person in (SENIOR_MANAGER, HEAD, QA_LEAD):
        assert waits(council, person).decisions == ()


def test_the_second_to_take_a_flag_up_hears_who_was_first(council: LivingCouncil) -> None:
    reference = at_risk(council)
    council.database.write_now(acknowledge, council.framework, reference, actor=Actor.person(HEAD), now=council.now)
    second = council.database.write_now(
        acknowledge, council.framework, reference, actor=Actor.person(QA_LEAD), now=london("2026-01-20 11:00")
    )
    assert (second.by_name, second.at, second.already) == ("Leila Coldharrow", council.now, True)


@pytest.mark.parametrize("person", [TEAM_MANAGER_2, IN_CARE_HEAD, "p-nobody"])
def test_only_those_who_were_told_may_take_a_flag_up(council: LivingCouncil, person: str) -> None:
    reference = at_risk(council)
    with pytest.raises(NotYours):
        council.database.write_now(
            acknowledge, council.framework, reference, actor=Actor.person(person), now=council.now
        )


def test_an_auditor_who_answers_for_the_case_themselves_cannot_take_their_own_flag_up(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    assert waits(council, HEAD).decisions == ()
    with pytest.raises(NotYours):
        council.database.write_now(
            acknowledge, council.framework, item.reference, actor=Actor.person(HEAD), now=council.now
        )


def test_a_deputy_who_was_told_may_still_take_a_flag_up_the_day_after_their_cover_ended(council: LivingCouncil) -> None:
    cover = Cover("hos-family", IN_CARE_HEAD, date(2026, 1, 1), council.calendar.local_date(council.now))
    council.given_the_council_is(with_cover(small_council(), cover))
    reference = at_risk(council)
    council.now += timedelta(days=1)
    for person in (IN_CARE_HEAD, HEAD):
        assert [one.reference for one in waits(council, person).decisions] == [reference]
    taken = council.database.write_now(
        acknowledge, council.framework, reference, actor=Actor.person(IN_CARE_HEAD), now=council.now
    )
    assert not taken.already


def test_there_is_nothing_to_take_up_where_no_flag_was_raised(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    with pytest.raises(NotFound):
        council.database.write_now(
            acknowledge, council.framework, item.reference, actor=Actor.person(HEAD), now=council.now
        )

"""How many learning spaces a month has, and which posts have them (R37-R38, R43-R46, A9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy.allocation.allocation import AllocationPlan, History, Unserved, cohort, eligible_posts
from policy.council.establishment import Cover, Establishment, Leave
from tests.policy.allocating import (
    CALENDAR,
    DECEMBER,
    DUTY,
    EARLIER,
    FRAMEWORK,
    FULL,
    NOVEMBER,
    OCTOBER,
    QUARTER,
    a_quarter,
    allocate,
    one_team,
    reason_of,
)
from tests.policy.allocation_council import carried_on

MASH_POSTS = {"sm-mash-0", *(f"tm-mash-{number}" for number in range(5))}


@pytest.fixture(scope="module")
def quarter() -> list[AllocationPlan]:
    return a_quarter()


# -- how many, and which posts ----------------------------------------------------------------------------------------


def test_a_quarter_of_120_is_40_a_month_with_two_from_mash_each(quarter: list[AllocationPlan]) -> None:
    assert [len(plan.picks) for plan in quarter] == [40, 40, 40]
    assert [plan.counts["streams"]["mash"] for plan in quarter] == [2, 2, 2]
    assert [plan.unserved for plan in quarter] == [(), (), ()]


def test_every_post_has_exactly_one_in_the_quarter(quarter: list[AllocationPlan]) -> None:
    given = [pick.post for plan in quarter for pick in plan.picks]
    assert sorted(given) == sorted(post.id for post in eligible_posts(FRAMEWORK, FULL, QUARTER))
    assert len(given) == 120


def test_the_mash_stream_is_the_six_mash_managers_and_the_mash_head_has_an_ordinary_one(
    quarter: list[AllocationPlan],
) -> None:
    streamed = {pick.post for plan in quarter for pick in plan.picks if pick.stream == "mash"}
    assert streamed == MASH_POSTS
    assert "hos-mash-0" in {pick.post for plan in quarter for pick in plan.picks if not pick.stream}


def test_no_practitioner_and_no_child_is_drawn_twice_in_the_quarter(quarter: list[AllocationPlan]) -> None:
    picks = [pick for plan in quarter for pick in plan.picks]
    assert len({pick.practitioner for pick in picks}) == len({pick.case_ref for pick in picks}) == 120


def test_the_counts_say_how_the_month_came_about(quarter: list[AllocationPlan]) -> None:
    counts = quarter[1].counts
    assert (counts["eligible"], counts["done_before"], counts["remaining"], counts["months_left"]) == (120, 40, 80, 2)
    assert (counts["target"], counts["framework_per_month"], counts["left_for_later"]) == (40, 40, 40)
    assert quarter[1].quarter == "2026-27Q3" and quarter[1].month == date(2026, 11, 1)


def test_a_quarter_entered_late_starts_with_one_months_share_and_says_who_misses_out() -> None:
    plan = allocate(FULL, on=DECEMBER, at_most=None)
    assert len(plan.picks) == plan.counts["target"] == 40
    assert plan.counts["streams"]["mash"] == 2
    assert plan.counts["unserved"] == {"over_the_limit": 80}
    assert len(allocate(FULL, on=NOVEMBER, at_most=None).picks) == 40


def test_running_the_month_again_gives_out_nothing_it_has_already() -> None:
    first = allocate(FULL, on=DECEMBER, at_most=None)
    after = carried_on(History(), FULL, first, DECEMBER)
    again = allocate(FULL, after, on=DECEMBER, at_most=None)
    assert (again.picks, again.counts["given_before"], again.counts["target"]) == ((), 40, 40)
    assert again.counts["unserved"] == {"over_the_limit": 80}


def test_a_ceiling_for_the_month_counts_what_the_month_has_already() -> None:
    first = allocate(FULL, on=DECEMBER, at_most=None)
    more = allocate(FULL, carried_on(History(), FULL, first, DECEMBER), on=DECEMBER, at_most=80)
    assert len(more.picks) == 40
    assert not {pick.post for pick in first.picks} & {pick.post for pick in more.picks}


def test_every_month_of_a_quarter_allocated_twice_has_its_forty_and_two_from_mash_once() -> None:
    history = History()
    for on in (OCTOBER, NOVEMBER, DECEMBER):
        picks = []
        for _ in range(2):
            plan = allocate(FULL, history, on, at_most=None)
            history = carried_on(history, FULL, plan, on)
            picks += plan.picks
        assert (len(picks), sum(pick.stream == "mash" for pick in picks)) == (40, 2)


def test_what_a_first_run_could_not_give_is_all_that_a_second_one_offers() -> None:
    history = carried_on(History(), FULL, allocate(FULL, at_most=37), OCTOBER)
    plan = allocate(FULL, history, at_most=None)
    assert (len(plan.picks), plan.counts["given_before"], plan.counts["target"]) == (3, 37, 40)


def test_a_month_allocated_ahead_of_those_before_it_has_its_share_all_the_same() -> None:
    history = carried_on(History(), FULL, allocate(FULL, on=DECEMBER, at_most=None), DECEMBER)
    for on in (OCTOBER, NOVEMBER):
        plan = allocate(FULL, history, on, at_most=None)
        history = carried_on(history, FULL, plan, on)
        assert len(plan.picks) == 40


def test_a_ceiling_set_by_hand_takes_the_place_of_the_even_share() -> None:
    assert len(allocate(FULL, on=DECEMBER, at_most=200).picks) == 120
    assert len(allocate(FULL, on=DECEMBER, at_most=10).picks) == 10


def test_a_post_that_an_earlier_month_could_not_serve_comes_on_top_of_the_share() -> None:
    ordinary = [post.id for post in eligible_posts(FRAMEWORK, FULL, QUARTER) if post.id not in MASH_POSTS]
    put_off = frozenset(ordinary[-3:])
    done = History(
        given_this_quarter=dict.fromkeys([*MASH_POSTS, *ordinary[:71]], EARLIER), put_off_this_quarter=put_off
    )
    plan = allocate(FULL, done, on=DECEMBER, at_most=None)
    assert len(plan.picks) == 43
    assert plan.unserved == ()


def test_the_posts_longest_without_one_come_first() -> None:
    waiting = [f"tm-family_safeguarding-{number}" for number in range(20)]
    posts = eligible_posts(FRAMEWORK, FULL, QUARTER)
    recent = {post.id: date(2026, 9, 1) for post in posts if post.id not in waiting}
    picks = allocate(FULL, History(last_allocated={**recent, **dict.fromkeys(waiting, date(2026, 6, 1))})).picks
    assert set(waiting) <= {pick.post for pick in picks}


def test_a_role_without_a_quota_this_quarter_has_none() -> None:
    quotas = tuple(
        quota.model_copy(update={"quarters": (1, 1, 0, 1)})
        if (quota.activity, quota.role) == ("learning_space", "iro")
        else quota
        for quota in FRAMEWORK.quotas
    )
    framework = FRAMEWORK.model_copy(update={"quotas": quotas})
    assert len(eligible_posts(framework, FULL, QUARTER)) == 96
    assert len(eligible_posts(framework, FULL, QUARTER.next())) == 120


def test_posts_of_a_function_with_its_own_framework_and_posts_marked_no_have_none() -> None:
    maker = one_team()
    maker.post("tm-fostering", "team_manager", "fostering", above="hos")
    maker.post("tm-no", "team_manager", DUTY, above="sm", asked=False)
    maker.post("bi", "bi_lead", DUTY, above="hos")
    assert [post.id for post in eligible_posts(FRAMEWORK, maker.council(), QUARTER)] == ["hos", "sm", "tm", "tm-b"]


def test_a_stream_beside_the_quota_comes_on_top_of_the_months_share() -> None:
    stream = FRAMEWORK.learning_space.streams[0].model_copy(update={"counts_to_quota": False})
    rules = FRAMEWORK.learning_space.model_copy(update={"streams": (stream,)})
    month = cohort(FRAMEWORK.model_copy(update={"learning_space": rules}), FULL, History(), OCTOBER, OCTOBER, seed=1)
    assert (len(month.members), month.target) == (38 + 2, 40)


# -- vacancies and leave ----------------------------------------------------------------------------------------------


def test_a_vacant_post_is_never_given_one_and_is_always_reported() -> None:
    council = replace(FULL, posts={**FULL.posts, "tm-mash-0": replace(FULL.posts["tm-mash-0"], holder="")})
    history = History()
    for on, picks in ((OCTOBER, 40), (NOVEMBER, 40), (DECEMBER, 39)):
        plan = allocate(council, history, on)
        assert len(plan.picks) == picks
        without = reason_of(plan, "tm-mash-0")
        assert without == Unserved("tm-mash-0", "vacant", "the post is vacant")
        assert without.title == council.in_words(council.posts["tm-mash-0"])
        history = carried_on(history, council, plan, on)


def test_the_deputy_of_a_vacant_post_is_named_but_not_given_its_learning_space() -> None:
    council = replace(
        FULL,
        posts={**FULL.posts, "tm-mash-0": replace(FULL.posts["tm-mash-0"], holder="")},
        cover=(Cover("tm-mash-0", "p-tm-mash-1", OCTOBER, DECEMBER),),
    )
    assert "Holder of tm-mash-1 stands in" in reason_of(allocate(council), "tm-mash-0").detail


def away(post: str, starts: date, ends: date) -> Establishment:
    return replace(FULL, leave=(Leave(FULL.posts[post].holder, starts, ends),))


def test_a_holder_back_before_a_later_month_waits_for_it() -> None:
    council = away("sm-leaving_care-0", date(2026, 9, 20), date(2026, 10, 14))
    plan = allocate(council)
    assert reason_of(plan, "sm-leaving_care-0") == Unserved(
        "sm-leaving_care-0", "deferred", "on leave until 14 October 2026; its turn comes on 2 November 2026"
    )
    history = carried_on(History(), council, plan, OCTOBER)
    for on in (NOVEMBER, DECEMBER):
        plan = allocate(council, history, on)
        history = carried_on(history, council, plan, on)
    assert "sm-leaving_care-0" in history.posts_done_this_quarter


def test_a_holder_away_for_the_rest_of_the_quarter_is_reported_even_with_a_deputy() -> None:
    council = away("iro-3", date(2026, 9, 1), date(2027, 1, 31))
    council = replace(council, cover=(Cover("iro-3", "p-iro-4", date(2026, 9, 1), date(2027, 1, 31)),))
    for on in (OCTOBER, NOVEMBER, DECEMBER):
        assert reason_of(allocate(council, on=on), "iro-3") == Unserved(
            "iro-3", "on_leave", "on leave until 31 January 2027; no day of this quarter is left for it"
        )


def test_a_holder_without_an_end_to_their_leave_is_reported_plainly() -> None:
    plan = allocate(away("iro-3", date(2026, 9, 1), date.max))
    assert reason_of(plan, "iro-3").detail.startswith("on leave with no end given")


def test_in_the_last_month_a_few_days_away_do_not_cost_a_post_its_turn() -> None:
    back = date(2026, 12, 7)
    council = away("iro-3", date(2026, 11, 25), back - timedelta(days=1))
    pick = next(one for one in allocate(council, on=DECEMBER).picks if one.post == "iro-3")
    assert pick.why["holder_back_on"] == "2026-12-07"


def test_half_of_the_window_is_the_least_that_is_asked_of_anyone() -> None:
    due = CALENDAR.due_on(DECEMBER, 28)
    starts = due - timedelta(days=13)
    fourteen = away("iro-3", DECEMBER, starts - timedelta(days=1))
    assert "iro-3" in {pick.post for pick in allocate(fourteen, on=DECEMBER).picks}
    thirteen = away("iro-3", DECEMBER, starts)
    assert reason_of(allocate(thirteen, on=DECEMBER), "iro-3").reason == "on_leave"


def test_leave_that_begins_the_day_after_and_fills_the_window_defers_the_post() -> None:
    council = away("iro-3", date(2026, 10, 2), date(2026, 10, 31))
    found = reason_of(allocate(council), "iro-3")
    assert found.reason == "deferred" and found.detail.startswith("here for only 1 day until")


def test_a_post_with_no_later_chance_goes_before_posts_that_have_waited_longer() -> None:
    council = away("iro-3", date(2026, 11, 1), date(2027, 2, 1))
    others = {post.id: date(2025, 1, 1) for post in eligible_posts(FRAMEWORK, FULL, QUARTER)}
    history = History(last_allocated={**others, "iro-3": date(2026, 9, 1)})
    assert "iro-3" in {pick.post for pick in allocate(council, history).picks}


def test_a_practitioner_on_leave_that_day_is_not_drawn() -> None:
    workers = sorted({case.practitioner for case in FULL.cases.values()})
    gone = set(workers[::2])
    council = replace(FULL, leave=tuple(Leave(person, OCTOBER, OCTOBER) for person in gone))
    assert not gone & {pick.practitioner for pick in allocate(council).picks}

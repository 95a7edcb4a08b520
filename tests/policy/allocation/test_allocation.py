"""Which case a post is given: the hard rules, twelve months, and other functions (R39, R41, A7, A40, G8)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy.allocation.allocation import AllocationPlan, History, Independence, Unserved, eligible_posts
from policy.allocation.casebook import Casebook
from policy.allocation.independence import RULES
from policy.council.establishment import Cover, Establishment, Leave
from tests.policy.allocating import (
    CALENDAR,
    DECEMBER,
    DUTY,
    FRAMEWORK,
    FULL,
    NOVEMBER,
    OCTOBER,
    QUARTER,
    allocate,
    one_team,
    only,
    reason_of,
    with_rules,
)
from tests.policy.allocation_council import CouncilMaker, carried_on, full_council, random_council

# -- which case: the hard rules ---------------------------------------------------------------------------------------


def check_every_rule(council: Establishment, history: History, plan: AllocationPlan, on: date) -> None:
    """Every pick against every rule, one at a time, and every eligible post accounted for."""
    rules = Independence(FRAMEWORK, council, history, on)
    for pick in plan.picks:
        post, case = council.posts[pick.post], council.cases[pick.case_ref]
        objections = set(rules.objections(post, case))
        assert objections == ({"other_function"} if pick.cross_function_reason else set()), pick
        assert (pick.person, pick.practitioner) == (post.holder, case.practitioner)
        assert (pick.function, pick.case_function) == (post.function, case.function)
        assert pick.post not in history.posts_done_this_quarter
        assert json.loads(json.dumps(pick.why)) == pick.why
    assert len({pick.practitioner for pick in plan.picks}) == len(plan.picks)
    assert len({pick.post for pick in plan.picks}) == len(plan.picks)
    served, reported = {pick.post for pick in plan.picks}, {one.post for one in plan.unserved}
    remaining = {post.id for post in eligible_posts(FRAMEWORK, council, CALENDAR.quarter_of(on))}
    remaining -= history.posts_done_this_quarter
    assert not served & reported
    assert served | reported <= remaining
    assert len(remaining - served - reported) == plan.counts["left_for_later"]
    if CALENDAR.quarter_of(on).months[2] == plan.month:
        assert served | reported == remaining
    assert all(one.detail for one in plan.unserved)


@pytest.mark.parametrize("seed", range(60))
def test_no_rule_is_ever_broken_and_no_post_is_ever_passed_over_in_silence(seed: int) -> None:
    on = (OCTOBER, NOVEMBER, DECEMBER)[seed % 3]
    council, history = random_council(seed, on)
    check_every_rule(council, history, allocate(council, history, on, seed), on)


def a_year(council: Establishment) -> list[AllocationPlan]:
    """April 2026 to March 2027, every rule checked on the way."""
    history, plans = History(), []
    for number in range(12):
        on = CALENDAR.first_working_day(CALENDAR.add_months(date(2026, 4, 1), number))
        if number % 3 == 0:
            history = replace(history, given_this_quarter={})
        plans.append(allocate(council, history, on, seed=number))
        check_every_rule(council, history, plans[-1], on)
        history = carried_on(history, council, plans[-1], on)
    return plans


def test_a_council_with_people_enough_has_480_in_a_year_and_no_rule_bent() -> None:
    plans = a_year(full_council(workers=640, cases_each=3))
    assert [len(plan.picks) for plan in plans] == [40] * 12


def test_400_practitioners_cannot_carry_480_in_a_year_and_the_bot_says_when_the_next_is_free() -> None:
    plans = a_year(FULL)
    assert sum(len(plan.picks) for plan in plans) == 400
    assert plans[-1].counts["unserved"].keys() <= {"all_drawn", "decision_maker"}
    assert any("first free on 1 April 2027" in one.detail for one in plans[-1].unserved)


@pytest.mark.parametrize("seed", range(12))
def test_the_rules_asked_of_all_cases_at_once_agree_with_the_rules_asked_one_by_one(seed: int) -> None:
    council, history = random_council(seed, NOVEMBER)
    rules = Independence(FRAMEWORK, council, history, NOVEMBER)
    book = Casebook(rules, history, seed)
    for post in eligible_posts(FRAMEWORK, council, QUARTER):
        if not post.holder:
            continue
        masks = book.ruled_out(post)
        for number, case in enumerate(book.cases):
            at_once = {rule for rule in RULES if masks[rule][number]}
            assert at_once == set(rules.objections(post, case)) - {"other_function"}


def test_a_team_managers_own_teams_cases_are_never_theirs() -> None:
    maker = one_team()
    plan = allocate(maker.council(), only("tm", council=maker.council()))
    assert plan.picks == ()
    assert reason_of(plan, "tm").detail.startswith("every one of the 6 cases of its own function is its own team's")
    assert {pick.post for pick in allocate(maker.council(), only("tm-b", council=maker.council())).picks} == {"tm-b"}


def test_the_sole_senior_manager_of_a_function_decides_on_all_of_its_cases() -> None:
    maker = one_team()
    alone = allocate(maker.council(), only("sm", council=maker.council()), framework=with_rules(cross_function="never"))
    assert reason_of(alone, "sm") == Unserved(
        "sm", "decision_maker", "its holder is a decision-maker for every one of the 6 cases of its own function"
    )


def test_a_head_of_service_may_look_at_their_own_functions_work_unless_they_manage_the_practitioner() -> None:
    maker = one_team()
    council = maker.council()
    assert [pick.post for pick in allocate(council, only("hos", council=council)).picks] == ["hos"]
    maker.team("team-direct", DUTY, "hos", 1, 1)
    direct = maker.council()
    rules = Independence(FRAMEWORK, direct, History(), OCTOBER)
    case = next(case for case in direct.cases.values() if case.team == "team-direct")
    assert rules.objections(direct.posts["hos"], case) == ("line_manager",)


def test_a_practice_development_manager_is_independent_unless_they_line_manage_someone() -> None:
    maker = one_team(workers=1, cases=1)
    maker.post("pdm", "pdm", DUTY, above="hos")
    council = maker.council()
    assert [pick.post for pick in allocate(council, only("pdm", council=council)).picks] == ["pdm"]
    managed = CouncilMaker()
    managed.post("hos", "head_of_service", DUTY)
    managed.post("pdm", "pdm", DUTY, "practice development", "hos")
    managed.team("team-a", DUTY, "pdm", 1, 2)
    plan = allocate(managed.council(), only("pdm", council=managed.council()))
    assert reason_of(plan, "pdm").reason == "line_manager"


def test_a_reviewing_officer_never_looks_at_a_child_they_review() -> None:
    maker = one_team(workers=0)
    maker.post("hos-review", "head_of_service", "safeguarding_and_review")
    for number in (0, 1):
        maker.post(f"iro-{number}", "iro", "safeguarding_and_review", "officers", "hos-review")
    maker.team("team-a", DUTY, "tm", 2, 1, iros=("iro-0",))
    council = maker.council()
    plan = allocate(council, only("iro-0", "iro-1", council=council), on=DECEMBER)
    assert [pick.post for pick in plan.picks] == ["iro-1"]
    assert reason_of(plan, "iro-0").detail.startswith("its holder reviews every one of the 2 cases")


def test_someone_who_holds_cases_is_never_given_their_own() -> None:
    maker = one_team(workers=0)
    maker.team("team-c", DUTY, "tm", 1, 1)
    maker.posts[-1] = replace(maker.posts[-1], holder="p-tm-b")
    maker.cases[-1] = replace(maker.cases[-1], practitioner="p-tm-b", team="team-z")
    council = maker.council()
    rules = Independence(FRAMEWORK, council, History(), OCTOBER)
    assert "self" in rules.objections(council.posts["tm-b"], next(iter(council.cases.values())))


def test_a_person_in_two_posts_is_kept_from_what_either_post_is_too_close_to() -> None:
    maker = one_team()
    maker.post("pdm", "pdm", DUTY, "practice development", "hos", holder="p-tm")
    council = maker.council()
    found = reason_of(allocate(council, only("pdm", council=council)), "pdm")
    assert found.reason == "own_team"


def test_a_deputy_is_kept_from_the_work_of_the_post_they_stand_in_for_while_they_do() -> None:
    maker = one_team()
    maker.cover.append(Cover("tm", "p-tm-b", OCTOBER, date(2026, 10, 31)))
    council = maker.council()
    history = only("tm-b", council=council)
    assert reason_of(allocate(council, history), "tm-b").reason == "own_team"
    assert [pick.post for pick in allocate(council, history, NOVEMBER).picks] == ["tm-b"]


def test_the_director_may_be_given_a_case_of_any_function_we_allocate_in() -> None:
    maker = one_team(workers=0)
    maker.post("director", "director", "childrens_services")
    maker.team("team-w", "child_and_family_wellbeing", "hos", 1, 1)
    own_framework_only = maker.council()
    assert reason_of(allocate(own_framework_only, only("director", council=own_framework_only)), "director").reason == (
        "no_case"
    )
    maker.team("team-x", "leaving_care", "tm", 1, 1)
    council = maker.council()
    (pick,) = allocate(council, only("director", council=council)).picks
    assert (pick.case_function, pick.cross_function_reason) == ("leaving_care", "")


# -- twelve months, and loops -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn", "free"), [(date(2025, 10, 1), True), (date(2025, 10, 2), False), (date(2026, 9, 30), False)]
)
def test_a_practitioner_rests_for_twelve_months_to_the_day(drawn: date, free: bool) -> None:
    maker = one_team(workers=1)
    council = maker.council()
    history = replace(only("tm-b", council=council), last_drawn_worker={"p-team-a-w0": drawn})
    assert bool(allocate(council, history).picks) == free


def test_a_practitioner_in_an_open_loop_may_be_drawn_again_but_not_on_the_same_child() -> None:
    maker = one_team(workers=1)
    council = maker.council()
    drawn = date(2026, 7, 1)
    history = replace(
        only("tm-b", council=council),
        last_drawn_worker={"p-team-a-w0": drawn},
        last_drawn_child={"NM-000000": drawn},
        in_loop=frozenset({"p-team-a-w0"}),
    )
    (pick,) = allocate(council, history).picks
    assert pick.case_ref == "NM-000001"
    assert pick.why["practitioner_in_loop"] is True


def test_exhausted_workers_are_reported_with_the_first_day_one_is_free() -> None:
    maker = one_team(workers=7)
    council = maker.council()
    drawn = {f"p-team-a-w{number}": date(2026, 1, 4) + timedelta(days=number) for number in range(7)}
    history = replace(only("tm-b", council=council), last_drawn_worker=drawn)
    framework = with_rules(cross_function="never")
    assert reason_of(allocate(council, history, framework=framework), "tm-b") == Unserved(
        "tm-b",
        "all_drawn",
        "all 7 own-function practitioners were drawn in the last 12 months; first free on 4 January 2027",
    )


def test_workers_partly_drawn_partly_away_are_told_apart() -> None:
    maker = one_team(workers=3, cases=1)
    maker.leave.append(Leave("p-team-a-w1", OCTOBER, date(2026, 10, 9)))
    council = maker.council()
    history = replace(
        only("tm-b", council=council),
        last_drawn_worker={"p-team-a-w0": date(2026, 3, 1)},
        last_drawn_child={"NM-000002": date(2026, 4, 1)},
    )
    found = reason_of(allocate(council, history), "tm-b")
    assert found.reason == "none_free"
    assert found.detail == (
        "none of the 3 own-function practitioners is free: 1 drawn in the last 12 months, 1 on leave, "
        "1 with no child that was not drawn lately; first free on 10 October 2026"
        "; nor could a case of another function be given"
    )


def test_workers_all_on_leave_are_reported_with_the_first_day_back() -> None:
    maker = one_team(workers=2)
    maker.leave += [Leave(f"p-team-a-w{number}", OCTOBER, date(2026, 10, 20 + number)) for number in (0, 1)]
    council = maker.council()
    plan = allocate(council, only("tm-b", council=council), framework=with_rules(cross_function="never"))
    assert reason_of(plan, "tm-b") == Unserved(
        "tm-b", "practitioners_away", "both own-function practitioners are on leave; first free on 21 October 2026"
    )


def test_a_practitioner_who_goes_on_leave_tomorrow_for_most_of_the_window_is_not_drawn() -> None:
    maker = one_team(workers=2)
    maker.leave.append(Leave("p-team-a-w0", date(2026, 10, 2), date(2026, 10, 26)))
    council = maker.council()
    for seed in range(5):
        (pick,) = allocate(council, only("tm-b", council=council), seed=seed).picks
        assert pick.practitioner == "p-team-a-w1"
        assert pick.why["excluded"]["practitioner_away"] == 2


def test_a_practitioner_who_is_away_for_a_week_of_the_window_may_be_drawn() -> None:
    maker = one_team(workers=1)
    maker.leave.append(Leave("p-team-a-w0", date(2026, 10, 5), date(2026, 10, 11)))
    council = maker.council()
    assert len(allocate(council, only("tm-b", council=council)).picks) == 1


def test_a_practitioner_away_soon_is_reported_with_the_first_day_they_are_free_again() -> None:
    maker = one_team(workers=1)
    maker.leave += [
        Leave("p-team-a-w0", date(2026, 10, 5), date(2026, 10, 31)),
        Leave("p-team-a-w0", date(2026, 11, 9), date(2026, 11, 30)),
    ]
    council = maker.council()
    plan = allocate(council, only("tm-b", council=council), framework=with_rules(cross_function="never"))
    assert (
        reason_of(plan, "tm-b").detail
        == "its only own-function practitioner is on leave; first free on 1 December 2026"
    )


# -- other functions --------------------------------------------------------------------------------------------------


def test_a_case_of_another_function_is_given_only_with_a_reason_from_the_file() -> None:
    maker = one_team()
    maker.post("hos-lc", "head_of_service", "leaving_care")
    maker.post("tm-lc", "team_manager", "leaving_care", "team-lc", "hos-lc")
    maker.team("team-lc", "leaving_care", "tm-lc", 1, 1)
    council = maker.council()
    (pick,) = allocate(council, only("sm", council=council)).picks
    assert (pick.case_function, pick.cross_function_reason) == ("leaving_care", "conflict_of_interest")
    assert pick.cross_function_reason in FRAMEWORK.allocation.cross_function_reasons
    exhausted = replace(
        only("tm-b", council=council),
        last_drawn_worker={f"p-team-a-w{number}": date(2026, 9, 1) for number in range(3)},
    )
    (pick,) = allocate(council, exhausted).picks
    assert (pick.case_function, pick.cross_function_reason) == ("leaving_care", "no_suitable_case")


def test_where_the_framework_says_never_no_other_function_is_tried() -> None:
    plan = allocate(FULL, on=DECEMBER, framework=with_rules(cross_function="never"))
    assert plan.counts["cross_function"] == 0
    assert plan.counts["unserved"] == {"decision_maker": 3}


def test_own_function_comes_first_even_where_another_would_cost_less() -> None:
    plan = allocate(FULL, on=DECEMBER)
    assert {pick.post for pick in plan.picks if pick.cross_function_reason} == {
        "sm-mash-0",
        "sm-contextual_safeguarding-0",
        "sm-children_with_disabilities-0",
    }

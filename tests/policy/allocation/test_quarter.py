"""The months of a quarter are solved as one: no month takes somebody whom only a later post may have (R37, R41)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from math import ceil

import numpy as np
import pytest

from policy.allocation.allocation import AllocationPlan, History, Independence
from policy.allocation.casebook import Casebook
from policy.allocation.cohort import CohortMaker
from policy.allocation.matching import Line
from policy.allocation.quarter import solve_quarter
from policy.council.establishment import Establishment, Leave
from tests.policy.allocating import DECEMBER, DUTY, FRAMEWORK, FULL, NOVEMBER, OCTOBER, allocate, one_team, with_rules
from tests.policy.allocation_council import carried_on, random_council, shuffled

MONTHS = (OCTOBER, NOVEMBER, DECEMBER)


def lived(council: Establishment, seed: int, **rules: object) -> list[AllocationPlan]:
    """The three months of the quarter, one after another, each after the one before was approved."""
    history, plans = History(), []
    for on in MONTHS:
        plan = allocate(council, history, on, seed, framework=with_rules(**rules), at_most=None)
        history = carried_on(history, council, plan, on)
        plans.append(plan)
    return plans


def served(plans: list[AllocationPlan]) -> tuple[int, int]:
    picks = [pick for plan in plans for pick in plan.picks]
    return sum(not pick.cross_function_reason for pick in picks), len(picks)


def best_of_all(council: Establishment, **rules: object) -> tuple[int, int]:
    """What the quarter could serve at most, from the own function and in all, by going through every way to do it."""
    framework = with_rules(**rules)
    maker = CohortMaker(framework, council, History(), OCTOBER, OCTOBER, 1)
    room = ceil(len(maker.eligible) / 3)
    chances: list[list[tuple[int, str, bool]]] = []
    for post in maker.remaining:
        ways = set()
        for number, on in enumerate(MONTHS):
            rules_then = Independence(framework, council, History(), on)
            for case in council.cases.values() if maker.able(post, number) else ():
                objections = rules_then.objections(post, case)
                if not objections or objections == ("other_function",):
                    ways.add((number, case.practitioner, not objections))
        chances.append(sorted(ways))

    @cache
    def search(place: int, taken: frozenset[str], months: tuple[int, ...]) -> tuple[int, int]:
        if place == len(chances):
            return 0, 0
        best = search(place + 1, taken, months)
        for number, person, own in chances[place]:
            if person in taken or months[number] == room:
                continue
            after = tuple(count + (each == number) for each, count in enumerate(months))
            ours, everybody = search(place + 1, taken | {person}, after)
            best = max(best, (ours + own, everybody + 1))
        return best

    return search(0, frozenset(), (0, 0, 0))


def a_tight_council(seed: int) -> Establishment:
    """Six posts and hardly more practitioners, some of them, and some holders, away in one month or another."""
    chance = random.Random(seed)
    maker = one_team(workers=0)
    for number in range(2):
        maker.post(f"pdm-{number}", "pdm", DUTY, above="hos")
    maker.team("team-a", DUTY, "tm", chance.randint(1, 3), 1)
    maker.team("team-b", DUTY, "tm-b", chance.randint(1, 3), 1)
    maker.team("team-far", "leaving_care", "hos", chance.randint(0, 2), 1)
    for person in chance.sample(sorted({one.id for one in maker.people}), 4):
        starts = chance.choice(MONTHS) - timedelta(days=2)
        maker.leave.append(Leave(person, starts, starts + timedelta(days=chance.choice((10, 34, 62)))))
    return maker.council()


@pytest.mark.parametrize("seed", range(20))
def test_three_months_one_after_another_serve_as_many_as_the_best_plan_of_the_whole_quarter(seed: int) -> None:
    council = a_tight_council(seed)
    for across in ("never", "with_reason"):
        plans = lived(council, seed, cross_function=across)
        best = best_of_all(council, cross_function=across)
        ours = served(plans)
        assert ours >= ((best[0], best[0]) if across == "never" else best)


def test_six_of_six_are_served_where_the_first_month_could_spend_the_last_posts_only_practitioner() -> None:
    maker = one_team(workers=0)
    for number in range(2):
        maker.post(f"pdm-{number}", "pdm", DUTY, above="hos")
    maker.team("team-a", DUTY, "tm", 4, 1)
    maker.team("team-b", DUTY, "tm-b", 1, 1)  # the only one the manager of team A may look at
    maker.team("team-c", DUTY, "hos", 1, 1)  # nobody of the line but the head decides on this one
    council = maker.council()
    for seed in range(12):
        plans = lived(council, seed)
        assert [len(plan.picks) for plan in plans] == [2, 2, 2]
        assert {pick.post for plan in plans for pick in plan.picks} == {"hos", "sm", "tm", "tm-b", "pdm-0", "pdm-1"}


def test_a_practitioner_who_is_only_here_this_month_is_not_kept_for_a_later_one() -> None:
    maker = one_team(workers=0)
    maker.team("team-a", DUTY, "tm", 1, 1)
    maker.team("team-b", DUTY, "tm-b", 1, 1)
    maker.leave.append(Leave("p-team-a-w0", date(2026, 10, 28), date(2027, 3, 31)))
    council = maker.council()
    for seed in range(8):
        first, *_ = plans = lived(council, seed)
        assert [pick.practitioner for pick in first.picks if pick.practitioner == "p-team-a-w0"]
        assert sum(len(plan.picks) for plan in plans) == 2


def test_this_months_draw_is_the_cheapest_that_the_quarter_allows() -> None:
    """Nothing is paid for the months to come where they lack nothing: October is as cheap as October alone."""
    alone = CohortMaker(FRAMEWORK, FULL, History(), OCTOBER, OCTOBER, 7)
    book = Casebook(Independence(FRAMEWORK, FULL, History(), OCTOBER), History(), 7)
    solved = solve_quarter(alone, book, None, across=True)
    paid = sum(int(book.worker_cost[worker]) for worker, _ in solved.drawn.values())
    assert (solved.score, len(solved.drawn), paid) == ((117, 120), 40, 0)


def test_a_post_that_nobody_is_left_for_all_quarter_is_reported_in_its_first_month() -> None:
    maker = one_team(workers=2, cases=1)
    plan = allocate(maker.council(), framework=with_rules(cross_function="never"), at_most=None)
    assert {one.post: one.reason for one in plan.unserved} == {"sm": "decision_maker", "tm": "own_team"}
    assert plan.counts["left_for_later"] == 4 - len(plan.picks) - 2


def test_where_a_practitioner_may_be_drawn_every_month_no_month_keeps_anybody_for_another() -> None:
    maker = one_team(workers=1, cases=9)
    council = maker.council()
    plans = lived(council, 1, worker_months=0, child_months=0, cross_function="never")
    assert [len(plan.picks) for plan in plans] == [1, 1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_whom_a_post_may_draw_is_the_same_asked_quickly_as_asked_of_every_case(seed: int) -> None:
    council, history = random_council(seed, NOVEMBER)
    rules = Independence(FRAMEWORK, council, history, NOVEMBER)
    for book in (Casebook(rules, history, 1), Casebook(rules, history, 1).on(rules.on_another_day(DECEMBER))):
        for post in council.posts.values():
            for functions in (rules.own_functions(post), rules.every_function()):
                quick = {book.practitioners[number] for number in book.open_to(post, functions).nonzero()[0]}
                asked = {
                    case.practitioner
                    for case in book.cases
                    if case.function in functions and not set(book.rules.objections(post, case)) - {"other_function"}
                }
                assert quick == asked


def test_a_line_never_leaves_out_again_whom_it_has_served() -> None:
    chance = random.Random(3)
    for _ in range(60):
        wants = [[chance.random() < 0.3 for _ in range(6)] for _ in range(7)]
        line, got = Line(6), []
        for row, wish in enumerate(wants):
            got.append(line.serve(row, lambda wish=wish: np.array(wish)))
            holders = {int(one) for one in line.holder if one >= 0}
            assert holders == {number for number, served_ in enumerate(got) if served_}
        assert all(wants[int(row)][worker] for worker, row in enumerate(line.holder) if row >= 0)


def test_the_plan_of_a_quarter_is_repeatable_from_its_seed_alone() -> None:
    for seed in range(3):
        council = a_tight_council(seed)
        assert lived(shuffled(council, seed), 9) == lived(council, 9)

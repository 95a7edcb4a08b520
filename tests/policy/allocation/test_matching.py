"""The best match of posts and practitioners: fair, repeatable, explained and quick."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest

from policy.allocation.allocation import AllocationPlan
from policy.allocation.matching import assign
from policy.council.establishment import Case, Establishment
from tests.policy.allocating import (
    DECEMBER,
    DUTY,
    FULL,
    OCTOBER,
    a_quarter,
    allocate,
    one_team,
    only,
)
from tests.policy.allocation_council import random_council, shuffled


@pytest.fixture(scope="module")
def quarter() -> list[AllocationPlan]:
    return a_quarter()


# -- the best match ---------------------------------------------------------------------------------------------------


def best_by_trying_everything(own: np.ndarray, other: np.ndarray, cost: np.ndarray) -> tuple[int, int, int]:
    """The most of one's own, the most in all and the least cost for that, by going through every way to match."""
    rows, columns = cost.shape
    best = (0, 0, 0)
    padded = [*range(columns), *([-1] * rows)]
    for order in set(permutations(padded, rows)):
        pairs = [pair for pair in enumerate(order) if pair[1] >= 0 and (own[pair] or other[pair])]
        ours = sum(bool(own[pair]) for pair in pairs)
        best = max(best, (ours, len(pairs), -sum(int(cost[pair]) for pair in pairs)))
    return best[0], best[1], -best[2]


@pytest.mark.parametrize("seed", range(40))
def test_no_other_match_serves_more_posts_or_as_many_at_less_cost(seed: int) -> None:
    chance = np.random.default_rng(seed)
    cost = chance.integers(0, 50_000, size=(chance.integers(1, 4), chance.integers(1, 5)))
    own = chance.random(cost.shape) < 0.4
    other = ~own & (chance.random(cost.shape) < 0.4)
    matched = assign(own, other, cost)
    paid = sum(int(cost[row, worker]) for row, worker in enumerate(matched.workers) if worker >= 0)
    assert (*matched.score, paid) == best_by_trying_everything(own, other, cost)


def test_one_worker_wanted_by_two_posts_goes_to_the_one_that_has_no_other() -> None:
    maker = one_team(workers=0)
    maker.team("team-a", DUTY, "tm", 1, 1)
    maker.team("team-b", DUTY, "tm-b", 1, 1)
    council = maker.council()
    plan = allocate(council, only("tm", "hos", council=council), on=DECEMBER)
    assert {pick.post: pick.practitioner for pick in plan.picks} == {"tm": "p-team-b-w0", "hos": "p-team-a-w0"}


def test_a_post_whose_candidates_all_went_to_others_is_told_so() -> None:
    maker = one_team(workers=1, cases=3)
    maker.post("pdm", "pdm", DUTY, above="hos")
    council = maker.council()
    plan = allocate(council, only("pdm", "hos", council=council), on=DECEMBER)
    (left,) = plan.unserved
    assert (left.reason, len(plan.picks)) == ("outnumbered", 1)
    assert left.detail.startswith("the only practitioner it could draw from its own function went to other posts")


# -- fairness ---------------------------------------------------------------------------------------------------------


def test_a_month_draws_from_forty_different_teams_where_it_can(quarter: list[AllocationPlan]) -> None:
    teams = [FULL.cases[pick.case_ref].team for pick in quarter[0].picks]
    assert len(set(teams)) == 40


def test_teams_drawn_less_so_far_are_drawn_first() -> None:
    load = {f"team-family_safeguarding-{number}": 5 for number in range(10)}
    function = "family_safeguarding"
    history = replace(only(*(f"tm-{function}-{number}" for number in range(20)), council=FULL), team_load=load)
    teams = {FULL.cases[pick.case_ref].team for pick in allocate(FULL, history, DECEMBER).picks}
    assert len(teams & set(load)) < len(teams - set(load))


def test_of_two_practitioners_in_a_team_the_one_longest_not_drawn_goes_first() -> None:
    maker = one_team(workers=3, cases=1)
    council = maker.council()
    drawn = {"p-team-a-w0": date(2025, 1, 1), "p-team-a-w1": date(2024, 6, 1), "p-team-a-w2": date(2025, 6, 1)}
    for seed in range(10):
        history = replace(only("tm-b", council=council), last_drawn_worker=drawn)
        assert [pick.practitioner for pick in allocate(council, history, seed=seed).picks] == ["p-team-a-w1"]


def test_of_a_practitioners_children_the_one_longest_not_drawn_goes_first() -> None:
    maker = one_team(workers=1, cases=3)
    council = maker.council()
    drawn = {"NM-000000": date(2025, 1, 1), "NM-000001": date(2024, 6, 1), "NM-000002": date(2025, 6, 1)}
    history = replace(only("tm-b", council=council), last_drawn_child=drawn)
    assert [pick.case_ref for pick in allocate(council, history).picks] == ["NM-000001"]


# -- repeatable, explained, quick -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_seed_gives_the_same_plan_in_whatever_order_the_rows_came(seed: int) -> None:
    assert allocate(shuffled(FULL, seed), seed=9) == allocate(FULL, seed=9)
    council, history = random_council(seed, OCTOBER)
    assert allocate(shuffled(council, seed + 1), history, seed=9) == allocate(council, history, seed=9)


def test_another_seed_gives_another_plan() -> None:
    assert allocate(FULL, seed=1).picks != allocate(FULL, seed=2).picks


def test_every_pick_says_what_was_looked_at_and_what_each_rule_took_away() -> None:
    maker = one_team(workers=3, cases=2)
    maker.team("team-b", DUTY, "tm-b", 1, 2)
    council = maker.council()
    history = replace(
        only("tm-b", council=council),
        last_drawn_worker={"p-team-a-w0": date(2026, 9, 1), "p-team-a-w1": date(2025, 3, 1)},
        team_load={"team-a": 4},
        last_allocated={"tm-b": date(2026, 7, 1)},
    )
    (pick,) = allocate(council, history).picks
    assert pick.why == {
        "cases_considered": 8,
        "excluded": {"own_team": 2, "worker_drawn": 2},
        "cases_permitted": 4,
        "practitioners_permitted": 2,
        "practitioner_last_drawn": "",
        "practitioner_in_loop": False,
        "child_last_drawn": "",
        "team": "team-a",
        "team_load": 4,
        "post_last_allocated": "2026-07-01",
    }


def test_an_empty_council_has_an_empty_plan() -> None:
    plan = allocate(Establishment())
    assert (plan.picks, plan.unserved, plan.counts["target"]) == ((), (), 0)


def test_posts_without_any_case_are_reported_one_by_one() -> None:
    maker = one_team(workers=0)
    plan = allocate(maker.council(), on=DECEMBER)
    assert {one.post: one.reason for one in plan.unserved} == dict.fromkeys(("hos", "sm", "tm", "tm-b"), "no_case")


def test_a_case_whose_practitioner_is_not_known_is_never_drawn() -> None:
    council = Establishment.of(posts=one_team(workers=0).posts, cases=[Case("NM-1", DUTY, "team-a", "")])
    assert allocate(council, on=DECEMBER).picks == ()


def test_a_quarter_of_the_full_council_can_be_planned_in_one_month() -> None:
    assert len(allocate(FULL, on=DECEMBER).picks) == 120

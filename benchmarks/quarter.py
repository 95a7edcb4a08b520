"""B4: how near a quarter's plan comes to the optimum, and what it costs: conflicts, leave, fairness and all.

The optimum is that of the linear programme of posts and practitioners over the three months, which for a matching is
a whole number of matches; it knows no room of the months, so no plan can be better.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from benchmarks.figures import keep, table
from policy.allocation.allocation import AllocationPlan, History, Independence, allocate_month
from policy.allocation.casebook import Casebook
from policy.allocation.cohort import CohortMaker
from policy.allocation.quarter import Reach
from policy.check.loader import load_framework
from policy.council.establishment import Case, Establishment, Leave, Person, Post
from policy.framework.framework import Framework

MONTHS = (date(2026, 10, 1), date(2026, 11, 2), date(2026, 12, 1))
SIZES = ((120, 0.05), (12_000, 1.0))
"""Cases, and the seconds a month may take. 120,000 is measured on a machine with the memory for it (`LARGEST`)."""
LARGEST = (120_000, 10.0)
CASES_EACH, WORKERS_A_TEAM = 5, 8
SEED = 7


def council(framework: Framework, cases: int) -> Establishment:
    """Teams of eight with a manager, a senior manager to four of them, reviewing officers, and leave."""
    chance = random.Random(SEED)
    functions = [one.key for one in framework.functions if one.allocates and not one.home_only]
    holding = [key for key in functions if key not in ("safeguarding_and_review", "mash")]
    people: list[Person] = []
    posts: list[Post] = []
    found: list[Case] = []

    def post(key: str, role: str, function: str, team: str, above: str, *, asked: bool) -> None:
        people.append(Person(f"p-{key}", key, f"{key}@council.example"))
        posts.append(Post(key, key, role, function, team, above, f"p-{key}", asked, asked))

    teams = max(cases // (CASES_EACH * WORKERS_A_TEAM), 1)
    for number in range(max(teams // 2, 1)):
        post(f"iro-{number}", "iro", "safeguarding_and_review", "officers", "", asked=True)
    for number in range(teams):
        function = holding[number % len(holding)]
        senior = f"sm-{function}-{number // (4 * len(holding))}"
        if senior not in {one.id for one in posts[-400:]} and not any(one.id == senior for one in posts):
            post(senior, "senior_manager", function, senior, "", asked=True)
        manager, team = f"tm-{number}", f"team-{number}"
        post(manager, "team_manager", function, team, senior, asked=True)
        for worker in range(WORKERS_A_TEAM):
            post(f"w-{number}-{worker}", "practitioner", function, team, manager, asked=False)
            for _ in range(CASES_EACH):
                officer = f"iro-{len(found) % max(teams // 2, 1)}"
                found.append(Case(f"NM-{len(found):06}", function, team, f"p-w-{number}-{worker}", officer))
    leave = []
    for person in chance.sample(people, len(people) // 8):
        starts = chance.choice(MONTHS) - timedelta(days=chance.randint(0, 20))
        leave.append(Leave(person.id, starts, starts + timedelta(days=chance.choice((7, 21, 45)))))
    return Establishment.of(people, posts, found, leave=leave)


def lived(framework: Framework, establishment: Establishment) -> Iterator[tuple[AllocationPlan, float]]:
    """The three months, each after the one before was approved, with the seconds each took."""
    history = History()
    for on in MONTHS:
        start = time.perf_counter()
        plan = allocate_month(framework, establishment, history, on, on, SEED)
        yield plan, time.perf_counter() - start
        history = replace(
            history,
            last_drawn_worker={**history.last_drawn_worker, **{pick.practitioner: on for pick in plan.picks}},
            given_this_quarter={**history.given_this_quarter, **{pick.post: plan.month for pick in plan.picks}},
        )


def optimum(framework: Framework, establishment: Establishment) -> int:
    """The most posts that could be served in the quarter, by another solver than the product's."""
    maker = CohortMaker(framework, establishment, History(), MONTHS[0], MONTHS[0], SEED)
    book = Casebook(Independence(framework, establishment, History(), MONTHS[0]), History(), SEED)
    reach = Reach(maker, book, across=True)
    rows = [np.flatnonzero(reach.ever_own(post) | reach.ever_other(post)) for post in maker.remaining]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.concatenate(rows)
    graph = csr_array((np.ones(len(columns)), columns, ends), shape=(len(rows), len(book.practitioners)))
    return int(np.count_nonzero(maximum_bipartite_matching(graph, perm_type="column") >= 0))


def measured(framework: Framework, cases: int, most: float) -> list[object]:
    """One row of the table."""
    establishment = council(framework, cases)
    months = list(lived(framework, establishment))
    served, best = sum(len(plan.picks) for plan, _ in months), optimum(framework, establishment)
    posts = sum(post.learning_space for post in establishment.posts.values())
    slowest = max(seconds for _, seconds in months)
    gap = f"{(best - served) / max(best, 1):.2%}"
    return [f"{len(establishment.cases):,}", f"{posts:,}", served, best, gap, f"{slowest:.3f} s", f"<= {most:g} s"]


def main() -> None:
    """Measure and keep."""
    framework = load_framework()
    list(lived(framework, council(framework, 120)))  # the solvers are loaded once
    rows = [measured(framework, cases, most) for cases, most in SIZES]
    header = ("cases", "posts", "served", "optimum", "gap (0 / <= 0.1 %)", "slowest month", "goal")
    keep("B4", "B4 Allocation of a quarter", ".venv/bin/python -m benchmarks quarter", table(header, rows))


if __name__ == "__main__":
    main()

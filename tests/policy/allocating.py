"""What the tests of allocation share: the months of one quarter, the full council, and one small team."""

from __future__ import annotations

from datetime import date

from policy.allocation.allocation import AllocationPlan, History, Unserved, allocate_month, eligible_posts
from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from tests.policy.allocation_council import CouncilMaker, carried_on, full_council

FRAMEWORK = load_framework()
CALENDAR = Calendar.of(FRAMEWORK)
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 2), date(2026, 12, 1)
QUARTER = CALENDAR.quarter_of(OCTOBER)
FULL = full_council()
DUTY = "duty_and_assessment"


EARLIER = date(2026, 9, 1)
"""A month before the quarter of these tests: what was given in it is in no month's share."""
NO_CEILING = 1_000
"""These tests enter a quarter late and still mean every post of it; None is the even share of a month."""


def allocate(
    establishment: Establishment,
    history: History | None = None,
    on: date = OCTOBER,
    seed: int = 7,
    framework: Framework = FRAMEWORK,
    at_most: int | None = NO_CEILING,
) -> AllocationPlan:
    return allocate_month(framework, establishment, history or History(), on, on, seed, at_most)


def with_rules(**changes: object) -> Framework:
    """The shipped framework with other allocation rules."""
    return FRAMEWORK.model_copy(update={"allocation": FRAMEWORK.allocation.model_copy(update=changes)})


def reason_of(plan: AllocationPlan, post: str) -> Unserved:
    return next(one for one in plan.unserved if one.post == post)


def only(*posts: str, council: Establishment) -> History:
    """A history in which every other post is done, so that the month is about these."""
    others = {post.id for post in eligible_posts(FRAMEWORK, council, QUARTER)} - set(posts)
    return History(given_this_quarter=dict.fromkeys(others, EARLIER))


def one_team(workers: int = 3, cases: int = 2) -> CouncilMaker:
    """One function with a head, a senior manager, two team managers, and a team under the first of them."""
    maker = CouncilMaker()
    maker.post("hos", "head_of_service", DUTY)
    maker.post("sm", "senior_manager", DUTY, above="hos")
    maker.post("tm", "team_manager", DUTY, "team-a", "sm")
    maker.post("tm-b", "team_manager", DUTY, "team-b", "sm")
    maker.team("team-a", DUTY, "tm", workers, cases)
    return maker


def a_quarter() -> list[AllocationPlan]:
    """October, November and December of the full council, each carried on into the next."""
    history, plans = History(), []
    for on in (OCTOBER, NOVEMBER, DECEMBER):
        plan = allocate(FULL, history, on)
        plans.append(plan)
        history = carried_on(history, FULL, plan, on)
    return plans

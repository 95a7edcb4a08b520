"""The seed the demonstration allocates with: the first that draws the team manager everybody is shown."""

from __future__ import annotations

from datetime import date, datetime

from assurance.allocation.propose_allocation import Terms, preview_allocation
from assurance.establishment.demo_council import DEMO_SEED, DEMO_TEAM_MANAGER
from policy.framework.framework import Framework
from storage.engine.session import Session

TRIES = 50  # a manager is in one month of three, so all of these failing means they cannot be served at all


def demo_allocation_seed(session: Session, framework: Framework, *, month: date, now: datetime) -> int:
    """A seed under which this month's proposal has a learning space for the demo's team manager.

    The allocator itself knows nobody; any seed is as good as another, so the demo picks one that suits. When none
    does (they have had theirs this quarter, say) it is the demo's own seed.
    """
    for seed in range(DEMO_SEED, DEMO_SEED + TRIES):
        plan = preview_allocation(session, framework, month=month, now=now, terms=Terms(seed))
        if any(pick.person == DEMO_TEAM_MANAGER for pick in plan.picks):
            return seed
        if not plan.picks:
            break  # no other seed would make a difference
    return DEMO_SEED

"""What was drawn before, gathered for the rules of allocation."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from policy.allocation.allocation_plan import History
from storage.casework.learning_spaces import EXCLUDED, WITHDRAWN
from storage.casework.loops import practitioners_in_a_loop
from storage.engine.session import Session
from storage.schema.tables import allocations, cases

# The work was not looked at after all, so neither the practitioner nor the post has had its turn.
_COUNTS = allocations.c.state.not_in((EXCLUDED, WITHDRAWN))


def history_since(session: Session, since: date, *, quarter: str) -> History:
    """Who and what was drawn from a day on, and which posts have had theirs in a quarter ('2026-27Q3')."""
    recent = (_COUNTS, allocations.c.allocated_on >= since)
    given = (
        sa.select(allocations.c.post, sa.func.min(allocations.c.month))
        .where(_COUNTS, allocations.c.quarter == quarter)
        .group_by(allocations.c.post)
    )
    load = (
        sa.select(cases.c.team, sa.func.count())
        .select_from(allocations.join(cases, cases.c.ref == allocations.c.case_ref))
        .where(*recent)
        .group_by(cases.c.team)
    )

    def last_by(column: sa.Column[str], *conditions: sa.ColumnElement[bool]) -> dict[str, date]:
        newest = sa.select(column, sa.func.max(allocations.c.allocated_on)).where(*conditions).group_by(column)
        return {row[0]: row[1] for row in session.execute(newest)}

    return History(
        last_drawn_worker=last_by(allocations.c.practitioner, *recent),
        # A case that was taken back again is not offered a second time: it was unsuitable, or somebody was told.
        last_drawn_child=last_by(allocations.c.case_ref, allocations.c.allocated_on >= since),
        in_loop=practitioners_in_a_loop(session),
        given_this_quarter={row[0]: row[1] for row in session.execute(given)},
        last_allocated=last_by(allocations.c.post, *recent),
        team_load={row[0]: row[1] for row in session.execute(load)},
    )

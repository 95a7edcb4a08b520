"""What a learning space begins with once a case has been picked for a post: its reference, its dates, its ladder."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from policy.allocation.allocation_plan import Pick
from policy.calendar.calendar import Calendar, Quarter
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_to_json, next_step_at
from policy.lifecycle.lifecycle import LEARNING_SPACE, START, move
from policy.lifecycle.reference import LEARNING_SPACE as KIND
from policy.lifecycle.reference import format_reference
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.engine.session import Session

ACTIVITY = "learning_space"
LADDER = "learning_space"


def allocated(
    session: Session,
    framework: Framework,
    picks: Sequence[Pick],
    *,
    month: date,
    quarter: Quarter,
    on: date,
    due_on: date,
    run: str,
    parent_loop: str = "",
) -> list[LearningSpace]:
    """One for each pick, in their order, numbered on from the last of the quarter. Nothing is stored yet."""
    if not picks:
        return []
    calendar = Calendar.of(framework)
    ladder = framework.ladder(LADDER)
    kept_ladder = ladder_to_json(ladder)
    first_step = next_step_at(ladder, due_on, (), calendar)
    deadline = calendar.deadline_at(due_on)
    first = learning_spaces.next_serial(session, KIND, quarter.short, len(picks))
    return [
        LearningSpace(
            reference=format_reference(KIND, quarter, first + place),
            token=uuid.uuid4().hex,
            activity=ACTIVITY,
            stream=pick.stream,
            post=pick.post,
            person=pick.person,
            function=pick.function,
            case_ref=pick.case_ref,
            case_function=pick.case_function,
            practitioner=pick.practitioner,
            month=month,
            quarter=quarter.key,
            allocated_on=on,
            due_on=due_on,
            deadline_at=deadline,
            state=move(LEARNING_SPACE, START, "allocate"),
            why=pick.why,
            cross_function_reason=pick.cross_function_reason,
            run=run,
            framework_version=framework.version,
            ladder=kept_ladder,
            next_step_at=first_step,
            parent_loop=parent_loop,
        )
        for place, pick in enumerate(picks)
    ]

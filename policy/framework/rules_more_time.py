"""What the framework file says about more time, the QA lead's discretion, and the weeks in which the clock stands."""

from __future__ import annotations

from datetime import date, time

from pydantic import Field

from policy.framework.section import Key, Section


class MoreTimeRules(Section):
    """Extension and exclusion: who decides, and how far a date may move (R101, A23)."""

    decided_by: Key
    """The role in the line above the auditor; whoever is at that level or above it goes one level up."""
    max_days: int = Field(ge=1, le=366)
    """Calendar days after the due date a new date may lie at most."""
    max_count: int = Field(default=1, ge=1)
    """How many extensions one learning space may have."""
    return_days: int = Field(ge=0, le=366)
    """Calendar days after the end of its quarter by which every learning space of the quarter is back."""


class DiscretionRules(Section):
    """The QA lead's discretion: one step of one item, held once, before it is sent (R97, A22)."""

    max_working_days: int = Field(ge=1, le=20)
    """How long a step may be held at most."""
    preview_at: time
    """When, on a working day, the QA lead is shown what will be escalated on the next one."""


class PracticeWeek(Section):
    """A practice week, once its dates are known (R66, R67, A14)."""

    title: str
    starts: date
    ends: date
    """Its last day."""
    pauses_clock: bool = True
    """Whether reminders and escalations of learning spaces stand still for these days."""

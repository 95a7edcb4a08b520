"""Rules of the file about people: the red route's chases, the practitioner's voice, changes of hands, and digests."""

from __future__ import annotations

from pydantic import Field

from policy.framework.section import Key, Section


class Widening(Section):
    """Who is asked as well, so many working hours after a red flag was raised that nobody has taken up."""

    after_hours: int = Field(ge=1, le=80)
    tell: tuple[str, ...] = Field(min_length=1)
    """Recipient expressions, see `policy/council/recipients.py`."""


class RedRouteRules(Section):
    """How an immediate-attention message goes on until somebody takes it up (G1). Hours are working hours."""

    chase_every_hours: int = Field(default=2, ge=1, le=40)
    """How often whoever was told is told again, until they were asked `ask_each` times."""
    ask_each: int = Field(default=3, ge=1, le=20)
    """How often one person is asked at that pace; once everybody was, all are asked once each working morning."""
    widen: tuple[Widening, ...] = Field(min_length=1)
    """Who is asked next, in the order of their hours."""


class TwoVoicesRules(Section):
    """When the practitioner sees the result, if the auditor does not say sooner that they have talked (4.2, rule 3)."""

    release_after_working_days: int = Field(default=5, ge=0, le=60)
    take_back_seconds: int = Field(default=60, ge=0, le=600)
    """So long whoever sent a form in, released a result or decided on more time can take it back, and nobody is told
    before. 0 gives no way back."""


class PeopleChangeRules(Section):
    """What happens to open work when people move, leave or are long away (G3)."""

    least_working_days: int = Field(default=10, ge=0, le=60)
    """A new holder has at least this long: an earlier due date moves."""
    long_absence_days: int = Field(default=5, ge=0, le=366)
    """Leave that lasts this many days beyond a due date is listed to the QA lead."""
    reasons: dict[Key, str]
    """Why the QA lead gives work to somebody else."""


class DigestRules(Section):
    """What is put together: the morning message, the weekly and the monthly summary."""

    hide_below: int = Field(default=5, ge=0, le=100)
    """Outside the QA team a count above nought and below this is not given as a number."""
    weekly_tell: tuple[Key, ...]
    """Roles that hear every Monday of their own part of the council."""
    weekly_totals_tell: tuple[Key, ...] = ()
    """Roles that hear every Monday of open loops, in numbers only."""
    monthly_tell: tuple[Key, ...]
    """Roles that hear once a month of every function, in numbers only."""
    not_opened_after_working_days: int = Field(default=5, ge=1, le=60)
    """A learning space nobody has opened is brought to mind after this long."""
    halfway_after_days: int = Field(default=14, ge=1, le=366)
    """A learning space without a meeting date is brought to mind after this long."""

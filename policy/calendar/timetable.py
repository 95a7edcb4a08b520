"""The annual timetable: how often each role does each activity, and the totals, all worked out from the quotas."""

from __future__ import annotations

from dataclasses import dataclass

from policy.framework.framework import Framework

Quarters = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """One activity. `by_role` holds a role's four quarters, or None where the framework leaves cells blank (A15)."""

    activity: str
    title: str
    by_role: dict[str, Quarters | None]


@dataclass(frozen=True, slots=True)
class Timetable:
    """The whole year, by role."""

    roles: tuple[str, ...]
    rows: tuple[TimetableRow, ...]
    per_quarter: dict[str, Quarters]
    """A role's items in each quarter: the columns added up (R69)."""
    annual: dict[str, int]
    """A role's items in the year (R70)."""


def timetable(framework: Framework) -> Timetable:
    """The timetable of the roles in `timetable_roles`. Only counted activities enter a total (R63-R70)."""
    roles = framework.timetable_roles
    rows = tuple(
        TimetableRow(
            activity.key,
            activity.title,
            {role: framework.quota(activity.key, role) if activity.counted else None for role in roles},
        )
        for activity in framework.activities
    )
    per_quarter = {role: _sum([row.by_role[role] for row in rows]) for role in roles}
    return Timetable(roles, rows, per_quarter, {role: sum(quarters) for role, quarters in per_quarter.items()})


def _sum(columns: list[Quarters | None]) -> Quarters:
    one, two, three, four = (sum(cells[quarter] for cells in columns if cells) for quarter in range(4))
    return one, two, three, four

"""Actions of the small council, set on one day and lived with: what the journeys about them share."""

from __future__ import annotations

from datetime import date, timedelta

from assurance.actions.assign_action import assign_action
from storage.casework import actions
from storage.casework.actions import Action
from tests.councils import (
    PRACTITIONER,
    TEAM_MANAGER_2,
)
from tests.journeys.living_council import LivingCouncil, london

SET = london("2026-03-04 10:00")
DUE = date(2026, 4, 1)
"""A Wednesday. Set four weeks before, by the manager of the other team."""
WORDS = "Arrange reflective supervision every month"


def given_an_action(
    council: LivingCouncil, *, owner: str = PRACTITIONER, profile: str = "action", due_on: date = DUE, set_by: str = ""
) -> Action:
    """An action set on Wednesday 4 March 2026."""
    council.now = SET
    return council.database.write_now(
        assign_action,
        council.framework,
        subject="LS-2025Q4-001",
        owner=owner,
        what=WORDS,
        kind="supervision",
        due_on=due_on,
        set_by=set_by or TEAM_MANAGER_2,
        profile=profile,
        now=SET,
    )


def heard(council: LivingCouncil) -> list[tuple[str, str, str, date]]:
    """Event, step, person and day of everything that was said, in order."""
    return [(said.event, said.step, said.person, said.on) for said in council.said]


def as_now(council: LivingCouncil, action: Action) -> Action:
    found = council.database.read_now(actions.by_reference, action.reference)
    assert found is not None
    return found


def live(council: LivingCouncil, until: date) -> None:
    """Live from the moment it was set: the days around every rung, three looks a day."""
    council.when_the_service_looks()
    rungs = [DUE + timedelta(days=days) for days in (-7, 0, 3, 7, 14, 28, 42, 56, 84, 91)]
    near = {rung + timedelta(days=more) for rung in rungs for more in (-1, 0, 1)}
    near |= {until - timedelta(days=1), until, date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)}
    for day in sorted(day for day in near if SET.date() < day <= until):
        council.when_days_pass(day, day)

"""The annual timetable comes out of the file's quotas, and equals the framework's own table."""

from __future__ import annotations

import pytest

from policy.calendar.timetable import timetable
from policy.framework.framework import Framework

ROLES = ("team_manager", "senior_manager", "head_of_service", "director")


def test_a_year_is_21_21_19_and_10_activities(framework: Framework) -> None:
    assert timetable(framework).annual == dict(zip(ROLES, (21, 21, 19, 10), strict=True))


@pytest.mark.parametrize(
    ("role", "quarters"),
    [
        ("team_manager", (5, 6, 5, 5)),
        ("senior_manager", (5, 6, 5, 5)),
        ("head_of_service", (4, 6, 4, 5)),
        ("director", (2, 3, 2, 3)),
    ],
)
def test_all_sixteen_quarter_totals_are_the_frameworks_own(
    framework: Framework, role: str, quarters: tuple[int, int, int, int]
) -> None:
    assert timetable(framework).per_quarter[role] == quarters


def test_the_rows_are_the_frameworks_rows_in_its_order(framework: Framework) -> None:
    table = timetable(framework)
    assert [row.title for row in table.rows] == [
        "Learning Space",
        "Dip Samples",
        "Observation",
        "Practice Weeks",
        "Multiagency Audit",
        "Thematic Audits",
    ]
    assert table.roles == ROLES
    cells = {row.activity: row.by_role for row in table.rows}
    assert cells["learning_space"] == dict.fromkeys(ROLES, (1, 1, 1, 1))
    assert cells["dip_sample"]["head_of_service"] == (3, 3, 3, 3)
    assert cells["dip_sample"]["director"] == (1, 1, 1, 1)
    assert cells["observation"]["head_of_service"] == cells["observation"]["director"] == (0, 1, 0, 1)
    assert cells["practice_week"]["senior_manager"] == (0, 1, 0, 0)
    assert cells["practice_week"]["director"] == (0, 0, 0, 0)


def test_multiagency_and_thematic_audits_are_blank_and_in_no_total(framework: Framework) -> None:
    blank = {row.activity: row.by_role for row in timetable(framework).rows[-2:]}
    assert blank == {
        "multi_agency_audit": dict.fromkeys(ROLES),
        "thematic_audit": dict.fromkeys(ROLES),
    }


def test_moving_the_practice_week_moves_the_quarters_and_leaves_the_year(framework: Framework) -> None:
    quotas = tuple(
        quota.model_copy(update={"quarters": (0, 0, 1, 0)})
        if (quota.activity, quota.role) == ("practice_week", "team_manager")
        else quota
        for quota in framework.quotas
    )
    moved = timetable(framework.model_copy(update={"quotas": quotas}))
    assert moved.per_quarter["team_manager"] == (5, 5, 6, 5)
    assert moved.annual["team_manager"] == 21


def test_reviewing_officers_and_development_managers_have_quotas_without_a_column(framework: Framework) -> None:
    assert framework.quota("learning_space", "iro") == framework.quota("learning_space", "pdm") == (1, 1, 1, 1)
    assert framework.quota("observation", "iro") == (0, 0, 0, 0)
    assert "iro" not in timetable(framework).annual

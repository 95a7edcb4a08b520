"""The fictional council adds up as domain.md section 5 says, and has the irregularities a real one has."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import Proposal, Terms, propose_allocation
from assurance.establishment.demo_council import (
    DEMO_DIRECTOR,
    DEMO_EXECUTIVE_DIRECTOR,
    DEMO_HEAD_OF_SERVICE,
    DEMO_QA_LEAD,
    DEMO_SENIOR_MANAGER,
    DEMO_TEAM_MANAGER,
    demo_council,
    demo_tables,
)
from assurance.establishment.demo_seed import demo_allocation_seed
from assurance.establishment.import_establishment import Import, import_establishment, read_establishment
from policy.allocation.allocation import History, allocate_month
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from storage.engine.database import Database

COMMAND_LINE = Actor.operator("anna")
MONTHS = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="module")
def council(framework: Framework) -> Establishment:
    return read_establishment(framework, demo_council(framework))


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC)


def allocate(database: Database, framework: Framework, month: date, *, seed: int | None = None) -> Proposal:
    """Propose and approve a month on its first day, or the Monday after."""
    now = morning(month + timedelta(days=(7 - month.weekday()) % 7 if month.weekday() > 4 else 0))
    proposal = database.write_now(
        propose_allocation, framework, month=month, actor=COMMAND_LINE, now=now, terms=Terms(seed)
    )
    database.write_now(approve_allocation, framework, proposal.run_id, actor=COMMAND_LINE, now=now)
    return proposal


# -- the arithmetic ---------------------------------------------------------------------------------------------------

LEARNING_SPACE_POSTS = {
    # function: heads of service, senior managers, team managers, reviewing officers, practice development managers
    "mash": (1, 1, 5, 0, 0),
    "duty_and_assessment": (1, 3, 12, 0, 2),
    "contextual_safeguarding": (0, 1, 2, 0, 0),
    "family_safeguarding": (2, 6, 20, 0, 3),
    "children_in_our_care": (1, 3, 10, 0, 2),
    "leaving_care": (1, 2, 5, 0, 1),
    "children_with_disabilities": (1, 1, 4, 0, 0),
    "safeguarding_and_review": (1, 2, 2, 24, 0),
}
DIP_ONLY_POSTS = {
    "fostering": (0, 2, 6),
    "adoption": (0, 1, 4),
    "youth_justice": (0, 1, 5),
    "child_and_family_wellbeing": (0, 3, 12),
    "inclusion": (1, 1, 4),
}
ROLES = ("head_of_service", "senior_manager", "team_manager", "iro", "pdm")


def test_119_posts_and_the_director_make_120_learning_spaces_a_quarter(council: Establishment) -> None:
    posts = [post for post in council.posts.values() if post.learning_space]
    counted = Counter((post.function, post.role) for post in posts if post.role != "director")
    expected = {
        (function, role): number
        for function, numbers in LEARNING_SPACE_POSTS.items()
        for role, number in zip(ROLES, numbers, strict=True)
        if number
    }
    assert counted == expected
    assert (counted.total(), len(posts)) == (119, 120)


def test_159_posts_three_times_and_the_director_once_make_478_dip_samples_a_quarter(
    council: Establishment, framework: Framework
) -> None:
    posts = [post for post in council.posts.values() if post.dip_sample]
    only = Counter((post.function, post.role) for post in posts if not post.learning_space)
    expected = {
        (function, role): number
        for function, numbers in DIP_ONLY_POSTS.items()
        for role, number in zip(ROLES, numbers, strict=False)
        if number
    }
    assert only == expected
    assert (only.total(), len(posts)) == (40, 160)
    for quarter in range(4):
        assert sum(framework.quota("dip_sample", post.role)[quarter] for post in posts) == 478 == 3 * 159 + 1


def test_everybody_else_is_there_too(council: Establishment) -> None:
    roles = Counter(post.role for post in council.posts.values())
    assert (roles["executive_director"], roles["director"], roles["principal_social_worker"]) == (1, 1, 1)
    assert (roles["qa_lead"], roles["qa_officer"], roles["bi_lead"]) == (1, 7, 4)
    assert roles["practitioner"] == 400
    assert list(council.cases) == [f"NM-{number:06}" for number in range(1, 2001)]


def test_every_case_has_a_practitioner_and_caseloads_are_believable(council: Establishment) -> None:
    loads = Counter(case.practitioner for case in council.cases.values())
    assert len(loads) == 400
    assert min(loads.values()) >= 3
    assert max(loads.values()) <= 7


def test_children_in_care_have_a_reviewing_officer_and_the_load_is_even(council: Establishment) -> None:
    in_care = [case for case in council.cases.values() if case.function == "children_in_our_care"]
    assert all(case.iro_post for case in in_care)
    reviewed = Counter(case.iro_post for case in council.cases.values() if case.iro_post)
    assert len(reviewed) == 24
    assert max(reviewed.values()) - min(reviewed.values()) <= 1


# -- the people -------------------------------------------------------------------------------------------------------


def test_nobody_can_be_mistaken_for_somebody_real(council: Establishment) -> None:
    people = list(council.people.values())
    assert all(person.email.endswith("@northmoor.example") for person in people)
    assert len({person.name for person in people}) == len({person.email for person in people}) == len(people)
    assert len({person.entra_object_id for person in people}) == len(people)


def test_the_same_seed_makes_the_same_council_and_another_seed_another(framework: Framework) -> None:
    assert demo_tables(framework) == demo_tables(framework)
    assert demo_tables(framework, seed=8) != demo_tables(framework)
    assert len(demo_tables(framework, seed=8)["cases"]) == 2000


def test_the_people_of_the_demonstration_are_one_line_of_family_safeguarding(council: Establishment) -> None:
    (own,) = council.posts_held_by(DEMO_TEAM_MANAGER)
    assert own.team == "Family Safeguarding North 2"
    assert [post.holder for post in council.line_of(own.id)] == [
        DEMO_SENIOR_MANAGER,
        DEMO_HEAD_OF_SERVICE,
        DEMO_DIRECTOR,
        DEMO_EXECUTIVE_DIRECTOR,
    ]
    assert [post.holder for post in council.posts_of_role("qa_lead")] == [DEMO_QA_LEAD]


def test_the_council_is_as_uneven_as_councils_are(council: Establishment) -> None:
    vacant = [post.id for post in council.posts.values() if not post.holder]
    assert vacant == ["da-tm-08", "care-sm-3"]
    assert [cover.post for cover in council.cover] == ["da-tm-08"]
    assert len(council.leave) == 1
    twice = [person for person in council.people if len(council.posts_held_by(person)) > 1]
    assert len(twice) == 1


# -- what an allocation makes of it -----------------------------------------------------------------------------------


def test_a_quarter_is_40_a_month_with_two_from_mash_and_the_exceptions_say_why(
    sqlite_database: Database, framework: Framework
) -> None:
    tables = demo_council(framework, on=MONTHS[0])
    sqlite_database.write_now(
        import_establishment, framework, Import(tables), actor=COMMAND_LINE, now=morning(MONTHS[0])
    )
    runs = [allocate(sqlite_database, framework, month) for month in MONTHS]
    assert [len(run.picks) for run in runs] == [40, 40, 37]
    assert [run.counts["streams"]["mash"] for run in runs] == [2, 2, 2]
    for run in runs:
        assert run.counts["unserved"] == {"vacant": 2, "on_leave": 1}
    drawn = Counter(pick.post for run in runs for pick in run.picks)
    assert len(drawn) == 117
    assert set(drawn.values()) == {1}
    workers = Counter(pick.practitioner for run in runs for pick in run.picks)
    assert set(workers.values()) == {1}
    across = [pick for run in runs for pick in run.picks if pick.cross_function_reason]
    assert [pick.post for pick in across] == ["cs-sm-1"]


def test_the_person_in_two_posts_is_asked_for_both(council: Establishment, framework: Framework) -> None:
    plan = allocate_month(framework, council, History(), MONTHS[2], date(2026, 12, 1), seed=1, at_most=120)
    (holder,) = {person for person in council.people if len(council.posts_held_by(person)) > 1}
    assert {pick.post for pick in plan.picks if pick.person == holder} == {"lc-tm-05", "lc-pdm-1"}


@pytest.mark.parametrize("month", MONTHS)
def test_the_team_manager_of_the_demonstration_has_one_in_whatever_month_it_is_shown(
    sqlite_database: Database, framework: Framework, month: date
) -> None:
    now = morning(month + timedelta(days=2))
    sqlite_database.write_now(
        import_establishment, framework, Import(demo_council(framework, on=month)), actor=COMMAND_LINE, now=now
    )
    seed = sqlite_database.read_now(demo_allocation_seed, framework, month=month, now=now)
    proposal = sqlite_database.write_now(
        propose_allocation, framework, month=month, actor=COMMAND_LINE, now=now, terms=Terms(seed)
    )
    assert len(proposal.picks) == 40
    assert DEMO_TEAM_MANAGER in {pick.person for pick in proposal.picks}

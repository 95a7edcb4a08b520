"""Who hears of a late learning space when the line is not the ordinary one: someone senior, a vacancy, two hats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy.council.establishment import Cover
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    PDM,
    QA_LEAD,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, nine

ALLOCATED = date(2026, 1, 5)
SECOND, SEVENTH, FOURTEENTH = date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 16)


def climb(council: LivingCouncil) -> None:
    """The three rungs, each on its morning."""
    for day in (SECOND, SEVENTH, FOURTEENTH):
        council.when_the_service_looks(nine(day))


def test_a_late_head_of_service_is_told_of_to_the_director_on_day_two(council: LivingCouncil) -> None:
    council.given_a_learning_space("hos-family", allocated_on=ALLOCATED, case="NM-000010")
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {DIRECTOR: "director", HEAD: "auditor"}


def test_a_late_head_of_service_never_hears_of_it_as_their_own_manager(council: LivingCouncil) -> None:
    council.given_a_learning_space("hos-family", allocated_on=ALLOCATED, case="NM-000010")
    climb(council)
    assert {said.roles for said in council.said if said.person == HEAD} == {"auditor"}


def test_a_late_director_is_told_of_to_the_executive_director_on_day_two(council: LivingCouncil) -> None:
    council.given_a_learning_space("director", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {EXECUTIVE: "executive_director", DIRECTOR: "auditor"}


def test_a_late_senior_manager_is_told_of_to_the_head_of_service(council: LivingCouncil) -> None:
    council.given_a_learning_space("sm-north", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {HEAD: "head_of_service", SENIOR_MANAGER: "auditor"}


def test_a_practice_development_manager_without_a_senior_manager_is_told_of_to_the_head_of_service(
    council: LivingCouncil,
) -> None:
    council.given_a_learning_space("pdm-family", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {HEAD: "head_of_service", PDM: "auditor"}


def test_a_vacant_senior_manager_without_a_deputy_goes_to_the_qa_lead_and_not_up(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {HEAD: "head_of_service", TEAM_MANAGER: "auditor", QA_LEAD: "qa_lead"}
    reason = next(said.facts["because"] for said in council.said if said.person == QA_LEAD)
    assert "vacant" in str(reason) and "Senior Manager" in str(reason)
    judged = [entry for entry in council.history_of(item.reference) if entry.verb == "steps_judged"]
    assert "vacant" in " ".join(judged[-1].detail["notes"])


def test_the_deputy_of_a_vacant_post_hears_in_its_place(council: LivingCouncil) -> None:
    vacant = with_post(small_council(), "sm-north", holder="")
    cover = Cover("sm-north", SENIOR_MANAGER_SOUTH, date(2026, 1, 1), date(2026, 3, 31))
    council.given_the_council_is(with_cover(vacant, cover))
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2")[SENIOR_MANAGER_SOUTH] == "senior_manager"
    assert QA_LEAD not in council.told(step="+2")


def test_the_deputy_of_someone_who_is_away_hears_in_their_place(council: LivingCouncil) -> None:
    cover = Cover("hos-family", SENIOR_MANAGER_SOUTH, date(2026, 2, 1), date(2026, 2, 6))
    council.given_the_council_is(with_cover(small_council(), cover))
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    assert HEAD not in council.told(step="+2")
    assert council.told(step="+2")[SENIOR_MANAGER_SOUTH] == "head_of_service"
    council.when_the_service_looks(nine(SEVENTH))
    assert council.told(step="+7")[HEAD] == "head_of_service", "the cover had ended by then"


def test_someone_on_two_rungs_hears_once_and_both_rungs_are_recorded(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=HEAD))
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(SECOND))
    heard = [said for said in council.said if said.person == HEAD]
    assert [said.roles for said in heard] == ["senior_manager+head_of_service"]
    rows = [notice for notice in council.notices_about(item.reference) if notice.recipient == HEAD]
    assert len(rows) == 1


def test_a_person_in_two_posts_hears_of_each_learning_space_by_itself(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "tm-north-2", holder=TEAM_MANAGER))
    one = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    two = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED, case="NM-000001")
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    assert {said.subject for said in council.said if said.person == TEAM_MANAGER} == {one.reference, two.reference}


def test_someone_promoted_above_their_old_post_is_not_told_of_themselves_as_its_manager(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    promoted = with_post(small_council(), "sm-north", holder=TEAM_MANAGER)
    council.given_the_council_is(with_post(promoted, "tm-north-1", holder=PDM))
    climb(council)
    assert council.told(step="+2") == {HEAD: "head_of_service", TEAM_MANAGER: "auditor"}
    assert council.told(step="+7")[TEAM_MANAGER] == "auditor"
    assert PDM not in council.told(), "the one who came after owes nothing of it"


def test_a_late_one_of_someone_who_has_left_says_so_to_those_above(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    left = with_post(small_council(), "tm-north-1", holder="")
    people = {key: one for key, one in left.people.items() if key != TEAM_MANAGER}
    council.given_the_council_is(replace(left, people=people))
    council.when_the_service_looks(nine(SECOND))
    assert council.told(step="+2") == {SENIOR_MANAGER: "senior_manager", HEAD: "head_of_service"}
    named = {said.facts["auditor"] for said in council.said if said.step == "+2"}
    assert named == {f"someone who has left ({TEAM_MANAGER})"}


@pytest.mark.parametrize("post", ["tm-north-1", "sm-north", "hos-family", "director"])
def test_no_message_about_lateness_names_the_child_the_case_or_the_practitioner(
    council: LivingCouncil, post: str
) -> None:
    item = council.given_a_learning_space(post, allocated_on=ALLOCATED, case="NM-000010")
    practitioner = small_council().people[item.practitioner].name
    climb(council)
    assert council.said
    for said in council.said:
        everything = f"{said.message} {said.facts}"
        for secret in (item.case_ref, item.practitioner, practitioner, "inadequate", "outstanding"):
            assert secret.lower() not in everything.lower()

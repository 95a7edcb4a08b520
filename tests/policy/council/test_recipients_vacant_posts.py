"""Who is told when a post is vacant, covered or held twice: the deputy, or the QA lead, and never a level too early."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.council.establishment import Leave
from policy.council.recipients import Recipient, Subject, resolve
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    FAMILY,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    with_cover,
    with_leave,
    with_post,
)
from tests.policy.telling import COUNCIL, FRAMEWORK, TODAY, cover, late, of, people, told

# -- vacant posts and deputies ----------------------------------------------------------------------------------------


def test_a_vacant_senior_manager_is_told_to_the_qa_lead_and_the_head_of_service_as_always() -> None:
    resolution = told("+2", late(TEAM_MANAGER), with_post(COUNCIL, "sm-north", holder=""))
    assert people(resolution) == {HEAD: ("head_of_service",), QA_LEAD: ("qa_lead",), TEAM_MANAGER: ("auditor",)}
    assert of(QA_LEAD, resolution).via == "qa_for_vacancy"
    assert (
        of(QA_LEAD, resolution).reason
        == "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy."
    )
    assert of(HEAD, resolution).reason == ""


def test_the_deputy_of_a_vacant_senior_manager_is_told_in_that_role() -> None:
    council = with_cover(with_post(COUNCIL, "sm-north", holder=""), cover("sm-north", TEAM_MANAGER_2))
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert of(TEAM_MANAGER_2, resolution) == Recipient(TEAM_MANAGER_2, ("senior_manager",), "deputy")
    assert QA_LEAD not in people(resolution)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_deputy_stands_in_only_on_the_days_of_the_cover(days: int) -> None:
    council = with_cover(COUNCIL, cover("sm-north", TEAM_MANAGER_2, TODAY + timedelta(days=days)))
    assert SENIOR_MANAGER in people(told("+2", late(TEAM_MANAGER), council))
    assert TEAM_MANAGER_2 not in people(told("+2", late(TEAM_MANAGER), council))


def test_a_head_of_service_on_cover_is_not_told_their_deputy_is() -> None:
    council = with_cover(COUNCIL, cover("hos-family", SENIOR_MANAGER))
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert HEAD not in people(resolution)
    # The deputy is the Senior Manager as well: one message, both rungs.
    assert people(resolution) == {
        SENIOR_MANAGER: ("senior_manager", "head_of_service"),
        TEAM_MANAGER: ("auditor",),
    }
    assert of(SENIOR_MANAGER, resolution).via == "holder"


def test_leave_without_a_deputy_does_not_silence_a_rung() -> None:
    away = Leave(SENIOR_MANAGER, TODAY, TODAY)
    assert SENIOR_MANAGER in people(told("+2", late(TEAM_MANAGER), with_leave(COUNCIL, away)))


@pytest.mark.parametrize("holder", ["", SENIOR_MANAGER])
def test_the_late_person_is_never_told_of_themselves_as_a_deputy(holder: str) -> None:
    council = with_cover(with_post(COUNCIL, "sm-north", holder=holder), cover("sm-north", TEAM_MANAGER))
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert people(resolution) == {HEAD: ("head_of_service",), QA_LEAD: ("qa_lead",), TEAM_MANAGER: ("auditor",)}
    assert "is the person who is late" in of(QA_LEAD, resolution).reason


def test_a_second_deputy_is_told_if_the_first_is_the_late_person() -> None:
    council = with_cover(COUNCIL, cover("sm-north", TEAM_MANAGER), cover("sm-north", TEAM_MANAGER_2))
    assert people(told("+2", late(TEAM_MANAGER), council))[TEAM_MANAGER_2] == ("senior_manager",)


def test_a_vacant_director_never_sends_a_head_of_service_up_to_the_executive_director_early() -> None:
    council = with_post(COUNCIL, "director", holder="")
    for name in ("+2", "+7"):
        resolution = told(name, late(HEAD), council)
        assert people(resolution) == {QA_LEAD: ("qa_lead",), HEAD: ("auditor",)}
        assert "The post of Director is vacant" in of(QA_LEAD, resolution).reason


def test_both_vacant_rungs_are_told_to_the_qa_lead_in_one_message() -> None:
    council = with_post(with_post(COUNCIL, "sm-north", holder=""), "hos-family", holder="")
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert people(resolution) == {QA_LEAD: ("qa_lead",), TEAM_MANAGER: ("auditor",)}
    reason = of(QA_LEAD, resolution).reason
    assert "Senior Manager, Family Safeguarding North," in reason and "Head of Service, Family Safeguarding," in reason


def test_a_line_without_the_roles_of_a_step_is_told_to_the_qa_lead() -> None:
    council = with_post(COUNCIL, "tm-north-1", line_manager_post="director")
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert people(resolution) == {QA_LEAD: ("qa_lead",), TEAM_MANAGER: ("auditor",)}
    assert "There is no Head of Service in the auditor's line." in of(QA_LEAD, resolution).reason


def test_a_post_that_is_gone_from_the_establishment_is_told_to_the_qa_lead() -> None:
    assert set(people(told("+2", late(TEAM_MANAGER, "no-such-post")))) == {QA_LEAD, TEAM_MANAGER}


def test_a_post_left_empty_while_its_item_runs_is_told_to_the_qa_lead() -> None:
    resolution = told("+1", Subject("tm-north-1", "", PRACTITIONER, FAMILY))
    assert people(resolution) == {QA_LEAD: ("qa_lead",)}
    assert of(QA_LEAD, resolution).reason == "There is no auditor to tell."


def test_without_a_qa_lead_the_qa_officers_hear() -> None:
    council = with_post(with_post(COUNCIL, "sm-north", holder=""), "qa-lead", holder="")
    resolution = told("+2", late(TEAM_MANAGER), council)
    assert of(QA_OFFICER, resolution) == Recipient(
        QA_OFFICER,
        ("qa_officer",),
        "qa_for_vacancy",
        "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy.",
    )


def test_with_nobody_to_tell_at_all_nobody_is_told_and_the_notes_say_why() -> None:
    council = COUNCIL
    for post in ("qa-lead", "qa-officer"):
        council = with_post(council, post, holder="")
    resolution = resolve(("qa_lead",), ("auditor",), late(TEAM_MANAGER), council, FRAMEWORK, TODAY, escalation=False)
    assert resolution.recipients == ()
    assert "The post of QA Lead is vacant and has no deputy." in resolution.notes
    assert "There is nobody to tell, in the QA team either." in resolution.notes


def test_a_vacancy_among_the_copied_is_told_to_the_qa_lead_too() -> None:
    resolution = told("+7", late(TEAM_MANAGER), with_post(COUNCIL, "sm-north", holder=""))
    assert set(people(resolution)) == {DIRECTOR, HEAD, QA_LEAD, TEAM_MANAGER}


# -- one person in two places -----------------------------------------------------------------------------------------


def test_one_person_on_two_rungs_hears_once_with_both_rungs_recorded() -> None:
    council = with_post(COUNCIL, "sm-north", holder=HEAD)
    assert people(told("+2", late(TEAM_MANAGER), council)) == {
        HEAD: ("senior_manager", "head_of_service"),
        TEAM_MANAGER: ("auditor",),
    }


def test_a_team_manager_acting_up_is_not_told_of_themselves_as_senior_manager() -> None:
    council = with_post(COUNCIL, "sm-north", holder=TEAM_MANAGER)
    assert people(told("+2", late(TEAM_MANAGER), council)) == {
        HEAD: ("head_of_service",),
        TEAM_MANAGER: ("auditor",),
    }


def test_a_step_that_is_only_the_late_persons_other_post_goes_one_level_up() -> None:
    # The Head of Service holds the Director's post as well: late, they are escalated past both.
    council = with_post(COUNCIL, "director", holder=HEAD)
    for name in ("+2", "+7"):
        assert people(told(name, late(HEAD), council)) == {EXECUTIVE: ("executive_director",), HEAD: ("auditor",)}


def test_someone_late_with_nobody_above_them_is_told_to_the_qa_lead() -> None:
    council = with_post(COUNCIL, "director", holder="")
    resolution = told("+14", late(EXECUTIVE, "executive"), council)
    assert people(resolution) == {QA_LEAD: ("qa_lead",), EXECUTIVE: ("auditor",)}
    assert of(QA_LEAD, resolution).reason == "There is no level above the person who is late."

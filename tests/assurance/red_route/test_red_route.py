"""The red route: at once, at any hour, to those who answer for the child's case, with nothing of it in the message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assurance.red_route.raise_red_route import whom_to_call
from storage.casework import red_flags
from storage.casework.red_flags import RedFlag
from storage.contact import channels
from tests.assurance.forms_filled import MEETING, RED_ROUTE, fill_in, save, send_in
from tests.councils import (
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_SENIOR,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 1, 5)
NIGHT = "2026-01-25 02:15"  # a Sunday


def flag_of(council: LivingCouncil, reference: str) -> RedFlag | None:
    """The flag as it is now."""
    return council.database.read_now(red_flags.of, reference)


def test_it_is_told_in_the_middle_of_the_night(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london(NIGHT)
    save(council.database, council.framework, item, "meeting", {**MEETING, "immediate_risk": "yes"}, now=council.now)
    assert len(council.dispatch()) == 3


def test_it_goes_to_those_who_answer_for_the_child_and_not_to_the_auditor_s_own_line(council: LivingCouncil) -> None:
    """The auditor is of Children in our Care; the child's case is held in Family Safeguarding."""
    item = council.given_a_learning_space("tm-care-1", allocated_on=ALLOCATED, case="NM-000001")
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.dispatch()
    assert set(council.told()) == {SENIOR_MANAGER, HEAD, QA_LEAD}
    assert not {IN_CARE_HEAD, IN_CARE_SENIOR} & set(council.told())


def test_it_is_told_although_the_rest_of_the_page_is_wrong(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    raw = {"immediate_risk": "yes", "date_held": "not a date"}
    view = save(council.database, council.framework, item, "meeting", raw, now=council.now)
    assert view.problems and view.red_route
    assert flag_of(council, item.reference) is not None


def test_it_is_told_when_the_page_is_only_put_off(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now, move="stay")
    assert flag_of(council, item.reference) is not None


def test_the_safety_page_comes_next(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    raw = {**MEETING, "immediate_risk": "yes"}
    view = save(council.database, council.framework, item, "meeting", raw, now=council.now)
    assert view.step == "red_route"
    assert view.form.step("red_route").notice


def test_the_message_holds_the_reference_and_whom_to_call_and_nothing_else(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    for said in council.dispatch():
        assert said.facts == {
            "reference": item.reference,
            "auditor": "Gethin Gorsedale",
            "call": "gethin.gorsedale@northmoor.example",
        }
        worker = small_council().people[item.practitioner].name
        for secret in (item.case_ref, item.practitioner, worker):
            assert secret not in str(said.message)


def calls_of(council: LivingCouncil) -> list[str]:
    """Where the links of every card that went out lead."""
    return [
        button["url"]
        for said in council.said
        for button in (said.message.card or {}).get("actions", ())
        if button["type"] == "Action.OpenUrl"
    ]


def test_the_card_calls_the_auditor_in_teams_at_one_press_and_the_plain_words_hold_no_link(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    said = council.dispatch()
    link = "https://teams.microsoft.com/l/call/0/0?users=gethin.gorsedale@northmoor.example"
    assert calls_of(council) == [link] * len(said)
    assert all("Call Gethin Gorsedale now." in one.message.text and "https:" not in one.message.text for one in said)


@pytest.mark.parametrize("why", ["cut off from Teams", "no address"])
def test_nobody_is_offered_a_call_that_cannot_be_made(council: LivingCouncil, why: str) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    if why == "cut off from Teams":
        council.database.write_now(channels.set_state, item.person, "teams", "blocked", "", council.now)
    else:
        known = replace(small_council().people[item.person], email="")
        council.given_the_council_is(replace(small_council(), people={**small_council().people, known.id: known}))
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    assert council.dispatch()
    assert calls_of(council) == []


def test_nobody_is_called_who_has_no_microsoft_account_we_know_and_was_never_heard_from(council: LivingCouncil) -> None:
    known = small_council().people[TEAM_MANAGER_2]
    unmet = replace(small_council(), people={known.id: replace(known, entra_object_id="")})
    assert "call" in council.database.read_now(whom_to_call, small_council(), "LS-2026Q3-001", known.id)
    assert "call" not in council.database.read_now(whom_to_call, unmet, "LS-2026Q3-001", known.id)


def test_a_vacant_rung_is_the_qa_lead_s_with_the_reason_and_the_others_hear_as_always(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.dispatch()
    assert set(council.told()) == {HEAD, QA_LEAD}
    (raised,) = [entry for entry in council.history_of(item.reference) if entry.verb == "red_route_raised"]
    assert "vacant" in " ".join(raised.detail["notes"])
    (to_qa,) = [said for said in council.said if said.person == QA_LEAD]
    assert "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy." in to_qa.message.text


def test_an_auditor_who_answers_for_the_case_themselves_is_not_asked_to_call_themselves(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.dispatch()
    assert set(council.told()) == {SENIOR_MANAGER, QA_LEAD}


def test_whom_the_auditor_told_is_kept_beside_the_flag_in_role_words(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    save(council.database, council.framework, item, "meeting", {**MEETING, "immediate_risk": "yes"}, now=council.now)
    assert (flag := flag_of(council, item.reference)) and flag.told == {}
    save(council.database, council.framework, item, "red_route", RED_ROUTE, now=council.now)
    assert (flag := flag_of(council, item.reference))
    assert flag.told == {"told_whom": ["team_manager", "head_of_service"], "told_at": "14:05", "told_confirmed": True}


def test_taking_the_answer_back_does_not_take_the_flag_back(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    for answer in ("yes", "no", "yes"):
        raw = {**MEETING, "immediate_risk": answer}
        save(council.database, council.framework, item, "meeting", raw, now=council.now)
    assert flag_of(council, item.reference) is not None
    raised = [entry for entry in council.history_of(item.reference) if entry.verb == "red_route_raised"]
    assert len(raised) == 1
    council.dispatch()
    assert len(council.said) == 3


def test_the_receipt_still_says_that_people_were_asked_to_call_after_the_answer_was_taken_back(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    raw = {**MEETING, "immediate_risk": "yes"}
    save(council.database, council.framework, item, "meeting", raw, now=council.now)
    view = fill_in(council.database, council.framework, item, now=council.now, immediate_risk="no")
    for state in ("submitted", "already"):
        outcome = send_in(council.database, council.framework, item, version=view.version, now=council.now)
        assert (outcome.state, outcome.red_route) == (state, True)


@pytest.mark.parametrize("answer", ["no", "", "maybe"])
def test_any_other_answer_tells_nobody(council: LivingCouncil, answer: str) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    raw = {**MEETING, "immediate_risk": answer}
    save(council.database, council.framework, item, "meeting", raw, now=council.now)
    assert flag_of(council, item.reference) is None

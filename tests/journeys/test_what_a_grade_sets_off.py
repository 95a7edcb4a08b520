"""What a submitted learning space sets off: its ladder stops, an inadequate one opens the loop, risk is told now."""

from __future__ import annotations

from datetime import date

from storage.casework import actions, loops, red_flags
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import (
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026. The case is held in TEAM_MANAGER's team, the auditor manages the other one."""


def test_an_inadequate_grade_opens_the_loop_and_asks_the_senior_manager_to_meet(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")

    outcome = send_in(council.database, council.framework, item, version=view.version, now=council.now)

    assert outcome.state == "submitted"
    loop = council.database.read_now(loops.of_subject, item.reference)
    assert loop is not None and loop.reference == outcome.loop_reference == "CL-2025Q4-001"
    assert (loop.state, loop.practitioner) == ("open", PRACTITIONER)
    assert loop.meet_by == date(2026, 2, 12), "ten working days"
    assert loop.return_by == date(2026, 2, 26), "28 days"
    council.when_it_stands()
    assert council.told(event="E17") == {
        SENIOR_MANAGER: "senior_manager",
        TEAM_MANAGER: "team_manager",
        HEAD: "head_of_service",
        QA_LEAD: "qa_lead",
    }
    assert council.item(item.reference).moderation_flag == "inadequate"


def test_where_the_senior_managers_post_is_vacant_the_qa_lead_is_asked_to_find_someone_to_meet(
    council: LivingCouncil,
) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    heard = {said.person: said.message.text for said in council.when_it_stands() if said.event == "E17"}
    assert set(heard) == {TEAM_MANAGER, HEAD, QA_LEAD}
    assert "Please find someone who can." in heard[QA_LEAD]
    assert "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy." in heard[QA_LEAD]
    assert not any("A Senior Manager has been asked" in text for text in heard.values())


def test_pressing_submit_again_opens_no_second_loop(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    again = send_in(council.database, council.framework, item, version=view.version, now=london("2026-01-29 15:11"))
    assert (again.state, again.at) == ("already", council.now)
    assert len(council.database.read_now(loops.still_open)) == 1
    assert len(council.notices_about("CL-2025Q4-001")) == 4


def test_an_outstanding_grade_is_recognised_by_the_head_of_service_and_the_team_manager(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="outstanding")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.when_it_stands()
    assert council.told(event="E18") == {HEAD: "head_of_service", TEAM_MANAGER: "team_manager"}


def test_an_ordinary_grade_sends_nobody_anything_but_the_action_to_its_owner(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert [(said.event, said.person) for said in council.when_it_stands()] == [("E34", TEAM_MANAGER)]
    received = [notice for notice in council.notices_about(item.reference) if notice.event == "E15"]
    assert {notice.state for notice in received} == {"recorded"}
    assert {notice.recipient for notice in received} == {TEAM_MANAGER_2, QA_LEAD}


def test_a_late_one_is_accepted_and_its_ladder_stops_there(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    heard = len(council.said)
    council.now = london("2026-02-05 18:30")
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_by="2026-03-10")
    assert (
        send_in(council.database, council.framework, item, version=view.version, now=council.now).state == "submitted"
    )
    council.when_days_pass(date(2026, 2, 6), date(2026, 2, 18))
    chased = ("E6", "E7", "E10", "E11", "E12", "E13")
    assert not [said for said in council.said[heard:] if said.event in chased]
    assert council.item(item.reference).next_step_at is None


def test_what_is_submitted_between_the_look_and_the_sending_is_not_chased(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_by="2026-03-10")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert not [said for said in council.dispatch() if said.subject == item.reference]
    assert {notice.state for notice in council.notices_about(item.reference) if notice.step == "+2"} == {"cancelled"}


def test_what_is_submitted_while_a_message_is_in_hand_can_still_be_sent_once(council: LivingCouncil) -> None:
    """The dispatcher has claimed it already: the courier may be in the middle of it, so it is left alone."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    in_hand = council.claim()
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_by="2026-03-10")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    for delivery in in_hand:
        assert council.send(delivery)
    assert not [said for said in council.dispatch() if said.subject == item.reference]


def test_immediate_risk_is_told_at_once_at_any_hour_and_before_the_form_is_finished(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-24 23:40")  # a Saturday night
    save(
        council.database,
        council.framework,
        item,
        "meeting",
        {"immediate_risk": "yes"},
        now=council.now,
    )
    told = council.dispatch()
    assert {said.event for said in told} == {"E16"}
    assert council.told() == {SENIOR_MANAGER: "senior_manager", HEAD: "head_of_service", QA_LEAD: "qa_lead"}
    for said in told:
        assert set(said.facts) == {"reference", "auditor", "call"}
        assert item.case_ref not in str(said.message)
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag is not None and flag.raised_by == TEAM_MANAGER_2


def test_immediate_risk_is_told_once_however_often_it_is_saved(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, immediate_risk="yes")
    save(council.database, council.framework, item, "meeting", {**MEETING, "immediate_risk": "yes"}, now=council.now)
    assert send_in(council.database, council.framework, item, version=view.version, now=council.now).red_route
    council.dispatch()
    assert len([said for said in council.said if said.event == "E16"]) == 3
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag is not None
    assert flag.told == {"told_whom": ["team_manager", "head_of_service"], "told_at": "14:05", "told_confirmed": True}


def test_each_action_has_one_owner_a_date_and_a_reference(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    assert (action.reference, action.owner, action.due_on) == ("AC-2025Q4-001", TEAM_MANAGER, date(2026, 3, 2))
    assert (action.kind, action.state) == ("supervision", "open")

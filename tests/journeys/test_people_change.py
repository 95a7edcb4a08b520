"""People move, leave and are away: their open work goes to other hands, with history, and nobody is forgotten (E19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assurance.common.find_person import SeveralPeople, find_person
from assurance.common.refusals import NotReady, NotYours, UnknownPerson
from assurance.establishment.import_establishment import Import, import_establishment
from assurance.forms.open_form import open_form
from assurance.learning_space.hand_over import HandedOver, NoPostForIt, TooClose
from assurance.learning_space.reassign import (
    NoSuchReason,
    propose_reassignment,
    reassign,
    reassign_leaver,
)
from assurance.self_check.verify import verify
from policy.council.actor import Actor
from policy.council.establishment import Establishment, Person
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.assurance.sheets import sheets_of
from tests.councils import (
    DIRECTOR,
    HEAD,
    PDM,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    TEAM_MANAGER_SOUTH,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


def given_one(council: LivingCouncil) -> LearningSpace:
    """PRACTITIONER's work, with TEAM_MANAGER_2 (post tm-north-2)."""
    return council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)


def hands(council: LivingCouncil, item: LearningSpace, to: str, by: str = QA_LEAD, reason: str = "left") -> HandedOver:
    """The QA lead gives it to somebody."""
    done: HandedOver = council.database.write_now(
        reassign, council.framework, item.reference, to=to, reason=reason, actor=Actor.person(by), now=council.now
    )
    return done


def imports(council: LivingCouncil, new: Establishment) -> Any:
    """The council's own sheets say so now."""
    return council.database.write_now(
        import_establishment,
        council.framework,
        Import(sheets_of(new)),
        actor=Actor.operator("anna"),
        now=council.now,
    )


def test_a_reassigned_one_is_the_new_holders_with_history_and_both_hear_of_it(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-09 10:00")
    done = hands(council, item, TEAM_MANAGER_SOUTH)
    now = council.item(item.reference)
    assert (now.person, now.post, now.state) == (TEAM_MANAGER_SOUTH, "tm-south-1", "allocated")
    assert (now.due_on, done.moved_from) == (item.due_on, None), "more than ten working days are left"
    council.dispatch()
    assert council.told(event="E19") == {QA_LEAD: "qa_lead", TEAM_MANAGER_SOUTH: "auditor"}
    to_qa, to_new = (
        next(said.message.text for said in council.said if said.event == "E19" and said.person == person)
        for person in (QA_LEAD, TEAM_MANAGER_SOUTH)
    )
    assert to_qa == (
        f"Changed hands: {item.reference}\n\n"
        "The QA lead has given it to somebody else.\n\n"
        "From: Gethin Gorsedale\nTo: Amina Heathwick\nFunction: Family Safeguarding\n"
        "Due: Monday 2 February"
    )
    assert to_new == (
        f"A learning space for you: {item.reference}\n\n"
        "You take this learning space over. You start with an empty form: nothing another person wrote is in it.\n\n"
        "Function: Family Safeguarding\nDue: Monday 2 February\n\n"
        f"[Open] or type: open {item.reference}"
    )
    (entry,) = [entry for entry in council.history_of(item.reference) if entry.verb == "reassigned"]
    assert entry.detail == {
        "from": TEAM_MANAGER_2,
        "to": TEAM_MANAGER_SOUTH,
        "post": "tm-south-1",
        "why": "reassigned",
        "reason": "left",
    }


def test_the_practitioner_hears_whom_they_will_meet_now(council: LivingCouncil) -> None:
    item = given_one(council)
    hands(council, item, TEAM_MANAGER_SOUTH)
    (said,) = [said for said in council.dispatch() if said.person == item.practitioner]
    assert (said.event, said.roles) == ("E2", "practitioner")
    assert said.message.text.startswith(
        "Somebody else for your learning space\n\nYour learning space has gone to Amina Heathwick, "
        "who will be in touch to agree a time."
    )


def test_a_new_holder_has_at_least_ten_working_days(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-29 15:00")
    done = hands(council, item, TEAM_MANAGER_SOUTH)
    assert (done.moved_from, done.item.due_on) == (date(2026, 2, 2), date(2026, 2, 12))
    assert done.item.deadline_at == london("2026-02-12 23:59")
    council.dispatch()
    to_new = next(said for said in council.said if said.event == "E19" and said.person == TEAM_MANAGER_SOUTH)
    assert "Due: Thursday 12 February\nBefore: Monday 2 February" in to_new.message.text


def test_a_late_one_counts_from_the_new_date_and_each_rung_hears_again(council: LivingCouncil) -> None:
    item = given_one(council)
    council.when_days_pass(date(2026, 1, 26), date(2026, 2, 4))
    assert council.told(step="+2") == {
        SENIOR_MANAGER: "senior_manager",
        HEAD: "head_of_service",
        TEAM_MANAGER_2: "auditor",
    }
    council.said.clear()
    hands(council, item, TEAM_MANAGER_SOUTH)
    assert council.item(item.reference).due_on == date(2026, 2, 18)
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 17))
    assert not council.told(step="+2")
    council.when_days_pass(date(2026, 2, 18), date(2026, 2, 20))
    assert council.told(step="+2") == {
        SENIOR_MANAGER_SOUTH: "senior_manager",
        HEAD: "head_of_service",
        TEAM_MANAGER_SOUTH: "auditor",
    }
    assert TEAM_MANAGER_2 not in {said.person for said in council.said}


def test_the_new_holder_sees_nothing_the_former_one_wrote(council: LivingCouncil) -> None:
    item = given_one(council)
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    hands(council, item, TEAM_MANAGER_SOUTH)
    view = council.database.write_now(
        open_form, council.framework, item.token, actor=Actor.person(TEAM_MANAGER_SOUTH), now=council.now
    )
    assert dict(view.answers) == {} and view.version == 0
    with pytest.raises(NotYours):
        council.database.write_now(
            open_form, council.framework, item.token, actor=Actor.person(TEAM_MANAGER_2), now=council.now
        )


def test_what_waited_for_the_former_holder_is_taken_back(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = nine(date(2026, 1, 26))
    council.sweep()
    hands(council, item, TEAM_MANAGER_SOUTH)
    assert {notice.state for notice in council.notices_about(item.reference) if notice.step == "-7"} == {"cancelled"}
    assert TEAM_MANAGER_2 not in {said.person for said in council.dispatch()}


def test_verify_finds_nothing_amiss_after_any_change_of_hands(council: LivingCouncil) -> None:
    """Once with the date kept after a step was said, once with the date moved, and back again."""
    item = given_one(council)
    council.when_days_pass(date(2026, 1, 5), date(2026, 1, 18))
    hands(council, item, TEAM_MANAGER_SOUTH)
    council.when_days_pass(date(2026, 1, 19), date(2026, 1, 28))
    hands(council, item, TEAM_MANAGER_2)
    council.when_days_pass(date(2026, 1, 29), date(2026, 2, 18))
    found = council.database.read_now(verify, council.framework, now=council.now)
    assert [one for one in found if one.subject == item.reference] == []


@pytest.mark.parametrize("person", [QA_OFFICER, HEAD, DIRECTOR, TEAM_MANAGER_2, PRACTITIONER, SENIOR_MANAGER])
def test_only_the_qa_lead_reassigns(council: LivingCouncil, person: str) -> None:
    item = given_one(council)
    with pytest.raises(NotYours):
        hands(council, item, TEAM_MANAGER_SOUTH, by=person)


def test_nobody_is_given_work_they_are_too_close_to(council: LivingCouncil) -> None:
    item = given_one(council)
    for person in (TEAM_MANAGER, SENIOR_MANAGER):
        with pytest.raises(TooClose):
            hands(council, item, person)
    with pytest.raises(NoPostForIt):
        hands(council, item, PRACTITIONER)
    with pytest.raises(UnknownPerson):
        hands(council, item, "p-nobody")
    with pytest.raises(NoSuchReason):
        hands(council, item, TEAM_MANAGER_SOUTH, reason="because")
    assert council.item(item.reference).person == TEAM_MANAGER_2


def test_what_is_sent_in_changes_hands_no_more(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    with pytest.raises(NotReady):
        hands(council, item, TEAM_MANAGER_SOUTH)


def test_all_of_a_leavers_go_to_one_person_or_to_the_holders_of_their_posts(council: LivingCouncil) -> None:
    one = given_one(council)
    other = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED, case="NM-000028")
    council.given_the_council_is(with_post(small_council(), "tm-north-2", holder=PDM))
    bulk = council.database.write_now(
        reassign_leaver,
        council.framework,
        TEAM_MANAGER_2,
        to="",
        reason="left",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    )
    assert {done.item.reference for done in bulk.done} == {one.reference, other.reference}
    assert {council.item(each.reference).person for each in (one, other)} == {PDM}
    bulk = council.database.write_now(
        reassign_leaver,
        council.framework,
        PDM,
        to=TEAM_MANAGER,
        reason="left",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    )
    assert [reference for reference, _ in bulk.left] == [one.reference], "it is their own team's work"
    assert council.item(other.reference).person == TEAM_MANAGER


def test_people_are_found_by_id_or_whole_name_and_never_guessed() -> None:
    council = small_council()
    assert find_person(council, "p-manager-2") == find_person(council, "gethin gorsedale") == TEAM_MANAGER_2
    with pytest.raises(UnknownPerson):
        find_person(council, "gethin")
    twice = replace(council, people={**council.people, "p-x": Person("p-x", "Gethin Gorsedale", "x@northmoor.example")})
    with pytest.raises(SeveralPeople):
        find_person(twice, "Gethin Gorsedale")


def test_asking_first_changes_nothing(council: LivingCouncil) -> None:
    item = given_one(council)
    asked = council.database.write_now(
        propose_reassignment,
        council.framework,
        item.reference,
        to="Amina Heathwick",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    )
    assert (asked.to, asked.from_name, asked.to_name) == (TEAM_MANAGER_SOUTH, "Gethin Gorsedale", "Amina Heathwick")
    assert council.item(item.reference) == item


# -- an import --------------------------------------------------------------------------------------------------------


def test_a_new_holder_of_a_post_inherits_what_it_owes(council: LivingCouncil) -> None:
    item = given_one(council)
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    council.dispatch()
    council.said.clear()
    newcomer = Person("p-new", "Nia Brackwater", "nia.brackwater@northmoor.example")
    new = with_post(small_council(), "tm-north-2", holder="p-new")
    people = {**new.people, "p-new": newcomer}
    del people[TEAM_MANAGER_2]
    council.now = london("2026-01-20 11:00")
    imports(council, replace(new, people=people))
    now = council.item(item.reference)
    assert (now.person, now.post, now.state, now.due_on) == ("p-new", "tm-north-2", "allocated", date(2026, 2, 3))
    council.dispatch()
    assert council.told(event="E19") == {QA_LEAD: "qa_lead", "p-new": "auditor"}
    to_qa = next(said for said in council.said if said.event == "E19" and said.person == QA_LEAD)
    assert "The post has a new holder, who takes it over.\n\nFrom: Gethin Gorsedale\nTo: Nia Brackwater" in (
        to_qa.message.text
    )


def test_a_post_that_is_vacant_now_goes_on_the_qa_leads_list(council: LivingCouncil) -> None:
    item = given_one(council)
    imports(council, with_post(small_council(), "tm-north-2", holder=""))
    council.dispatch()
    assert council.told(event="E19") == {QA_LEAD: "qa_lead"}
    (said,) = [said for said in council.said if said.event == "E19"]
    assert said.message.text.startswith(
        f"Nobody works on it: {item.reference}\n\nThe post is vacant, so nobody works on it now."
    )
    assert council.item(item.reference).person == TEAM_MANAGER_2
    imports(council, with_post(small_council(), "tm-north-2", holder=PDM))
    assert council.item(item.reference).person == PDM


def test_the_practitioner_promoted_into_the_post_does_not_look_at_their_own_work(council: LivingCouncil) -> None:
    item = given_one(council)
    imports(council, with_post(small_council(), "tm-north-2", holder=PRACTITIONER))
    assert council.item(item.reference).person == TEAM_MANAGER_2
    (said,) = [said for said in council.dispatch() if said.event == "E19"]
    assert said.facts["why"] == "unsuitable"


def test_importing_the_same_twice_hands_nothing_over_twice(council: LivingCouncil) -> None:
    given_one(council)
    for _ in range(2):
        imports(council, with_post(small_council(), "tm-north-2", holder=PDM))
    council.dispatch()
    assert len([said for said in council.said if said.event == "E19"]) == 2


def test_the_establishment_is_there_to_hand_over_from(council: LivingCouncil) -> None:
    assert council.database.read_now(establishments.current).posts["tm-north-2"].holder == TEAM_MANAGER_2

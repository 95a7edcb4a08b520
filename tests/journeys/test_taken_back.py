"""A learning space the QA lead takes back: who hears, what stops, and who may not (R38, R101, A23)."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from assurance.common.refusals import AlreadyDone, NotYours, Withdrawn
from assurance.learning_space.take_back import IsAReaudit, NoSuchReasonToTakeBack, TakenBack, take_back
from assurance.self_check.verify import verify
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.actor import Actor
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import DIRECTOR, HEAD, PRACTITIONER, QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import loop_of, with_qa

ALLOCATED = date(2026, 1, 5)


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")


def taking_back(
    council: LivingCouncil, item: LearningSpace, at: str, *, by: str = QA_LEAD, reason: str = "duplicate"
) -> TakenBack:
    council.now = london(at)
    return council.database.write_now(
        take_back, council.framework, item.reference, reason=reason, actor=Actor.person(by), now=council.now
    )


def typed(council: LivingCouncil, person: str, text: str) -> Message:
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    return asyncio.run(talk.text(council.database.read_now(establishments.current).people[person], text))[0]


def pressed(council: LivingCouncil, person: str, verb: str, **data: str) -> Message:
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    found = council.database.read_now(establishments.current).people[person]
    return asyncio.run(talk.press(found, verb, {"verb": verb, **data}))


def test_manager_practitioner_and_head_of_service_hear_that_it_is_taken_back_and_nobody_is_chased_any_more(
    council: LivingCouncil, item: LearningSpace
) -> None:
    taking_back(council, item, "2026-01-14 10:00")
    council.when_the_service_looks()
    heard = {said.person: said.message.text for said in council.said if said.event == "E76"}
    assert set(heard) == {TEAM_MANAGER, item.practitioner, HEAD}
    assert heard[item.practitioner] == (
        "Your learning space will not take place\n\n"
        "The learning space with Priya Fernhollow will not take place.\n\n"
        "That says nothing about your work. There is nothing you need to do."
    )
    council.said.clear()
    council.when_days_pass(date(2026, 1, 15), date(2026, 2, 20))
    assert [said for said in council.said if said.subject == item.reference] == []
    assert council.item(item.reference).state == "withdrawn"
    found = council.database.read_now(verify, council.framework, now=council.now)
    assert [one for one in found if one.detail != "p-manager was never told of the allocation."] == [], "given by hand"


def test_what_was_saved_of_it_is_dropped_and_its_history_names_the_reason(
    council: LivingCouncil, item: LearningSpace
) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=london("2026-01-21 10:00"))
    taking_back(council, item, "2026-01-22 10:00", reason="given_in_error")
    assert council.database.read_now(learning_spaces.load_draft, item.reference, TEAM_MANAGER) is None
    last = council.history_of(item.reference)[-1]
    assert (last.verb, last.actor, last.detail) == ("taken_back", f"person:{QA_LEAD}", {"reason": "given_in_error"})


@pytest.mark.parametrize("person", [TEAM_MANAGER, PRACTITIONER, SENIOR_MANAGER, HEAD, DIRECTOR, QA_OFFICER])
def test_nobody_but_the_qa_lead_takes_a_learning_space_back(
    council: LivingCouncil, item: LearningSpace, person: str
) -> None:
    with pytest.raises(NotYours):
        taking_back(council, item, "2026-01-14 10:00", by=person)
    assert "The QA lead does that" in typed(council, person, f"take back {item.reference}").text
    assert "The QA lead does that" in pressed(council, person, "take_back", ref=item.reference, reason="other").text
    assert council.item(item.reference).state == "allocated"


def test_a_child_at_immediate_risk_is_not_forgotten_with_it(council: LivingCouncil, item: LearningSpace) -> None:
    raised = {**MEETING, "immediate_risk": "yes"}
    save(council.database, council.framework, item, "meeting", raised, now=london("2026-01-21 10:00"))
    taking_back(council, item, "2026-01-21 10:30")
    council.when_the_service_looks(london("2026-01-21 12:05"))
    assert council.told(event="E16")
    assert council.database.read_now(red_flags.of, item.reference).acknowledged_at is None


def test_what_is_sent_in_or_has_ended_cannot_be_taken_back(council: LivingCouncil, item: LearningSpace) -> None:
    taking_back(council, item, "2026-01-14 10:00")
    with pytest.raises(Withdrawn):
        taking_back(council, item, "2026-01-14 10:01")
    other = council.given_a_learning_space("tm-south-1", allocated_on=ALLOCATED)
    at = london("2026-01-21 10:00")
    view = fill_in(council.database, council.framework, other, now=at)
    send_in(council.database, council.framework, other, version=view.version, now=at)
    with pytest.raises(AlreadyDone):
        taking_back(council, other, "2026-01-21 11:00")


def test_a_re_audit_ends_with_its_loop_and_not_by_being_taken_back(council: LivingCouncil) -> None:
    loop = with_qa(council)
    council.when_days_pass(date(2026, 5, 11), date(2026, 5, 11))
    newer = council.item(loop_of(council, loop.reference).reaudit_reference)
    with pytest.raises(IsAReaudit) as no:
        taking_back(council, newer, "2026-05-12 10:00")
    assert no.value.subject == loop.reference


def test_the_card_asks_first_and_wants_one_of_the_reasons_of_the_file(
    council: LivingCouncil, item: LearningSpace
) -> None:
    with pytest.raises(NoSuchReasonToTakeBack):
        taking_back(council, item, "2026-01-14 10:00", reason="because")
    asked = typed(council, QA_LEAD, f"take back {item.reference}")
    assert asked.text.startswith(f"Take {item.reference} back?") and "Priya Fernhollow" in asked.text
    again = pressed(council, QA_LEAD, "take_back", ref=item.reference)
    assert "! " in again.text, "it says that a reason is missing"
    done = pressed(council, QA_LEAD, "take_back", ref=item.reference, reason="case_moved")
    assert done.text.startswith(f"Taken back: {item.reference}\n\nThree people are told.")
    assert council.item(item.reference).state == "withdrawn"

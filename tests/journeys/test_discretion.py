"""The QA lead's discretion: the preview of what will be escalated, and one step held once before it is sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assurance.common.more_time_refusals import HeldAlready, NothingToHold, OnlyQaLead
from assurance.escalation.hold_step import HoldMade, HoldRefused
from assurance.escalation.hold_steps import HoldsMade, hold_steps
from assurance.escalation.preview import Preview, preview
from assurance.self_check.verify import verify
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework.learning_spaces import LearningSpace
from tests.councils import (
    DIRECTOR,
    HEAD,
    PSW,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    small_council,
    with_cover,
)
from tests.journeys.living_council import LivingCouncil, london, nine

ALLOCATED = date(2026, 1, 5)
DUE = date(2026, 2, 2)
SECOND = date(2026, 2, 4)
"""When the Senior Manager and the Head of Service are told."""


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)


def holding(council: LivingCouncil, item: LearningSpace, at: str, *, by: str = QA_LEAD, **raw: Any) -> HoldMade:
    """Somebody presses Hold at a London moment."""
    council.now = london(at)
    made = council.database.write_now(
        hold_steps,
        council.framework,
        item.token,
        actor=Actor.person(by),
        raw={"reason": "nearly_done", "working_days": "2", **raw},
        now=council.now,
    )
    assert isinstance(made, HoldsMade)
    [one] = made.made
    return one


def seen(council: LivingCouncil, at: str, *, by: str = QA_LEAD) -> Preview:
    """Somebody types preview at a London moment."""
    return council.database.read_now(preview, council.framework, actor=Actor.person(by), now=london(at))


# -- the preview ------------------------------------------------------------------------------------------------------


def test_the_qa_lead_sees_the_afternoon_before_what_will_be_escalated(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 2))
    council.when_the_service_looks(london("2026-02-02 15:00"))
    assert not council.told(event="E69"), "nothing is escalated on the first day late"
    council.when_the_service_looks(london("2026-02-03 09:00"))
    council.when_the_service_looks(london("2026-02-03 14:59"))
    assert not council.told(event="E69")

    heard = council.when_the_service_looks(london("2026-02-03 15:00"))
    assert [(said.person, said.event, said.on) for said in heard] == [(QA_LEAD, "E69", date(2026, 2, 3))]
    assert heard[0].message.text.startswith(
        "One escalation on Wednesday 4 February\n\n"
        "They go out at nine on that day. Tick those that are to wait. Each learning space can be held once.\n\n"
        "Hold this one?\n"
        f"  1. Priya Fernhollow, Team Manager, Family Safeguarding North 1: {item.reference}, 2 days past its date, "
        "to Senior Manager and Head of Service\n\n"
        "Why?\n"
    )
    assert heard[0].message.text.endswith("[Hold]")
    council.when_the_service_looks(london("2026-02-03 15:01"))
    assert len([said for said in council.said if said.event == "E69"]) == 1


def test_on_the_morning_itself_the_qa_lead_gets_a_copy_of_what_goes_out(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.given_the_qa_lead_gets_the_morning_copy()
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    assert not council.when_the_service_looks(london("2026-02-04 08:59"))
    heard = council.when_the_service_looks(nine(SECOND))
    copy = [said for said in heard if said.event == "E69"]
    assert [said.person for said in copy] == [QA_LEAD]
    assert copy[0].message.text == (
        "One escalation of Wednesday 4 February\n\n"
        "These go out that morning. There is nothing to do: what was not held before is said.\n\n"
        f"Priya Fernhollow, Team Manager, Family Safeguarding North 1: {item.reference}, 2 days past its date, "
        "to Senior Manager and Head of Service"
    )
    assert {said.person for said in heard if said.event == "E11"} == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}
    later = council.when_the_service_looks(london("2026-02-04 09:05"))
    assert not later


def test_nothing_to_escalate_is_no_message(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 27))
    council.when_the_service_looks(london("2026-01-27 15:00"))
    assert not council.told(event="E69")


def test_nothing_is_held_by_silence(council: LivingCouncil, item: LearningSpace) -> None:
    """The QA lead cannot be reached and the preview never arrives: the escalation goes out all the same."""
    council.when_days_pass(date(2026, 2, 2), SECOND)
    assert council.told(step="+2").keys() == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}


def test_typing_preview_shows_the_day_that_has_not_gone_out(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    before = seen(council, "2026-02-04 08:30")
    assert (before.day, [one.reference for one in before.coming]) == (SECOND, [item.reference])
    assert before.coming[0].roles == ("senior_manager", "head_of_service")
    council.when_the_service_looks(nine(SECOND))
    after = seen(council, "2026-02-04 09:00")
    assert (after.day, after.coming) == (date(2026, 2, 5), ())
    friday = seen(council, "2026-02-06 12:00")
    assert friday.day == date(2026, 2, 9)


@pytest.mark.parametrize("person", [TEAM_MANAGER, HEAD, DIRECTOR, QA_OFFICER, PSW])
def test_nobody_but_the_qa_lead_sees_the_preview_or_holds(
    council: LivingCouncil, item: LearningSpace, person: str
) -> None:
    with pytest.raises(OnlyQaLead):
        seen(council, "2026-02-03 15:00", by=person)
    with pytest.raises(OnlyQaLead):
        holding(council, item, "2026-02-03 15:00", by=person)


# -- the hold ---------------------------------------------------------------------------------------------------------


def test_a_held_step_speaks_on_the_day_the_hold_ends_and_not_before(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    made = holding(council, item, "2026-02-03 15:30")
    assert (made.hold.step, made.hold.until) == ("+2", date(2026, 2, 6))
    assert council.item(item.reference).due_on == DUE
    council.when_days_pass(SECOND, date(2026, 2, 5))
    assert not council.told(step="+2").keys() - {HEAD}
    council.said = [said for said in council.said if said.event != "E14"]
    council.when_the_service_looks(london("2026-02-06 08:59"))
    assert not council.told(step="+2")
    council.when_the_service_looks(nine(date(2026, 2, 6)))
    assert council.told(step="+2").keys() == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}
    text = next(said.message.text for said in council.said if said.step == "+2" and said.person == HEAD)
    assert "4 days late" in text, "the item counts as late all the while"
    council.when_days_pass(date(2026, 2, 7), date(2026, 2, 9))
    assert council.told(step="+7").keys() >= {DIRECTOR}, "the next step keeps its day"


def test_the_head_of_service_hears_of_a_hold_and_the_qa_lead_has_it_on_record(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    holding(council, item, "2026-02-03 15:30")
    heard = [said for said in council.when_the_service_looks() if said.event == "E14"]
    assert [said.person for said in heard] == [HEAD]
    assert heard[0].message.text == (
        f"An escalation is held: {item.reference}\n\n"
        "Manager: Priya Fernhollow\nStep: 2 days past its date\nHeld until: Friday 6 February\n"
        "Reason: The meeting is booked for the next days\n"
        f"Held by: {council_name(council, QA_LEAD)}\n\n"
        "The due date does not move, and it counts as late all the same.\n\n"
        "The message goes out on that day, unless the learning space is sent in before."
    )
    kept = {row.recipient: row.state for row in council.notices_about(item.reference) if row.event == "E14"}
    assert kept == {HEAD: "sent", QA_LEAD: "recorded"}
    entry = next(entry for entry in council.history_of(item.reference) if entry.verb == "step_held")
    assert entry.detail == {"step": "+2", "until": "2026-02-06", "reason": "nearly_done"}


def council_name(council: LivingCouncil, person: str) -> str:
    return small_council().people[person].name


def test_a_hold_of_a_head_of_services_own_is_told_to_the_director(council: LivingCouncil) -> None:
    own = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    holding(council, own, "2026-02-03 15:30")
    heard = [said.person for said in council.when_the_service_looks() if said.event == "E14"]
    assert heard == [DIRECTOR]


def test_a_learning_space_is_held_once(council: LivingCouncil, item: LearningSpace) -> None:
    holding(council, item, "2026-02-03 15:30", working_days="1")
    with pytest.raises(HeldAlready) as no:
        holding(council, item, "2026-02-05 15:30")
    assert no.value.until == date(2026, 2, 5)


def test_what_has_gone_out_cannot_be_held(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 16))
    with pytest.raises(NothingToHold):
        holding(council, item, "2026-02-16 12:00")


@pytest.mark.parametrize(
    ("raw", "field"),
    [({"reason": ""}, "reason"), ({"working_days": "6"}, "working_days"), ({"working_days": ""}, "working_days")],
)
def test_a_hold_needs_a_reason_and_at_most_five_working_days(
    council: LivingCouncil, item: LearningSpace, raw: dict[str, str], field: str
) -> None:
    council.now = london("2026-02-03 15:30")
    no = council.database.write_now(
        hold_steps,
        council.framework,
        item.token,
        actor=Actor.person(QA_LEAD),
        raw={"reason": "other", "working_days": "5", **raw},
        now=council.now,
    )
    assert isinstance(no, HoldRefused)
    assert field in no.problems


def test_a_hold_that_reaches_past_the_next_step_lets_that_one_speak_for_both(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    holding(council, item, "2026-02-03 15:30", working_days="5")
    council.when_days_pass(SECOND, date(2026, 2, 13))
    told = {said.step: said.on for said in council.said if said.event in ("E11", "E12")}
    assert told == {"+7": date(2026, 2, 9)}
    recorded = {row.step for row in council.notices_about(item.reference) if row.event == "E11"}
    assert recorded == {"+2"}


def test_the_deputy_of_the_qa_lead_may_hold(council: LivingCouncil, item: LearningSpace) -> None:
    cover = Cover("qa-lead", QA_OFFICER, date(2026, 2, 1), date(2026, 2, 28))
    council.given_the_council_is(with_cover(small_council(), cover))
    assert holding(council, item, "2026-02-03 15:30", by=QA_OFFICER).hold.step == "+2"


def several(council: LivingCouncil, chosen: list[str], at: str) -> HoldsMade:
    council.now = london(at)
    done = council.database.write_now(
        hold_steps,
        council.framework,
        ",".join(chosen),
        actor=Actor.person(QA_LEAD),
        raw={"reason": "our_mistake", "working_days": "2"},
        now=council.now,
    )
    assert isinstance(done, HoldsMade)
    return done


def test_many_are_held_at_once_and_each_who_hears_of_them_has_one_message(council: LivingCouncil) -> None:
    items = [
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
        for number in range(1, 6)
    ]
    own = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    holding(council, items[4], "2026-02-03 15:00")
    council.when_the_service_looks()
    done = several(council, [*(item.token for item in items), own.reference, "gone"], "2026-02-03 15:30")
    assert [one.item.reference for one in done.made] == [*(item.reference for item in items[:4]), own.reference]
    assert [(one.reference, one.why) for one in done.left_out] == [(items[4].reference, "held_already")]

    heard = {said.person: said.message.text for said in council.when_the_service_looks() if said.event == "E14"}
    assert heard.keys() == {HEAD, DIRECTOR}, "each once, and of their own people only"
    assert heard[HEAD].startswith("Four escalations are held\n\nReason: The mistake was ours\n")
    assert all(item.reference in heard[HEAD] for item in items[:4]) and own.reference not in heard[HEAD]
    assert heard[DIRECTOR].startswith("One escalation is held") and own.reference in heard[DIRECTOR]
    kept = {(row.recipient, row.state) for row in council.notices_about(items[0].reference) if row.event == "E14"}
    assert kept == {(HEAD, "recorded"), (QA_LEAD, "recorded")}, "and each hold keeps its own record of who heard"

    council.when_days_pass(SECOND, date(2026, 2, 5))
    assert not council.told(event="E11")
    council.when_the_service_looks(nine(date(2026, 2, 6)))
    assert {said.subject for said in council.said if said.event == "E11"} == {
        *(item.reference for item in items),
        own.reference,
    }


def test_of_several_that_miss_a_reason_none_is_held(council: LivingCouncil, item: LearningSpace) -> None:
    other = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000009")
    council.now = london("2026-02-03 15:30")
    no = council.database.write_now(
        hold_steps,
        council.framework,
        f"{item.token},{other.token}",
        actor=Actor.person(QA_LEAD),
        raw={"working_days": "1"},
        now=council.now,
    )
    assert isinstance(no, HoldRefused) and "reason" in no.problems
    assert not [entry for one in (item, other) for entry in council.history_of(one.reference) if "held" in entry.verb]


def test_verify_finds_a_held_learning_space_in_order(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(date(2026, 1, 26), date(2026, 2, 3))
    holding(council, item, "2026-02-03 15:30")
    for last in (date(2026, 2, 4), date(2026, 2, 6), date(2026, 2, 9)):
        council.when_days_pass(last, last)
        found = council.database.read_now(verify, council.framework, now=council.now)
        assert [one for one in found if one.subject == item.reference and "allocation" not in one.detail] == []

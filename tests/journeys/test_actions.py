"""The life of an action: told at once, reminded, escalated week by week, and who hears of it on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.actions.assign_action import NotSmart, assign_action
from assurance.self_check.verify import verify
from policy.council.establishment import Cover
from storage.casework import actions
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    PDM,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.actions_given import DUE, SET, WORDS, as_now, given_an_action, heard, live
from tests.journeys.living_council import LivingCouncil, london, nine

# -- assigned ---------------------------------------------------------------------------------------------------------


def test_the_owner_is_told_at_once_of_the_reference_and_the_date_and_of_nothing_else(council: LivingCouncil) -> None:
    action = given_an_action(council)
    (said,) = council.when_the_service_looks()
    assert (said.person, said.roles, said.event, said.on) == (PRACTITIONER, "owner", "E34", date(2026, 3, 4))
    assert said.message.text == (
        "An action for you: AC-2025Q4-001\n\n"
        "Something was agreed that you will do. Open it to see what.\n\n"
        "Due: Wednesday 1 April\n\n"
        "[Open] or type: open AC-2025Q4-001"
    )
    assert WORDS not in said.message.text
    assert as_now(council, action).state == "open"


def test_an_action_set_in_the_evening_is_told_the_next_morning(council: LivingCouncil) -> None:
    council.now = london("2026-03-06 18:30")
    council.database.write_now(
        assign_action,
        council.framework,
        subject="LS-2025Q4-001",
        owner=PRACTITIONER,
        what=WORDS,
        kind="",
        due_on=DUE,
        set_by=TEAM_MANAGER_2,
        profile="action",
        now=council.now,
    )
    assert not council.when_the_service_looks()
    (said,) = council.when_the_service_looks(nine(date(2026, 3, 9)))
    assert (said.event, said.on) == ("E34", date(2026, 3, 9)), "Friday evening is Monday morning"


@pytest.mark.parametrize(
    ("owner", "what", "due_on"),
    [("", WORDS, DUE), ("p-nobody", WORDS, DUE), (PRACTITIONER, " ", DUE), (PRACTITIONER, WORDS, SET.date())],
)
def test_an_action_without_an_owner_something_to_do_or_a_date_to_come_is_refused(
    council: LivingCouncil, owner: str, what: str, due_on: date
) -> None:
    with pytest.raises(NotSmart):
        council.database.write_now(
            assign_action,
            council.framework,
            subject="LS-2025Q4-001",
            owner=owner,
            what=what,
            kind="",
            due_on=due_on,
            set_by=TEAM_MANAGER_2,
            profile="action",
            now=SET,
        )


@pytest.mark.parametrize(("grade", "ladder"), [("good", "action"), ("inadequate", "action_inadequate")])
def test_an_action_from_a_learning_space_is_strict_only_after_an_inadequate_grade(
    council: LivingCouncil, grade: str, ladder: str
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade=grade)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    assert (action.ladder_key, action.set_by, action.owner) == (ladder, TEAM_MANAGER_2, TEAM_MANAGER)
    assert len(action.token) == 32
    council.when_it_stands()
    assert council.told(event="E34") == {TEAM_MANAGER: "owner"}


# -- the ladder -------------------------------------------------------------------------------------------------------


def test_the_whole_ladder_of_an_action_due_on_the_first_of_april(council: LivingCouncil) -> None:
    given_an_action(council)
    live(council, date(2026, 7, 1))
    assert heard(council) == [
        ("E34", "", PRACTITIONER, date(2026, 3, 4)),
        ("E35", "-7", PRACTITIONER, date(2026, 3, 25)),
        ("E35", "0", PRACTITIONER, date(2026, 4, 1)),
        ("E36", "+7", PRACTITIONER, date(2026, 4, 8)),
        ("E36", "+7", TEAM_MANAGER, date(2026, 4, 8)),
        ("E36", "+14", PRACTITIONER, date(2026, 4, 15)),
        ("E36", "+14", TEAM_MANAGER, date(2026, 4, 15)),
        ("E37", "+4w", SENIOR_MANAGER, date(2026, 4, 29)),
        ("E37", "+4w", HEAD, date(2026, 4, 29)),
        ("E38", "+6w", DIRECTOR, date(2026, 5, 13)),
        ("E39", "+12w", EXECUTIVE, date(2026, 6, 24)),
    ]
    assert not any(WORDS in said.message.text for said in council.said)
    assert council.database.read_now(verify, council.framework, now=council.now) == []


@pytest.mark.parametrize(
    ("step", "day"), [("+4w", date(2026, 4, 29)), ("+6w", date(2026, 5, 13)), ("+12w", date(2026, 6, 24))]
)
def test_the_worked_dates_hold_the_day_before_on_the_day_and_the_day_after(
    council: LivingCouncil, step: str, day: date
) -> None:
    given_an_action(council)
    live(council, day - timedelta(days=1))
    assert step not in council.days_said()
    assert not council.when_the_service_looks(nine(day) - timedelta(minutes=1))
    council.when_the_service_looks(nine(day))
    assert council.days_said()[step] == {day}
    count = len(council.said)
    council.when_days_pass(day, day + timedelta(days=1))
    assert len(council.said) == count


def test_what_each_of_them_reads(council: LivingCouncil) -> None:
    given_an_action(council)
    live(council, date(2026, 6, 24))
    by_step = {(said.step, said.person): said.message.text for said in council.said}
    ahead = (
        "If nothing happens: on Wednesday 29 April your Senior Manager and Head of Service are told, "
        "on Wednesday 13 May the Director, on Wednesday 24 June the Executive Director."
    )
    first = "If nothing happens: on Wednesday 8 April your Team Manager is told, "
    assert by_step["-7", PRACTITIONER] == (
        "Action due on Wednesday 1 April: AC-2025Q4-001\n\n"
        "Your action is due on Wednesday 1 April. When it is done, say where it can be seen.\n\n"
        "If that day cannot be kept, open it and ask for another one.\n\n"
        f"{first}{ahead.removeprefix('If nothing happens: ').replace(' are told', '')}\n\n"
        "[Open] or type: open AC-2025Q4-001"
    )
    assert by_step["+7", PRACTITIONER] == (
        "Action 7 days late on Wednesday 8 April: AC-2025Q4-001\n\n"
        "Your action was due on Wednesday 1 April.\n\n"
        "If it is done, open it and say where it can be seen. If something is in the way, say that.\n\n"
        "Your Team Manager was told on Wednesday 8 April, so that they can help.\n\n"
        f"{ahead}\n\n"
        "[Open] or type: open AC-2025Q4-001"
    )
    assert by_step["+4w", HEAD] == (
        "An action, 4 weeks late on Wednesday 29 April: AC-2025Q4-001\n\n"
        "Owner: Worker Aexample\nWas due: Wednesday 1 April\n\n"
        "You are told because you are in the owner's line.\n\n"
        "There is nothing for you to fill in. A word about what is in the way is often enough.\n\n"
        "If nothing happens: on Wednesday 13 May the Director is told, on Wednesday 24 June the Executive Director."
    )
    assert "6 weeks late" in by_step["+6w", DIRECTOR]
    assert "12 weeks late" in by_step["+12w", EXECUTIVE]


def test_the_strict_ladder_counts_its_weeks_from_the_day_the_action_was_set(council: LivingCouncil) -> None:
    given_an_action(council, profile="action_inadequate")
    live(council, date(2026, 7, 1))
    days = council.days_said()
    assert days["+4w"] == {date(2026, 4, 1)}, "Wednesday 4 March and four weeks"
    assert days["+6w"] == {date(2026, 4, 15)}
    assert days["+12w"] == {date(2026, 5, 27)}
    four_weeks = next(said.message.text for said in council.said if said.step == "+4w" and said.person == HEAD)
    assert "not done 4 weeks after it was set" in four_weeks
    assert "Due: Wednesday 1 April" in four_weeks
    assert council.told(step="+4w") == {SENIOR_MANAGER: "senior_manager", HEAD: "head_of_service"}
    assert council.told(step="0") == {PRACTITIONER: "owner"}, "the owner is reminded on the same day"
    assert council.told(step="+14") == {PRACTITIONER: "owner", TEAM_MANAGER: "team_manager"}
    assert council.database.read_now(verify, council.framework, now=council.now) == []


def test_after_ten_weeks_of_silence_only_the_highest_step_speaks_and_the_others_are_recorded(
    council: LivingCouncil,
) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.said.clear()
    council.when_the_service_looks(nine(date(2026, 5, 14)))
    assert {(said.step, said.person) for said in council.said} == {("+6w", DIRECTOR)}
    recorded = {(one.step, one.recipient) for one in council.notices_about(action.reference) if one.state == "recorded"}
    assert ("+4w", HEAD) in recorded and ("-7", PRACTITIONER) in recorded
    assert as_now(council, action).next_step_at == nine(date(2026, 6, 24))


def test_two_looks_at_the_same_moment_say_everything_once(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks(nine(date(2026, 4, 29)))
    before = council.notices_about(action.reference)
    council.sweep()
    council.sweep()
    assert council.notices_about(action.reference) == before


def test_a_step_on_a_bank_holiday_waits_for_the_next_working_day(council: LivingCouncil) -> None:
    given_an_action(council, due_on=date(2026, 4, 3))
    live(council, date(2026, 4, 8))
    assert council.days_said()["0"] == {date(2026, 4, 7)}, "Good Friday to the Tuesday after Easter Monday"


def test_a_reminder_whose_time_was_gone_when_the_action_was_set_is_not_owed(council: LivingCouncil) -> None:
    given_an_action(council, due_on=date(2026, 3, 9))
    live(council, date(2026, 3, 10))
    assert [said[:3] for said in heard(council)] == [("E34", "", PRACTITIONER), ("E35", "0", PRACTITIONER)]


# -- who is not there, and who stands on two rungs ----------------------------------------------------------------


def test_a_vacant_senior_managers_rung_goes_to_the_qa_lead_with_the_reason_and_no_higher(
    council: LivingCouncil,
) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    given_an_action(council)
    live(council, date(2026, 4, 30))
    assert council.told(step="+4w") == {HEAD: "head_of_service", QA_LEAD: "qa_lead"}
    (to_qa,) = [said for said in council.said if said.step == "+4w" and said.person == QA_LEAD]
    assert "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy." in to_qa.message.text


def test_a_deputy_hears_for_a_vacant_post(council: LivingCouncil) -> None:
    vacant = with_post(small_council(), "sm-north", holder="")
    cover = Cover("sm-north", PDM, date(2026, 4, 1), date(2026, 5, 1))
    council.given_the_council_is(with_cover(vacant, cover))
    given_an_action(council)
    live(council, date(2026, 4, 30))
    assert council.told(step="+4w") == {HEAD: "head_of_service", PDM: "senior_manager"}


def test_one_person_who_is_both_senior_manager_and_head_of_service_hears_once(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=HEAD))
    given_an_action(council)
    live(council, date(2026, 4, 30))
    assert council.told(step="+4w") == {HEAD: "senior_manager+head_of_service"}
    assert len([said for said in council.said if said.step == "+4w"]) == 1


def test_a_senior_manager_never_hears_of_their_own_action_as_a_manager(council: LivingCouncil) -> None:
    given_an_action(council, owner=SENIOR_MANAGER)
    live(council, date(2026, 6, 24))
    assert council.told(step="+14") == {SENIOR_MANAGER: "owner"}
    assert council.told(step="+4w") == {HEAD: "head_of_service"}
    assert council.database.read_now(verify, council.framework, now=council.now) == []


def test_where_both_first_rungs_are_the_owners_own_the_director_hears_at_four_weeks(council: LivingCouncil) -> None:
    given_an_action(council, owner=HEAD)
    live(council, date(2026, 4, 30))
    assert council.told(step="+4w") == {DIRECTOR: "director"}

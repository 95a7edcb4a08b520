"""What is put together: the morning message, Monday's and the month's numbers, who cannot be reached; reminders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assurance.common.refusals import NotYours
from assurance.digests.reachability import ask_reachability
from assurance.escalation.freeze import freeze, unfreeze
from assurance.notify.tell import announce
from policy.council.actor import Actor
from policy.council.establishment import Cover, Leave, Person
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.council import establishment as establishments
from storage.engine.database import Session
from storage.outbox import notices
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_SENIOR,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_leave,
    with_post,
)
from tests.journeys.actions_given import given_an_action
from tests.journeys.living_council import LivingCouncil, Said, london, nine
from tests.journeys.living_loops import an_inadequate_one

ALLOCATED = date(2026, 1, 5)
"""A Monday; due on Monday 2 February 2026."""


def given_one(council: LivingCouncil, post: str = "tm-north-2", case: str = "NM-000001") -> LearningSpace:
    """A learning space allocated on the first working day."""
    return council.given_a_learning_space(post, allocated_on=ALLOCATED, case=case)


def announced(council: LivingCouncil, item: LearningSpace) -> None:
    """E2, as the approval of a month says it."""

    def tell(session: Session) -> None:
        now = council.now
        said = announce(council.framework, establishments.current(session), "E2", item, now=now)
        notices.add(session, said, at=now)

    council.database.write_now(tell)


def digests(council: LivingCouncil, event: str) -> list[Said]:
    """The digests of one kind so far."""
    return [said for said in council.digests if said.event == event]


# -- the morning message ----------------------------------------------------------------------------------------------


def test_a_team_manager_reads_of_their_teams_work_in_one_morning_message(council: LivingCouncil) -> None:
    council.now = london("2026-01-05 10:30")
    for case in ("NM-000001", "NM-000004"):
        announced(council, given_one(council, case=case))
    council.when_the_service_looks()
    assert {said.roles for said in council.said} == {"practitioner"}
    council.when_the_service_looks(london("2026-01-06 08:59"))
    assert digests(council, "E74") == []
    council.when_the_service_looks(nine(date(2026, 1, 6)))
    (said,) = digests(council, "E74")
    assert (said.person, said.on) == (TEAM_MANAGER, date(2026, 1, 6))
    assert said.message.text == (
        "Your news of Tuesday 6 January\n\n"
        "All of this can wait, and there is nothing for you to fill in.\n\n"
        "Two pieces of work in your team have been chosen for a learning space. The practitioners know. "
        "Please help them find the time for it."
    )
    council.when_days_pass(date(2026, 1, 6), date(2026, 1, 9))
    assert len(digests(council, "E74")) == 1


def test_the_qa_lead_reads_what_came_in_the_day_before(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-30 15:10")  # a Friday
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.when_days_pass(date(2026, 1, 31), date(2026, 2, 2))
    (said,) = digests(council, "E74")
    assert (said.person, said.on) == (QA_LEAD, date(2026, 2, 2))
    assert f"One learning space sent in: {item.reference}." in said.message.text
    assert item.case_ref not in str(said.message) + str(said.facts)


def test_what_was_withdrawn_meanwhile_is_in_no_morning_message(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-05 10:30")
    announced(council, item)

    def withdraw(session: Session) -> None:
        learning_spaces.update(session, item.reference, state="withdrawn", next_step_at=None)

    council.database.write_now(withdraw)
    council.when_the_service_looks(nine(date(2026, 1, 6)))
    assert digests(council, "E74") == []


def test_the_qa_lead_reads_the_day_after_the_due_date_what_is_late_and_only_what_still_is(
    council: LivingCouncil,
) -> None:
    late, sent = given_one(council), given_one(council, post="tm-north-1", case="NM-000010")
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 2))
    assert digests(council, "E74") == []
    council.when_the_service_looks(london("2026-02-03 00:10"))
    view = fill_in(council.database, council.framework, sent, now=london("2026-02-03 00:20"))
    send_in(council.database, council.framework, sent, version=view.version, now=london("2026-02-03 00:21"))
    council.when_days_pass(date(2026, 2, 3), date(2026, 2, 3))
    (said,) = digests(council, "E74")
    assert (said.person, said.on) == (QA_LEAD, date(2026, 2, 3))
    assert f"One learning space has passed its due date: {late.reference}. Its manager has been told." in (
        said.message.text
    )
    assert f"One learning space sent in: {sent.reference}." in said.message.text
    assert council.told(step="+1") == {TEAM_MANAGER_2: "auditor"}, "nobody above hears on the first day"


def test_while_the_qa_lead_is_away_their_deputy_hears_that_one_is_late(council: LivingCouncil) -> None:
    late = given_one(council)
    away = Leave(QA_LEAD, date(2026, 2, 1), date(2026, 2, 28))
    cover = Cover("qa-lead", QA_OFFICER, date(2026, 2, 1), date(2026, 2, 28))
    council.given_the_council_is(with_cover(with_leave(small_council(), away), cover))
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    (said,) = [one for one in council.said if one.step == "+1" and one.person == QA_OFFICER]
    assert said.message.text.startswith(
        f"A learning space has passed its date: {late.reference}\n\n"
        "Manager: Gethin Gorsedale\nFunction: Family Safeguarding\nWas due: Monday 2 February\n\n"
        "The manager has been told. There is nothing for you to fill in."
    )
    assert not [one for one in council.said + council.digests if one.person == QA_LEAD]


# -- every Monday -----------------------------------------------------------------------------------------------------


def test_on_monday_senior_managers_and_heads_of_service_read_the_numbers_of_their_own_function(
    council: LivingCouncil,
) -> None:
    given_one(council)  # Family Safeguarding, due on Monday 2 February
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 10))
    weekly = digests(council, "E63")
    assert {(said.person, said.on) for said in weekly} == {
        (person, day)
        for person in (SENIOR_MANAGER, SENIOR_MANAGER_SOUTH, HEAD)
        for day in (date(2026, 2, 2), date(2026, 2, 9))
    }
    first = next(said for said in weekly if said.person == HEAD)
    assert first.message.text == (
        "Your week in numbers\n\n"
        "Week of Monday 2 February\n\n"
        "Family Safeguarding\n\n"
        "Due this week: 1\nLate: 0\nPaused: 0\nOpen loops: 0\nActions past their date: 0\n\n"
        "Paused is not late: its clock stands still."
    )
    last = next(said for said in weekly if said.person == HEAD and said.on == date(2026, 2, 9))
    assert "Late: 1" in last.message.text
    assert not {IN_CARE_HEAD, IN_CARE_SENIOR, DIRECTOR, TEAM_MANAGER} & {said.person for said in weekly}


def test_a_monday_that_is_a_bank_holiday_is_told_on_tuesday_and_once_after_downtime(council: LivingCouncil) -> None:
    given_one(council)
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    council.database.write_now(_due, london("2026-04-08 23:59"))
    council.when_days_pass(date(2026, 4, 2), date(2026, 4, 7))
    assert {said.on for said in digests(council, "E63") if said.on >= date(2026, 4, 6)} == {date(2026, 4, 7)}
    council.when_the_service_looks(london("2026-04-22 11:00"))
    council.when_the_service_looks(london("2026-04-22 11:10"))
    heads = [said for said in digests(council, "E63") if said.person == HEAD and said.on >= date(2026, 4, 8)]
    assert len(heads) == 1


def _due(session: Session, at: object) -> None:
    (item,) = learning_spaces.after_reference(session, "", 1)
    learning_spaces.update(session, item.reference, due_on=date(2026, 4, 8), deadline_at=at, next_step_at=None)


def test_after_an_outage_over_a_weekend_monday_brings_one_summary_and_not_last_weeks_as_well(
    council: LivingCouncil,
) -> None:
    given_one(council)
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    council.when_the_service_looks(london("2026-01-30 16:59"))
    # Off from that Friday until the Saturday of the week after: a whole Monday goes by unseen.
    council.when_the_service_looks(london("2026-02-07 11:00"))
    council.when_days_pass(date(2026, 2, 8), date(2026, 2, 9))
    heads = [said for said in digests(council, "E63") if said.person == HEAD]
    assert [(said.on, said.facts["week"]) for said in heads] == [(date(2026, 2, 9), "2026-02-09")]


def test_open_loops_are_named_in_their_head_of_services_week_and_in_numbers_to_the_director(
    council: LivingCouncil,
) -> None:
    item = given_one(council)
    council.now = london("2026-01-28 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.when_days_pass(date(2026, 1, 29), date(2026, 2, 2))
    heard = {said.person: said for said in digests(council, "E33")}
    assert set(heard) == {DIRECTOR}
    (week,) = [said for said in council.digests if said.person == HEAD]
    assert week.event == "E63", "one message on Monday, with the loops in it"
    assert week.message.text.endswith(
        "Closing the loop: what is open\n\n"
        "Up to four weeks old: 1\nFour to twelve weeks old: 0\nMore than twelve weeks old: 0\n\n"
        "Open: CL-2025Q4-001."
    )
    assert heard[DIRECTOR].message.text == (
        "Closing the loop: what is open\n\n"
        "Up to four weeks old: fewer than 5\nFour to twelve weeks old: 0\nMore than twelve weeks old: 0\n\n"
        "Of others, a number from 1 to 4 is not shown, so that nobody can be told from it."
    )
    assert heard[DIRECTOR].facts == {"ages": {"new": {"own": 0, "hidden": "few"}, "older": 0, "oldest": 0}}


# -- every month ------------------------------------------------------------------------------------------------------


def test_once_a_month_the_directors_read_numbers_and_no_small_ones(council: LivingCouncil) -> None:
    given_one(council)
    for post in ("tm-care-1", "tm-care-2", "sm-care", "hos-care", "tm-mash-1"):
        given_one(council, post=post, case="NM-000010")
    council.given_a_learning_space("tm-care-1", allocated_on=date(2026, 1, 30), case="NM-000011")
    council.when_days_pass(date(2026, 2, 20), date(2026, 3, 3))
    monthly = digests(council, "E64")
    assert {(said.person, said.on) for said in monthly} == {
        (DIRECTOR, date(2026, 3, 2)),
        (EXECUTIVE, date(2026, 3, 2)),
    }
    text = {said.person: said.message.text for said in monthly}
    assert text[DIRECTOR].startswith("The month in numbers: February 2026\n\n")
    # The Director may know of each of them by name; the Executive Director was told of four that are a fortnight late.
    assert "Children in our Care\n\nSent in: 0\nLate: 5" in text[DIRECTOR]
    assert "Children in our Care\n\nSent in: 0\nLate: 4, and fewer than 5 others" in text[EXECUTIVE]


# -- who cannot be reached --------------------------------------------------------------------------------------------


def test_on_monday_the_qa_lead_reads_who_in_open_ladders_cannot_be_reached_and_why(council: LivingCouncil) -> None:
    given_one(council)
    now = small_council()
    people = {**now.people, "p-new": Person("p-new", "Nia Brackwater", "nia.brackwater@northmoor.example")}
    newly = with_post(replace(now, people=people), "hos-family", holder="p-new")
    council.given_the_council_is(
        with_leave(
            with_post(newly, "sm-north", holder=""),
            Leave(TEAM_MANAGER_2, date(2026, 1, 30), date(2026, 2, 20)),
        )
    )
    council.database.write_now(channels.set_state, DIRECTOR, "teams", "blocked", "", council.now)
    council.when_days_pass(date(2026, 1, 11), date(2026, 1, 13))
    (said,) = digests(council, "E75")
    assert (said.person, said.on) == (QA_LEAD, date(2026, 1, 12))
    assert said.message.text == (
        "Four people or posts cannot be reached\n\n"
        "They stand in the ladders of open work. Nobody else is told this.\n\n"
        "Gethin Gorsedale is away beyond the due date (one learning space).\n\n"
        "Kwame Brackenfold has blocked this app in Teams (one learning space).\n\n"
        "Nia Brackwater has no Microsoft account known to us, and has never written here (one learning space).\n\n"
        "Senior Manager, Family Safeguarding North is vacant and has no deputy (one learning space)."
    )


def test_whoever_stands_in_the_ladder_of_an_action_or_a_loop_is_looked_for_as_well(council: LivingCouncil) -> None:
    given_an_action(council, owner=TEAM_MANAGER)
    an_inadequate_one(council)
    council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", "uninstalled", "", council.now)
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    found = council.database.write_now(
        ask_reachability, council.framework, "", actor=Actor.person(QA_LEAD), now=council.now
    )
    standing = {row.who: (row.why, row.items, row.actions > 0, row.loops) for row in found}
    assert standing["Priya Fernhollow"] == ("uninstalled", 0, True, 0)
    assert standing["Senior Manager, Family Safeguarding North"] == ("vacant", 0, True, 1)


def test_when_everybody_can_be_reached_nobody_is_told_anything(council: LivingCouncil) -> None:
    given_one(council)
    council.when_days_pass(date(2026, 1, 11), date(2026, 1, 13))
    assert digests(council, "E75") == []


@pytest.mark.parametrize("person", [HEAD, DIRECTOR, EXECUTIVE, TEAM_MANAGER, PRACTITIONER])
def test_only_the_qa_team_may_ask_who_cannot_be_reached(council: LivingCouncil, person: str) -> None:
    with pytest.raises(NotYours):
        council.database.write_now(ask_reachability, council.framework, "", actor=Actor.person(person), now=council.now)
    found = council.database.write_now(
        ask_reachability, council.framework, "", actor=Actor.person(QA_OFFICER), now=council.now
    )
    assert found == ()


# -- reminders of what has not begun ----------------------------------------------------------------------------------


def reminders(council: LivingCouncil) -> list[tuple[str, str, date]]:
    """Who was reminded of what, when."""
    return [(said.event, said.person, said.on) for said in council.said if said.event in ("E4", "E5")]


def test_what_is_not_opened_after_five_working_days_and_not_booked_halfway_is_brought_to_mind(
    council: LivingCouncil,
) -> None:
    given_one(council)
    council.when_days_pass(date(2026, 1, 5), date(2026, 1, 25))
    assert reminders(council) == [
        ("E4", TEAM_MANAGER_2, date(2026, 1, 12)),
        ("E5", TEAM_MANAGER_2, date(2026, 1, 19)),
    ]
    first, second = [said.message for said in council.said if said.event in ("E4", "E5")]
    assert first.text.startswith(
        "Not opened yet: LS-2025Q4-001\n\n"
        "This learning space is still waiting. Opening it takes a minute, and shows whose work it is about.\n\n"
        "Due: Monday 2 February\n\nIf nothing happens: on Wednesday 4 February"
    )
    assert first.text.endswith("[Open] or type: open LS-2025Q4-001")
    assert second.text.startswith(
        "No meeting date yet: LS-2025Q4-001\n\n"
        "There is no date for the meeting yet. Booking it soon leaves time to find one that suits you both.\n\n"
        "Due: Monday 2 February"
    )


def test_who_has_begun_and_has_a_meeting_date_is_left_in_peace(council: LivingCouncil) -> None:
    item = given_one(council)
    council.now = london("2026-01-08 10:00")
    save(council.database, council.framework, item, "meeting", {**MEETING, "date_held": "2026-01-07"}, now=council.now)
    council.when_days_pass(date(2026, 1, 9), date(2026, 1, 25))
    assert reminders(council) == []


def test_after_a_week_without_service_a_reminder_still_comes_once(council: LivingCouncil) -> None:
    given_one(council)
    council.when_the_service_looks(nine(date(2026, 1, 9)))
    council.when_days_pass(date(2026, 1, 15), date(2026, 1, 17))
    assert reminders(council) == [("E4", TEAM_MANAGER_2, date(2026, 1, 15))]


def freezing(council: LivingCouncil, at: str, *, on: bool) -> None:
    """The QA lead stops or starts the clock at a London moment."""
    council.now = london(at)
    council.database.write_now(
        freeze if on else unfreeze, council.framework, actor=Actor.person(QA_LEAD), now=council.now
    )


def test_a_reminder_whose_day_falls_inside_a_freeze_comes_on_the_first_working_morning_after_it(
    council: LivingCouncil,
) -> None:
    """The service begins on the morning of the freeze, so not even an earlier look helps it."""
    given_one(council)
    freezing(council, "2026-01-09 08:30", on=True)
    council.when_days_pass(date(2026, 1, 9), date(2026, 1, 15))
    assert reminders(council) == [], "Monday the twelfth was its day"
    freezing(council, "2026-01-15 18:00", on=False)
    council.when_days_pass(date(2026, 1, 16), date(2026, 1, 31))
    assert reminders(council) == [
        ("E4", TEAM_MANAGER_2, date(2026, 1, 16)),
        ("E5", TEAM_MANAGER_2, date(2026, 1, 19)),
    ]


def test_what_came_to_both_reminders_inside_a_freeze_brings_one_message_after_it(council: LivingCouncil) -> None:
    given_one(council)
    council.when_days_pass(date(2026, 1, 6), date(2026, 1, 9))
    freezing(council, "2026-01-09 18:00", on=True)
    council.when_days_pass(date(2026, 1, 10), date(2026, 1, 22))
    freezing(council, "2026-01-22 18:00", on=False)
    council.when_days_pass(date(2026, 1, 23), date(2026, 1, 31))
    assert reminders(council) == [("E5", TEAM_MANAGER_2, date(2026, 1, 23))]
    (said,) = [said.message.text for said in council.said if said.event == "E5"]
    assert "Due: Monday 16 February" in said

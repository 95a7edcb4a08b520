"""The home card by role: the QA team's day, a leader's area in numbers, a practitioner's own learning spaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import event

from assurance.home import console as consoles
from assurance.home.waiting import LATER, SOURCES, Waiting, waiting
from assurance.learning_space.release import release
from dialogs.home.home import home_message
from dialogs.home.home_console import LINES
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework import learning_spaces
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.engine.session import Session
from storage.outbox import replies
from storage.reads import home_lists
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    IRO,
    PRACTITIONER,
    PSW,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
)
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import returned

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


def waits(council: LivingCouncil, person: str) -> Waiting:
    return council.database.read_now(waiting, council.framework, person, now=council.now)


def day(council: LivingCouncil, person: str = QA_LEAD) -> dict[str, int]:
    return {one.kind: one.count for one in waits(council, person).console}


def area(council: LivingCouncil, person: str) -> dict[str, tuple[object, object, object]]:
    """By function: on time, late, paused; an exact number as the number it is."""
    state = waits(council, person).state
    assert state is not None
    return {row.function: (row.on_time.as_fact(), row.late.as_fact(), row.paused.as_fact()) for row in state.rows}


def given_many(council: LivingCouncil, post: str, count: int, *, first: int) -> None:
    for number in range(first, first + count):
        council.given_a_learning_space(post, allocated_on=ALLOCATED, case=f"NM-{number:06}")


# -- the QA team's day ------------------------------------------------------------------------------------------------


def test_the_qa_team_sees_its_day_and_nobody_else_does(council: LivingCouncil) -> None:
    assert day(council, QA_LEAD) == day(council, QA_OFFICER)
    assert day(council, QA_LEAD)
    for person in (HEAD, DIRECTOR, TEAM_MANAGER, PRACTITIONER):
        assert waits(council, person).console == ()


def test_whoever_stands_in_for_the_qa_lead_sees_it_too(council: LivingCouncil) -> None:
    away = Cover("qa-lead", PSW, date(2026, 1, 19), date(2026, 1, 23))
    council.given_the_council_is(with_cover(small_council(), away))
    assert day(council, PSW)


def test_what_is_escalated_next_is_counted_the_day_before(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    assert day(council)["to_escalate"] == 0
    council.now = london("2026-02-03 15:00")
    assert day(council)["to_escalate"] == 1


def test_late_ones_are_counted_apart_once_everybody_on_their_ladder_has_been_told(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-02 10:00"))
    assert (day(council)["late"], day(council)["late_all_told"]) == (0, 0), "due today is not late"
    council.when_the_service_looks(london("2026-02-03 10:00"))
    assert (day(council)["late"], day(council)["late_all_told"]) == (1, 0)
    council.when_the_service_looks(london("2026-02-16 10:00"))
    assert (day(council)["late"], day(council)["late_all_told"]) == (0, 1)
    said = home_message(waits(council, QA_LEAD), council.framework, date(2026, 2, 16)).text
    assert "One learning space is late, and everybody on its ladder has been told." in said
    own = home_message(waits(council, TEAM_MANAGER_2), council.framework, date(2026, 2, 16)).text
    assert "Everybody above you has been told. Sending it in ends it." in own
    council.database.write_now(learning_spaces.update, item.reference, paused_on=date(2026, 2, 16))
    assert (day(council)["late"], day(council)["late_all_told"]) == (0, 0), "its clock stands"


def test_a_month_is_to_be_given_out_until_its_proposal_is_approved(council: LivingCouncil) -> None:
    assert day(council)["to_allocate"] == 1
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)  # by a run of this January
    assert day(council)["to_allocate"] == 0


def test_who_cut_us_off_and_what_reached_nobody_is_counted(council: LivingCouncil) -> None:
    assert (day(council)["out_of_reach"], day(council)["parked"]) == (0, 0)
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    blocked = ChannelState(HEAD, "teams", "blocked", council.now, "https://smba.example", "chat")
    council.database.write_now(channels.save, blocked)
    council.when_the_service_looks(london("2026-02-04 09:00"))
    assert any(one.state == "parked" for one in council.notices_about(item.reference))
    assert day(council)["out_of_reach"] == 1
    assert day(council)["parked"] >= 1
    council.now += timedelta(days=60)
    assert day(council)["parked"] == 0


def test_a_second_look_is_counted_until_it_is_closed(council: LivingCouncil) -> None:
    returned(council, allocated=ALLOCATED, grade="inadequate")
    assert day(council)["to_moderate"] == 1


def test_an_email_that_is_not_clear_is_counted_until_somebody_has_settled_it(council: LivingCouncil) -> None:
    council.database.write_now(replies.keep, "1", b"From: a@b.example", from_exchange=False, at=council.now)
    assert day(council)["unclear_emails"] == 0
    council.database.write_now(replies.save, 1, state=replies.UNCLEAR)
    said = home_message(waits(council, QA_LEAD), council.framework, date(2026, 1, 20)).text
    assert "One email is not clear and waits for you." in said
    council.database.write_now(replies.save, 1, state=replies.SETTLED)
    assert day(council)["unclear_emails"] == 0


def test_what_is_with_somebody_who_has_left_is_the_qa_teams(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    assert (day(council)["left_behind"], day(council)["actions_left_behind"]) == (0, 0)
    council.database.write_now(learning_spaces.update, item.reference, person="p-who-has-left")
    assert (day(council)["left_behind"], day(council)["actions_left_behind"]) == (1, 0)


def test_every_count_has_its_words() -> None:
    assert set(consoles.KINDS) == LINES.keys()


# -- a leader's area --------------------------------------------------------------------------------------------------


def test_a_head_of_service_reads_every_number_of_their_function_and_of_no_other(council: LivingCouncil) -> None:
    given_many(council, "tm-north-1", 2, first=1)
    given_many(council, "tm-care-1", 3, first=28)
    assert area(council, HEAD) == {"Family Safeguarding": (2, 0, 0)}
    assert area(council, IN_CARE_HEAD) == {"Children in our Care": (3, 0, 0)}


def test_a_senior_manager_reads_their_line(council: LivingCouncil) -> None:
    given_many(council, "tm-north-1", 2, first=1)
    given_many(council, "tm-south-1", 1, first=19)
    assert area(council, SENIOR_MANAGER) == {"Family Safeguarding": (2, 0, 0)}
    assert area(council, SENIOR_MANAGER_SOUTH) == {"Family Safeguarding": (1, 0, 0)}


def test_late_and_paused_are_told_apart(council: LivingCouncil) -> None:
    given_many(council, "tm-north-1", 2, first=1)
    council.now = london("2026-02-05 10:00")
    assert area(council, HEAD) == {"Family Safeguarding": (0, 2, 0)}


def test_a_number_that_could_point_at_somebody_is_not_said_to_those_who_do_not_read_the_headers(
    council: LivingCouncil,
) -> None:
    given_many(council, "tm-north-1", 5, first=1)
    given_many(council, "tm-care-1", 4, first=28)
    few = {"own": 0, "hidden": "few"}
    assert area(council, DIRECTOR) == {"Family Safeguarding": (5, 0, 0), "Children in our Care": (4, 0, 0)}
    assert area(council, EXECUTIVE) == {"Family Safeguarding": (5, 0, 0), "Children in our Care": (few, 0, 0)}
    message = home_message(waits(council, EXECUTIVE), council.framework, date(2026, 1, 20))
    assert "Children in our Care: On time <5, Late 0, Paused 0" in message.text
    assert '"value": 4' not in str(message.card).replace("'", '"')
    assert "Chart" not in str(message.card), "a bar without the hidden part would say that there is none"


def test_what_was_escalated_to_somebody_is_their_own_to_count(council: LivingCouncil) -> None:
    given_many(council, "tm-care-1", 1, first=28)
    council.when_days_pass(date(2026, 2, 16), date(2026, 2, 16))  # a fortnight late: the Executive Director is told
    given_many(council, "tm-care-1", 1, first=29)
    assert area(council, EXECUTIVE) == {"Children in our Care": (0, {"own": 1, "hidden": "few"}, 0)}
    text = home_message(waits(council, EXECUTIVE), council.framework, date(2026, 2, 16)).text
    assert "Children in our Care: On time 0, Late 1 and <5, Paused 0" in text


def test_who_leads_nobody_has_no_area(council: LivingCouncil) -> None:
    for person in (TEAM_MANAGER, IRO, QA_LEAD, PRACTITIONER):
        assert waits(council, person).state is None


def test_whoever_covers_a_leader_reads_their_area(council: LivingCouncil) -> None:
    away = Cover("hos-family", PSW, date(2026, 1, 19), date(2026, 1, 23))
    council.given_the_council_is(with_cover(small_council(), away))
    given_many(council, "tm-north-1", 2, first=1)
    assert area(council, PSW) == {"Family Safeguarding": (2, 0, 0)}
    council.now = london("2026-01-26 10:00")
    assert waits(council, PSW).state is None


# -- the practitioner -------------------------------------------------------------------------------------------------


def test_a_practitioner_reads_what_is_to_come_and_then_what_was_opened_to_them_and_nothing_between(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    people = small_council().people
    (to_come,) = waits(council, item.practitioner).own_work
    assert (to_come.reference, to_come.auditor, to_come.opened) == (
        item.reference,
        people[TEAM_MANAGER_2].name,
        False,
    )
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert waits(council, item.practitioner).own_work == ()
    council.database.write_now(
        release, council.framework, item.token, actor=Actor.person(TEAM_MANAGER_2), now=council.now
    )
    (opened,) = waits(council, item.practitioner).own_work
    assert opened.opened
    council.now += timedelta(days=29)
    assert waits(council, item.practitioner).own_work == ()


def test_somebody_elses_work_is_on_nobodys_card(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    others = [person for person in small_council().people if person != item.practitioner]
    assert all(waits(council, person).own_work == () for person in others)


# -- what a decision shows --------------------------------------------------------------------------------------------


def test_a_deputy_stands_in_for_nobody_once_the_cover_has_ended(council: LivingCouncil) -> None:
    ended = replace(Cover("qa-lead", PSW, date(2026, 1, 5), date(2026, 1, 9)))
    council.given_the_council_is(with_cover(small_council(), ended))
    assert waits(council, PSW).console == ()


# -- what it costs ----------------------------------------------------------------------------------------------------


def questions_asked_for(council: LivingCouncil, person: str) -> int:
    def look(session: Session) -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(session.connection, "before_cursor_execute", note)
        waiting(session, council.framework, person, now=council.now)
        return len(asked)

    return council.database.read_now(look)


def test_what_nobody_has_is_not_asked_for_one_by_one(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    for person in (TEAM_MANAGER_2, TEAM_MANAGER, SENIOR_MANAGER, HEAD, DIRECTOR, IRO):
        assert questions_asked_for(council, person) <= 4, person
    assert questions_asked_for(council, EXECUTIVE) <= 5, "where a number is hidden, what of it was escalated to them"
    assert questions_asked_for(council, QA_LEAD) <= 8


def test_every_source_of_decisions_hangs_on_something_that_is_looked_for(council: LivingCouncil) -> None:
    looked_for = {column.name for column in home_lists._ANYTHING.selected_columns}
    assert {kind for kinds in (SOURCES | LATER).values() for kind in kinds} <= looked_for

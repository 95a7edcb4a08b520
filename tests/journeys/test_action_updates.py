"""Actions in the chat: what their owner says of them, who may, and how another date is agreed."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from assurance.self_check.verify import verify
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from storage.casework import actions
from storage.council import establishment as establishments
from storage.engine.database import Session
from storage.reads.exports import read_sheets
from tests.councils import (
    DIRECTOR,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    TEAM_MANAGER_SOUTH,
    WORKERS,
)
from tests.dialogs.reading import buttons_of
from tests.journeys.actions_given import DUE, WORDS, as_now, given_an_action, heard
from tests.journeys.living_council import LivingCouncil, london, nine

DONE = {"update": "done", "evidence_kind": "case_note", "evidence_on": "2026-03-24"}
NOT_THEIRS = "I cannot open that one"


def press(council: LivingCouncil, person: str, verb: str, ref: str = "", **data: Any) -> Message:
    """Somebody presses a button of a card; what takes its place."""
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    found = council.database.read_now(establishments.current).people[person]
    return asyncio.run(talk.press(found, verb, {"verb": verb, "ref": ref, **data}))


def typed(council: LivingCouncil, person: str, text: str) -> Message:
    """Somebody types a line."""
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    found = council.database.read_now(establishments.current).people[person]
    return asyncio.run(talk.text(found, text))[0]


def test_done_with_its_evidence_closes_the_action_and_stops_the_reminders(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = london("2026-03-25 08:00")
    council.sweep()
    council.now = london("2026-03-24 15:00")
    said = press(council, PRACTITIONER, "update_action", action.token, **DONE)
    assert said.text.startswith("Done: AC-2025Q4-001\n\nThank you. This is noted in the action tracker.")
    after = as_now(council, action)
    assert (after.state, after.evidence_kind, after.evidence_on) == ("done", "case_note", date(2026, 3, 24))
    assert (after.next_step_at, after.closed_at) == (None, council.now)
    council.said.clear()
    council.when_days_pass(date(2026, 3, 25), date(2026, 3, 26))
    council.when_days_pass(date(2026, 4, 29), date(2026, 4, 29))
    assert not council.said
    assert council.database.read_now(verify, council.framework, now=council.now) == []


def test_the_export_shows_the_day_of_the_evidence(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.now = london("2026-03-24 15:00")
    press(council, PRACTITIONER, "update_action", action.token, **DONE)
    (sheet,) = council.database.read_now(exported)
    assert sheet == [(action.reference, action.subject, PRACTITIONER, "2026-04-01", "done", "2026-03-24")]


def exported(session: Session) -> list[list[tuple[Any, ...]]]:
    """The rows `export actions` writes."""
    return [list(sheet.rows) for sheet in read_sheets(session, "actions")]


def test_done_pressed_twice_is_done_once(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.now = london("2026-03-24 15:00")
    press(council, PRACTITIONER, "update_action", action.token, **DONE)
    first = as_now(council, action)
    council.now = london("2026-03-24 15:01")
    again = press(council, PRACTITIONER, "update_action", action.token, **{**DONE, "evidence_kind": "visit"})
    assert again.text.startswith("Already done: AC-2025Q4-001")
    assert as_now(council, action) == first
    assert [one.verb for one in council.history_of(action.reference)] == ["action_assigned", "action_updated"]


def test_done_without_evidence_is_not_done_and_the_owner_is_asked_where_it_can_be_seen(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = london("2026-03-24 15:00")
    asked = press(council, PRACTITIONER, "update_action", action.token, update="done")
    assert "Well done. Where can it be seen? It counts as done once that is noted." in asked.text
    assert "! Please" not in asked.text, "nobody is told off for a question they had not seen"
    assert as_now(council, action).state == "open"
    council.said.clear()
    council.when_the_service_looks(london("2026-03-24 15:11"))
    assert [(said.event, said.person, said.on) for said in council.said] == [("E40", PRACTITIONER, date(2026, 3, 24))]
    assert council.said[0].message.text == (
        "Where can it be seen? AC-2025Q4-001\n\n"
        "You said that this action is done. Please say where that can be seen, and the date of that record.\n\n"
        "Until then it stays open.\n\n"
        "[Open] or type: open AC-2025Q4-001"
    )
    press(council, PRACTITIONER, "update_action", action.token, update="done")
    council.said.clear()
    council.when_the_service_looks(london("2026-03-24 16:30"))
    assert not council.said, "asked once"


def test_evidence_given_on_the_card_takes_the_question_back(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = london("2026-03-24 15:00")
    press(council, PRACTITIONER, "update_action", action.token, update="done")
    press(council, PRACTITIONER, "update_action", action.token, **DONE)
    council.said.clear()
    council.when_the_service_looks(london("2026-03-24 15:30"))
    assert not council.said
    assert as_now(council, action).state == "done"


@pytest.mark.parametrize(
    ("evidence_on", "why"),
    [("2026-03-25", "has not come yet"), ("2026-03-03", "on or after Wednesday 4 March"), ("soon", "give a date")],
)
def test_evidence_is_dated_between_the_day_the_action_was_set_and_today(
    council: LivingCouncil, evidence_on: str, why: str
) -> None:
    action = given_an_action(council)
    council.now = london("2026-03-24 15:00")
    said = press(council, PRACTITIONER, "update_action", action.token, **{**DONE, "evidence_on": evidence_on})
    assert why in said.text
    assert as_now(council, action).state == "open"


@pytest.mark.parametrize(("update", "state"), [("blocked", "blocked"), ("not_needed", "not_needed")])
def test_blocked_and_not_needed_say_why_and_an_identifier_is_refused(
    council: LivingCouncil, update: str, state: str
) -> None:
    action = given_an_action(council)
    council.now = london("2026-03-24 15:00")
    raw = {"update": update, "note": "His NHS number is 943 476 5919"}
    refused = press(council, PRACTITIONER, "update_action", action.token, **raw)
    assert "looks like an NHS number" in refused.text
    assert as_now(council, action).note == ""
    press(council, PRACTITIONER, "update_action", action.token, update=update, note="x" * 201)
    assert as_now(council, action).state == "open"
    press(council, PRACTITIONER, "update_action", action.token, update=update, note="The post is being advertised")
    after = as_now(council, action)
    assert (after.state, after.note) == (state, "The post is being advertised")
    detail = str([entry.detail for entry in council.history_of(action.reference)])
    assert "advertised" not in detail


def test_in_progress_keeps_the_reminders_going(council: LivingCouncil) -> None:
    action = given_an_action(council)
    press(council, PRACTITIONER, "update_action", action.token, update="in_progress")
    assert as_now(council, action).state == "in_progress"
    council.when_the_service_looks(nine(date(2026, 3, 25)))
    assert ("E35", "-7", PRACTITIONER, date(2026, 3, 25)) in heard(council)


# -- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "person", [TEAM_MANAGER, SENIOR_MANAGER, HEAD, DIRECTOR, QA_LEAD, TEAM_MANAGER_2, TEAM_MANAGER_SOUTH, WORKERS[1]]
)
def test_nobody_updates_somebody_elses_action_not_even_their_manager(council: LivingCouncil, person: str) -> None:
    action = given_an_action(council)
    council.now = london("2026-03-24 15:00")
    said = press(council, person, "update_action", action.token, **DONE)
    assert said.text.startswith(NOT_THEIRS)
    assert WORDS not in said.text
    assert as_now(council, action) == action


@pytest.mark.parametrize("person", [TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD, QA_OFFICER, TEAM_MANAGER_2])
def test_the_line_the_setter_and_the_qa_team_may_read_it_and_find_nothing_to_fill_in(
    council: LivingCouncil, person: str
) -> None:
    action = given_an_action(council)
    said = press(council, person, "open_action", action.token)
    assert WORDS in said.text
    assert said.card
    assert {data["verb"] for data in buttons_of(said.card).values()} == {"actions"}


@pytest.mark.parametrize("person", [DIRECTOR, TEAM_MANAGER_SOUTH, WORKERS[1]])
def test_the_director_another_line_and_a_colleague_may_not_open_it(council: LivingCouncil, person: str) -> None:
    action = given_an_action(council)
    assert press(council, person, "open_action", action.token).text.startswith(NOT_THEIRS)
    by_reference = typed(council, person, f"open {action.reference}").text
    assert by_reference.startswith(NOT_THEIRS)
    assert typed(council, person, "open AC-2025Q4-999").text == by_reference


# -- another date -----------------------------------------------------------------------------------------------------


def asked_for_the_sixth_of_may(council: LivingCouncil) -> tuple[Any, Message]:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = london("2026-03-26 10:00")
    said = press(council, PRACTITIONER, "update_action", action.token, update="new_date", new_date="2026-05-06")
    return action, said


def test_a_new_date_is_asked_of_whoever_set_the_action(council: LivingCouncil) -> None:
    action, said = asked_for_the_sixth_of_may(council)
    assert "I have asked Gethin Gorsedale for Wednesday 6 May." in said.text
    assert "Until they answer, Wednesday 1 April stands." in said.text
    council.said.clear()
    council.when_the_service_looks()
    assert council.told(event="E72") == {TEAM_MANAGER_2: "setter"}
    text = next(said.message.text for said in council.said if said.event == "E72")
    assert "Due now: Wednesday 1 April\nAsked for: Wednesday 6 May" in text
    home = typed(council, TEAM_MANAGER_2, "list")
    assert f"Another date for {action.reference}" in home.text


def test_a_date_agreed_moves_the_ladder_and_its_steps_are_said_anew(council: LivingCouncil) -> None:
    action, _ = asked_for_the_sixth_of_may(council)
    council.when_the_service_looks()
    council.when_the_service_looks(london("2026-03-26 10:30"))
    said = press(council, TEAM_MANAGER_2, "agree_date", action.token, step="2026-05-06")
    assert "The action is now due Wednesday 6 May." in said.text
    after = as_now(council, action)
    assert (after.due_on, after.moved_from, after.asked_due_on) == (date(2026, 5, 6), DUE, None)
    council.said.clear()
    council.when_the_service_looks()
    assert council.told(event="E73") == {PRACTITIONER: "owner"}
    council.when_days_pass(date(2026, 4, 1), date(2026, 4, 1))
    for day in (date(2026, 4, 29), date(2026, 5, 6), date(2026, 5, 20), date(2026, 6, 3)):
        council.when_days_pass(day, day)
    assert [(said.event, said.on) for said in council.said][1:] == [
        ("E35", date(2026, 4, 29)),
        ("E35", date(2026, 5, 6)),
        ("E36", date(2026, 5, 20)),
        ("E36", date(2026, 5, 20)),
        ("E37", date(2026, 6, 3)),
        ("E37", date(2026, 6, 3)),
    ]
    assert council.database.read_now(verify, council.framework, now=council.now) == []


def test_a_date_declined_stays_and_the_owner_is_told(council: LivingCouncil) -> None:
    action, _ = asked_for_the_sixth_of_may(council)
    council.when_the_service_looks()
    council.said.clear()
    press(council, TEAM_MANAGER_2, "decline_date", action.token, step="2026-05-06")
    again = press(council, TEAM_MANAGER_2, "agree_date", action.token, step="2026-05-06")
    assert again.text.startswith(f"Nothing to decide: {action.reference}")
    assert as_now(council, action).due_on == DUE
    council.when_the_service_looks()
    assert [(said.event, said.person) for said in council.said] == [("E73", PRACTITIONER)]
    assert "Your action stays due on Wednesday 1 April." in council.said[0].message.text


@pytest.mark.parametrize("person", [PRACTITIONER, TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD])
def test_nobody_but_the_setter_agrees_to_a_date(council: LivingCouncil, person: str) -> None:
    action, _ = asked_for_the_sixth_of_may(council)
    said = press(council, person, "agree_date", action.token, step="2026-05-06")
    assert said.text.startswith(NOT_THEIRS)
    assert as_now(council, action).due_on == DUE


def test_for_ones_own_action_the_qa_lead_agrees(council: LivingCouncil) -> None:
    action = given_an_action(council, owner=TEAM_MANAGER_2)
    council.now = london("2026-03-26 10:00")
    press(council, TEAM_MANAGER_2, "update_action", action.token, update="new_date", new_date="2026-05-06")
    council.when_the_service_looks()
    assert council.told(event="E72") == {QA_LEAD: "qa_lead"}
    assert press(council, TEAM_MANAGER_2, "agree_date", action.token, step="2026-05-06").text.startswith(NOT_THEIRS)
    press(council, QA_LEAD, "agree_date", action.token, step="2026-05-06")
    assert as_now(council, action).due_on == date(2026, 5, 6)


def test_on_the_strict_ladder_another_date_does_not_stop_the_weeks(council: LivingCouncil) -> None:
    action = given_an_action(council, profile="action_inadequate")
    council.now = london("2026-03-26 10:00")
    press(council, PRACTITIONER, "update_action", action.token, update="new_date", new_date="2026-05-06")
    press(council, TEAM_MANAGER_2, "agree_date", action.token, step="2026-05-06")
    council.when_days_pass(date(2026, 4, 1), date(2026, 4, 1))
    assert set(council.told(event="E37")) == {SENIOR_MANAGER, HEAD}


# -- the tracker ------------------------------------------------------------------------------------------------------


def test_the_tracker_shows_ones_own_actions_and_home_has_a_way_to_it(council: LivingCouncil) -> None:
    action = given_an_action(council)
    shown = typed(council, PRACTITIONER, "actions")
    assert shown.text.startswith("One action of yours")
    assert "Due Wednesday 1 April, in 28 days." in shown.text
    assert WORDS not in shown.text
    assert "is due Wednesday 1 April. There is time." in typed(council, PRACTITIONER, "list").text
    council.now = london("2026-03-26 10:00")
    home = typed(council, PRACTITIONER, "list")
    assert "One action is due" in home.text
    assert home.card and "actions" in {data["verb"] for data in buttons_of(home.card).values()}
    assert press(council, PRACTITIONER, "open_action", action.token).text.startswith(f"Action {action.reference}")


def test_a_manager_sees_what_is_late_in_their_line_and_the_qa_team_what_is_late_anywhere(
    council: LivingCouncil,
) -> None:
    given_an_action(council)
    council.now = london("2026-04-02 10:00")
    for person in (TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD):
        shown = typed(council, person, "actions").text
        assert "One open action, one late one." in shown
        assert "AC-2025Q4-001: Worker Aexample, was due Wednesday 1 April" in shown
        assert WORDS not in shown
    for person in (DIRECTOR, TEAM_MANAGER_SOUTH, TEAM_MANAGER_2):
        assert "AC-2025Q4-001" not in typed(council, person, "actions").text


def test_the_qa_lead_gives_an_action_to_somebody_else_and_nobody_else_can(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    line = f"reassign {action.reference} to Worker Bexample"
    for person in (TEAM_MANAGER, PRACTITIONER, TEAM_MANAGER_2):
        assert typed(council, person, line).text.startswith(NOT_THEIRS)
    assert as_now(council, action).owner == PRACTITIONER
    council.said.clear()
    assert typed(council, QA_LEAD, line).text.startswith("Given to someone else: AC-2025Q4-001")
    council.when_the_service_looks()
    assert council.told(event="E41") == {WORKERS[1]: "owner", TEAM_MANAGER_2: "setter"}
    assert as_now(council, action).owner == WORKERS[1]
    assert council.database.read_now(actions.open_of, PRACTITIONER) == []

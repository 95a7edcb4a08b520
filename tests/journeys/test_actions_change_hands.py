"""Actions whose owner leaves or changes, and what the auditor finds wrong with actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from assurance.actions.transfer_actions import inherit_actions, transfer_actions
from assurance.self_check.verify import verify
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from storage.casework import actions
from storage.council import history
from storage.engine.database import Session
from tests.councils import (
    PRACTITIONER,
    QA_LEAD,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    WORKERS,
    small_council,
    with_post,
)
from tests.journeys.actions_given import as_now, given_an_action
from tests.journeys.living_council import LivingCouncil, london, nine

# -- the owner changes ------------------------------------------------------------------------------------------------


def test_a_leavers_actions_go_to_the_new_holder_of_the_post_who_is_told_with_the_setter(
    council: LivingCouncil,
) -> None:
    action = given_an_action(council, owner=TEAM_MANAGER)
    council.when_the_service_looks()
    before = small_council()
    after = with_post(before, "tm-north-1", holder=WORKERS[5])
    council.given_the_council_is(after)
    council.now = london("2026-03-20 11:00")
    moved = council.database.write_now(
        inherit_actions, council.framework, before, after, actor=Actor.system("import"), now=council.now
    )
    assert moved == (action.reference,)
    council.said.clear()
    council.dispatch()
    assert council.told(event="E41") == {WORKERS[5]: "owner", TEAM_MANAGER_2: "setter"}
    said = {one.person: one.message.text for one in council.said}
    assert said[WORKERS[5]].startswith("An action is now yours: AC-2025Q4-001")
    assert "An action you set is now with Worker Fexample." in said[TEAM_MANAGER_2]
    again = council.database.write_now(
        inherit_actions, council.framework, before, after, actor=Actor.system("import"), now=council.now
    )
    assert again == ()
    assert [one.verb for one in council.history_of(action.reference)] == ["action_assigned", "action_transferred"]


def test_where_the_leavers_post_is_vacant_the_setter_and_the_qa_lead_hear_that_it_has_no_owner(
    council: LivingCouncil,
) -> None:
    action = given_an_action(council, owner=TEAM_MANAGER)
    council.when_the_service_looks()
    council.said.clear()
    before = small_council()
    vacant = with_post(before, "tm-north-1", holder="")
    people = {key: person for key, person in vacant.people.items() if key != TEAM_MANAGER}
    after = type(vacant)(people, vacant.posts, vacant.cases, vacant.cover, vacant.leave)
    council.given_the_council_is(after)
    council.now = london("2026-03-20 11:00")
    council.database.write_now(
        inherit_actions, council.framework, before, after, actor=Actor.system("import"), now=council.now
    )
    council.dispatch()
    assert set(council.told(event="E41")) == {TEAM_MANAGER_2, QA_LEAD}
    assert all("has lost its owner" in said.message.text for said in council.said)
    assert as_now(council, action).owner == TEAM_MANAGER


def test_whoever_fills_the_post_later_takes_over_what_had_no_owner(council: LivingCouncil) -> None:
    action = given_an_action(council, owner=TEAM_MANAGER)
    before = small_council()
    gap = with_post(before, "tm-north-1", holder="")
    vacant = replace(gap, people={key: one for key, one in gap.people.items() if key != TEAM_MANAGER})
    filled = with_post(vacant, "tm-north-1", holder=WORKERS[5])

    def imported(was: Establishment, now_is: Establishment) -> tuple[str, ...]:
        council.given_the_council_is(now_is)
        return council.database.write_now(
            inherit_actions, council.framework, was, now_is, actor=Actor.system("import"), now=council.now
        )

    council.now = london("2026-03-20 11:00")
    assert imported(before, vacant) == ()
    assert imported(vacant, vacant) == ()
    council.dispatch()
    council.said.clear()
    council.now = london("2026-03-27 11:00")
    assert imported(vacant, filled) == (action.reference,)
    assert as_now(council, action).owner == WORKERS[5]
    council.dispatch()
    assert council.told(event="E41") == {WORKERS[5]: "owner", TEAM_MANAGER_2: "setter"}
    assert imported(filled, filled) == ()


def test_all_of_a_persons_actions_are_given_to_another_once(council: LivingCouncil) -> None:
    first, second = given_an_action(council), given_an_action(council)
    council.now = london("2026-03-20 11:00")

    def give() -> tuple[str, ...]:
        return council.database.write_now(
            transfer_actions,
            council.framework,
            from_person=PRACTITIONER,
            to_person=WORKERS[1],
            actor=Actor.person(QA_LEAD),
            now=council.now,
        )

    assert give() == (first.reference, second.reference)
    assert give() == ()
    council.said.clear()
    council.when_the_service_looks(nine(date(2026, 3, 25)))
    assert council.told(step="-7") == {WORKERS[1]: "owner"}
    assert not council.database.read_now(history.verify)


# -- what the auditor finds -------------------------------------------------------------------------------------------


def by_hand(session: Session, reference: str, changes: dict[str, Any]) -> None:
    """Somebody changes a row without the bot."""
    actions.update(session, reference, **changes)


def kinds(council: LivingCouncil) -> set[tuple[str, str]]:
    """What the auditor finds wrong now."""
    found = council.database.read_now(verify, council.framework, now=council.now)
    return {(finding.kind, finding.subject) for finding in found}


def test_the_auditor_misses_a_step_nobody_judged(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = nine(date(2026, 4, 29)) + timedelta(minutes=6)
    assert kinds(council) == {("missing_notice", action.reference)}
    council.when_the_service_looks()
    assert kinds(council) == set()


def test_the_auditor_finds_an_action_that_was_put_off_by_hand_or_done_without_evidence(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.database.write_now(by_hand, action.reference, {"next_step_at": nine(date(2026, 5, 5))})
    assert kinds(council) == {("wrong_next_step", action.reference)}
    done = {"state": "done", "closed_at": council.now, "next_step_at": None}
    council.database.write_now(by_hand, action.reference, done)
    assert kinds(council) == {("missing_evidence", action.reference)}


def test_a_message_left_over_from_before_the_action_was_done_is_not_sent(council: LivingCouncil) -> None:
    action = given_an_action(council)
    council.when_the_service_looks()
    council.now = nine(date(2026, 3, 25))
    council.sweep()
    council.database.write_now(by_hand, action.reference, {"state": "done", "next_step_at": None})
    assert council.dispatch() == []
    left = [one for one in council.notices_about(action.reference) if one.event == "E35"]
    assert [(one.state, one.reason) for one in left] == [("cancelled", "the action is done")]

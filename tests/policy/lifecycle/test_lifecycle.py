"""The state tables: what may follow what, and that no state is a trap."""

from __future__ import annotations

import pytest

from policy.lifecycle.lifecycle import (
    ACTION,
    ALLOCATION_RUN,
    CHANNEL,
    LEARNING_SPACE,
    LOOP,
    NOTICE,
    START,
    TABLES,
    NotAllowed,
    Table,
    final_states,
    mermaid,
    move,
    states,
)


def walk(table: Table, *events: str) -> str:
    state = START
    for event in events:
        state = move(table, state, event)
    return state


def test_a_learning_space_is_allocated_opened_reopened_and_submitted() -> None:
    assert walk(LEARNING_SPACE, "allocate", "open", "open", "submit") == "submitted"


@pytest.mark.parametrize("event", ["open", "submit", "exclude", "withdraw", "reassign"])
@pytest.mark.parametrize("state", ["submitted", "excluded", "withdrawn"])
def test_nothing_more_happens_to_a_learning_space_that_is_over(state: str, event: str) -> None:
    with pytest.raises(NotAllowed, match=state):
        move(LEARNING_SPACE, state, event)


def test_an_unopened_form_cannot_be_submitted() -> None:
    with pytest.raises(NotAllowed):
        move(LEARNING_SPACE, "allocated", "submit")


@pytest.mark.parametrize("state", ["allocated", "opened"])
def test_a_learning_space_can_be_excluded_or_withdrawn_until_it_is_submitted(state: str) -> None:
    assert move(LEARNING_SPACE, state, "exclude") == "excluded"
    assert move(LEARNING_SPACE, state, "withdraw") == "withdrawn"


def test_a_reassigned_learning_space_begins_again_for_its_new_holder() -> None:
    assert walk(LEARNING_SPACE, "allocate", "open", "reassign") == "allocated"


def test_an_action_can_be_taken_up_blocked_taken_up_again_and_finished() -> None:
    assert walk(ACTION, "assign", "start", "block", "start", "finish") == "done"
    assert walk(ACTION, "assign", "drop") == "not_needed"


@pytest.mark.parametrize("state", ["open", "in_progress", "blocked"])
def test_a_new_owner_begins_an_action_again(state: str) -> None:
    assert move(ACTION, state, "reassign") == "open"


@pytest.mark.parametrize("event", ["start", "block", "finish", "drop", "reassign"])
@pytest.mark.parametrize("state", ["done", "not_needed"])
def test_nothing_more_happens_to_an_action_that_is_over(state: str, event: str) -> None:
    with pytest.raises(NotAllowed, match=state):
        move(ACTION, state, event)


def test_a_loop_goes_round_as_the_framework_says() -> None:
    assert (
        walk(
            LOOP,
            "grade_inadequate",
            "meet",
            "submit",
            "return",
            "submit",
            "authorise",
            "receive",
            "fall_due",
            "record_result",
        )
        == "closed"
    )


@pytest.mark.parametrize("state", ["open", "met", "returned_for_change"])
def test_a_loop_is_authorised_only_after_its_form_is_submitted(state: str) -> None:
    with pytest.raises(NotAllowed):
        move(LOOP, state, "authorise")


def test_the_practitioner_may_have_left_so_a_loop_can_close_as_not_testable() -> None:
    assert walk(LOOP, "grade_inadequate", "meet", "submit", "authorise", "receive", "not_testable") == "closed"


def test_a_loop_cannot_be_stood_down_once_it_is_authorised() -> None:
    with pytest.raises(NotAllowed):
        move(LOOP, "authorised", "stand_down")


@pytest.mark.parametrize(
    ("outcome", "state"), [("sent", "sent"), ("later", "pending"), ("never", "parked"), ("unknown", "pending")]
)
def test_a_couriers_answer_decides_what_becomes_of_a_notice(outcome: str, state: str) -> None:
    assert walk(NOTICE, "write", "claim", outcome) == state


def test_a_second_unknown_answer_needs_a_person() -> None:
    assert walk(NOTICE, "write", "claim", "unknown", "claim", "unknown_again") == "parked"


def test_a_sent_notice_stays_sent() -> None:
    assert "sent" in final_states(NOTICE)
    with pytest.raises(NotAllowed):
        move(NOTICE, "sent", "claim")


@pytest.mark.parametrize("state", ["unknown", "reachable", "blocked", "uninstalled", "disabled"])
def test_a_word_from_a_person_proves_that_they_can_be_reached(state: str) -> None:
    assert move(CHANNEL, state, "hear_from") == "reachable"


def test_a_proposal_is_decided_once() -> None:
    assert walk(ALLOCATION_RUN, "propose", "approve") == "approved"
    with pytest.raises(NotAllowed):
        move(ALLOCATION_RUN, "approved", "withdraw")


@pytest.mark.parametrize("name", TABLES)
def test_an_event_leads_to_one_state_only_and_someone_may_do_it(name: str) -> None:
    table = TABLES[name]
    assert len({(row.state, row.event) for row in table}) == len(table)
    assert all(row.who for row in table)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached_from_the_start(name: str) -> None:
    table = TABLES[name]
    reached = {START}
    for _ in table:
        reached |= {row.to for row in table if row.state in reached}
    assert reached >= set(states(table))


@pytest.mark.parametrize("name", TABLES)
def test_the_diagram_shows_every_arrow(name: str) -> None:
    table = TABLES[name]
    picture = mermaid(table)
    assert picture.startswith("stateDiagram-v2\n")
    for row in table:
        assert f"{row.state or '[*]'} --> {row.to}: " in picture
    assert all(f"{state} --> [*]" in picture for state in final_states(table))


def test_the_states_are_the_ones_the_tables_of_the_database_name() -> None:
    assert set(states(NOTICE)) == {"pending", "leased", "sent", "parked", "cancelled", "recorded", "held"}
    assert set(states(CHANNEL)) == {"unknown", "reachable", "blocked", "uninstalled", "disabled"}
    assert set(states(LEARNING_SPACE)) == {"allocated", "opened", "submitted", "excluded", "withdrawn"}
    assert set(states(ACTION)) == {"open", "in_progress", "blocked", "done", "not_needed"}
    assert set(states(ALLOCATION_RUN)) == {"proposed", "approved", "withdrawn"}
    assert set(states(LOOP)) == {
        "open",
        "met",
        "submitted",
        "returned_for_change",
        "authorised",
        "with_qa",
        "re_audit_due",
        "closed",
    }

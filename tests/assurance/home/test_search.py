"""Finding a record: by its reference or by a post, headers only, and only for those who may know of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from assurance.home.search import MOST, SearchResult, search
from dialogs.home.search import search_message
from policy.council.actor import Actor
from storage.engine.beginning import begins_with
from storage.engine.session import Session
from storage.schema import tables
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import an_inadequate_one

ALLOCATED = date(2026, 1, 5)


def found(council: LivingCouncil, person: str, said: str, *, after: int = 0) -> SearchResult:
    actor = Actor.person(person)
    return council.database.read_now(search, council.framework, said, actor=actor, now=council.now, after=after)


def references(council: LivingCouncil, person: str, said: str) -> list[str]:
    return [hit.reference for hit in found(council, person, said).hits]


def test_the_line_the_qa_team_and_the_auditor_find_it_and_nobody_else_learns_that_it_is_there(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    for person in (TEAM_MANAGER_2, SENIOR_MANAGER, HEAD, DIRECTOR, QA_LEAD):
        assert references(council, person, f"who has {item.reference}") == [item.reference], person
    nothing = search_message(found(council, IN_CARE_HEAD, item.reference), date(2026, 1, 20))
    for person in (IN_CARE_HEAD, "p-worker-22", EXECUTIVE):
        assert references(council, person, item.reference) == [], person
    assert nothing == search_message(found(council, IN_CARE_HEAD, "LS-2025Q4-999"), date(2026, 1, 20))


def test_the_executive_director_finds_what_was_escalated_to_them(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.given_everyone_talks_to_the_bot()
    council.when_the_service_looks(london("2026-02-04 09:00"))
    council.when_the_service_looks(london("2026-02-09 09:00"))
    assert references(council, EXECUTIVE, item.reference) == []
    council.when_the_service_looks(london("2026-02-16 09:00"))
    assert references(council, EXECUTIVE, item.reference) == [item.reference]


def test_a_header_is_all_there_is(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    result = found(council, HEAD, item.reference)
    said = search_message(result, date(2026, 1, 20)).text
    people = small_council().people
    assert people[TEAM_MANAGER_2].name in said
    assert "due Monday 2 February" in said
    assert item.case_ref not in said
    assert people[item.practitioner].name not in said
    assert result.hits[0].token == ""
    assert found(council, TEAM_MANAGER_2, item.reference).hits[0].token == item.token


@pytest.mark.parametrize(
    "said", ["tm-north-2", "Family Safeguarding North 2", "north 2 team manager", "gethin", "GORSEDALE family"]
)
def test_a_post_is_found_by_its_id_its_team_its_title_and_its_holder(council: LivingCouncil, said: str) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.given_a_learning_space("tm-care-1", allocated_on=ALLOCATED, case="NM-000028")
    assert references(council, QA_LEAD, said) == [item.reference]


@pytest.mark.parametrize("said", ["", "x", "Worker Aexample", "no such team", "%", "' OR 1=1", "a" * 2_000])
def test_what_fits_nothing_finds_nothing(council: LivingCouncil, said: str) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    assert references(council, QA_LEAD, said) == []


def test_of_a_team_each_person_finds_only_what_they_may_know_of(council: LivingCouncil) -> None:
    mine = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    other = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED, case="NM-000010")
    assert set(references(council, HEAD, "Family Safeguarding North")) == {mine.reference, other.reference}
    assert mine.reference in references(council, TEAM_MANAGER, "Family Safeguarding North")
    assert references(council, IN_CARE_HEAD, "Family Safeguarding North") == []
    assert references(council, PRACTITIONER, "Children in our Care") == []


def test_more_than_fit_are_counted_with_how_to_narrow(council: LivingCouncil) -> None:
    for number in range(1, MOST + 4):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    result = found(council, QA_LEAD, "family safeguarding")
    assert (len(result.hits), result.more) == (MOST, 3)
    assert "And 3 more. To see fewer, add a word" in search_message(result, date(2026, 1, 20)).text
    last = found(council, QA_LEAD, result.said, after=MOST)
    assert (len(last.hits), last.more, last.before) == (3, 0, MOST)
    assert {hit.reference for hit in result.hits}.isdisjoint(hit.reference for hit in last.hits)
    said = search_message(last, date(2026, 1, 20)).text
    assert said.startswith(f"{MOST + 3} records found\n\nFrom number 9 to number 11.") and "more" not in said


@pytest.mark.parametrize(
    "said",
    [
        "LS-2025Q4",
        "ls2025q4",
        "ls-2025-26Q4",
        "2025Q4-00",
        "2025 q4",
        "LS\u20132025",
        "q4",
        "Q4-001",
        "001",
        "ls 01",
        "ls",
    ],
)
def test_part_of_a_reference_is_enough_in_any_case_and_with_any_dash(council: LivingCouncil, said: str) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    other = council.given_a_learning_space("tm-care-1", allocated_on=date(2026, 4, 7), case="NM-000028")
    assert (item.reference, other.reference) == ("LS-2025Q4-001", "LS-2026Q1-002")
    assert item.reference in references(council, QA_LEAD, said)
    assert (other.reference in references(council, QA_LEAD, said)) == (said == "ls")
    assert references(council, IN_CARE_HEAD, said) == ([other.reference] if said == "ls" else [])


def test_part_of_a_reference_finds_everything_of_it_that_somebody_may_know_of(council: LivingCouncil) -> None:
    an_inadequate_one(council)
    every = ["LS-2025Q4-001", "CL-2025Q4-001", "AC-2025Q4-001", "MO-2025Q4-001"]
    assert references(council, QA_LEAD, "2025Q4-001") == every
    assert references(council, SENIOR_MANAGER, "2025q4 001") == every[:3]
    assert references(council, IN_CARE_HEAD, "2025Q4-001") == []


def test_a_person_is_found_with_what_they_have_also_after_they_have_left_the_post(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.given_the_council_is(with_post(small_council(), "tm-north-2", holder=""))
    assert references(council, QA_LEAD, "gorsedale") == [item.reference]
    assert references(council, IN_CARE_HEAD, "gorsedale") == []


def test_a_practitioner_is_not_found_by_what_others_look_at_in_their_work(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    name = small_council().people[item.practitioner].name
    assert references(council, QA_LEAD, name) == references(council, DIRECTOR, name) == []


def test_looking_reads_the_index_of_the_references_and_no_more_records_than_it_may(council: LivingCouncil) -> None:
    def plan(session: Session) -> str:
        asked = sa.select(tables.actions.c.reference).where(
            begins_with(session, tables.actions.c.reference, "AC-2025Q4")
        )
        how = "EXPLAIN QUERY PLAN" if session.dialect == "sqlite" else "EXPLAIN"
        session.execute(sa.text("SET enable_seqscan = off")) if how == "EXPLAIN" else None
        written = asked.compile(session.connection, compile_kwargs={"literal_binds": True})
        return " ".join(str(row) for row in session.connection.exec_driver_sql(f"{how} {written}".replace("%%", "%")))

    assert re.search(r"SEARCH actions USING|ix_actions_begins|Index Cond", council.database.read_now(plan))


def test_a_loop_and_an_action_are_found_by_those_they_concern(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    assert references(council, SENIOR_MANAGER, loop.reference) == [loop.reference]
    assert references(council, IN_CARE_HEAD, loop.reference) == []
    assert references(council, TEAM_MANAGER, "AC-2025Q4-001") == ["AC-2025Q4-001"]
    assert references(council, IN_CARE_HEAD, "AC-2025Q4-001") == []
    second = references(council, QA_LEAD, "MO-2025Q4-001")
    assert second == ["MO-2025Q4-001"]
    assert references(council, TEAM_MANAGER, "MO-2025Q4-001") == []

"""Who sees what, row by row of the shipped file, and which files are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policy.check.coherence import problems
from policy.council.establishment import Cover
from policy.council.recipients import Subject
from policy.council.visibility import Reader, Right, may_see, roles_for, would_open
from policy.framework.framework import Framework
from policy.framework.rules_visibility import Condition, Item, Sees
from tests.councils import (
    BI_LEAD,
    DIRECTOR,
    EXECUTIVE,
    FAMILY,
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_MANAGER,
    IRO,
    PDM,
    PRACTITIONER,
    PSW,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    SERVICE_ALLOCATOR,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_post,
)
from tests.policy.framework_files import HERE, check

TODAY = date(2026, 2, 4)
COUNCIL = small_council()
ABOUT = Subject(auditor_post="tm-north-2", auditor_person=TEAM_MANAGER_2, practitioner=PRACTITIONER, function=FAMILY)
OF_AN_ACTION = Subject(auditor_post="sw-1", auditor_person=PRACTITIONER, practitioner="", function="", setter=HEAD)
NONE, AGGREGATE, HEADER, READ, WRITE, APPROVE = Right


def right(framework: Framework, item: Item, person: str, *facts: Condition, subject: Subject = ABOUT) -> Right:
    return may_see(framework, COUNCIL, item, Reader.of(COUNCIL, person, TODAY), subject, facts)


@pytest.mark.parametrize(
    ("person", "ordinary", "inadequate", "escalated"),
    [
        (TEAM_MANAGER_2, WRITE, WRITE, WRITE),
        (TEAM_MANAGER, READ, READ, READ),
        (SENIOR_MANAGER, READ, READ, READ),
        (HEAD, READ, READ, READ),
        (DIRECTOR, NONE, READ, READ),
        (EXECUTIVE, NONE, NONE, NONE),
        (QA_LEAD, WRITE, WRITE, WRITE),
        (QA_OFFICER, WRITE, WRITE, WRITE),
        (SENIOR_MANAGER_SOUTH, NONE, NONE, NONE),
        (IN_CARE_HEAD, NONE, NONE, NONE),
        (IN_CARE_MANAGER, NONE, NONE, NONE),
        (IRO, NONE, NONE, NONE),
        (PDM, NONE, NONE, NONE),
        (PSW, NONE, NONE, NONE),
        (BI_LEAD, NONE, NONE, NONE),
        (SERVICE_ALLOCATOR, NONE, NONE, NONE),
        (PRACTITIONER, NONE, NONE, NONE),
        ("p-worker-2", NONE, NONE, NONE),
        ("p-has-left", NONE, NONE, NONE),
        ("", NONE, NONE, NONE),
    ],
)
def test_a_single_form_is_for_its_auditor_the_practitioners_line_and_the_qa_team(
    framework: Framework, person: str, ordinary: Right, inadequate: Right, escalated: Right
) -> None:
    assert right(framework, "result", person) == ordinary
    assert right(framework, "result", person, "opens_a_loop") == inadequate
    assert right(framework, "result", person, "escalated_to_them") == escalated


@pytest.mark.parametrize("fact", ["opens_a_loop", "recognised", "escalated_to_them", "authorising"])
def test_a_director_opens_one_that_is_inadequate_outstanding_escalated_or_theirs_to_authorise(
    framework: Framework, fact: Condition
) -> None:
    assert right(framework, "result", DIRECTOR) == NONE
    assert right(framework, "result", DIRECTOR, fact) == READ
    assert would_open(framework, COUNCIL, "result", Reader.of(COUNCIL, DIRECTOR, TODAY), ABOUT) == (
        "opens_a_loop",
        "recognised",
        "escalated_to_them",
        "authorising",
    )


def test_a_practitioner_sees_their_own_result_once_released_and_nobody_elses(framework: Framework) -> None:
    assert right(framework, "result", PRACTITIONER, "released") == READ
    assert right(framework, "result", "p-worker-2", "released") == NONE


def test_a_second_post_opens_no_result_of_ones_own_work_before_it_is_released(framework: Framework) -> None:
    two_hats = with_post(COUNCIL, "qa-officer", holder=PRACTITIONER)
    reader = Reader.of(two_hats, PRACTITIONER, TODAY)
    released: tuple[Condition, ...] = ("released",)
    assert may_see(framework, two_hats, "result", reader, ABOUT) == NONE
    assert may_see(framework, two_hats, "result", reader, ABOUT, released) == READ


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (TEAM_MANAGER_2, HEADER),
        (PRACTITIONER, HEADER),
        (HEAD, HEADER),
        (DIRECTOR, HEADER),
        (EXECUTIVE, AGGREGATE),
        (IN_CARE_HEAD, NONE),
        (IRO, NONE),
        (PSW, AGGREGATE),
        (BI_LEAD, AGGREGATE),
        (QA_LEAD, WRITE),
    ],
)
def test_that_it_is_owed_is_known_in_the_line_and_the_function(
    framework: Framework, person: str, expected: Right
) -> None:
    assert right(framework, "learning_space", person) == expected


def test_an_executive_director_sees_headers_of_what_was_escalated_to_them_and_no_more(framework: Framework) -> None:
    expected: dict[Item, Right] = {"learning_space": HEADER, "result": NONE, "case_reference": NONE, "action": HEADER}
    for item, most in expected.items():
        subject = OF_AN_ACTION if item == "action" else ABOUT
        assert right(framework, item, EXECUTIVE, "escalated_to_them", "opens_a_loop", subject=subject) == most


def test_the_case_is_for_those_who_answer_for_the_work_and_a_director_who_authorises(framework: Framework) -> None:
    sees = {
        person
        for person in COUNCIL.people
        if right(framework, "case_reference", person, "released", "opens_a_loop", "escalated_to_them") >= READ
    }
    assert sees == {TEAM_MANAGER_2, TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD, QA_OFFICER}
    assert right(framework, "case_reference", DIRECTOR, "authorising") == READ


def test_an_action_is_its_owners_and_their_lines_and_a_directors_once_escalated(framework: Framework) -> None:
    def may(person: str, *facts: Condition) -> Right:
        return right(framework, "action", person, *facts, subject=OF_AN_ACTION)

    assert may(PRACTITIONER) == WRITE
    assert [may(person) for person in (TEAM_MANAGER, SENIOR_MANAGER, HEAD)] == [READ, READ, READ]
    assert [may(person) for person in (TEAM_MANAGER_2, IRO, PDM, DIRECTOR, EXECUTIVE)] == [NONE] * 5
    assert may(DIRECTOR, "escalated_to_them") == READ


def test_a_deputy_reads_what_their_post_reads_and_so_does_the_one_they_cover_for(framework: Framework) -> None:
    covered = with_cover(COUNCIL, Cover("hos-family", IN_CARE_HEAD, date(2026, 2, 1), date(2026, 2, 6)))
    for person in (IN_CARE_HEAD, HEAD):
        assert may_see(framework, covered, "result", Reader.of(covered, person, TODAY), ABOUT) == READ
    later = Reader.of(covered, IN_CARE_HEAD, date(2026, 2, 7))
    assert may_see(framework, covered, "result", later, ABOUT) == NONE


def test_single_rows_are_for_the_qa_team(framework: Framework) -> None:
    assert roles_for(framework, "rows") == {"qa_lead", "qa_officer"}
    assert {person for person in COUNCIL.people if right(framework, "rows", person)} == {QA_LEAD, QA_OFFICER}


def test_whoever_no_row_names_sees_nothing(framework: Framework) -> None:
    emptied = framework.model_copy(update={"sees": ()})
    assert {right(emptied, "result", person, "opens_a_loop") for person in COUNCIL.people} == {NONE}


FIRST = '[[sees]]\nitem = "learning_space"\nreaders = ["auditor", "practitioner", "practitioner.team_manager"]'


@pytest.mark.parametrize(
    "mistake",
    [
        (FIRST, FIRST.replace('item = "learning_space"', f'item = "report"  {HERE}'), "sees[0].item", '"report"'),
        (FIRST, FIRST.replace("team_manager", "team_leader") + f"  {HERE}", "sees[0].readers[2]", 'no role "team_lead'),
        (FIRST, FIRST.replace('"auditor"', '"the auditor"') + f"  {HERE}", "sees[0].readers[0]", "no role"),
        (FIRST, FIRST.replace('"auditor"', '"owner.director"') + f"  {HERE}", "sees[0].readers[0]", "has no owner"),
        (FIRST, FIRST.replace('"auditor"', '"moderator"') + f"  {HERE}", "sees[0].readers[0]", "has no moderator"),
        (FIRST, FIRST.replace('"auditor"', '"practitioner"') + f"  {HERE}", "sees[0].readers[1]", "already there"),
        (f'{FIRST}\nright = "header"', f'{FIRST}\nright = "look"  {HERE}', "sees[0].right", '"look"'),
        (
            'when = ["escalated_to_them"]          # headers',
            f'when = ["released"]  {HERE}\n# headers',
            "sees[2].when[0]",
            '"released" means nothing for "learning_space"',
        ),
        (
            '[[sees]]\nitem = "result"\nreaders = ["practitioner"]\nright = "read"\nwhen = ["released"]',
            f'[[sees]]  {HERE}\nitem = "result"\nreaders = ["practitioner"]\nright = "read"',
            "sees[5]",
            "once it is released",
        ),
        (
            'readers = ["practitioner.senior_manager"]\nright = "write"',
            'readers = ["practitioner.senior_manager"]\nright = "header"',
            "closing_the_loop.meets",
            'no row of "sees" lets "practitioner.senior_manager" write',
        ),
    ],
    ids=lambda mistake: mistake[2],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_line(tmp_path: Path, mistake: tuple[str, str, str, str]) -> None:
    check(tmp_path, mistake)


def test_an_item_nobody_may_see_is_refused(framework: Framework) -> None:
    without = tuple(row for row in framework.sees if row.item != "rows")
    (problem,) = problems(framework.model_copy(update={"sees": without}))
    assert problem.reason == 'nobody may see "rows"; somebody must.'
    counted = (*without, Sees(item="rows", readers=("qa_lead",), right="aggregate"))
    assert len(problems(framework.model_copy(update={"sees": counted}))) == 1

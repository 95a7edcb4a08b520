"""Who sees a result as its life goes on: escalation, moderation and cover open it and close it again (4.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assurance.common.refusals import NotYours
from assurance.learning_space.read_result import FORM_READ, GradesStillBlind, HeaderOnly, Result, read_result
from policy.council.actor import Actor
from policy.council.establishment import Cover
from policy.framework.framework import Framework
from storage.casework.learning_spaces import LearningSpace
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    QA_LEAD,
    QA_OFFICER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.moderating import graded, moderated, moderation_of, returned

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


def reads(council: LivingCouncil, item: LearningSpace, person: str, framework: Framework | None = None) -> Result:
    """Somebody opens the result."""
    result: Result = council.database.write_now(
        read_result,
        framework or council.framework,
        item.reference,
        actor=Actor.person(person),
        now=council.now,
    )
    return result


def refused(council: LivingCouncil, item: LearningSpace, person: str) -> NotYours:
    """Somebody tries to open it, and history knows nothing of it."""
    before = len(council.history_of(item.reference))
    with pytest.raises(NotYours) as no:
        reads(council, item, person)
    assert len(council.history_of(item.reference)) == before
    return no.value


def late_and_sent_in(council: LivingCouncil, **answers: Any) -> LearningSpace:
    """It has climbed to the Director, and comes in on the eighth day."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    for day in (date(2026, 2, 4), date(2026, 2, 9)):
        council.when_the_service_looks(nine(day))
    council.now = london("2026-02-10 11:00")
    view = fill_in(council.database, council.framework, item, now=council.now, **answers)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    return council.item(item.reference)


def test_what_reached_the_director_as_an_escalation_is_theirs_to_open_and_each_opening_leaves_one_trace(
    council: LivingCouncil,
) -> None:
    item = late_and_sent_in(council)
    for _ in range(2):
        assert not reads(council, item, DIRECTOR).case_ref, "the case is for those who answer for the work"
    traces = [entry for entry in council.history_of(item.reference) if entry.verb == FORM_READ]
    assert [(entry.actor, entry.detail) for entry in traces] == [(f"person:{DIRECTOR}", {"as": "reader"})] * 2


def test_an_escalation_that_never_reached_the_director_opens_nothing(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = nine(date(2026, 2, 9))
    council.sweep()
    assert {one.state for one in council.notices_about(item.reference) if one.recipient == DIRECTOR} == {"pending"}
    council.now = london("2026-02-09 09:05")
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert isinstance(refused(council, item, DIRECTOR), HeaderOnly)


def test_an_executive_director_has_the_header_from_the_day_it_is_escalated_to_them_and_never_the_form(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.when_the_service_looks(nine(date(2026, 2, 9)))
    assert not isinstance(refused(council, item, EXECUTIVE), HeaderOnly)
    council.when_the_service_looks(nine(date(2026, 2, 16)))
    shown = refused(council, item, EXECUTIVE)
    assert isinstance(shown, HeaderOnly)
    assert dict(shown.facts) == {
        "reference": item.reference,
        "auditor": "Gethin Gorsedale",
        "function": "Family Safeguarding",
        "due_on": "2026-02-02",
        "days_late": 14,
    }
    assert (shown.sent_in, shown.opens_when) == (False, ())


def test_a_grade_counts_as_it_stands_so_moderation_opens_a_form_to_the_director_and_closes_it(
    council: LivingCouncil,
) -> None:
    council.now = london("2026-01-26 10:00")
    raised = returned(council, allocated=ALLOCATED, case="NM-000010", grade="inadequate")
    lowered = returned(council, allocated=ALLOCATED, grade="good", grade_assessment="inadequate", sure_why="Historic.")
    assert reads(council, raised, DIRECTOR)
    assert isinstance(refused(council, lowered, DIRECTOR), HeaderOnly)
    moderated(council, raised, "requires_improvement")
    moderated(council, lowered, "inadequate")
    assert isinstance(refused(council, raised, DIRECTOR), HeaderOnly)
    assert reads(council, lowered, DIRECTOR).item.grade == "inadequate"


def test_the_moderator_reads_the_first_grades_only_once_their_own_are_kept(council: LivingCouncil) -> None:
    council.now = london("2026-01-26 10:00")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    colleague = QA_OFFICER if moderation.moderator == QA_LEAD else QA_LEAD
    with pytest.raises(GradesStillBlind):
        reads(council, item, moderation.moderator)
    assert reads(council, item, colleague)
    graded(council, moderation, "requires_improvement")
    assert reads(council, item, moderation.moderator)


def test_cover_opens_what_the_post_may_open_and_closes_it_when_it_ends(council: LivingCouncil) -> None:
    council.now = london("2026-01-26 10:00")
    item = returned(council, allocated=ALLOCATED)
    refused(council, item, IN_CARE_HEAD)
    cover = Cover("hos-family", IN_CARE_HEAD, date(2026, 1, 27), date(2026, 1, 28))
    council.given_the_council_is(with_cover(small_council(), cover))
    council.now = london("2026-01-28 16:00")
    assert reads(council, item, IN_CARE_HEAD).case_ref == item.case_ref
    assert reads(council, item, HEAD), "whoever is covered for may look as before"
    council.now = london("2026-01-29 09:00")
    refused(council, item, IN_CARE_HEAD)


def test_whoever_has_left_the_post_has_left_what_it_could_open(council: LivingCouncil) -> None:
    council.now = london("2026-01-26 10:00")
    item = returned(council, allocated=ALLOCATED)
    assert reads(council, item, HEAD)
    council.given_the_council_is(with_post(small_council(), "hos-family", holder=IN_CARE_HEAD))
    refused(council, item, HEAD)
    assert reads(council, item, IN_CARE_HEAD)


def test_a_row_taken_out_of_the_file_closes_what_it_opened(council: LivingCouncil) -> None:
    council.now = london("2026-01-26 10:00")
    item = returned(council, allocated=ALLOCATED)
    stricter = tuple(row for row in council.framework.sees if "case.head_of_service" not in row.readers)
    framework = council.framework.model_copy(update={"sees": stricter})
    assert reads(council, item, HEAD)
    with pytest.raises(NotYours):
        reads(council, item, HEAD, framework)
    assert reads(council, item, TEAM_MANAGER_2, framework)

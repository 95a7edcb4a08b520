"""The meeting of a loop, booked from its card: who is told, when, and who may not know of it yet (R90, 4.2 rule 3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assurance.common.refusals import NotReady, NotYours
from assurance.learning_space.release import release
from assurance.loop.loop_close import stand_down
from assurance.loop.loop_meeting import MeetingView, book_meeting, call_meeting_off, open_booking
from policy.council.actor import Actor
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import history
from tests.assurance.loops_filled import meeting, save_page
from tests.councils import HEAD, PRACTITIONER, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER, TEAM_MANAGER_2
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import an_inadequate_one, heard, loop_of

MONDAY = {"meeting_on": "2026-02-09", "meeting_from": "14:30"}
TUESDAY = {"meeting_on": "2026-02-10", "meeting_from": "09:15"}


def books(council: LivingCouncil, loop: Loop, raw: dict[str, Any], person: str = SENIOR_MANAGER) -> MeetingView:
    actor = Actor.person(person)
    view = council.database.write_now(
        book_meeting, council.framework, loop.token, actor=actor, raw=raw, now=council.now
    )
    council.dispatch()
    return view


def calls_off(council: LivingCouncil, loop: Loop) -> None:
    actor = Actor.person(SENIOR_MANAGER)
    council.database.write_now(call_meeting_off, council.framework, loop.token, actor=actor, now=council.now)
    council.dispatch()


def they_have_talked(council: LivingCouncil, item: LearningSpace) -> None:
    actor = Actor.person(item.person)
    council.database.write_now(release, council.framework, item.token, actor=actor, now=council.now)
    council.when_the_service_looks()


def told(council: LivingCouncil) -> list[tuple[str, str]]:
    return [(person, step) for person, step, _ in heard(council, "E98")]


@pytest.fixture
def begun(council: LivingCouncil) -> tuple[LearningSpace, Loop]:
    item, loop = an_inadequate_one(council)
    council.now = london("2026-01-30 10:00")
    return item, loop


def test_those_who_meet_are_told_and_the_practitioner_only_once_they_may_see_the_result(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop]
) -> None:
    item, loop = begun
    books(council, loop, MONDAY)
    assert loop_of(council, loop.reference).meeting_at == london("2026-02-09 14:30")
    assert set(told(council)) == {(SENIOR_MANAGER, "meeting 1"), (TEAM_MANAGER, "meeting 1")}
    council.when_the_service_looks(london("2026-01-30 11:00"))
    assert PRACTITIONER not in dict(told(council)), "nothing may tell them that there is a loop"
    council.now = london("2026-01-30 12:00")
    they_have_talked(council, item)
    council.when_the_service_looks(london("2026-01-30 13:00"))
    assert told(council).count((PRACTITIONER, "meeting 1")) == 1
    (said,) = [one for one in council.said if one.event == "E98" and one.person == PRACTITIONER]
    assert "Day: Monday 9 February" in said.message.text and "From: 2:30 pm" in said.message.text
    assert "inadequate" not in said.message.text.casefold()


def test_another_time_is_told_to_everybody_the_same_time_to_nobody_and_calling_off_to_whoever_was_told(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop]
) -> None:
    item, loop = begun
    they_have_talked(council, item)
    books(council, loop, MONDAY)
    three = {SENIOR_MANAGER, TEAM_MANAGER, PRACTITIONER}
    assert {person for person, _ in told(council)} == three
    books(council, loop, MONDAY)
    assert len(told(council)) == 3
    books(council, loop, TUESDAY)
    books(council, loop, MONDAY)
    assert [step for _, step in told(council)].count("meeting 3") == 3, "also the first time, once more"
    calls_off(council, loop)
    calls_off(council, loop)
    assert {person for person, step in told(council) if step == "meeting 3 off"} == three
    assert loop_of(council, loop.reference).meeting_at is None
    assert len(told(council)) == 12
    verbs = [entry.verb for entry in council.history_of(loop.reference) if "meeting" in entry.verb]
    assert verbs == ["loop_meeting_booked"] * 3 + ["loop_meeting_called_off"]


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ({"meeting_on": "2026-01-30", "meeting_from": "14:30"}, "meeting_on"),
        ({"meeting_on": "2026-05-30", "meeting_from": "14:30"}, "meeting_on"),
        ({"meeting_on": "2026-02-09", "meeting_from": "half past two"}, "meeting_from"),
        ({"meeting_on": "2026-02-09"}, "meeting_from"),
        ({}, "meeting_on"),
    ],
)
def test_a_day_or_an_hour_that_cannot_be_is_shown_back_and_tells_nobody(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop], raw: dict[str, Any], wrong: str
) -> None:
    view = books(council, begun[1], raw)
    assert wrong in view.problems
    assert told(council) == [] and loop_of(council, begun[1].reference).meeting_at is None


@pytest.mark.parametrize("person", [HEAD, QA_LEAD, TEAM_MANAGER, TEAM_MANAGER_2, PRACTITIONER])
def test_nobody_books_it_but_whoever_is_to_hold_it(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop], person: str
) -> None:
    with pytest.raises(NotYours):
        books(council, begun[1], MONDAY, person)


def test_once_it_was_held_it_is_booked_no_more_and_what_was_booked_for_later_is_called_off(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop]
) -> None:
    _, loop = begun
    books(council, loop, MONDAY)
    council.now = london("2026-02-04 16:00")
    raw = meeting(date(2026, 2, 4))
    save_page(council.database, council.framework, loop, "meeting", raw, person=SENIOR_MANAGER, now=council.now)
    council.dispatch()
    assert {person for person, step in told(council) if step.endswith("off")} == {SENIOR_MANAGER, TEAM_MANAGER}
    with pytest.raises(NotReady):
        council.database.read_now(
            open_booking, council.framework, loop.token, actor=Actor.person(SENIOR_MANAGER), now=council.now
        )


def test_a_meeting_that_was_held_as_booked_is_not_called_off(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop]
) -> None:
    _, loop = begun
    books(council, loop, {"meeting_on": "2026-02-04", "meeting_from": "16:30"})
    council.now = london("2026-02-04 16:20")
    raw = meeting(date(2026, 2, 4))
    save_page(council.database, council.framework, loop, "meeting", raw, person=SENIOR_MANAGER, now=council.now)
    council.dispatch()
    assert not [step for _, step in told(council) if step.endswith("off")]


def test_a_loop_that_is_stood_down_calls_its_meeting_off(
    council: LivingCouncil, begun: tuple[LearningSpace, Loop]
) -> None:
    _, loop = begun
    books(council, loop, MONDAY)
    actor, reason = Actor.person(QA_LEAD), "The grade was raised in moderation."
    council.database.write_now(stand_down, council.framework, loop.token, reason=reason, actor=actor, now=council.now)
    council.dispatch()
    assert {person for person, step in told(council) if step.endswith("off")} == {SENIOR_MANAGER, TEAM_MANAGER}
    assert council.database.read_now(history.read, subject=loop.reference)

"""The red route until somebody takes it up: asked again every two working hours, wider instead of louder (G1, E16)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from assurance.common.refusals import NotYours
from assurance.red_route.acknowledge import acknowledge
from dialogs.kit.message import Message
from policy.council.actor import Actor
from storage.casework import red_flags
from storage.casework.learning_spaces import LearningSpace
from tests.assurance.forms_filled import save
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LONDON, LivingCouncil, Said, london

ALLOCATED = date(2026, 1, 5)
ASKED = {SENIOR_MANAGER, HEAD, QA_LEAD}
EVERYBODY = ASKED | {DIRECTOR, EXECUTIVE}


def given_a_red_flag(council: LivingCouncil, at: str, post: str = "tm-north-2") -> LearningSpace:
    """The auditor answers yes, and everyone has been told once."""
    item = council.given_a_learning_space(post, allocated_on=ALLOCATED)
    council.now = london(at)
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.dispatch()
    return item


def people(said: list[Said]) -> set[str]:
    """Who heard."""
    return {one.person for one in said}


def live(council: LivingCouncil, until: str) -> dict[str, set[str]]:
    """Look every ten minutes, at night and on days off every hour; London time -> who heard of the red route then.

    What is due is said at the next look, so nothing that should not go out can slip between two of them.
    """
    heard: dict[str, set[str]] = {}
    while council.now < london(until):
        here = council.now.astimezone(LONDON)
        at_work = here.weekday() < 5 and time(7) <= here.time() < time(19)
        council.now += timedelta(minutes=10 if at_work else 60)
        if said := [one for one in council.when_the_service_looks(council.now) if one.event == "E16"]:
            heard[f"{council.now:%d %H:%M}"] = people(said)
    return heard


def test_a_saturday_night_is_told_at_once_and_asked_again_on_monday_morning(council: LivingCouncil) -> None:
    given_a_red_flag(council, "2026-01-24 23:40")
    assert people(council.said) == ASKED
    assert live(council, "2026-01-26 13:30") == {"26 11:00": ASKED, "26 13:00": ASKED | {DIRECTOR}}


def test_three_times_each_then_the_director_then_the_executive_director_then_all_every_morning_and_nobody_else(
    council: LivingCouncil,
) -> None:
    item = given_a_red_flag(council, "2026-01-20 10:00")
    assert people(council.said) == ASKED
    assert live(council, "2026-01-26 12:00") == {
        "20 12:00": ASKED,
        "20 14:00": ASKED | {DIRECTOR},
        "20 16:00": {DIRECTOR},
        "21 10:00": {DIRECTOR, EXECUTIVE},
        "21 12:00": {EXECUTIVE},
        "21 14:00": {EXECUTIVE},
        "22 09:00": EVERYBODY,
        "23 09:00": EVERYBODY,
        "26 09:00": EVERYBODY,
    }
    heard = {said.person for said in council.said if said.event == "E16"}
    assert heard == EVERYBODY
    assert not heard & {TEAM_MANAGER, TEAM_MANAGER_2, item.practitioner}


def test_it_stops_when_somebody_has_taken_it_up(council: LivingCouncil) -> None:
    item = given_a_red_flag(council, "2026-01-20 10:00")
    live(council, "2026-01-20 12:00")
    council.database.write_now(
        acknowledge, council.framework, item.reference, actor=Actor.person(HEAD), now=london("2026-01-20 12:20")
    )
    assert live(council, "2026-01-22 17:00") == {}
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag is not None and (flag.chases, flag.next_chase_at) == (1, None)


def test_after_a_night_without_service_it_is_asked_once_and_at_once(council: LivingCouncil) -> None:
    given_a_red_flag(council, "2026-01-20 10:00")
    said = council.when_the_service_looks(london("2026-01-20 19:05"))
    assert people(said) == ASKED | {DIRECTOR}
    assert len(said) == 4
    assert live(council, "2026-01-21 11:05") == {"21 11:05": EVERYBODY}


def test_asking_again_says_whom_to_call_and_that_nobody_has_and_nothing_else(council: LivingCouncil) -> None:
    item = given_a_red_flag(council, "2026-01-20 10:00")
    council.said.clear()
    live(council, "2026-01-20 14:00")
    (to_director,) = [said for said in council.said if said.person == DIRECTOR]
    whom = {"auditor": "Gethin Gorsedale", "call": "gethin.gorsedale@northmoor.example"}
    assert to_director.facts == {"reference": item.reference, **whom, "chases": 2}
    assert to_director.message.text == (
        f"Immediate attention: {item.reference}\n\n"
        "Call Gethin Gorsedale now.\n\n"
        "Please do not answer here: speak to them by phone.\n\n"
        "Nobody has said yet that they have spoken to Gethin Gorsedale. This is reminder 2.\n\n"
        f"{_not_a_referral(to_director.message)}\n\n"
        "[I have called]"
    ).replace("[I have called]", to_director.message.text.rsplit("\n\n", 1)[1])
    worker = small_council().people[item.practitioner].name
    for said in council.said:
        for secret in (item.case_ref, item.practitioner, worker):
            assert secret not in str(said.message) and secret not in str(said.facts)


def test_the_director_may_take_it_up_once_asked_and_not_before(council: LivingCouncil) -> None:
    item = given_a_red_flag(council, "2026-01-20 10:00")
    with pytest.raises(NotYours):
        council.database.write_now(
            acknowledge, council.framework, item.reference, actor=Actor.person(DIRECTOR), now=council.now
        )
    live(council, "2026-01-20 14:00")
    taken = council.database.write_now(
        acknowledge, council.framework, item.reference, actor=Actor.person(DIRECTOR), now=council.now
    )
    assert (taken.by, taken.already) == (DIRECTOR, False)


def test_a_vacant_directors_post_is_the_qa_leads_with_the_reason(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "director", holder=""))
    given_a_red_flag(council, "2026-01-20 10:00")
    council.said.clear()
    live(council, "2026-01-20 14:00")
    assert people(council.said) == ASKED
    (to_qa,) = [said for said in council.said if said.person == QA_LEAD and said.step == "chase-2"]
    assert "vacant and has no deputy" in to_qa.message.text


def test_a_step_of_the_ladder_does_not_take_a_chase_away(council: LivingCouncil) -> None:
    """Two days late, and the red route is asked again in the same minute: both are said."""
    given_a_red_flag(council, "2026-02-03 16:00")
    said = council.when_the_service_looks(london("2026-02-04 10:00"))
    assert {(one.person, one.event) for one in said} >= {(SENIOR_MANAGER, "E16"), (SENIOR_MANAGER, "E11")}


def _not_a_referral(message: Message) -> str:
    return message.text.split("\n\n")[4]

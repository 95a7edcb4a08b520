"""After the database was put back nothing that may have been said goes out by itself; the QA lead decides on each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.after_restore.decide import decide_held, list_held
from assurance.common.refusals import NotYours
from assurance.self_check.health import figures, troubles
from policy.council.actor import Actor
from storage.council import history, put_back
from storage.council.put_back import OLDER, RESTORED, PutBack
from storage.outbox import notices
from storage.outbox.notices import Notice
from tests.councils import HEAD, QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, Said, nine

SECOND = nine(date(2026, 2, 4))
"""When a learning space of 5 January is two days late."""
LEAD = Actor.person(QA_LEAD)


@pytest.fixture
def late(council: LivingCouncil) -> str:
    """A learning space two days late, judged, its three notices waiting."""
    council.given_everyone_talks_to_the_bot()
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.now = SECOND
    council.sweep()
    return item.reference


def put_it_back(council: LivingCouncil, why: str = RESTORED) -> list[Said]:
    """As `restore` leaves it, an hour later; what the first dispatcher sends."""
    council.database.write_now(put_back.note, PutBack(why, SECOND))
    council.now = SECOND + timedelta(hours=1)
    return council.dispatch()


def second_step(council: LivingCouncil, reference: str) -> dict[str, Notice]:
    return {one.recipient: one for one in council.notices_about(reference) if one.step == "+2" and one.event != "E65"}


def decide(council: LivingCouncil, which: str, what: str, actor: Actor = LEAD) -> tuple[int, int]:
    made = council.database.write_now(decide_held, council.framework, which, what=what, actor=actor, now=council.now)
    return made.count, made.left


def test_what_waits_in_an_old_state_goes_to_nobody_but_the_qa_lead_hears_that_it_waits(
    council: LivingCouncil, late: str
) -> None:
    said = put_it_back(council)
    assert [(one.person, one.event) for one in said] == [(QA_LEAD, "E89")]
    assert {one.state for one in second_step(council, late).values()} == {"held"}
    assert "three messages are held" in said[0].message.text.lower()
    assert "Wednesday 4 February at 9:00 am" in said[0].message.text
    assert "for you to send or drop" in said[0].message.summary


def test_one_the_qa_lead_sends_goes_out_once_and_says_repeat_and_one_they_drop_never_does(
    council: LivingCouncil, late: str
) -> None:
    put_it_back(council)
    waiting = second_step(council, late)
    assert decide(council, str(waiting[HEAD].id), "send") == (1, 2)
    assert decide(council, str(waiting[SENIOR_MANAGER].id), "drop") == (1, 1)
    said = [one for one in council.dispatch() if one.subject == late]
    assert [(one.person, one.repeat) for one in said] == [(HEAD, True)]
    assert said[0].message.summary.startswith("Repeat:")
    states = {person: one.state for person, one in second_step(council, late).items()}
    assert states == {HEAD: "sent", SENIOR_MANAGER: "cancelled", TEAM_MANAGER: "held"}
    assert decide(council, "all", "send") == (1, 0)
    assert [one.person for one in council.dispatch() if one.subject == late] == [TEAM_MANAGER]


def test_what_somebody_decided_first_stands(council: LivingCouncil, late: str) -> None:
    put_it_back(council)
    assert decide(council, "all", "drop") == (3, 0)
    assert decide(council, "all", "send", Actor.person(QA_OFFICER)) == (0, 0)
    assert [one for one in council.dispatch() if one.subject == late] == []
    last = council.database.read_now(history.read, subject="restore", newest_first=True)[0]
    assert (last.verb, last.actor, last.detail["count"]) == ("held_dropped", f"person:{QA_LEAD}", 3)


def test_nobody_outside_the_qa_team_sees_or_decides_what_is_held(council: LivingCouncil, late: str) -> None:
    put_it_back(council)
    with pytest.raises(NotYours):
        decide(council, "all", "send", Actor.person(HEAD))
    with pytest.raises(NotYours):
        council.database.read_now(list_held, council.framework, actor=Actor.person(HEAD), now=council.now)
    shown = council.database.read_now(list_held, council.framework, actor=LEAD, now=council.now)
    assert {one.subject for one in shown} == {late} and all(one.who and one.title for one in shown)


def test_a_step_of_the_time_that_was_lost_is_judged_again_and_held_as_well(council: LivingCouncil) -> None:
    council.given_everyone_talks_to_the_bot()
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.now = SECOND + timedelta(days=1)  # the step fell due, and was said, after the backup was made
    council.database.write_now(put_back.note, PutBack(OLDER))
    council.dispatch()  # the first claim comes before the first sweep has judged anything
    council.sweep()
    said = council.dispatch()
    assert [(one.person, one.event) for one in said] == [(QA_LEAD, "E89")]
    assert {one.state for one in second_step(council, item.reference).values()} == {"held"}


def test_what_falls_due_afterwards_goes_out_as_always(council: LivingCouncil, late: str) -> None:
    put_it_back(council)
    told = council.when_the_service_looks(nine(date(2026, 2, 9)))
    assert {one.person for one in told if one.step == "+7"} and not any(one.repeat for one in told)


def test_health_says_that_messages_are_held_until_none_is(council: LivingCouncil, late: str) -> None:
    def held_said() -> list[str]:
        reading = council.database.read_now(figures, now=council.now)
        found = troubles(council.framework, reading, now=council.now, interval=timedelta(seconds=30))
        return [line for line in found if "held" in line]

    put_it_back(council)
    assert held_said() == [
        "3 messages are held since the database was put back. The QA lead types held, to send or drop them."
    ]
    decide(council, "all", "drop")
    assert held_said() == []


def test_a_message_about_what_has_been_done_since_is_not_held_any_longer(council: LivingCouncil, late: str) -> None:
    put_it_back(council)
    why = "the learning space was submitted"
    council.database.write_now(notices.cancel_for, late, at=council.now, reason=why)
    assert {one.state for one in second_step(council, late).values()} == {"cancelled"}
    assert decide(council, "all", "send") == (0, 0)

"""The sweep: judged once, written once, moved on; one item nobody can judge does not stop the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.escalation.plausible import JUDGED
from assurance.sweep.sweep import PULSE
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.council import heartbeats, history
from tests.councils import HEAD, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine, shipped_framework

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026; -7 is said on Monday 26 January."""


def test_nothing_due_judges_nothing_and_says_when_to_look_again(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    outcome = council.sweep()
    assert (outcome.judged, outcome.notices, outcome.held, outcome.failed) == (0, 0, "", ())
    assert outcome.next_at == nine(date(2026, 1, 26))


def test_a_step_is_judged_once_however_often_we_look(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.now = nine(date(2026, 1, 26))
    assert [council.sweep().judged for _ in range(3)] == [1, 0, 0]
    assert council.item(item.reference).steps_done == ("-7",)
    assert [entry.verb for entry in council.history_of(item.reference)] == ["steps_judged"]


def test_the_notice_holds_the_header_and_what_comes_next(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.now = nine(date(2026, 1, 26))
    council.sweep()
    (notice,) = council.notices_about(item.reference)
    assert (notice.event, notice.step, notice.recipient, notice.recipient_role) == ("E6", "-7", TEAM_MANAGER, "auditor")
    assert notice.facts == {
        "reference": item.reference,
        "auditor": "Priya Fernhollow",
        "function": "Family Safeguarding",
        "due_on": "2026-02-02",
        "days_left": 7,
        "rungs": [
            {"on": "2026-02-04", "step": "+2", "roles": ["senior_manager", "head_of_service"]},
            {"on": "2026-02-09", "step": "+7", "roles": ["director"]},
            {"on": "2026-02-16", "step": "+14", "roles": ["executive_director"]},
        ],
    }


def test_an_item_whose_ladder_is_climbed_is_never_looked_at_again(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.now = nine(date(2026, 2, 16))
    council.sweep(actor=Actor.operator("anna"))
    assert council.item(item.reference).next_step_at is None
    assert council.item(item.reference).is_open, "it is still owed"


def test_an_item_nobody_can_judge_waits_an_hour_and_the_others_go_ahead(council: LivingCouncil) -> None:
    broken = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    sound = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000011")
    council.database.write_now(learning_spaces.update, broken.reference, ladder={"no": "ladder"})
    council.now = nine(date(2026, 1, 26))
    outcome = council.sweep()
    assert (outcome.judged, outcome.failed) == (1, (broken.reference,))
    assert council.item(sound.reference).steps_done == ("-7",)
    assert council.item(broken.reference).next_step_at == council.now + timedelta(hours=1)


def test_an_item_keeps_the_ladder_it_was_promised_when_the_framework_changes(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.framework = _without_reminders(council.framework)
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    assert council.told(step="-7") == {TEAM_MANAGER: "auditor"}
    assert council.item(item.reference).steps_done == ("-7",)


def test_a_person_in_two_posts_reads_which_post_a_message_is_about(council: LivingCouncil) -> None:
    from tests.councils import small_council, with_post

    council.given_the_council_is(with_post(small_council(), "tm-north-2", holder=TEAM_MANAGER))
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    assert council.said[0].facts["post"] == "Team Manager"


def test_the_pulse_is_kept_by_the_service_and_not_by_a_look_at_another_time(council: LivingCouncil) -> None:
    council.sweep()
    council.now = london("2027-01-01 09:00")
    council.sweep(actor=Actor.operator("anna"))
    for name in (PULSE, JUDGED):
        beat = council.database.read_now(heartbeats.last, name)
        assert beat is not None and beat.at == london("2026-01-20 10:00")


def test_history_stays_whole_over_many_items_judged_at_once(council: LivingCouncil) -> None:
    for number in range(1, 31):
        council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(nine(date(2026, 1, 26)))
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    assert council.database.read_now(history.verify) == []


def test_a_later_step_takes_the_place_of_one_that_still_waits_for_the_same_person(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.now = nine(date(2026, 2, 4))
    council.sweep()
    council.now = nine(date(2026, 2, 9))
    council.sweep()
    states = {(row.step, row.recipient): row.state for row in council.notices_about(item.reference)}
    assert states["+2", HEAD] == "cancelled"
    assert states["+7", HEAD] == "pending"
    council.dispatch()
    assert [said.step for said in council.said if said.person == HEAD] == ["+7"]


@pytest.mark.parametrize("moment", ["2026-03-29 00:30", "2026-10-25 01:30", "2028-02-29 12:00", "2026-12-31 23:59"])
def test_odd_moments_of_the_calendar_are_moments_like_any_other(council: LivingCouncil, moment: str) -> None:
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.now = london(moment)
    assert council.sweep(actor=Actor.operator("anna")).judged == 1


def _without_reminders(framework: Framework) -> Framework:
    ladder = framework.ladder("learning_space")
    kept = ladder.model_copy(update={"steps": tuple(step for step in ladder.steps if step.after >= 0)})
    return shipped_framework().model_copy(update={"ladders": (kept,)})

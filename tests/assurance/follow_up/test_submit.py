"""Submitting: everything is checked again, it counts once, and what is kept is what was reviewed."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.common.refusals import NotFound, NotYours, Withdrawn
from assurance.follow_up.submit import submit
from policy.council.actor import Actor
from storage.casework import actions, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from tests.assurance.forms_filled import JUDGEMENT, MEETING, fill_in, save, send_in
from tests.councils import HEAD, PDM, PRACTITIONER, QA_LEAD, TEAM_MANAGER, TEAM_MANAGER_2, small_council, with_post
from tests.journeys.living_council import LivingCouncil, london


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    """The team manager of North 2 looks at a case of North 1."""
    return council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))


def test_a_whole_form_is_kept_and_the_draft_is_gone(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    outcome = send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert (outcome.state, outcome.view, outcome.loop_reference, outcome.red_route) == ("submitted", None, "", False)
    kept = council.item(item.reference)
    assert (kept.state, kept.grade, kept.impact) == ("submitted", "good", "good")
    assert (kept.submitted_by, kept.submitted_at, kept.next_step_at) == (TEAM_MANAGER_2, council.now, None)
    answers = council.database.read_now(learning_spaces.load_answers, item.reference)
    assert answers is not None and answers["grade_reasons"] == JUDGEMENT["grade_reasons"]
    assert council.database.read_now(learning_spaces.load_draft, item.reference, item.person) is None


def test_history_names_who_did_it_and_holds_no_grade(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    (entry,) = [entry for entry in council.history_of(item.reference) if entry.verb == "learning_space_submitted"]
    assert entry.actor == f"person:{TEAM_MANAGER_2}"
    assert entry.detail == {"version": view.version, "actions": 1, "days_late": 0}


def test_a_second_press_gets_the_first_one_s_outcome(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    again = send_in(council.database, council.framework, item, version=view.version, now=london("2026-01-25 10:00"))
    assert (again.state, again.by, again.at) == ("already", "Gethin Gorsedale", council.now)
    assert len(council.database.read_now(actions.of_subject, item.reference)) == 1


def test_a_form_that_changed_since_it_was_reviewed_is_shown_again_first(
    council: LivingCouncil, item: LearningSpace
) -> None:
    reviewed = fill_in(council.database, council.framework, item, now=council.now)
    save(council.database, council.framework, item, "judgement", {**JUDGEMENT, "grade": "outstanding"}, now=council.now)
    outcome = send_in(council.database, council.framework, item, version=reviewed.version, now=council.now)
    assert outcome.state == "changed"
    assert outcome.view is not None and outcome.view.reviewing
    assert outcome.view.version == reviewed.version + 1
    assert council.item(item.reference).state == "opened"


def test_a_form_with_something_missing_opens_on_the_first_page_that_lacks_it(
    council: LivingCouncil, item: LearningSpace
) -> None:
    view = save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    outcome = send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert outcome.state == "incomplete"
    assert outcome.view is not None and outcome.view.step == "domains"
    assert set(outcome.view.problems) >= {"grade_voice", "grade_plan"}
    assert council.item(item.reference).state == "opened"


def test_submitting_before_anything_was_written_opens_the_first_page(
    council: LivingCouncil, item: LearningSpace
) -> None:
    outcome = send_in(council.database, council.framework, item, version=0, now=council.now)
    assert (outcome.state, outcome.view and outcome.view.step) == ("incomplete", "meeting")


def test_an_action_date_that_has_passed_since_is_asked_for_again(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_by="2026-01-22")
    outcome = send_in(council.database, council.framework, item, version=view.version, now=london("2026-01-23 10:00"))
    assert outcome.state == "incomplete"
    assert outcome.view is not None and outcome.view.problems["action_1_by"].code == "not_after_today"


@pytest.mark.parametrize(
    ("key", "person"),
    [("practitioner", PRACTITIONER), ("team_manager", TEAM_MANAGER), ("pdm", PDM), ("auditor", TEAM_MANAGER_2)],
)
def test_an_action_belongs_to_the_person_behind_the_role_that_was_chosen(
    council: LivingCouncil, item: LearningSpace, key: str, person: str
) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_owner=key)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    assert action.owner == person


def test_an_owner_whose_post_has_become_vacant_is_asked_for_again(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now, action_1_owner="pdm")
    council.given_the_council_is(with_post(small_council(), "pdm-family", holder=""))
    outcome = send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert outcome.state == "incomplete"
    assert outcome.view is not None and outcome.view.problems["action_1_owner"].code == "not_a_choice"


def test_a_domain_far_below_the_grade_sends_the_item_to_moderation(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(
        council.database,
        council.framework,
        item,
        now=council.now,
        grade_oversight="inadequate",
        sure_why="The plan made up for it.",
    )
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert council.item(item.reference).moderation_flag == "soft_check"


def test_an_ordinary_one_is_not_flagged(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert council.item(item.reference).moderation_flag == ""


@pytest.mark.parametrize("person", [HEAD, QA_LEAD, TEAM_MANAGER])
def test_nobody_submits_for_another_even_with_their_card(
    council: LivingCouncil, item: LearningSpace, person: str
) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    with pytest.raises(NotYours):
        send_in(council.database, council.framework, item, version=view.version, now=council.now, person=person)
    assert council.item(item.reference).state == "opened"


def test_another_person_is_not_told_that_it_was_submitted_either(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    with pytest.raises(NotYours):
        send_in(council.database, council.framework, item, version=view.version, now=council.now, person=HEAD)


def test_an_unknown_token_and_a_withdrawn_item_are_refused(council: LivingCouncil, item: LearningSpace) -> None:
    with pytest.raises(NotFound):
        council.database.write_now(
            submit, council.framework, "nothing", actor=Actor.person(HEAD), version=1, now=council.now
        )
    council.database.write_now(learning_spaces.update, item.reference, state="withdrawn", next_step_at=None)
    with pytest.raises(Withdrawn):
        send_in(council.database, council.framework, item, version=1, now=council.now)


def test_a_use_case_that_fails_halfway_leaves_nothing_behind(
    council: LivingCouncil, item: LearningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk went away")

    monkeypatch.setattr("assurance.follow_up.submit.open_loop", broken)
    with pytest.raises(RuntimeError):
        send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert council.item(item.reference).state == "opened"
    assert council.database.read_now(learning_spaces.load_answers, item.reference) is None
    monkeypatch.undo()
    again = send_in(council.database, council.framework, item, version=view.version, now=council.now)
    assert again.state == "submitted"

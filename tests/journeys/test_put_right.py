"""A submitted form is put right: the QA team opens it again, the earlier form stands until the corrected one is in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assurance.common.final_grade import grade_that_stands
from assurance.common.refusals import AlreadyDone, NotReady, NotYours
from assurance.follow_up.submit import SubmitOutcome
from assurance.forms.form_view import FormView
from assurance.forms.open_form import open_form
from assurance.home.waiting import waiting
from assurance.learning_space.release import release
from assurance.learning_space.reopen import AuditorGone, NoSuchReasonToReopen, Reopened, reopen
from assurance.moderation.moderate import look_again
from assurance.self_check.verify import verify
from policy.council.actor import Actor
from storage.casework import actions, corrections, learning_spaces, loops, moderations
from storage.casework.learning_spaces import LearningSpace
from tests.assurance.forms_filled import ACTION, save, send_in
from tests.councils import HEAD, PDM, QA_LEAD, QA_OFFICER, TEAM_MANAGER_2, small_council, with_post
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import moderated, moderation_of, returned

ALLOCATED = date(2026, 1, 5)  # due Monday 2 February
LEAD = Actor.person(QA_LEAD)


@pytest.fixture
def sent_in(council: LivingCouncil) -> LearningSpace:
    """Graded good on Tuesday 20 January."""
    council.now = london("2026-01-20 10:00")
    return returned(council, allocated=ALLOCATED)


def opened_again(council: LivingCouncil, item: LearningSpace, reason: str = "wrong_answer") -> Reopened:
    return council.database.write_now(
        reopen, council.framework, item.reference, reason=reason, actor=LEAD, now=council.now
    )


INADEQUATE = {"grade": "inadequate", "impact": "good", "low_why": "What was decided was not done."}
"""Far below every part of what was seen, so it says why."""


def change(council: LivingCouncil, item: LearningSpace, step: str, **raw: object) -> FormView:
    view = save(council.database, council.framework, item, step, dict(raw), now=council.now)
    assert not view.problems, view.problems
    return view


def sent_again(council: LivingCouncil, item: LearningSpace) -> SubmitOutcome:
    draft = council.database.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft
    return send_in(council.database, council.framework, item, version=draft.version, now=council.now)


def corrected(council: LivingCouncil, item: LearningSpace, grade: str) -> SubmitOutcome:
    """Opened again on the same day and sent in with another grade."""
    opened_again(council, item)
    why = {"grade_reasons": "The reasons are clearer now.", "low_why": INADEQUATE["low_why"]}
    change(council, item, "judgement", grade=grade, impact="good", **why)
    outcome = sent_again(council, item)
    assert outcome.state == "submitted"
    return outcome


def all_is_well(council: LivingCouncil, item: LearningSpace) -> bool:
    council.dispatch()
    found = council.database.read_now(verify, council.framework, now=council.now)
    return [one for one in found if one.about != "E1"] == []  # these journeys tell nobody of the allocation


# -- open again -------------------------------------------------------------------------------------------------------


def test_the_auditor_is_told_and_finds_the_answers_they_gave(council: LivingCouncil, sent_in: LearningSpace) -> None:
    done = opened_again(council, sent_in)
    assert done.correct_by == date(2026, 1, 27)
    [told] = [one for one in council.dispatch() if one.event == "E79"]
    assert (told.person, told.message.summary) == (
        TEAM_MANAGER_2,
        f"Learning space {sent_in.reference} is open again for you.",
    )
    assert "An answer is wrong" in told.message.text
    actor = Actor.person(TEAM_MANAGER_2)
    view = council.database.write_now(open_form, council.framework, sent_in.token, actor=actor, now=council.now)
    assert view.answers["worked_well"] == "Direct work that changed the plan."
    home = council.database.read_now(waiting, council.framework, TEAM_MANAGER_2, now=council.now)
    assert [(one.kind, one.reference) for one in home.decisions if one.kind == "correct_form"] == [
        ("correct_form", sent_in.reference)
    ]


def test_until_it_is_sent_in_again_everything_stands_as_it_was(council: LivingCouncil, sent_in: LearningSpace) -> None:
    opened_again(council, sent_in)
    change(council, sent_in, "judgement", **INADEQUATE, grade_reasons="Not yet sure of this.")
    now = council.item(sent_in.reference)
    assert (now.state, now.grade, now.next_step_at) == ("submitted", "good", None)
    assert council.database.read_now(loops.of_subject, sent_in.reference) is None
    council.when_days_pass(date(2026, 1, 21), date(2026, 2, 20))
    assert not [one for one in council.said if one.subject == sent_in.reference and one.step.startswith(("+", "-"))]


def test_only_the_qa_team_opens_a_form_again_and_only_a_submitted_one(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    for person in (TEAM_MANAGER_2, HEAD, PDM):
        with pytest.raises(NotYours):
            council.database.write_now(
                reopen,
                council.framework,
                sent_in.reference,
                reason="wrong_answer",
                actor=Actor.person(person),
                now=council.now,
            )
    with pytest.raises(NoSuchReasonToReopen):
        opened_again(council, sent_in, reason="because I say so")
    other = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    with pytest.raises(NotReady):
        opened_again(council, other)
    officer = Actor.person(QA_OFFICER)
    first = council.database.write_now(
        reopen, council.framework, sent_in.reference, reason="wrong_answer", actor=officer, now=council.now
    )
    assert not first.already
    assert opened_again(council, sent_in).already


def test_a_form_whose_auditor_has_left_is_not_opened_again(council: LivingCouncil, sent_in: LearningSpace) -> None:
    without = with_post(small_council(), "tm-north-2", holder="")
    people = {key: person for key, person in without.people.items() if key != TEAM_MANAGER_2}
    council.given_the_council_is(replace(without, people=people))
    with pytest.raises(AuditorGone):
        opened_again(council, sent_in)


# -- sent in again ----------------------------------------------------------------------------------------------------


def test_the_corrected_form_counts_and_the_earlier_one_is_kept_beside_it(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    before = council.database.read_now(learning_spaces.load_answers, sent_in.reference)
    council.now = london("2026-01-22 10:00")
    corrected(council, sent_in, "requires_improvement")
    now = council.item(sent_in.reference)
    assert (now.grade, now.submitted_at) == ("requires_improvement", london("2026-01-20 10:00"))
    answers = council.database.read_now(learning_spaces.load_answers, sent_in.reference)
    assert answers and answers["grade_reasons"] == "The reasons are clearer now."
    [kept] = council.database.read_now(corrections.versions, sent_in.reference)
    assert (kept.version, kept.state, kept.grade, kept.answers) == (1, "corrected", "good", before)
    assert [one.person for one in council.dispatch() if one.event == "E80"] == [QA_LEAD]
    with pytest.raises(AlreadyDone):
        council.database.write_now(
            open_form, council.framework, sent_in.token, actor=Actor.person(TEAM_MANAGER_2), now=council.now
        )
    assert sent_again_is_refused(council, sent_in)
    assert all_is_well(council, sent_in)


def sent_again_is_refused(council: LivingCouncil, item: LearningSpace) -> bool:
    return send_in(council.database, council.framework, item, version=2, now=council.now).state == "already"


def test_actions_already_set_stay_and_only_a_new_one_is_set(council: LivingCouncil, sent_in: LearningSpace) -> None:
    before = council.database.read_now(actions.of_subject, sent_in.reference)
    council.now = london("2026-01-23 10:00")
    opened_again(council, sent_in)
    change(council, sent_in, "action_1", **{**ACTION, "action_2_wanted": "yes"})
    second = {key.replace("action_1", "action_2"): value for key, value in ACTION.items()}
    change(council, sent_in, "action_2", **{**second, "action_2_what": "Book a learning circle on supervision"})
    sent_again(council, sent_in)
    after = council.database.read_now(actions.of_subject, sent_in.reference)
    assert {one.reference for one in before} <= {one.reference for one in after}
    assert [one.what for one in after if one.reference not in {each.reference for each in before}] == [
        "Book a learning circle on supervision"
    ]


def test_corrected_down_to_inadequate_the_loop_and_the_second_look_begin_that_day(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    council.now = london("2026-01-22 10:00")
    outcome = corrected(council, sent_in, "inadequate")
    loop = council.database.read_now(loops.of_subject, sent_in.reference)
    assert loop
    assert outcome.loop_reference == loop.reference
    assert council.calendar.local_date(loop.opened_at) == date(2026, 1, 22)
    assert moderation_of(council, sent_in).why == "inadequate"
    assert all_is_well(council, sent_in)


def test_corrected_up_the_loop_stays_until_the_second_look_agrees(council: LivingCouncil) -> None:
    council.now = london("2026-01-20 10:00")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderated(council, item, "inadequate")
    corrected(council, item, "good")
    stale = moderation_of(council, item)
    assert stale.stale
    heard = {one.person for one in council.dispatch() if one.event == "E80"}
    assert heard == {QA_LEAD, moderation.moderator}
    loop = council.database.read_now(loops.of_subject, item.reference)
    assert loop and loop.is_open
    moderator = Actor.person(moderation.moderator)
    council.database.write_now(look_again, council.framework, moderation.token, actor=moderator, now=council.now)
    after = council.database.read_now(moderations.by_reference, moderation.reference)
    assert after and (after.original_grade, after.state, after.stale) == ("good", "selected", False)
    assert council.database.read_now(grade_that_stands, council.item(item.reference)) == "good"


def test_sent_in_again_as_it_was_nothing_is_stale(council: LivingCouncil) -> None:
    council.now = london("2026-01-20 10:00")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderated(council, item, "inadequate")
    opened_again(council, item)
    assert sent_again(council, item).state == "submitted"
    assert not moderation_of(council, item).stale
    assert council.database.read_now(corrections.asked, item.reference) is None


def test_a_practitioner_who_had_the_result_hears_that_there_is_another(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    actor = Actor.person(TEAM_MANAGER_2)
    council.database.write_now(release, council.framework, sent_in.token, actor=actor, now=council.now)
    council.dispatch()
    council.said.clear()
    corrected(council, sent_in, "requires_improvement")
    heard = [one for one in council.dispatch() if one.person == sent_in.practitioner]
    assert [one.event for one in heard] == ["E95"]
    assert "has a result" in heard[0].message.text


def test_not_sent_in_again_in_time_it_stays_as_it_was_and_the_qa_lead_hears(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    opened_again(council, sent_in)
    change(council, sent_in, "judgement", **INADEQUATE, grade_reasons="This one is never sent in.")
    council.when_days_pass(date(2026, 1, 27), date(2026, 1, 28))
    assert council.item(sent_in.reference).grade == "good"
    [kept] = council.database.read_now(corrections.versions, sent_in.reference)
    assert kept.state == "lapsed"
    assert council.database.read_now(learning_spaces.load_draft, sent_in.reference, TEAM_MANAGER_2) is None
    told = [one for one in council.said if one.event == "E80"]
    assert [(one.person, one.on) for one in told] == [(QA_LEAD, date(2026, 1, 28))]
    assert "stays as it was" in told[0].message.text

"""The learning-space form of domain.md 3.1, walked as an auditor would and submitted."""

from __future__ import annotations

import json
from datetime import date

import pytest

from policy.forms.forms import (
    SOFT_CHECKS,
    FormContext,
    Problem,
    check_all,
    check_form,
    check_step,
    live_answers,
    next_step,
    previous_step,
    soft_checks,
    visible_fields,
    visible_steps,
)
from policy.framework.framework import Form, FormField, FormStep
from tests.policy.form_answers import (
    ALLOCATED,
    CONTEXT,
    DOMAINS,
    FORM,
    FRAMEWORK,
    JUDGEMENT,
    MEETING,
    OWNERS,
    RED_ROUTE,
    WHOLE,
    check,
    codes,
    walk,
)

# -- the walk ---------------------------------------------------------------------------------------------------------


def test_an_auditor_meets_five_pages_when_there_is_one_action_and_no_risk() -> None:
    assert [step.key for step in visible_steps(FORM, walk(WHOLE))] == [
        "meeting",
        "domains",
        "judgement",
        "learning",
        "action_1",
    ]


def test_no_page_asks_more_than_eight_questions() -> None:
    assert max(len(step.fields) for step in FORM.steps) <= 8


def test_the_red_route_comes_straight_after_the_meeting_and_only_when_there_is_risk() -> None:
    at_risk = {**MEETING, "immediate_risk": "yes"}
    assert next_step(FORM, "meeting", check("meeting", MEETING).draft) == "domains"
    assert next_step(FORM, "meeting", check("meeting", at_risk).draft) == "red_route"
    assert previous_step(FORM, "domains", at_risk) == "red_route"
    assert previous_step(FORM, "domains", MEETING) == "meeting"


def test_the_red_route_says_stop_in_the_agreed_words_and_is_shown_as_a_notice() -> None:
    step = FORM.step("red_route")
    assert step.notice
    assert step.intro.startswith(
        "Stop. Use your safeguarding procedure now: speak to the team manager and Head of Service by phone. "
        "Do not write details here."
    )
    assert "not a referral route" in step.intro


def test_the_first_page_has_nothing_before_it_and_the_last_leads_to_the_review() -> None:
    assert previous_step(FORM, "meeting", {}) is None
    assert next_step(FORM, "action_1", WHOLE) is None
    assert next_step(FORM, "action_1", {**WHOLE, "action_2_wanted": "yes"}) == "action_2"


def test_a_page_the_form_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        next_step(FORM, "no_such_step", {})
    with pytest.raises(KeyError):
        check("no_such_step", {})


def test_a_third_action_is_not_asked_for_once_the_second_is_no_longer_wanted() -> None:
    answers = {**WHOLE, "action_2_wanted": "yes", "action_3_wanted": "yes"}
    assert "action_3" in {step.key for step in visible_steps(FORM, answers)}
    answers["action_2_wanted"] = "no"
    assert "action_3" not in {step.key for step in visible_steps(FORM, answers)}
    assert "action_3_wanted" not in live_answers(FORM, answers)


def test_the_reason_for_not_meeting_in_person_is_asked_only_then() -> None:
    step = FORM.step("meeting")
    assert "not_in_person_reason" not in {field.key for field in visible_fields(step, MEETING)}
    assert "not_in_person_reason" in {field.key for field in visible_fields(step, {**MEETING, "in_person": "part"})}


# -- one page ---------------------------------------------------------------------------------------------------------


def test_a_page_filled_in_is_kept_clean_and_fit_for_json() -> None:
    checked = check("meeting", MEETING)
    assert checked.problems == {} and checked.warnings == {}
    assert checked.draft["others_present"] == ["team_manager", "pdm"]
    assert json.loads(json.dumps(checked.draft)) == checked.draft


def test_what_is_missing_is_named_question_by_question() -> None:
    assert codes(check("meeting", {}).problems) == {
        "date_held": "required",
        "in_person": "required",
        "practitioner_took_part": "required",
        "family_feedback": "required",
        "immediate_risk": "required",
    }


def test_a_question_brought_up_by_these_answers_is_marked_as_new() -> None:
    checked = check("meeting", {**MEETING, "in_person": "no"})
    assert codes(checked.problems) == {"not_in_person_reason": "required"}
    assert checked.newly_asked == {"not_in_person_reason"}
    again = check("meeting", {**MEETING, "in_person": "no"}, checked.draft)
    assert again.newly_asked == frozenset()


def test_what_a_card_was_never_asked_is_dropped() -> None:
    raw = {**MEETING, "grade": "outstanding", "submitted_by": "p-other", SOFT_CHECKS: ["two_above_lowest"]}
    draft = check("meeting", raw).draft
    assert set(draft) == {*MEETING, SOFT_CHECKS}
    assert draft[SOFT_CHECKS] == []


def test_a_page_that_is_not_asked_takes_no_answers() -> None:
    checked = check("red_route", RED_ROUTE, check("meeting", MEETING).draft)
    assert checked.problems == {}
    assert not set(RED_ROUTE) & set(checked.draft)


def test_the_red_route_wants_who_when_and_a_tick() -> None:
    at_risk = check("meeting", {**MEETING, "immediate_risk": "yes"}).draft
    assert codes(check("red_route", {"told_confirmed": "false"}, at_risk).problems) == {
        "told_whom": "required",
        "told_at": "required",
        "told_confirmed": "required",
    }
    assert check("red_route", RED_ROUTE, at_risk).answers["told_at"] == "14:05"


def test_clearing_an_optional_answer_takes_it_out_of_the_draft() -> None:
    draft = check("meeting", MEETING).draft
    cleared = check("meeting", {**MEETING, "others_present": ""}, draft)
    assert "others_present" not in cleared.draft
    assert cleared.answers["others_present"] is None
    assert live_answers(FORM, {**draft, **cleared.answers}) == live_answers(FORM, cleared.draft)


def test_a_refused_answer_is_shown_back_but_never_kept() -> None:
    checked = check("judgement", {**JUDGEMENT, "grade_reasons": "Lives at PR1 8XJ"})
    assert codes(checked.problems) == {"grade_reasons": "identifier:postcode"}
    assert checked.problems["grade_reasons"].spans == ((9, 16),)
    assert checked.entered["grade_reasons"] == "Lives at PR1 8XJ"
    assert "PR1" not in json.dumps([checked.draft, checked.answers])


def test_a_likely_name_is_pointed_out_and_still_kept() -> None:
    checked = check("judgement", {**JUDGEMENT, "grade_reasons": "The plan for Jamie Smith moved on."})
    assert checked.problems == {}
    assert [warning.code for warning in checked.warnings["grade_reasons"]] == ["identifier:two_capitalised_words"]
    assert checked.draft["grade_reasons"] == "The plan for Jamie Smith moved on."


def test_invisible_characters_cannot_hide_a_number_from_the_guard() -> None:
    hidden = "number 943\u200b476\u200b5919"
    assert codes(check("judgement", {**JUDGEMENT, "grade_reasons": hidden}).problems) == {
        "grade_reasons": "identifier:nhs_number"
    }


# -- submitting -------------------------------------------------------------------------------------------------------


def test_a_form_filled_in_step_by_step_has_nothing_left_to_mend() -> None:
    draft = walk(WHOLE)
    assert check_all(FORM, draft, CONTEXT, FRAMEWORK) == {}
    assert check_form(FORM, draft, CONTEXT, FRAMEWORK).answers == draft


def test_an_empty_form_lists_every_page_that_needs_something() -> None:
    assert list(check_all(FORM, {}, CONTEXT, FRAMEWORK)) == ["meeting", "domains", "judgement", "learning"]


def test_risk_said_late_and_taken_back_leaves_nothing_of_the_red_route() -> None:
    at_risk = walk({**WHOLE, "immediate_risk": "yes", **RED_ROUTE})
    assert at_risk["told_confirmed"] is True
    calmed = check_form(FORM, {**at_risk, "immediate_risk": "no"}, CONTEXT, FRAMEWORK).answers
    assert not set(RED_ROUTE) & set(calmed)


def test_a_draft_begun_weeks_ago_is_judged_by_todays_dates() -> None:
    draft = walk(WHOLE)
    later = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=date(2027, 1, 12), owners=OWNERS)
    assert {step: codes(found) for step, found in check_all(FORM, draft, later, FRAMEWORK).items()} == {
        "action_1": {"action_1_by": "not_after_today"}
    }


def test_every_required_question_names_what_asks_for_it() -> None:
    unsourced = [field.key for step in FORM.steps for field in step.fields if not field.source]
    assert unsourced == []


def test_a_form_without_soft_checks_keeps_no_note_of_them() -> None:
    plain = Form(
        key="tiny",
        title="Tiny",
        text_hint="",
        steps=(FormStep(key="one", title="One", fields=(FormField(key="yes", label="Yes?", kind="yes_no"),)),),
        grade_field="yes",
        impact_field="yes",
        risk_field="yes",
    )
    assert check_step(plain, "one", {"yes": " YES "}, CONTEXT, FRAMEWORK).draft == {"yes": "yes"}


def test_an_inadequate_grade_does_not_go_in_on_ok_and_what_was_written_is_kept_to_go_on_with() -> None:
    checked = check("judgement", {**JUDGEMENT, "grade_reasons": "ok then"})
    assert checked.problems["grade_reasons"] == Problem("too_short", 20)
    assert checked.draft["grade_reasons"] == "ok then"


def test_a_grade_far_below_every_part_is_asked_about_as_one_far_above_is() -> None:
    low = {**dict.fromkeys(DOMAINS, "good"), **JUDGEMENT, "grade": "inadequate"}
    assert [hit.check for hit in soft_checks(FORM, low, FRAMEWORK)] == ["two_below_lowest"]
    assert soft_checks(FORM, {**low, "grade_plan": "requires_improvement"}, FRAMEWORK) == ()
    assert soft_checks(FORM, {**low, "grade": "requires_improvement"}, FRAMEWORK) == ()


def test_the_difference_for_the_child_is_asked_before_the_practice_grade() -> None:
    keys = [field.key for step in FORM.steps for field in step.fields]
    assert keys.index("impact") < keys.index("grade")

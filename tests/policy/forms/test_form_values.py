"""One answer at a time, questions back, and actions: the form attacked as a forged card would (domain.md 3.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.forms.forms import (
    ActionGiven,
    actions_given,
    check_all,
    check_form,
    check_step,
    choices_of,
    default_of,
    soft_checks,
    visible_fields,
)
from tests.policy.form_answers import (
    ACTION,
    CONTEXT,
    DOMAINS,
    FORM,
    FRAMEWORK,
    JUDGEMENT,
    LEARNING,
    MEETING,
    RED_ROUTE,
    TODAY,
    WHOLE,
    check,
    codes,
    walk,
)

# -- one answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "code", "limit"),
    [
        ("2026-11-30", "before_allocation", "2026-12-01"),
        ("2026-12-01", None, None),
        ("2026-12-14", None, None),
        ("2026-12-15", "in_future", "2026-12-14"),
        ("2026-02-30", "not_a_date", None),
        ("10/12/2026", "not_a_date", None),
        ("2026-W50-1", "not_a_date", None),
        (20261210, "not_a_date", None),
    ],
)
def test_the_meeting_is_held_between_allocation_and_today(held: object, code: str | None, limit: str | None) -> None:
    problem = check("meeting", {**MEETING, "date_held": held}).problems.get("date_held")
    assert (problem.code if problem else None, problem.limit if problem else None) == (code, limit)


@pytest.mark.parametrize(
    ("days", "code"), [(0, "not_after_today"), (1, None), (28, None), (84, None), (85, "too_late")]
)
def test_an_action_is_due_after_today_and_within_twelve_weeks(days: int, code: str | None) -> None:
    by = (TODAY + timedelta(days=days)).isoformat()
    problem = check("action_1", {**ACTION, "action_1_by": by}, LEARNING).problems.get("action_1_by")
    assert (problem.code if problem else None) == code


def test_an_action_is_offered_four_weeks_unless_the_auditor_says_otherwise() -> None:
    assert default_of(FORM.field("action_1_by"), CONTEXT) == "2027-01-11"
    assert default_of(FORM.field("date_held"), CONTEXT) is None


@settings(max_examples=60)
@given(st.integers(0, 4000), st.sampled_from([28, 14]), st.sampled_from([None, 28, 84]))
def test_a_date_that_is_suggested_is_never_a_day_off_and_never_later_than_allowed(
    after: int, default: int, most: int | None
) -> None:
    most = most if most is None or most >= default else default
    field = FORM.field("action_1_by").model_copy(update={"default_days": default, "max_days": most})
    today = date(2026, 1, 5) + timedelta(days=after)
    suggested = date.fromisoformat(default_of(field, replace(CONTEXT, today=today)) or "")
    assert Calendar.of(FRAMEWORK).is_working_day(suggested)
    assert most is None or suggested <= today + timedelta(days=most)
    assert suggested > today + timedelta(days=default - 7)


@pytest.mark.parametrize("time", ["9:05", "24:00", "14.05", "half past two", 1405, ["14:05"]])
def test_a_time_is_written_as_hours_and_minutes(time: object) -> None:
    at_risk = {**MEETING, "immediate_risk": "yes"}
    assert codes(check("red_route", {**RED_ROUTE, "told_at": time}, at_risk).problems) == {"told_at": "not_a_time"}


@pytest.mark.parametrize("length", [599, 600, 601])
def test_the_reasons_may_have_six_hundred_characters(length: int) -> None:
    problems = check("judgement", {**JUDGEMENT, "grade_reasons": "x" * length}).problems
    assert (codes(problems), [one.limit for one in problems.values()]) == (
        ({}, []) if length <= 600 else ({"grade_reasons": "too_long"}, [600])
    )


def test_reasons_far_too_long_are_refused_and_their_beginning_is_shown_again() -> None:
    found = check("judgement", {**JUDGEMENT, "grade_reasons": "x" * 30_000})
    assert codes(found.problems) == {"grade_reasons": "too_long"}
    assert found.entered["grade_reasons"] == "x" * 20_000


@pytest.mark.parametrize("face", ["\U0001f44d", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\U0001f600 !"])
def test_a_face_is_no_reason_and_is_said_to_be_none_rather_than_dropped(face: str) -> None:
    found = check("judgement", {**JUDGEMENT, "grade_reasons": face})
    assert codes(found.problems) == {"grade_reasons": "no_words"}
    assert found.entered["grade_reasons"] == face


@pytest.mark.parametrize("mark", ["-", "\u2013", ".", "...", "?", "\u200b", " \n "])
def test_a_dash_leaves_a_text_empty_which_only_some_may_be(mark: str) -> None:
    assert codes(check("judgement", {**JUDGEMENT, "grade_reasons": mark}).problems) == {"grade_reasons": "required"}
    assert not check("learning", {**LEARNING, "practitioner_reflection": mark}).problems


def test_no_more_than_three_themes_may_be_chosen_and_only_from_the_list() -> None:
    three = "planning,supervision,timeliness"
    assert codes(check("learning", {**LEARNING, "strength_themes": three}, JUDGEMENT).problems) == {}
    four = f"{three},permanence"
    problem = check("learning", {**LEARNING, "strength_themes": four}, JUDGEMENT).problems["strength_themes"]
    assert (problem.code, problem.limit) == ("too_many", 3)
    invented = check("learning", {**LEARNING, "strength_themes": "planning,charisma"}, JUDGEMENT)
    assert codes(invented.problems) == {"strength_themes": "not_a_choice"}


def test_a_theme_ticked_twice_counts_once() -> None:
    checked = check("learning", {**LEARNING, "strength_themes": ["planning", "planning"]}, JUDGEMENT)
    assert checked.answers["strength_themes"] == ["planning"]


def test_not_applicable_is_offered_for_a_part_of_practice_but_never_for_the_overall_grade() -> None:
    assert [choice.key for choice in choices_of(FORM.field("grade_voice"), CONTEXT)][-1] == "not_applicable"
    assert "not_applicable" not in {choice.key for choice in choices_of(FORM.field("grade"), CONTEXT)}
    assert codes(check("judgement", {**JUDGEMENT, "grade": "not_applicable"}).problems) == {"grade": "not_a_choice"}


def test_an_action_belongs_to_someone_on_the_list_of_owners() -> None:
    stranger = check("action_1", {**ACTION, "action_1_owner": "p-stranger"}, LEARNING)
    assert codes(stranger.problems) == {"action_1_owner": "not_a_choice"}


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=50),
    st.lists(st.one_of(st.text(max_size=5), st.integers(), st.none()), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@settings(max_examples=60)
@given(st.data())
def test_whatever_a_card_sends_the_answers_kept_are_plain_and_valid(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(FORM.steps))
    raw = {field.key: data.draw(ANYTHING) for field in step.fields}
    earlier = {"immediate_risk": "yes", "action_2_wanted": "yes", "action_1_what": "x", "action_3_wanted": "yes"}
    checked = check_step(FORM, step.key, raw, CONTEXT, FRAMEWORK, {**WHOLE, **earlier})
    assert json.loads(json.dumps(checked.draft)) == checked.draft
    again = check_step(FORM, step.key, checked.draft, CONTEXT, FRAMEWORK, checked.draft)
    # What is too short is kept as well, so that its author can go on with it.
    assert {key: code for key, code in codes(again.problems).items() if code not in ("required", "too_short")} == {}
    assert again.draft == checked.draft


# -- questions back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overall", "voice", "oversight", "hit"),
    [
        ("outstanding", "good", "good", False),
        ("outstanding", "good", "requires_improvement", True),
        ("good", "requires_improvement", "requires_improvement", False),
        ("good", "inadequate", "good", True),
        ("requires_improvement", "inadequate", "inadequate", False),
        ("outstanding", "not_applicable", "good", False),
        ("outstanding", "inadequate", "not_applicable", True),
    ],
)
def test_are_you_sure_is_asked_two_grades_above_the_lowest_part(
    overall: str, voice: str, oversight: str, hit: bool
) -> None:
    answers = {"grade": overall, "grade_voice": voice, "grade_assessment": "good", "grade_oversight": oversight}
    assert ("sure_why" in [one.asks for one in soft_checks(FORM, answers, FRAMEWORK)]) == hit


def test_an_inadequate_part_under_a_good_grade_goes_to_moderation() -> None:
    def flagged(**answers: str) -> bool:
        return any(hit.flags_moderation for hit in soft_checks(FORM, answers, FRAMEWORK))

    assert flagged(grade="good", grade_assessment="inadequate", grade_oversight="good")
    assert flagged(grade="outstanding", grade_assessment="good", grade_oversight="inadequate")
    assert not flagged(grade="requires_improvement", grade_assessment="inadequate", grade_oversight="good")
    assert not flagged(grade="good", grade_voice="inadequate", grade_assessment="good", grade_oversight="good")


def test_are_you_sure_appears_only_once_the_grade_stands_far_above_and_must_then_be_answered() -> None:
    weak = {**DOMAINS, "grade_oversight": "inadequate"}
    draft = check("domains", weak).draft
    step = FORM.step("judgement")
    assert "sure_why" not in {field.key for field in visible_fields(step, draft)}
    first = check("judgement", JUDGEMENT, draft)
    assert codes(first.problems) == {"sure_why": "required"}
    assert first.newly_asked == {"sure_why"}
    assert "sure_why" in {field.key for field in visible_fields(step, first.draft)}
    second = check("judgement", {**JUDGEMENT, "sure_why": "Oversight lapsed once, early on."}, first.draft)
    assert second.problems == {}
    assert second.draft["sure_why"] == "Oversight lapsed once, early on."


def test_a_part_changed_later_brings_the_question_back_before_submitting() -> None:
    answers = {**walk(WHOLE), "grade_oversight": "inadequate"}
    assert {step: codes(found) for step, found in check_all(FORM, answers, CONTEXT, FRAMEWORK).items()} == {
        "judgement": {"sure_why": "required"}
    }


def test_the_answer_to_a_question_no_longer_asked_is_not_kept() -> None:
    answers = {**walk(WHOLE), "sure_why": "I am sure."}
    assert "sure_why" not in check_form(FORM, answers, CONTEXT, FRAMEWORK).answers


# -- learning and actions ---------------------------------------------------------------------------------------------


def test_learning_is_required_unless_the_grade_is_outstanding() -> None:
    nothing = {key: value for key, value in LEARNING.items() if key not in ("learning_themes", "even_better")}
    assert codes(check("learning", nothing, {"grade": "good"}).problems) == {"learning_themes": "required"}
    assert check("learning", nothing, {"grade": "outstanding"}).problems == {}


def test_learning_named_even_when_outstanding_wants_its_sentence_and_an_action() -> None:
    themes_only = {**LEARNING, "even_better": ""}
    assert codes(check("learning", themes_only, {"grade": "outstanding"}).problems) == {"even_better": "required"}
    assert "action_1_what" in check("action_1", {}, {"grade": "outstanding", **LEARNING}).problems


def test_without_learning_the_action_page_may_be_left_empty_with_its_date_filled_in() -> None:
    prefilled = {"action_1_by": "2027-01-11"}
    checked = check("action_1", prefilled, {"grade": "outstanding"})
    assert checked.problems == {}
    assert actions_given(FORM, checked.draft) == ()


@pytest.mark.parametrize("missing", ["action_1_owner", "action_1_by", "action_1_kind"])
def test_an_action_without_an_owner_a_date_or_a_type_is_refused(missing: str) -> None:
    raw = {**ACTION, missing: ""}
    assert codes(check("action_1", raw, {"grade": "outstanding"}).problems) == {missing: "required"}


@pytest.mark.parametrize(
    ("what", "hinted"),
    [
        ("Arrange a learning circle", False),
        ("Chronology to be updated by the practitioner", False),
        ("Planning a family meeting", False),
        ("Team manager to discuss in supervision", False),
        ("Better chronology", True),
        ("Supervision", True),
    ],
)
def test_an_action_that_names_nothing_to_do_is_hinted_at_not_refused(what: str, hinted: bool) -> None:
    checked = check("action_1", {**ACTION, "action_1_what": what}, LEARNING)
    assert checked.problems == {}
    assert [warning.code for warning in checked.warnings.get("action_1_what", ())] == (["no_verb"] if hinted else [])


def test_every_action_asked_for_is_found_again_with_owner_and_date() -> None:
    second = {key.replace("action_1", "action_2"): value for key, value in ACTION.items() if "wanted" not in key}
    answers = {**WHOLE, "action_2_wanted": "yes", **second, "action_2_owner": "p-owner", "action_3_wanted": "no"}
    assert actions_given(FORM, walk(answers)) == (
        ActionGiven(ACTION["action_1_what"], "p-manager", date(2027, 1, 11), "learning_circle"),
        ActionGiven(ACTION["action_1_what"], "p-owner", date(2027, 1, 11), "learning_circle"),
    )


def test_a_theme_for_the_whole_service_is_asked_for_only_when_there_is_such_learning() -> None:
    assert check("learning", {**LEARNING, "wider_learning": "no"}, JUDGEMENT).problems == {}
    wider = check("learning", {**LEARNING, "wider_learning": "yes"}, JUDGEMENT)
    assert codes(wider.problems) == {"wider_theme": "required"}

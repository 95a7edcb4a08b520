"""Saving a page: what is valid is kept at once, what is not is shown back, and no work is ever lost."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.common.refusals import AlreadyDone, NotYours, UnknownStep
from assurance.forms.form_view import REVIEW
from storage.casework import learning_spaces
from storage.casework.learning_spaces import Draft, LearningSpace
from tests.assurance.forms_filled import DOMAINS, JUDGEMENT, LEARNING, MEETING, fill_in, save, send_in
from tests.councils import HEAD, TEAM_MANAGER_2
from tests.journeys.living_council import LivingCouncil, london

NHS_NUMBER = "943 476 5919"
"""Made up; it passes the check digit."""


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    """The team manager of North 2 looks at a case of North 1."""
    return council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))


def draft_of(council: LivingCouncil, item: LearningSpace) -> Draft | None:
    """What is kept."""
    return council.database.read_now(learning_spaces.load_draft, item.reference, item.person)


def test_next_keeps_the_page_and_shows_the_one_after(council: LivingCouncil, item: LearningSpace) -> None:
    view = save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    assert (view.step, view.version, view.problems) == ("domains", 1, {})
    draft = draft_of(council, item)
    assert draft is not None and draft.answers["others_present"] == ["team_manager"]


def test_next_with_something_missing_stays_keeps_the_rest_and_says_what(
    council: LivingCouncil, item: LearningSpace
) -> None:
    raw = {**MEETING, "date_held": ""}
    view = save(council.database, council.framework, item, "meeting", raw, now=council.now)
    assert view.step == "meeting"
    assert {key: problem.code for key, problem in view.problems.items()} == {"date_held": "required"}
    draft = draft_of(council, item)
    assert draft is not None and draft.answers["family_feedback"] == "child"


@pytest.mark.parametrize("move", ["back", "stay"])
def test_going_back_or_putting_it_off_keeps_what_is_there_and_complains_of_nothing(
    council: LivingCouncil, item: LearningSpace, move: str
) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    view = save(
        council.database, council.framework, item, "domains", {"grade_voice": "good"}, now=council.now, move=move
    )
    assert view.step == {"back": "meeting", "stay": "domains"}[move]
    assert not view.problems
    draft = draft_of(council, item)
    assert draft is not None and draft.answers["grade_voice"] == "good"


def test_pressing_twice_is_harmless(council: LivingCouncil, item: LearningSpace) -> None:
    first = save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    second = save(council.database, council.framework, item, "meeting", MEETING, now=london("2026-01-20 10:01"))
    assert (second.step, second.version, dict(second.answers)) == (first.step, first.version, dict(first.answers))


def test_an_old_card_saves_its_own_page_and_leaves_the_others_alone(
    council: LivingCouncil, item: LearningSpace
) -> None:
    """Begun on the phone, gone on at the desk; then the phone's old card is pressed again."""
    fill_in(council.database, council.framework, item, now=council.now)
    save(council.database, council.framework, item, "meeting", {**MEETING, "in_person": "part"}, now=council.now)
    draft = draft_of(council, item)
    assert draft is not None
    assert draft.answers["in_person"] == "part"
    assert draft.answers["grade_reasons"] == JUDGEMENT["grade_reasons"]
    assert draft.answers["action_1_owner"] == "team_manager"


def test_a_page_that_brings_no_boxes_changes_nothing(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    view = save(council.database, council.framework, item, "meeting", {"verb": "next"}, now=council.now)
    assert (view.step, view.version) == ("domains", 1)


def test_an_empty_page_does_not_pass_for_a_filled_one(council: LivingCouncil, item: LearningSpace) -> None:
    view = save(council.database, council.framework, item, "meeting", {}, now=council.now)
    assert view.step == "meeting"
    assert "date_held" in view.problems
    assert draft_of(council, item) is None


def test_an_emptied_box_takes_its_answer_away(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    save(council.database, council.framework, item, "meeting", {**MEETING, "others_present": ""}, now=council.now)
    draft = draft_of(council, item)
    assert draft is not None and "others_present" not in draft.answers


@pytest.mark.parametrize(
    "text",
    [
        f"The mother said so, see {NHS_NUMBER}",
        "Lives at PR1 2AB now",
        "Write to mother@home.example",
        "Call 07700 900123",
    ],
)
def test_text_that_identifies_a_child_is_shown_back_and_never_stored(
    council: LivingCouncil, item: LearningSpace, text: str
) -> None:
    raw = {**LEARNING, "worked_well": text}
    view = save(council.database, council.framework, item, "learning", raw, now=council.now)
    assert view.step == "learning"
    assert view.problems["worked_well"].code.startswith("identifier:")
    assert view.entered["worked_well"] == text, "so that the writer can take it out"
    draft = draft_of(council, item)
    assert draft is not None and "worked_well" not in draft.answers
    assert text not in council.database.read_now(_everything)


def test_a_refused_change_leaves_the_answer_before_it_standing(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "learning", LEARNING, now=council.now)
    raw = {**LEARNING, "worked_well": f"{LEARNING['worked_well']} {NHS_NUMBER}"}
    view = save(council.database, council.framework, item, "learning", raw, now=council.now, move="stay")
    assert "worked_well" in view.not_kept, "it is said, although nobody asked"
    draft = draft_of(council, item)
    assert draft is not None and draft.answers["worked_well"] == LEARNING["worked_well"]


def test_what_could_not_be_kept_is_said_even_when_going_back(council: LivingCouncil, item: LearningSpace) -> None:
    raw = {**LEARNING, "worked_well": NHS_NUMBER}
    view = save(council.database, council.framework, item, "learning", raw, now=council.now, move="back")
    assert view.step == "judgement"
    assert set(view.not_kept) == {"worked_well"}


def test_a_question_an_answer_brings_up_is_asked_before_going_on_and_scolds_nobody(
    council: LivingCouncil, item: LearningSpace
) -> None:
    view = save(council.database, council.framework, item, "meeting", {**MEETING, "in_person": "no"}, now=council.now)
    assert view.step == "meeting"
    assert view.newly_asked == {"not_in_person_reason"}


def test_a_grade_far_above_its_parts_is_asked_why(council: LivingCouncil, item: LearningSpace) -> None:
    save(
        council.database, council.framework, item, "domains", {**DOMAINS, "grade_voice": "inadequate"}, now=council.now
    )
    view = save(council.database, council.framework, item, "judgement", JUDGEMENT, now=council.now)
    assert view.step == "judgement"
    assert "sure_why" in view.problems
    assert [hit.check for hit in view.soft] == ["two_above_lowest"]


def test_keys_of_no_question_are_dropped(council: LivingCouncil, item: LearningSpace) -> None:
    raw = {**MEETING, "state": "submitted", "grade": "outstanding", "person": HEAD}
    save(council.database, council.framework, item, "meeting", raw, now=council.now)
    draft = draft_of(council, item)
    assert draft is not None and set(draft.answers) <= {*MEETING, "soft_checks"}


def test_the_pages_in_between_may_be_jumped_over_but_not_the_way_to_the_review(
    council: LivingCouncil, item: LearningSpace
) -> None:
    view = save(council.database, council.framework, item, "meeting", MEETING, now=council.now, move="learning")
    assert view.step == "learning"
    view = save(council.database, council.framework, item, "learning", {}, now=council.now, move=REVIEW)
    assert view.step == "learning" and view.problems


@pytest.mark.parametrize(("step", "move"), [("no_such_page", "next"), ("meeting", "no_such_page"), ("", "next")])
def test_a_forged_page_is_refused(council: LivingCouncil, item: LearningSpace, step: str, move: str) -> None:
    with pytest.raises(UnknownStep):
        save(council.database, council.framework, item, step, MEETING, now=council.now, move=move)


def test_another_person_s_press_saves_nothing(council: LivingCouncil, item: LearningSpace) -> None:
    with pytest.raises(NotYours):
        save(council.database, council.framework, item, "meeting", MEETING, now=council.now, person=HEAD)
    assert draft_of(council, item) is None


def test_a_page_pressed_after_submitting_says_so_and_saves_nothing(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    with pytest.raises(AlreadyDone):
        save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    assert draft_of(council, item) is None


def test_saving_is_noted_as_beginning_once(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    assert council.item(item.reference).state == "opened"
    (entry,) = council.history_of(item.reference)
    assert (entry.verb, entry.actor) == ("form_opened", f"person:{TEAM_MANAGER_2}")


def _everything(session: object) -> str:
    """Every stored text there is, to look for what must not be among it."""
    from sqlalchemy import select

    from storage.schema import tables

    rows = [
        repr(row)
        for table in tables.metadata.sorted_tables
        for row in session.execute(select(table))  # type: ignore[attr-defined]
    ]
    return "\n".join(rows)

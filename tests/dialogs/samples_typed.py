"""Every message of the typed conversation, with invented people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assurance.typed.open_text_page import OpenPage
from assurance.typed.typed_answer import Answered
from assurance.typed.typed_begin import Typable
from assurance.typed.typed_view import TypedPage
from dialogs.forms.form_card import form_message
from dialogs.kit.message import Message
from dialogs.typed import typed
from dialogs.typed.offered_card import offered_on_card
from dialogs.typed.offered_text import offered_message
from dialogs.understand.spoken_problems import say_heard
from policy.forms.form_questions import END
from policy.forms.forms import Problem
from storage.casework.conversations import TypedConversation
from tests.dialogs import sample_moderations, samples_loop
from tests.dialogs.more_time_samples import more_time_cards
from tests.dialogs.sample_facts import (
    DUE,
    FRAMEWORK,
    GOOD_ANSWERS,
    PERSON,
    RED,
    REFERENCE,
    TODAY,
    TOKEN,
    longest_answers,
    view,
)

AT = datetime(2026, 12, 3, 10, tzinfo=UTC)
MEETING = {"date_held": "2026-12-02", "in_person": "yes"}


def page(question: str, answers: dict[str, Any] | None = None, **more: Any) -> TypedPage:
    """A page of the conversation at this question, with these answers."""
    place = TypedConversation(PERSON.id, "learning_space", TOKEN, question, "", 3, DUE, AT)
    return TypedPage(place, view("", answers or {}), FRAMEWORK, **more)


def _loop_page(question: str, answers: dict[str, Any]) -> TypedPage:
    place = TypedConversation(PERSON.id, "closing_the_loop", TOKEN, question, "", 3, None, AT)
    return TypedPage(place, samples_loop.loop_view("meeting", answers), FRAMEWORK)


MODERATION = sample_moderations.MODERATION


def _moderation_page(form: str, question: str, answers: dict[str, Any], **columns: Any) -> TypedPage:
    """A moderation at a question of one of its forms."""
    place = TypedConversation(PERSON.id, form, TOKEN, question, "", 3, None, AT)
    row = sample_moderations.row(next_step_at=AT, **columns)
    first = FRAMEWORK.form(form).steps[0].key
    return TypedPage(place, sample_moderations.view(first, row=row, answers=answers, version=3), FRAMEWORK)


def _offered(step: str, answers: dict[str, Any], text: str) -> Message:
    open_view = view(step, answers)
    return offered_message(OpenPage(open_view, open_view.form, open_view.form.step(step)), FRAMEWORK, text)


REQUEST = more_time_cards()["request_extension"]


def _offered_elsewhere() -> dict[str, Message]:
    loop = samples_loop.loop_view("learning", samples_loop.ANSWERS | {"taken_from_it": ""})
    talk = sample_moderations.view("talk", row=sample_moderations.row(state="graded"))
    assert talk.form
    return {
        "form_offered_request": offered_on_card(REQUEST, FRAMEWORK, TODAY, "The family moved house that week."),
        "form_offered_request_again": offered_on_card(
            offered_on_card(REQUEST, FRAMEWORK, TODAY, "The family moved."), FRAMEWORK, TODAY, "They moved house."
        ),
        "form_offered_request_long": offered_on_card(REQUEST, FRAMEWORK, TODAY, "x" * 900),
        "form_offered_loop": offered_message(
            OpenPage(loop, loop.form, loop.form.step("learning")), FRAMEWORK, "A few words."
        ),
        "form_offered_moderation": offered_message(
            OpenPage(talk, talk.form, talk.form.steps[0]), FRAMEWORK, "They see the visits as the strength."
        ),
    }


def _moderations() -> dict[str, Message]:
    """A second look that is answered by typing, form by form."""
    ask = typed.question_message
    own, talk = sample_moderations.OWN, sample_moderations.TALK
    graded: dict[str, Any] = {"state": "graded", "moderated_grade": "inadequate", "moderated_impact": "good"}
    booked = date(2026, 12, 3)
    return {
        "form_typed_begin_moderation": ask(_moderation_page("moderation", "grade", {}), began=True),
        "form_typed_begin_moderation_again": ask(_moderation_page("moderation", "grade", {}, stale=True), began=True),
        "form_typed_moderation_last_step": ask(_moderation_page("moderation", "quality_evidence", own)),
        "typed_moderation_part": ask(_moderation_page("moderation", "grade_plan", {})),
        "form_typed_begin_booking": ask(_moderation_page("moderation_booking", "booked_on", {}, **graded), began=True),
        "form_typed_begin_talk": ask(
            _moderation_page("moderation_talk", "discussed_on", {}, booked_on=booked, **graded), began=True
        ),
        "typed_talk_view": ask(_moderation_page("moderation_talk", "managers_view", {}, **graded)),
        "review_typed_moderation": ask(_moderation_page("moderation", END, own)),
        "review_typed_moderation_missing": ask(_moderation_page("moderation", END, {"grade": "good"})),
        "review_typed_booking": ask(_moderation_page("moderation_booking", END, {"booked_on": "2026-12-10"}, **graded)),
        "review_typed_talk": ask(_moderation_page("moderation_talk", END, talk, **graded)),
        "typed_where_moderation": typed.where_message(_moderation_page("moderation", "impact", {"grade": "good"})),
        "typed_later_moderation": typed.later_message(_moderation_page("moderation", "impact", {"grade": "good"})),
        "typed_later_talk": typed.later_message(
            _moderation_page("moderation_talk", "way", {}, booked_on=booked, **graded)
        ),
        "typed_nothing_asked": typed.nothing_asked_message(MODERATION, stale=False),
        "typed_nothing_asked_lost": typed.nothing_asked_message(MODERATION, stale=False, lost=True),
        "typed_nothing_asked_stale": typed.nothing_asked_message(MODERATION, stale=True, lost=True),
    }


def _problem(question: str, said: str, code: str, limit: int | str | None = None, **answers: Any) -> Message:
    at = page(question, {**MEETING, **answers})
    assert at.field
    return typed.question_message(at, notes=[say_heard(Problem(code, limit), at.field, said, at.context)])


def typed_messages() -> dict[str, Message]:
    """What is said in the conversation. Those that hold the case or answers belong to the opened form."""
    ask = typed.question_message
    kept = Answered(page("in_person", MEETING), view("").form.field("date_held"), "2026-12-02")
    warned = Answered(
        page("learning_themes", GOOD_ANSWERS),
        view("").form.field("worked_well"),
        "Jordan Ashmole felt heard.",
        warnings=(Problem("identifier:two_capitalised_words", spans=((0, 14),)),),
    )
    meeting = samples_loop.ANSWERS
    return {
        "form_typed_begin": ask(page("date_held"), began=True),
        "typed_question": ask(page("practitioner_took_part", MEETING)),
        "typed_offered": ask(page("practitioner_took_part", MEETING), offered=True),
        "typed_kept": ask(page("in_person", MEETING), notes=typed.kept_notes(kept)),
        "typed_names": ask(page("learning_themes", GOOD_ANSWERS), notes=typed.kept_notes(warned)),
        "typed_red_route": ask(page("told_whom", RED)),
        "typed_grade": ask(page("grade", {})),
        "typed_owner": ask(page("action_1_owner", {**GOOD_ANSWERS, "action_1_owner": None})),
        "typed_back": ask(page("date_held", MEETING)),
        "typed_due_moved": ask(page("in_person", MEETING, due_moved=True)),
        "typed_form_changed": ask(page("in_person", MEETING), notes=[typed.FORM_CHANGED]),
        "typed_taken_elsewhere": ask(page("in_person", MEETING), notes=[typed.TAKEN_ELSEWHERE]),
        "typed_out_of_range": _problem("in_person", "7", "out_of_range", 3),
        "typed_not_a_choice": _problem("in_person", "perhaps", "not_a_choice"),
        "typed_which_choice": _problem("family_feedback", "yes", "which_choice"),
        "typed_no_words": _problem("in_person", "", "no_words"),
        "typed_needed": _problem("in_person", "skip", "required"),
        "typed_yes_or_no": _problem("practitioner_took_part", "maybe", "not_a_choice"),
        "typed_day_first": _problem("date_held", "03/13", "day_first"),
        "typed_no_such_day": _problem("date_held", "31 February", "no_such_day"),
        "typed_not_a_date": _problem("date_held", "soon", "not_a_date"),
        "typed_weekday": _problem("date_held", "Friday 14 March 2026", "not_that_weekday", "2026-03-14"),
        "typed_which_date": _problem("date_held", "next Friday", "which_date", "2026-12-04,2026-12-11"),
        "typed_which_half": _problem("told_at", "2.30", "which_half", "02:30,14:30", **RED),
        "typed_not_a_time": _problem("told_at", "soon", "not_a_time", **RED),
        "typed_too_long": _problem("grade_reasons", "x" * 10_000, "too_long", 600),
        "typed_which_question": ask(page("in_person", MEETING), notes=[typed.which_question_note([4, 9])]),
        "typed_no_question": ask(page("in_person", MEETING), notes=[typed.which_question_note([])]),
        "typed_loop": ask(_loop_page("safe_now", {"met_on": "2026-12-02"})),
        "review_typed": ask(page(END, GOOD_ANSWERS)),
        "review_typed_missing": ask(page(END, MEETING)),
        "review_typed_longest": ask(page(END, longest_answers())),
        "review_typed_loop": ask(_loop_page(END, meeting)),
        "typed_where": typed.where_message(page("in_person", MEETING)),
        "typed_where_end": typed.where_message(page(END, GOOD_ANSWERS)),
        "typed_later": typed.later_message(page("in_person", MEETING)),
        "typed_long_ago": typed.long_ago_message(page("in_person", MEETING)),
        "typed_which_form": typed.which_form_message(
            [
                Typable(REFERENCE, DUE, True),
                Typable("CL-2026Q3-003", date(2027, 1, 4), False),
                Typable(MODERATION, None, True),
                Typable("MO-2026Q3-005", None, False),
            ],
            TODAY,
        ),
        "typed_nothing": typed.nothing_to_type_message(),
        "typed_not_by_typing": typed.not_by_typing_message("AC-2026Q3-031"),
        "typed_gone": typed.gone_message(REFERENCE),
        "form_offered": _offered("learning", GOOD_ANSWERS | {"even_better": ""}, "A few words."),
        "form_offered_long": _offered("learning", GOOD_ANSWERS, "x" * 900),
        **_offered_elsewhere(),
        **_moderations(),
        "form_overtaken": _overtaken(),
        "form_form_changed": form_message(replace(view("meeting", GOOD_ANSWERS), form_changed=True), FRAMEWORK),
    }


def _overtaken() -> Message:
    entered = {"date_held": "2026-12-01"}
    return form_message(replace(view("meeting", GOOD_ANSWERS), entered=entered, overtaken=True), FRAMEWORK)

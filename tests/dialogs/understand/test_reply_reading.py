"""What somebody said in a reply by email, and what is asked again because it may mean two things."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.understand.reply_decisions import ReplyHeard
from dialogs.understand.reply_reading import read_reply
from policy.check.loader import load_framework
from policy.framework.framework import FormField

FRAMEWORK = load_framework()
TODAY = date(2027, 3, 9)


def _fields(*keys: str) -> list[FormField]:
    found = {field.key: field for step in FRAMEWORK.form("learning_space").steps for field in step.fields}
    return [found[key] for key in keys]


ASKED = _fields("grade", "impact", "grade_reasons", "strength_themes", "worked_well", "learning_themes", "even_better")


def _hear(text: str, *, asked: list[FormField] | None = None, quoted: tuple[tuple[str, str], ...] = ()) -> ReplyHeard:
    fields = ASKED if asked is None else asked
    return read_reply(text, fields, today=TODAY, grades=FRAMEWORK.grades, quoted=quoted)


def _answers(text: str) -> dict[str, str]:
    heard = _hear(text)
    assert heard.unclear == ()
    assert heard.leftovers == ()
    return {one.field: one.text for one in heard.said}


# -- YES and NO -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "YES",
        "yes",
        "Yes.",
        "Yes please",
        "YES!!",
        "Yes, that's right",
        "Yes, that is correct. Thank you",
        "yes yes",
        "Hi\n\nYES\n\nThanks",
        "Confirmed",
        "I confirm",
        "Yes - all correct",
        "**YES**",
        "YЕS".replace("Е", "E"),
    ],
)
def test_a_yes_that_stands_alone_is_a_yes(text: str) -> None:
    assert _hear(text).intent == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "Yes but",
        "yes but change 3",
        "Yes, except the grade",
        "Yes and no",
        "yes if my manager agrees",
        "Yes?? not sure",
        "ok",
        "Yesterday",
        "Yes, the grade is wrong",
        "YES to 1, no to 2",
        "Eyes",
        "not yes",
        "Yes\nActually wait",
        "YЕS",
        "yes I will look at it on Friday",
        "Say YES",
        "Ja",
        "",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert _hear(text).intent != "yes"


@pytest.mark.parametrize("text", ["No", "NO.", "no thanks", "Not right", "No that's wrong", "Wrong"])
def test_a_no_is_a_no(text: str) -> None:
    assert _hear(text).intent == "no"


def test_a_no_with_words_behind_it_keeps_them() -> None:
    heard = _hear("No, I never said that about the plan")
    assert (heard.intent, heard.leftovers) == ("no", ("I never said that about the plan",))


# -- commands and decisions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("list", "list"),
        ("What's due?", "list"),
        ("help", "help"),
        ("How does this work?", "help"),
        ("stop emails", "stop_emails"),
        ("Please stop sending me these emails", "stop_emails"),
        ("Unsubscribe", "stop_emails"),
        ("no more emails please", "stop_emails"),
        ("start emails again", "start_emails"),
        ("LS-2026Q3-014", "open"),
        ("Thanks", "thanks"),
        (["Many thanks", " much appreciated"][0], "thanks"),
        ("", "nothing"),
        ("Good morning", "nothing"),
        ("agree", "agree"),
        ("I agree to this", "agree"),
        ("Approved, thanks", "agree"),
        ("Agreed but only for a week", "unclear"),
        ("I agree if she is back by then", "unclear"),
        ("not agreed", "decline"),
        ("not done yet", "not_done"),
        ("In progress", "not_done"),
        ("No longer needed", "not_needed"),
        ("Stop the visits until the risk assessment is done", "unclear"),
        ("helping the family was the strength", "unclear"),
        ("Doneness", "unclear"),
    ],
)
def test_a_command_or_a_decision_is_heard(text: str, intent: str) -> None:
    assert _hear(text).intent == intent


@pytest.mark.parametrize(
    ("text", "day", "detail"),
    [
        ("extend to 20 March because two of us are off", date(2027, 3, 20), "two of us are off"),
        ("Extend until 20/3, sickness", date(2027, 3, 20), "sickness"),
        ("Please can I have an extension to 20 March 2027 - service pressure", date(2027, 3, 20), "service pressure"),
        ("extension please, sickness", None, "sickness"),
        (
            "I need more time: until 20 March please. The case holder is away.",
            date(2027, 3, 20),
            "The case holder is away.",
        ),
        ("extend", None, ""),
        ("extend because of sickness", None, "sickness"),
        ("extend to the end of term", None, ""),
        ("LS-2026Q3-014: extend to 20 March as I am on leave", date(2027, 3, 20), "I am on leave"),
    ],
)
def test_more_time_is_asked_with_a_day_and_a_reason(text: str, day: date | None, detail: str) -> None:
    heard = _hear(text)
    assert (heard.intent, heard.day, heard.detail) == ("extend", day, detail)
    assert ("which_day" in [one.why for one in heard.unclear]) == (day is None)


@pytest.mark.parametrize(
    ("text", "day", "detail"),
    [
        ("done, supervision note 3 March", date(2027, 3, 3), "supervision note"),
        ("Done. Case note dated 2 March 2027", date(2027, 3, 2), "Case note"),
        ("It's done - visit on 4/3/27", date(2027, 3, 4), "visit"),
        ("Completed, plan", None, "plan"),
        ("done", None, ""),
        ("AC-2026Q3-007 done, 3 March meeting", date(2027, 3, 3), "meeting"),
    ],
)
def test_done_comes_with_its_evidence(text: str, day: date | None, detail: str) -> None:
    heard = _hear(text)
    assert (heard.intent, heard.day, heard.detail) == ("done", day, detail)


def test_a_decline_keeps_its_reason_without_the_because() -> None:
    assert _hear("I decline because it is past the deadline").detail == "it is past the deadline"


# -- a grade by itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "grade", "summary"),
    [
        ("GOOD", "good", ""),
        ("Good.", "good", ""),
        ("GOOD\n\nClear plan, and the child is seen.", "good", "Clear plan, and the child is seen."),
        ("Good - clear plan", "good", "clear plan"),
        ("GOOD clear plan", "good", "clear plan"),
        ("Requires improvement: drift in the plan", "requires_improvement", "drift in the plan"),
        ("requires improvement to be good", "requires_improvement", ""),
        ("Inadequate", "inadequate", ""),
        ("Outstanding, thanks", "outstanding", ""),
        ("Hi\n\nGOOD\n\nThanks", "good", ""),
    ],
)
def test_a_grade_that_stands_first_is_heard_with_its_summary(text: str, grade: str, summary: str) -> None:
    heard = _hear(text)
    assert (heard.intent, heard.grade, heard.summary) == ("answers", grade, summary)
    assert (heard.leftovers, heard.unclear) == ((), ())


@pytest.mark.parametrize(
    "text", ["Good work was seen", "Goodness", "I would say good", "Inadequate recording, good visits", "good enough?"]
)
def test_a_grade_inside_a_sentence_is_not_taken_for_one(text: str) -> None:
    heard = _hear(text)
    assert heard.grade == "" or heard.summary
    assert heard.intent == "unclear" or heard.summary


@pytest.mark.parametrize("text", ["Good to outstanding", "Good/outstanding", "good or requires improvement"])
def test_two_grades_are_asked_about(text: str) -> None:
    heard = _hear(text)
    assert (heard.intent, heard.grade, [one.why for one in heard.unclear]) == ("unclear", "", ["which_grade"])


# -- labels and numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Strengths: voice\nLearning: planning",
        "strengths - voice\nlearning – planning",
        "**Strengths:** voice\n**Learning:** planning",
        "*Strengths*: voice\n*Learning*: planning",
        "STRENGTHS\nvoice\n\nLEARNING\nplanning",
        "- Strengths: voice\n- Learning: planning",
        "Strengths: voice. Learning: planning".replace("voice.", "voice,"),
        "4. voice\n6. planning",
        "4) voice\n6) planning",
        "(4) voice\n(6) planning",
        "Q4 voice\nQ6: planning",
        "4 - voice\n6 - planning",
        "4 voice 6 planning",
        "4 voice\n6 planning",
        "4. Strengths: voice\n6. Learning: planning",
        "Strenghts: voice\nLearning themes: planning",
        "Hello,\n\n4. voice\n6. planning\n\nMany thanks",
    ],
)
def test_answers_are_paired_by_label_and_by_number(text: str) -> None:
    found = {key: words.rstrip(",.") for key, words in _answers(text).items()}
    assert found == {"strength_themes": "voice", "learning_themes": "planning"}


def test_a_paragraph_goes_on_until_the_next_label() -> None:
    first = "the child was seen alone at each visit and what was\nsaid is recorded."
    text = f"What worked well: {first}\n\nA second paragraph."
    assert _answers(text)["worked_well"] == (
        "the child was seen alone at each visit and what was said is recorded.\nA second paragraph."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "3 visits were made in May",
        "From: my reading the plan drifted",
        "Note: see the chronology",
        "13 March was the visit",
        "2 out of 3 meetings were held",
        "1st visit was late",
        "10 days without contact",
    ],
)
def test_a_sentence_that_begins_like_an_answer_stays_a_sentence(sentence: str) -> None:
    heard = _hear(sentence)
    assert heard.said == ()
    assert heard.leftovers == (sentence,)
    assert _answers(f"What worked well: a lot.\n{sentence}")["worked_well"] == f"a lot.\n{sentence}"


def test_a_label_that_fits_two_questions_is_asked_about() -> None:
    heard = _hear("Overall: good")
    assert heard.said == ()
    (unclear,) = heard.unclear
    assert (unclear.why, set(unclear.between)) == ("which_question", {"grade", "impact", "grade_reasons"})


def test_a_number_nobody_asked_and_a_question_answered_twice_are_asked_about() -> None:
    heard = _hear("1. good\n9. yes\n2. good\nImpact: inadequate")
    assert {one.field: one.text for one in heard.said} == {"grade": "good"}
    assert {(one.why, one.text) for one in heard.unclear} == {
        ("no_such_number", "9. yes"),
        ("said_twice", "good\ninadequate"),
    }


def test_the_same_answer_given_twice_is_one_answer() -> None:
    assert _answers("1. good\nGrade: good") == {"grade": "good"}


def test_words_before_the_first_label_are_not_lost() -> None:
    heard = _hear("I spoke to the team.\nStrengths: voice")
    assert heard.leftovers == ("I spoke to the team.",)
    assert [one.text for one in heard.said] == ["voice"]


def test_one_question_alone_takes_the_whole_reply() -> None:
    heard = _hear("We talked it over.\nIt helped.", asked=_fields("practitioner_reflection"))
    assert [(one.field, one.text) for one in heard.said] == [
        ("practitioner_reflection", "We talked it over.\nIt helped.")
    ]


# -- corrections ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "grade: requires improvement",
        "1: requires improvement",
        "change 1 to requires improvement",
        "Please change the grade to requires improvement",
        "change grade from good to requires improvement",
        "No, 1 should be requires improvement",
        "no - the grade should be requires improvement",
        "Yes but change 1 to requires improvement",
        "NO\nGrade: requires improvement",
        "No: grade: requires improvement",
    ],
)
def test_a_correction_changes_only_what_it_names(text: str) -> None:
    heard = _hear(text)
    assert [(one.field, one.text) for one in heard.said] == [("grade", "requires improvement")]
    assert (heard.intent, heard.leftovers, heard.unclear) == ("answers", (), ())


def test_a_correction_of_nothing_we_know_changes_nothing() -> None:
    heard = _hear("change 12 to good")
    assert (heard.said, [one.why for one in heard.unclear]) == ((), ["no_such_number"])


# -- answers under our own questions ----------------------------------------------------------------------------------


def test_an_answer_below_the_choices_belongs_to_the_question_and_not_to_a_choice() -> None:
    above = "1. Overall practice grade\n1. Outstanding\n2. Good\n4. Inadequate"
    heard = _hear("2", quoted=((above, "2"),))
    assert [(one.field, one.text) for one in heard.said] == [("grade", "2")]


def test_what_stands_beside_answers_between_the_lines_is_heard_as_well() -> None:
    heard = _hear("Strengths: voice\n\ngood", quoted=(("2. Overall impact and outcomes for the child", "good"),))
    assert {one.field: one.text for one in heard.said} == {"impact": "good", "strength_themes": "voice"}


def test_a_yes_beside_answers_between_the_lines_commits_nothing() -> None:
    heard = _hear("YES\n\ngood", quoted=(("1. Overall practice grade", "good"),))
    assert (heard.intent, heard.leftovers) == ("answers", ("YES",))

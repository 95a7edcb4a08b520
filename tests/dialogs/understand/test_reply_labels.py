"""Every label of every form, copied into a reply the ways people copy them, begins a new answer."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.understand.reply_reading import read_reply
from policy.check.loader import load_framework
from policy.framework.framework import Form, FormField

FRAMEWORK = load_framework()
TODAY = date(2027, 3, 9)
FORMS = [form for form in FRAMEWORK.forms if sum(len(step.fields) for step in form.steps) > 1]


def fields_of(form: Form) -> list[FormField]:
    """The questions whose label is theirs alone: one that three actions share is asked about instead."""
    fields = [field for step in form.steps for field in step.fields]
    labels = [field.label for field in fields]
    return [field for field in fields if labels.count(field.label) == 1]


def heard(text: str, fields: list[FormField]) -> dict[str, str]:
    found = read_reply(text, fields, today=TODAY, grades=FRAMEWORK.grades)
    assert not found.unclear, (text, found.unclear)
    return {one.field: one.text for one in found.said}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.key))
def test_a_label_with_a_mark_or_a_line_of_its_own_never_stays_inside_the_answer_above(form: Form) -> None:
    fields = fields_of(form)
    for number, field in enumerate(fields, start=1):
        above = fields[number - 2]
        for shape in ("{}\nzebra", "{}: zebra", "{}:\nzebra", "*{}*\nzebra", "{n}. {}: zebra", "{} - zebra"):
            text = f"{above.label}: apple pie\n{shape.format(field.label, n=number)}"
            assert heard(text, fields) == {above.key: "apple pie", field.key: "zebra"}, text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.key))
def test_a_label_that_asks_is_followed_by_its_answer_with_nothing_in_between(form: Form) -> None:
    fields = fields_of(form)
    for number, field in enumerate(fields, start=1):
        if not field.label.endswith("?"):
            continue
        above = fields[number - 2]
        for shape in ("{} zebra", "- {} zebra", "**{}** zebra", "{n}. {} zebra", "{n}) {}zebra"):
            text = f"{above.label}: apple pie\n{shape.format(field.label, n=number)}"
            assert heard(text, fields) == {above.key: "apple pie", field.key: "zebra"}, text


def test_the_question_about_immediate_risk_is_heard_at_whatever_length_it_is_asked() -> None:
    fields = fields_of(FRAMEWORK.form("learning_space"))
    (risk,) = (field for field in fields if field.key == "immediate_risk")
    assert len(risk.label) > 80
    assert heard(f"{risk.label.upper()} YES", fields) == {"immediate_risk": "YES"}
    assert heard(f"Who else was there? The team. {risk.label} yes", fields)["immediate_risk"] == "yes"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Date of the meeting 20 November 2026", {"date_held": "20 November 2026"}),
        ("Overall practice grade good", {"grade": "good"}),
        ("Was it held in person? Yes. Did the practitioner take part? No",
         {"in_person": "Yes.", "practitioner_took_part": "No"}),
    ],
)  # fmt: skip
def test_a_short_answer_may_follow_its_label_on_the_same_line(line: str, said: dict[str, str]) -> None:
    assert heard(line, fields_of(FRAMEWORK.form("learning_space"))) == said


@pytest.mark.parametrize(
    "sentence",
    [
        "Date of the meeting was moved twice",
        "Overall practice grade of the last two was good as well",
        "Learning was shared in the team",
        "What worked well before is not known to me",
        "Why? I cannot say.",
    ],
)
def test_a_sentence_in_a_labels_words_stays_in_its_answer(sentence: str) -> None:
    fields = fields_of(FRAMEWORK.form("learning_space"))
    assert heard(f"What worked well: a lot.\n{sentence}", fields) == {"worked_well": f"a lot.\n{sentence}"}


def test_a_question_that_was_broken_in_two_is_still_the_question() -> None:
    fields = fields_of(FRAMEWORK.form("learning_space"))
    above = "  6. Is any child at immediate risk, or is there a safety matter not already\nbeing dealt with?"
    found = read_reply("no", fields, today=TODAY, grades=FRAMEWORK.grades, quoted=((above, "no"),))
    assert [(one.field, one.text) for one in found.said] == [("immediate_risk", "no")]


@pytest.mark.parametrize("word", ["open", "Open.", "OPEN", "Please open"])
def test_open_alone_asks_for_what_the_letter_is_about(word: str) -> None:
    found = read_reply(word, today=TODAY)
    assert (found.intent, found.reference) == ("open", "")

"""Before a form is sent its author reads who is told because of the grade, and when."""

from __future__ import annotations

from dialogs.forms.what_follows import what_follows
from tests.journeys.living_council import shipped_framework


def test_the_grade_that_opens_a_loop_says_who_is_told_and_when() -> None:
    assert what_follows("inadequate", shipped_framework()) == (
        "This grade begins closing the loop. When you press Send, the Senior Manager, Team Manager, Head of Service and"
        " QA Lead are told a minute later, and the Senior Manager meets the practitioner and their manager within"
        " 10 working days."
    )


def test_recognition_is_said_and_an_ordinary_grade_sets_nothing_off() -> None:
    assert "hear that you recognise this work" in what_follows("outstanding", shipped_framework())
    assert what_follows("good", shipped_framework()) == what_follows(None, shipped_framework()) == ""

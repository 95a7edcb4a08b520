"""A team manager does a learning space in Microsoft's own playground, in a real browser, from card to receipt."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Sitting
from tests.e2e.playground_page import Chat

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WELL = "The worker kept visits regular and the plan moved on each time."
RISK = "Is any child at immediate risk, or is there a safety matter not already being dealt with?"
REASONS = "Steady direct work, a clear plan and supervision that asked good questions."


def test_the_card_arrives_the_form_is_filled_over_its_steps_and_the_grade_is_kept(page: Page, sitting: Sitting) -> None:
    chat = Chat(page, sitting.address)
    card = chat.card("A learning space for you")
    expect(card).to_contain_text("If nothing happens")
    reference = re.search(r"LS.\d{4}Q\d.\d{3,}", card.inner_text())[0].replace("\u2011", "-")  # type: ignore[index]
    before = card.inner_text()

    sitting.wait_until_told()
    page.wait_for_timeout(500)

    chat.picture("card")

    chat.press(card, "Open")
    step = chat.card("The meeting")
    chat.pick_today(step, "Date of the meeting")
    chat.choose(step, "Was it held in person?", "Yes")
    chat.choose(step, "Did the practitioner take part?", "Yes")
    chat.choose(step, "Did you hear from the child or the family?", "Yes, the child")
    chat.choose(step, RISK, "No")
    chat.press(step, "Next")

    step = chat.card("What you saw")
    for label in (
        "Child's voice and lived experience",
        "Assessment and understanding of risk",
        "Plan, review and progress",
        "Family and carers included",
        "Working with other agencies",
        "Supervision, oversight and decisions",
        "Recording and chronology",
    ):
        chat.choose(step, label, "Good")
    chat.press(step, "Next")

    step = chat.card("Overall judgement")
    four = ["Outstanding", "Good", "Requires improvement to be good", "Inadequate"]
    assert chat.offered(step, "Overall practice grade") == four, "not what the list of the step before offered"
    chat.choose(step, "Overall practice grade", "Good")
    chat.choose(step, "Overall impact and outcomes for the child", "Good")
    chat.write(step, "Why this overall grade", REASONS)
    chat.picture("judgement")
    chat.press(step, "Next")

    step = chat.card("What worked well")
    chat.choose(step, "Strengths", "Assessment")
    chat.choose(step, "Strengths: a second one", "Planning")
    chat.write(step, "What worked well", WELL)
    chat.choose(step, "Learning", "Supervision")
    chat.write(step, "What could be even better", "Write the reasons for decisions down on the day.")
    chat.press(step, "Next")

    step = chat.card("What will be done")
    chat.write(step, "What will be done", "Agree how reasons are recorded in supervision.")
    chat.choose(step, "Who will do it", f"{sitting.who} (you)")
    chat.choose(step, "What kind of action", "Supervision")
    chat.press(step, "Review")

    review = chat.card("Check and send")
    expect(review).to_contain_text(WELL)
    chat.press(review, "Send")

    receipt = chat.card("Thank you")
    chat.picture("receipt")
    expect(receipt).to_contain_text(reference)
    said = receipt.inner_text()
    assert WELL not in said
    assert "Good" not in said
    assert before != said

    found = sitting.rows("SELECT state, grade, impact FROM allocations WHERE reference = ?", reference)
    assert found == [("submitted", "good", "good")]
    ((kept,),) = sitting.rows("SELECT answers FROM answers WHERE reference = ?", reference)
    answers = json.loads(str(kept))
    assert (answers["strength_themes"], answers["learning_themes"]) == (["assessment", "planning"], ["supervision"])
    assert sitting.rows("SELECT final_at <> '' FROM drafts WHERE reference = ?", reference) == [(1,)], "for a minute"
    assert sitting.rows("SELECT count(*) FROM actions WHERE subject = ?", reference) == [(1,)]

    chat.say("list")
    expect(page.locator(".ac-adaptiveCard").last).to_contain_text("One action and one talk are waiting for you")

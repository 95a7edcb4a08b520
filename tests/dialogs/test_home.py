"""The list: what waits, by when, what happens otherwise, and one press to the most urgent."""

from __future__ import annotations

from dialogs.home import home_message
from tests.dialogs.reading import buttons_of, first_line, walk
from tests.dialogs.sample_facts import FRAMEWORK, TODAY, TOKEN, waiting, waiting_item
from tests.dialogs.samples import cards, messages


def test_one_learning_space_shows_its_date_the_days_left_and_what_happens_otherwise() -> None:
    message = messages()["home_one"]
    assert message.text == (
        "One learning space is waiting for you\n\n"
        "LS-2026Q3-014, Family Safeguarding\n\n"
        "Due Tuesday 29 December, in 26 days. You have begun it.\n\n"
        "If nothing happens: on Thursday 31 December your Senior Manager and Head of Service are told, "
        "on Tuesday 5 January the Director, on Tuesday 12 January the Executive Director.\n\n"
        "[Carry on] or type: open LS-2026Q3-014\n\n"
        "Sent in lately: LS-2026Q2-000 on Monday 30 November. Thank you."
    )


def test_a_person_in_two_posts_sees_both_under_the_post_each_belongs_to() -> None:
    text = messages()["home_two_posts"].text
    first, second = text.index("As Team Manager, Harbour Team"), text.index("As Team Manager, Duty Team 2 (acting)")
    assert first < text.index("LS-2026Q3-014") < second < text.index("LS-2026Q3-027")


def test_the_most_urgent_has_the_main_button_and_there_are_never_more_than_three() -> None:
    pressed = [one for one in walk(cards()["home_many"]) if one["type"] == "Action.Execute"]
    assert len(pressed) == 3
    assert [one.get("style") for one in pressed] == ["positive", None, None]
    assert "And 3 more, due later." in messages()["home_many"].text
    assert "To open another one, type open and its reference." in messages()["home_many"].text


def test_a_late_one_says_how_late() -> None:
    assert "Was due Monday 30 November: 3 days late." in messages()["home_late"].text


def test_due_today_is_said_as_today() -> None:
    assert "Due Thursday 3 December, today." in messages()["home_decisions"].text


def test_nothing_waiting_is_good_news() -> None:
    message = messages()["home_empty"]
    assert message.text.startswith("Nothing is waiting for you\n\nYou are up to date.")
    assert message.card
    assert buttons_of(message.card) == {}


def test_immediate_attention_comes_before_everything_else() -> None:
    text = messages()["home_decisions"].text
    assert text.index("Immediate attention: LS-2026Q3-031") < text.index("A proposal for December 2026")
    assert text.index("A proposal for December 2026") < text.index("LS-2026Q3-014")
    assert "Please meet the practitioner and their manager by Thursday 17 December." in text


def test_a_greeting_is_returned() -> None:
    message = messages()["home_greeting"]
    assert message.card
    assert first_line(message.card) == "Hello. One learning space is waiting for you"


def test_the_button_opens_the_right_one() -> None:
    message = home_message(waiting(waiting_item(5)), FRAMEWORK, TODAY)
    assert message.card
    assert buttons_of(message.card) == {"Open": {"verb": "open", "ref": TOKEN}}

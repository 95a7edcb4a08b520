"""The list: what waits, by when, what happens otherwise, and one press to the most urgent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialogs.home.home import home_message
from dialogs.kit.card_lint import words_in
from tests.dialogs.reading import buttons_of, first_line, walk
from tests.dialogs.sample_facts import FRAMEWORK, TODAY, TOKEN, waiting, waiting_item
from tests.dialogs.samples import cards, messages


def test_one_learning_space_shows_its_date_the_days_left_and_what_happens_otherwise() -> None:
    message = messages()["home_one"]
    assert message.text == (
        "One learning space is waiting for you\n\nHow it stands on Thursday 3 December.\n\n"
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
    assert message.text.startswith(
        "Nothing is waiting for you\n\nHow it stands on Thursday 3 December.\n\nYou are up to date."
    )
    assert message.card
    assert buttons_of(message.card) == {}


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("home_owner", "One action is waiting for you"),
        ("home_to_talk", "Five actions and one talk are waiting for you"),
        ("home_senior_manager_late", "Here is your area"),
    ],
)
def test_nobody_is_up_to_date_who_owes_something_or_reads_below_that_something_is_late(name: str, heading: str) -> None:
    text = messages()[name].text
    assert text.startswith(f"{heading}\n\n")
    assert "up to date" not in text


def test_a_talk_waits_with_the_press_that_ends_it_and_the_day_it_ends_by_itself() -> None:
    assert (
        "To talk through: LS-2026Q3-014\n\n"
        "Please talk with the practitioner, then release the result. It opens to them by itself on Tuesday 8 December."
        "\n\n[We have talked: release] or type: release LS-2026Q3-014"
    ) in messages()["home_to_talk"].text


def test_immediate_attention_comes_before_everything_else() -> None:
    text = messages()["home_decisions"].text
    assert text.index("Immediate attention: LS-2026Q3-031") < text.index("A proposal for December 2026")
    assert text.index("A proposal for December 2026") < text.index("LS-2026Q3-014")
    assert "Please meet the practitioner and their manager by Thursday 17 December." in text


def test_a_greeting_is_returned() -> None:
    message = messages()["home_greeting"]
    assert message.card
    assert first_line(message.card) == "Hello. One learning space is waiting for you"


def test_a_late_one_says_once_everybody_has_been_told_that_sending_it_in_ends_it() -> None:
    told = "Everybody above you has been told. Sending it in ends it."
    assert told in messages()["home_late_all_told"].text
    assert all(told not in messages()[name].text for name in ("home_late", "home_paused_late", "home_one"))
    today_still = waiting(waiting_item(-14, next_step_at=datetime(2026, 12, 3, 9, tzinfo=UTC)))
    assert told not in home_message(today_still, FRAMEWORK, TODAY).text


def test_the_first_thing_to_press_is_the_main_one_on_every_list_and_nothing_else_is() -> None:
    for name, card in cards().items():
        if name.startswith("home_"):
            styles = [one.get("style") for one in walk(card) if one["type"] == "Action.Execute"]
            assert styles[:1] in ([], ["positive"]), name
            assert not any(styles[1:]), name


def test_a_request_for_more_time_shows_whose_it_is_why_which_date_and_until_when_to_decide() -> None:
    assert messages()["home_more_time"].text == (
        "One decision is waiting for you\n\nHow it stands on Thursday 3 December.\n\n"
        "More time asked for: LS-2026Q3-014\n\n"
        "Priya Fernhollow asks for time until Thursday 7 January 2027.\n\n"
        "Reason: The meeting had to move\n\n"
        "Decide by the end of Tuesday 29 December. Otherwise it stays as it is.\n\n"
        "[Agree]\n[Decline]"
    )


def test_what_has_no_room_for_its_buttons_is_explained_once() -> None:
    for name, times in (("home_head_many", 1), ("home_decisions", 1), ("home_head", 0), ("home_more_time", 0)):
        assert messages()[name].text.count("gets one here once the ones above are settled") == times, name


# -- the QA team's day ------------------------------------------------------------------------------------------------


def test_learning_spaces_whose_ladder_is_climbed_are_no_clear_day() -> None:
    assert messages()["home_qa_lead_late"].text == (
        "Here is your day\n\nHow it stands on Thursday 3 December.\n\n"
        "Today\n\n"
        "35 learning spaces are late, and everybody on their ladder has been told.\n\n"
        "Nothing else waits for the QA team."
    )
    assert "clear." not in messages()["home_qa_lead"].text


def test_each_line_of_the_day_ends_like_a_sentence() -> None:
    day = messages()["home_qa_lead_day"].text.partition("Today\n\n")[2].split("\n\n")
    assert [line for line in day if not line.endswith(".") and not line.startswith("[")] == []


# -- the picture of an area -------------------------------------------------------------------------------------------


def test_the_heading_of_the_picture_is_read_once_and_the_picture_has_a_name_all_the_same() -> None:
    card = cards()["home_director"]
    (chart,) = (one for one in walk(card) if one["type"].startswith("Chart."))
    assert (chart["title"], chart["showTitle"]) == ("Open learning spaces by function", False)
    assert messages()["home_director"].text.count("Open learning spaces") == 1


def test_every_heading_of_the_picture_has_room_for_its_longest_word_on_a_phone() -> None:
    (table,) = (one for one in walk(cards()["home_director"]) if one["type"] == "Table")
    shares = [column["width"] for column in table["columns"]]
    heads = [words_in(cell) for cell in table["rows"][0]["cells"]]
    widest = {head: max(len(word) for word in head.split()) for head in heads}
    assert all(332 * share / sum(shares) > 9 * widest[head] + 16 for share, head in zip(shares, heads, strict=True)), (
        "nine pixels a letter, sixteen beside it, on a card 360 pixels wide"
    )


def test_the_button_opens_the_right_one() -> None:
    message = home_message(waiting(waiting_item(5)), FRAMEWORK, TODAY)
    assert message.card
    assert buttons_of(message.card) == {"Open": {"verb": "open", "ref": TOKEN}}

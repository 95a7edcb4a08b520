"""The card with a text box somebody has in front of them: the last one, for a day, of no more people than fit."""

from __future__ import annotations

from datetime import timedelta

from bot.open_boxes import MOST, OpenBoxes
from dialogs.kit.message import Message
from tests.bot.conftest import FRIDAY

BOX = {"type": "Input.Text", "id": "note", "label": "Anything to add?", "isMultiline": True}
ASKS = Message("", "", {"body": [BOX], "actions": [{"type": "Action.Execute", "verb": "ask_extension"}]})
PAGE = Message("", "", {"body": [BOX], "actions": [{"type": "Action.Execute", "verb": "loop_next"}]})
HOME = Message("", "", {"body": [], "actions": []})


def test_the_last_card_counts_and_only_while_nothing_else_was_shown() -> None:
    boxes = OpenBoxes()
    boxes.shown("p-1", ASKS, FRIDAY)
    assert boxes.of("p-1", FRIDAY) is ASKS
    assert boxes.of("p-2", FRIDAY) is None
    boxes.shown("p-1", HOME, FRIDAY)
    assert boxes.of("p-1", FRIDAY) is None


def test_a_page_that_is_kept_as_a_draft_is_looked_up_there_instead() -> None:
    boxes = OpenBoxes()
    boxes.shown("p-1", PAGE, FRIDAY)
    assert boxes.of("p-1", FRIDAY) is None


def test_after_a_day_it_is_in_front_of_nobody() -> None:
    boxes = OpenBoxes()
    boxes.shown("p-1", ASKS, FRIDAY)
    assert boxes.of("p-1", FRIDAY + timedelta(hours=24)) is ASKS
    assert boxes.of("p-1", FRIDAY + timedelta(hours=24, seconds=1)) is None


def test_of_more_people_than_fit_the_one_who_was_shown_something_longest_ago_is_forgotten() -> None:
    boxes = OpenBoxes()
    for number in range(MOST):
        boxes.shown(f"p-{number}", ASKS, FRIDAY)
    boxes.shown("p-0", ASKS, FRIDAY)
    boxes.shown("one more", ASKS, FRIDAY)
    assert boxes.of("p-0", FRIDAY) is ASKS
    assert boxes.of("p-1", FRIDAY) is None

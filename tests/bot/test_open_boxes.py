"""The card with a text box somebody has in front of them: the last one, for a day, whichever copy of the bot hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from assurance.channels.receive_mail import forget_mail
from bot.open_boxes import MOST, THE_PRESS_ITSELF, OpenBoxes
from dialogs.kit.message import Message
from policy.framework.framework import Framework
from storage.contact import inbox, open_boxes
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY

BOX = {"type": "Input.Text", "id": "note", "label": "Anything to add?", "isMultiline": True}
ASKS = Message("", "", {"body": [BOX], "actions": [{"type": "Action.Execute", "verb": "ask_extension"}]})
PAGE = Message("", "", {"body": [BOX], "actions": [{"type": "Action.Execute", "verb": "loop_next"}]})
HOME = Message("", "", {"body": [], "actions": []})
LATER = FRIDAY + timedelta(minutes=1)


class Copies:
    """Two copies of the bot on one database."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.one, self.two = OpenBoxes(db), OpenBoxes(db)

    async def written(self) -> None:
        """Until what was said behind an answer's back is on disk."""
        for each in (self.one, self.two):
            while each._writing:
                await asyncio.sleep(0)

    async def heard(self, at: datetime) -> None:
        """Something of theirs was answered by either copy."""
        await self.db.write(inbox.remember, "teams", f"press at {at}", person="p-1", outcome={"verb": "home"}, at=at)


@pytest.fixture
async def copies(db: Database) -> AsyncIterator[Copies]:
    both = Copies(db)
    yield both
    await both.written()


async def test_the_last_card_counts_and_only_while_nothing_else_was_shown(copies: Copies) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    assert await copies.one.of("p-1", FRIDAY) is ASKS
    assert await copies.one.of("p-2", FRIDAY) is None
    copies.one.shown("p-1", HOME, LATER)
    assert await copies.one.of("p-1", LATER) is None
    await copies.written()
    assert copies.db.read_now(open_boxes.of, "p-1") is None


async def test_a_page_that_is_kept_as_a_draft_is_looked_up_there_instead(copies: Copies) -> None:
    copies.one.shown("p-1", PAGE, FRIDAY)
    assert await copies.one.of("p-1", FRIDAY) is None


async def test_after_a_day_it_is_in_front_of_nobody_and_kept_nowhere(copies: Copies, framework: Framework) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    assert await copies.one.of("p-1", FRIDAY + timedelta(hours=24)) is ASKS
    assert await copies.one.of("p-1", FRIDAY + timedelta(hours=24, seconds=1)) is None
    await copies.written()
    await copies.db.write(forget_mail, framework, FRIDAY + timedelta(hours=24, seconds=1))
    assert copies.db.read_now(open_boxes.of, "p-1") is None


async def test_of_more_people_than_fit_the_longest_ago_is_looked_up_instead(copies: Copies) -> None:
    for number in range(MOST + 1):
        copies.one._note(f"p-{number}", ASKS, FRIDAY)
    assert "p-0" not in copies.one._shown and f"p-{MOST}" in copies.one._shown


async def test_another_copy_knows_what_one_has_shown_and_so_does_the_next_service(copies: Copies) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    await copies.written()
    found = await copies.two.of("p-1", LATER)
    assert found is not None and found.card == ASKS.card
    again = await OpenBoxes(copies.db).of("p-1", LATER)
    assert again is not None and again.card == ASKS.card


async def test_what_another_copy_showed_since_takes_its_place(copies: Copies) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    copies.two.shown("p-1", HOME, LATER)
    await copies.heard(LATER)
    assert await copies.one.of("p-1", LATER + timedelta(minutes=1)) is None
    assert await copies.two.of("p-1", LATER + timedelta(minutes=1)) is None


async def test_a_line_that_was_no_answer_leaves_the_card_in_front_of_them(copies: Copies) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    for minute in range(1, 4):
        at = FRIDAY + timedelta(minutes=minute)
        assert await copies.one.of("p-1", at) is ASKS
        await copies.heard(at)


async def test_the_press_that_brought_the_card_does_not_take_it_away(copies: Copies) -> None:
    copies.one.shown("p-1", ASKS, FRIDAY)
    await copies.heard(FRIDAY + THE_PRESS_ITSELF)
    assert await copies.one.of("p-1", LATER) is ASKS
    await copies.written()
    assert await copies.two.of("p-1", LATER) is not None

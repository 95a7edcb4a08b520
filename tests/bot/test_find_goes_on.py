"""More than eight found: the button shows the rest, and so does the word, from where somebody has come."""

from __future__ import annotations

from datetime import date

import pytest

from bot.clock import Clock
from bot.conversation import Conversation
from policy.council.establishment import Person
from storage.casework import form_drafts
from storage.council import establishment as establishments
from storage.engine.database import Database
from tests.councils import HEAD, QA_LEAD
from tests.dialogs.reading import walk
from tests.journeys.living_council import LivingCouncil, london

NOW = london("2026-01-20 10:00")


@pytest.fixture
def council(sqlite_database: Database) -> LivingCouncil:
    living = LivingCouncil(sqlite_database, now=NOW)
    for number in range(1, 20):
        living.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
    return living


def talk_of(council: LivingCouncil) -> Conversation:
    return Conversation(council.database, council.framework, Clock.standing(NOW))


def person(council: LivingCouncil, who: str) -> Person:
    return council.database.read_now(establishments.current).people[who]


async def test_more_goes_on_from_where_somebody_has_come_also_in_another_copy_of_the_bot(
    council: LivingCouncil,
) -> None:
    me, other = person(council, QA_LEAD), person(council, HEAD)
    (first,) = await talk_of(council).text(me, "find LS-2025Q4")
    assert first.text.startswith("19 records found") and "LS-2025Q4-008" in first.text
    (second,) = await talk_of(council).text(me, "more")
    assert "From number 9 to number 16." in second.text and "LS-2025Q4-009" in second.text
    assert council.database.read_now(form_drafts.last_of, me.id, NOW) is None, "it is no form somebody was filling in"
    (last,) = await talk_of(council).text(me, "show more")
    assert "From number 17 to number 19." in last.text and "LS-2025Q4-019" in last.text
    for whoever in (me, other):
        (said,) = await talk_of(council).text(whoever, "more please")
        assert said.text.startswith("That was everything")


async def test_the_button_goes_on_from_its_own_card_as_often_as_it_is_pressed(council: LivingCouncil) -> None:
    me, talk = person(council, QA_LEAD), talk_of(council)
    (first,) = await talk.text(me, "find Family   SAFEGUARDING, North 1!")
    (button,) = [one for one in walk(first.card or {}) if one.get("title") == "Show more"]
    assert button["data"]["step"] == "8/family safeguarding north 1"
    for _ in range(2):
        second = await talk.press(me, "find_more", button["data"])
        assert "From number 9 to number 16." in second.text
    for step in ("", "8", "8/", "-1/north", "99999/north", "x/north", "8/' OR 2=2"):
        said = await talk.press(me, "find_more", {"step": step})
        assert said.text.startswith(("What shall I look for?", "Nothing found")), step

"""Typed and pressed around the home card: a search, and the buttons that show what is otherwise typed."""

from __future__ import annotations

import pytest

from assurance.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from policy.framework import Framework
from storage import establishment, learning_spaces
from storage.database import Database
from tests.dialogs.reading import walk


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock) -> Conversation:
    return Conversation(db, framework, clock)


async def _say(talk: Conversation, person: str, text: str) -> str:
    people = await talk.db.read(establishment.current)
    return (await talk.text(people.people[person], text))[0].text


async def test_the_qa_lead_asks_who_has_one_and_reads_its_header(talk: Conversation, db: Database) -> None:
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    said = await _say(talk, DEMO_QA_LEAD, f"who has {item.reference}?")
    name = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].name
    assert "One record found" in said
    assert f"With {name}" in said
    assert item.case_ref not in said


async def test_a_search_without_anything_to_look_for_says_how(talk: Conversation) -> None:
    assert "What shall I look for?" in await _say(talk, DEMO_QA_LEAD, "find")


async def test_the_home_card_of_the_qa_lead_is_the_day_with_one_clear_next_step(
    talk: Conversation, db: Database
) -> None:
    lead = db.read_now(establishment.current).people[DEMO_QA_LEAD]
    home = (await talk.text(lead, "good morning"))[0]
    assert "Today" in home.text
    assert home.card
    assert sum(one["type"] == "Action.Execute" for one in walk(home.card)) <= 3


@pytest.mark.parametrize("month", ["2026-13", "", "12", "2026-12-01'; DROP", 7, None])
async def test_a_month_that_is_none_shows_the_list_instead(talk: Conversation, db: Database, month: object) -> None:
    lead = db.read_now(establishment.current).people[DEMO_QA_LEAD]
    shown = await talk.press(lead, "propose_month", {"verb": "propose_month", "step": month})
    assert "Today" in shown.text


async def test_a_month_is_proposed_by_a_press_and_only_by_the_qa_lead(talk: Conversation, db: Database) -> None:
    people = db.read_now(establishment.current).people
    data = {"verb": "propose_month", "step": "2026-12"}
    assert "December 2026" in (await talk.press(people[DEMO_QA_LEAD], "propose_month", data)).text
    refused = await talk.press(people[DEMO_TEAM_MANAGER], "propose_month", data)
    assert "Only the QA lead can do that" in refused.text

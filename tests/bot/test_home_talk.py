"""Typed and pressed around the home card: a search, and the buttons that show what is otherwise typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.conversation import Conversation
from dialogs.qa_team.findings import WORDS
from storage.casework import findings, learning_spaces
from storage.casework.findings import WRONG, FindingRow
from storage.council import establishment
from storage.engine.database import Database
from tests.dialogs.reading import buttons_of, walk


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


async def test_an_old_proposal_pressed_again_answers_with_what_the_month_has_and_offers_the_rest(
    talk: Conversation, db: Database
) -> None:
    people = db.read_now(establishment.current).people
    lead = people[DEMO_QA_LEAD]
    data = {"verb": "propose_month", "step": "2026-12"}
    first, other = [(await talk.press(lead, "propose_month", data)).card for _ in range(2)]
    assert first and other
    runs = [next(iter(buttons_of(card).values())) for card in (first, other)]
    assert (await talk.press(lead, "approve_run", runs[0])).text.startswith("Approved: 40 learning spaces")
    late = await talk.press(lead, "approve_run", runs[1])
    assert late.text.startswith("December 2026 has been allocated\n\n")
    assert "40 learning spaces of December 2026 were allocated since" in late.text
    assert late.card
    more = buttons_of(late.card)["Propose 37 more"]
    assert (await talk.press(lead, "propose_more", more)).text.startswith("A proposal for December 2026: 37 more")
    wrong = await talk.press(lead, "propose_more", {"verb": "propose_more", "step": "2026-12/-1"})
    assert "Today" in wrong.text
    assert "Only the QA lead" in (await talk.press(people[DEMO_TEAM_MANAGER], "propose_more", more)).text


async def test_a_month_that_is_past_asks_why_it_comes_late_and_is_then_proposed(
    talk: Conversation, db: Database
) -> None:
    lead = db.read_now(establishment.current).people[DEMO_QA_LEAD]
    asked = (await talk.text(lead, "allocate October 2026"))[0]
    assert "October 2026 can still be allocated late" in asked.text
    assert asked.card
    late = buttons_of(asked.card)["Propose it late"]
    again = await talk.press(lead, "propose_late", {**late, "late_because": ""})
    assert "Please write a few words." in again.text
    done = await talk.press(lead, "propose_late", {**late, "late_because": "The service began in November."})
    assert done.text.startswith("A proposal for October 2026: ")
    assert "Late, because: The service began in November." in done.text


async def test_what_the_self_check_could_not_mend_is_counted_and_listed_for_the_qa_team_alone(
    talk: Conversation, db: Database
) -> None:
    assert "Everything is as it should be" in await _say(talk, DEMO_QA_LEAD, "findings")
    seen = datetime(2026, 11, 18, 9, tzinfo=UTC)
    row = FindingRow("missing_notice", "LS-2026Q3-014", "E1", "p-0052 was never told.", "work", WRONG, 0, seen, seen)
    await db.write(findings.save, row)
    assert "One finding of the self-check is open. Type findings" in await _say(talk, DEMO_QA_LEAD, "home")
    said = await _say(talk, DEMO_QA_LEAD, "Findings?")
    assert "One thing is not as it should be" in said
    assert "LS-2026Q3-014: Somebody was not told." in said
    assert "Since Wednesday 18 November" in said
    assert "p-0052" not in said
    assert "LS-2026Q3-014" not in await _say(talk, DEMO_TEAM_MANAGER, "findings")


def test_every_kind_of_finding_has_words() -> None:
    rooms = Path(__file__).parents[2] / "assurance"
    written = "".join(file.read_text(encoding="utf-8") for file in rooms.rglob("verify*.py"))
    kinds = {*re.findall(r'Finding\(\s*"(\w+)"', written), *re.findall(r'CHAIN_BROKEN, LATE_NOTICE = "(\w+)"', written)}
    assert len(kinds) > 10
    assert kinds | {"late_notice"} == set(WORDS)

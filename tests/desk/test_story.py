"""The story the guided tour tells, lived at the desk from allocated to re-audit by the people it names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.cli.terminal_card import inputs_of
from storage.database import Database
from tests.bot.filling import answers_on
from tests.bot.test_local_desk import only_this_one_climbs
from tests.desk.conftest import Page, button, buttons

MOST_PAGES = 14


def verbs(card: dict[str, Any]) -> list[str]:
    return [str(action.get("verb")) for action in buttons(card)]


def loop_answers(card: dict[str, Any], on: str) -> dict[str, str]:
    """An answer to every question of the closing-the-loop form."""
    given = {}
    for question in inputs_of(card):
        values = [value for value, _ in question.choices]
        if question.id == "present":
            given[question.id] = "practitioner,team_manager"
        elif question.kind == "date":
            given[question.id] = on
        elif question.kind in ("choice", "choices"):
            given[question.id] = "done" if "done" in values else values[0]
        else:
            given[question.id] = "true" if question.kind == "toggle" else "Reviews are booked at once."
    return given


class Hands:
    """Somebody at the desk, pressing what is on the newest card."""

    def __init__(self, page: Page, person: str) -> None:
        self.page = page
        self.person = person
        self.message: dict[str, Any] = {}

    async def list(self) -> dict[str, Any]:
        await self.page.post(f"people/{self.person}/say", {"text": "list"})
        self.message = await self.page.card(self.person)
        return self.message["card"]  # type: ignore[no-any-return]

    async def press(self, card: dict[str, Any], verb: str, inputs: dict[str, str] | None = None) -> dict[str, Any]:
        press = {"message": self.message["id"], "action": button(card, verb), "inputs": inputs or {}}
        status, found = await self.page.post(f"people/{self.person}/press", press)
        assert (status, found["kind"]) == (200, "card"), found
        return found["card"]  # type: ignore[no-any-return]


async def item(page: Page, kind: str) -> dict[str, Any]:
    found = (await page.get("items"))[1]["items"]
    return next((one for one in found if one["kind"] == kind), {})


@pytest.mark.slow
async def test_from_allocated_over_late_and_inadequate_to_the_loop_closed_and_the_re_audit(
    page: Page, db: Database
) -> None:
    story = await page.story()
    reference = story["reference"]
    await page.card(story["auditor"], reference)
    db.write_now(only_this_one_climbs, reference)

    # Two days late: the Senior Manager and the Head of Service hear, no Director does.
    due = date.fromisoformat((await item(page, "learning_space"))["due_on"])
    moved = (await page.post("clock", {"to": (due + timedelta(days=3)).isoformat() + "T10:00"}))[1]
    assert not moved["held"]
    rows = (await page.get("timeline?after=0"))[1]["rows"]
    told = {row["person"] for row in rows if row["subject"] == reference and row["step"] == "+2"}
    assert {story["auditor_senior_manager"], story["auditor_head_of_service"]} <= told
    assert not {story["director"], story["executive_director"]} & told

    # Graded inadequate all the same.
    today = moved["now"][:10]
    auditor = Hands(page, story["auditor"])
    card = await auditor.press(await auditor.list(), "open")
    for _ in range(MOST_PAGES):
        if "submit" in verbs(card):
            break
        soon = (date.fromisoformat(today) + timedelta(days=9)).isoformat()
        days = {"date_held": today, "action_1_by": soon, "action_2_by": soon, "action_3_by": soon}
        different = {"grade": "inadequate", "impact": "inadequate", **days}
        card = await auditor.press(card, "next", answers_on(card, **different))
    await auditor.press(card, "submit")
    assert (await item(page, "learning_space"))["state"] == "submitted"
    assert (await item(page, "loop"))["state"] == "open"

    # The practitioner's Senior Manager writes the form, their Head of Service authorises it.
    senior = Hands(page, story["senior_manager"])
    card = await senior.press(await senior.list(), "loop")
    for _ in range(MOST_PAGES):
        if "loop_send" in verbs(card):
            break
        card = await senior.press(card, "loop_next", loop_answers(card, today))
    await senior.press(card, "loop_send")
    assert (await item(page, "loop"))["state"] == "submitted"
    head = Hands(page, story["head_of_service"])
    card = await head.list()
    verb = next(word for word in verbs(card) if word.startswith("loop"))
    card = await head.press(card, verb)
    await head.press(card, next(word for word in verbs(card) if "authorise" in word))
    loop = await item(page, "loop")
    assert loop["state"] in ("authorised", "with_qa")

    # Three months later somebody is asked to look again.
    day = date.fromisoformat(loop["due_on"])
    while not (await item(page, "re_audit")):
        now = (await page.get("clock"))[1]["now"][:10]
        assert now <= (day + timedelta(days=40)).isoformat()
        status, moved = await page.post("clock", {"days": 30})
        assert status == 200
        assert not moved["held"]
    assert (await page.story())["reference"] == reference

"""The desk's API as its page uses it, with a real bot behind it: people, chats, presses, windows, time and faults."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from desk.switches import KINDS
from storage.casework import learning_spaces
from storage.engine.database import Database
from tests.bot.filling import answers_on
from tests.desk.conftest import Opening, Page, button
from tests.patience import PATIENCE


async def until(page: Page, true: Any, seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.05)


# -- the council -----------------------------------------------------------------------------------------------------


async def test_everybody_of_the_council_can_be_picked_and_has_the_app(page: Page) -> None:
    status, council = await page.get("council")
    assert status == 200
    assert council["council"] == "Northmoor"
    assert len(council["people"]) == 571
    assert all(person["installed"] and not person["blocked"] for person in council["people"])
    manager = next(person for person in council["people"] if person["id"] == council["featured"][0]["id"])
    assert manager["posts"][0]["role_title"] == "Team Manager"


async def test_the_bot_writes_first_to_whoever_has_something_to_do(page: Page) -> None:
    story = await page.story()
    message = await page.card(story["auditor"], story["reference"])
    assert message["from"] == "bot"
    assert message["summary"]
    assert message["at"].startswith("2026-11-20T10:0")
    assert not message["edited"]


# -- somebody and the bot --------------------------------------------------------------------------------------------


async def test_what_is_typed_is_in_the_chat_and_so_is_the_answer(page: Page) -> None:
    me = (await page.story())["auditor"]
    await page.card(me)
    assert await page.post(f"people/{me}/say", {"text": "list"}) == (200, {})
    mine, answer = (await page.messages(me))[-2:]
    assert (mine["from"], mine["text"]) == ("me", "list")
    assert answer["from"] == "bot"
    assert answer["card"]


async def test_a_learning_space_is_done_from_card_to_receipt_in_one_place(page: Page, db: Database) -> None:
    story = await page.story()
    me = story["auditor"]
    first = await page.card(me, story["reference"])
    found = {"kind": "card", "card": first["card"]}
    verb, inputs = "open", dict[str, str]()
    for _ in range(14):
        press = {"message": first["id"], "action": button(found["card"], verb), "inputs": inputs}
        status, found = await page.post(f"people/{me}/press", press)
        assert (status, found["kind"]) == (200, "card")
        shown = next(one for one in await page.messages(me) if one["id"] == first["id"])
        assert shown["card"] == found["card"]
        verbs = [action.get("verb") for action in found["card"].get("actions", ())]
        if "submit" not in verbs and "next" not in verbs:
            break
        verb = "submit" if "submit" in verbs else "next"
        inputs = answers_on(found["card"]) if verb == "next" else {}
    item = db.read_now(learning_spaces.by_reference, story["reference"])
    assert item
    assert item.state == "submitted"
    assert (await page.get("items"))[1]["items"][0]["state"] == "submitted"
    assert (await page.story())["reference"] == story["reference"]


async def test_a_form_in_a_window_goes_page_by_page_and_a_wrong_answer_stays_in_it(page: Page) -> None:
    story = await page.story()
    me = story["auditor"]
    data = button((await page.card(me, story["reference"]))["card"], "open")["data"]
    fetch = {"type": "Action.Submit", "data": data | {"verb": "open", "msteams": {"type": "task/fetch"}}}
    status, window = await page.post(f"people/{me}/press", {"message": "", "action": fetch, "inputs": {}})
    assert (status, window["kind"]) == (200, "dialog")
    assert window["title"]
    nxt = next(one for one in window["card"]["actions"] if one["data"].get("verb") == "next")
    status, second = await page.post(f"people/{me}/dialog", {"submit": True, "data": nxt["data"]})
    assert (status, second["kind"]) == (200, "card")
    assert "date_held" in json.dumps(second["card"])
    filled = nxt["data"] | answers_on(window["card"])
    status, third = await page.post(f"people/{me}/dialog", {"submit": True, "data": filled})
    assert third["kind"] == "card"
    assert "date_held" not in json.dumps(third["card"]["body"])


async def test_a_look_up_as_somebody_types_is_answered_by_the_bot(quiet: Page) -> None:
    me = (await quiet.story())["auditor"]
    assert await quiet.post(f"people/{me}/search", {"text": "an", "dataset": "owners"}) == (200, {"results": []})


async def test_a_file_the_bot_offers_is_allowed_at_the_desk_and_lies_in_their_drive(quiet: Page) -> None:
    lead = next(one for one in (await quiet.get("council"))[1]["people"] if "Quality Assurance Lead" in str(one))
    chat = f"people/{lead['id']}"
    press = {"type": "Action.Execute", "verb": "export_rows", "data": {"verb": "export_rows"}}
    inputs = {"what": "actions", "reason": "the yearly return"}
    status, _ = await quiet.post(f"{chat}/press", {"message": "", "action": press, "inputs": inputs})
    offered = (await quiet.messages(lead["id"]))[-1]
    assert (status, offered["file"]["asks"], offered["file"]["name"]) == (200, True, "actions-2026-11-20.xlsx")
    for wrong in ({"message": "none", "allow": True}, {"message": offered["id"], "allow": "yes"}):
        assert (await quiet.post(f"{chat}/file", wrong))[0] == 400
    assert (await quiet.post(f"{chat}/file", {"message": offered["id"], "allow": True}))[0] == 200
    async with asyncio.timeout(15):
        while not (  # the question goes before the file comes
            came := [one for one in await quiet.messages(lead["id"]) if one["file"] and one["id"] != offered["id"]]
        ):
            await asyncio.sleep(0.05)
    async with quiet.http.get(came[-1]["file"]["url"]) as answer:
        assert (await answer.read()).startswith(b"PK"), "a workbook"
        assert "attachment" in answer.headers["Content-Disposition"]


async def test_only_what_nobody_waits_for_makes_a_phone_buzz(page: Page) -> None:
    story = await page.story()
    me = story["auditor"]
    await page.card(me, story["reference"])
    before = (await page.get(f"people/{me}/notifications"))[1]
    assert len(before) == 1
    assert before[0]["app"]
    assert "waiting for you" in before[0]["text"]
    await page.post(f"people/{me}/say", {"text": "help"})
    assert (await page.get(f"people/{me}/notifications"))[1] == before


async def test_while_a_turn_is_under_way_the_bot_is_seen_to_write(page: Page) -> None:
    me = (await page.story())["auditor"]
    await page.card(me)
    await page.post("faults", {"key": "slow", "on": True})
    saying = asyncio.create_task(page.post(f"people/{me}/say", {"text": "help"}))

    async def typing() -> bool:
        return (await page.get(f"people/{me}/chat"))[1]["typing"]

    await until(page, typing)
    await page.post("faults", {"key": "slow", "on": False})
    await saying
    assert not await typing()


# -- time ------------------------------------------------------------------------------------------------------------


async def test_the_clock_is_moved_and_the_timeline_says_who_heard_what(page: Page) -> None:
    story = await page.story()
    await page.card(story["auditor"])
    status, moved = await page.post("clock", {"working_days": 5})
    assert status == 200
    assert moved["says"].startswith("Friday 27 November 2026")
    assert any(story["reference"] in one["what"] for one in moved["happened"])
    assert (await page.get("clock"))[1]["says"] == moved["says"]
    status, timeline = await page.get("timeline?after=0")
    numbers = [row["seq"] for row in timeline["rows"]]
    assert numbers == sorted(set(numbers))
    about = [row for row in timeline["rows"] if row["subject"] == story["reference"] and row["state"] == "sent"]
    assert {row["person"] for row in about} >= {story["auditor"]}
    assert [row["at"][:10] for row in about if row["event"] == "E4"] == ["2026-11-27"]
    later = (await page.get(f"timeline?after={numbers[-1]}"))[1]
    assert later == {"sitting": timeline["sitting"], "rows": []}
    message = await page.card(story["auditor"], "2026")
    assert message["at"][:10] == "2026-11-27"


async def test_a_desk_that_nobody_looks_at_never_asks_what_lies_ahead(
    opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead: list[object] = []
    monkeypatch.setattr("desk.app.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("bot.local.views.next_view", lambda *given: ahead.append(given))
    async with opened(dispatching=False) as page:
        looks: list[object] = []
        pulse = page.desk.bot.pulse

        async def counted() -> dict[str, Any]:
            looks.append(await pulse())
            return await pulse()

        page.desk.bot.pulse = counted  # type: ignore[method-assign]

        async def looked_often() -> bool:
            return len(looks) > 5

        await until(page, looked_often)
        assert ahead == []
        assert (await page.get("clock"))[0] == 200
        assert len(ahead) == 1


async def test_a_time_that_has_passed_is_refused_in_words(page: Page) -> None:
    status, said = await page.post("clock", {"to": "2026-01-01"})
    assert status == 409
    assert said["kind"] == "error"
    assert "never goes back" in said["text"]


async def test_an_open_page_hears_of_a_chat_a_turn_and_the_clock(page: Page) -> None:
    me = (await page.story())["auditor"]
    heard: list[dict[str, str]] = []

    async def listen() -> None:
        async with page.http.get(f"{page.url}/api/stream") as stream:
            assert stream.content_type == "text/event-stream"
            async for line in stream.content:
                heard.extend([json.loads(line[6:])] if line.startswith(b"data: ") else [])

    listening = asyncio.create_task(listen())

    async def somebody_listens() -> bool:
        return page.desk.stream.listeners == 1

    await until(page, somebody_listens)
    await page.post(f"people/{me}/say", {"text": "help"})
    await page.post("clock", {"days": 1})

    async def all_heard() -> bool:
        return {"chat", "typing", "clock", "timeline"} <= {one["kind"] for one in heard}

    await until(page, all_heard)
    listening.cancel()
    assert {"kind": "chat", "person": me} in heard


# -- faults ----------------------------------------------------------------------------------------------------------


async def test_every_fault_has_a_name_and_says_what_it_does(page: Page) -> None:
    status, listed = await page.get("faults")
    assert status == 200
    assert [one["key"] for one in listed] == [kind.key for kind in KINDS]
    assert all(one["title"] and one["explains"].endswith(".") and not one["on"] for one in listed)


async def test_an_answer_that_is_lost_brings_the_message_once_more_marked_as_a_repeat(opened: Opening) -> None:
    async with opened(dispatching=False) as page:
        story = await page.story()
        me = story["auditor"]
        await page.post("faults", {"key": "answer_lost", "on": True, "person": me})
        page.service.start_dispatching()
        await page.card(me, story["reference"])
        await page.post("clock", {"hours": 1})
        assert sum(story["reference"] in str(one) for one in await page.messages(me)) == 2
        assert "repeat" in json.dumps((await page.messages(me))[1]).lower()
        rows = (await page.get("timeline?after=0"))[1]["rows"]
        assert [row["repeat"] for row in rows if row["subject"] == story["reference"] and row["person"] == me] == [True]
        assert not any(one["people"] for one in (await page.get("faults"))[1])


async def test_someone_who_has_blocked_the_bot_hears_nothing_until_they_write(opened: Opening) -> None:
    async with opened(dispatching=False) as page:
        me = (await page.story())["auditor"]
        await page.post("faults", {"key": "blocked", "on": True, "person": me})
        assert next(one for one in (await page.get("council"))[1]["people"] if one["id"] == me)["blocked"]
        page.service.start_dispatching()

        async def parked() -> bool:
            rows = (await page.get("timeline?after=0"))[1]["rows"]
            return any(row["person"] == me and row["state"] == "parked" for row in rows)

        await until(page, parked)
        assert await page.messages(me) == []
        await page.post(f"people/{me}/say", {"text": "list"})
        assert (await page.messages(me))[-1]["from"] == "bot"
        assert not next(one for one in (await page.get("council"))[1]["people"] if one["id"] == me)["blocked"]


async def test_someone_teams_does_not_reach_gets_a_letter_and_is_answered_by_letter(opened: Opening) -> None:
    async with opened(dispatching=False, mail=True) as page:
        story = await page.story()
        me = story["auditor"]
        await page.post("faults", {"key": "blocked", "on": True, "person": me})
        page.service.start_dispatching()

        async def letters() -> list[dict[str, Any]]:
            return (await page.get(f"people/{me}/mail"))[1]

        async def a_letter_came() -> bool:
            return any(story["reference"] in one["subject"] for one in await letters())

        await until(page, a_letter_came)
        [letter] = [one for one in await letters() if story["reference"] in one["subject"]]
        assert letter["direction"] == "in"
        answer = {"in_reply_to": letter["id"], "subject": "", "text": f"open {story['reference']}"}
        assert await page.post(f"people/{me}/mail", answer) == (200, {})

        async def an_answer_came() -> bool:
            return [one["direction"] for one in await letters()][-2:] == ["out", "in"]

        await until(page, an_answer_came)
        assert "Date of the meeting" in (await letters())[-1]["text"]


async def test_someone_without_the_app_cannot_write_until_it_is_back(page: Page) -> None:
    me = (await page.story())["auditor"]
    await page.card(me)
    await page.post("faults", {"key": "uninstalled", "on": True, "person": me})
    status, said = await page.post(f"people/{me}/say", {"text": "list"})
    assert (status, said["kind"]) == (409, "error")
    await page.post("faults", {"key": "uninstalled", "on": False, "person": me})
    assert (await page.post(f"people/{me}/say", {"text": "list"}))[0] == 200


@pytest.mark.parametrize("fault", ["throttled", "down"])
async def test_while_teams_takes_no_message_nobody_has_one_and_afterwards_none_is_lost(
    opened: Opening, fault: str
) -> None:
    async with opened(dispatching=False) as page:
        story = await page.story()
        await page.post("faults", {"key": fault, "on": True})
        page.service.start_dispatching()
        await page.post("clock", {"hours": 1})
        assert await page.messages(story["auditor"]) == []
        await page.post("faults", {"key": fault, "on": False})
        await page.post("clock", {"hours": 1})
        assert story["reference"] in str(await page.messages(story["auditor"]))


async def test_a_fault_there_is_none_of_or_for_nobody_is_refused(quiet: Page) -> None:
    for body in ({"key": "earthquake", "on": True}, {"key": "slow"}, {"key": "blocked", "on": True}, {"on": True}):
        status, said = await quiet.post("faults", body)
        assert (status, said["kind"]) == (400, "error"), body


# -- keeping ---------------------------------------------------------------------------------------------------------


async def test_chats_outlive_the_desk_and_their_cards_can_still_be_pressed(opened: Opening, tmp_path: Path) -> None:
    keep = tmp_path / "desk" / "chats.json"
    async with opened(keep=keep) as page:
        story = await page.story()
        me = story["auditor"]
        await page.card(me, story["reference"])
        await page.post(f"people/{me}/say", {"text": "help"})
        before = await page.messages(me)
    async with opened(keep=keep) as page:
        assert await page.messages(me) == before
        press = {"message": before[0]["id"], "action": button(before[0]["card"], "open"), "inputs": {}}
        assert (await page.post(f"people/{me}/press", press))[1]["kind"] == "card"


@pytest.mark.parametrize("kept", ["not json", "[]", '{"origin": "of another council", "chats": {}}'])
async def test_what_was_kept_of_another_council_or_cannot_be_read_is_left_alone(
    opened: Opening, tmp_path: Path, kept: str
) -> None:
    keep = tmp_path / "chats.json"
    keep.write_text(kept)
    async with opened(keep=keep, dispatching=False) as page:
        assert await page.messages((await page.story())["auditor"]) == []

"""A learning space in a dialog window of Teams, over the real HTTP edge: opened from a card, sent in, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from assurance.establishment.demo_council import DEMO_SENIOR_MANAGER, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from bot.metrics import Metrics
from bot.network.client import HttpClient
from bot.teams.adapter import TeamsAdapter
from bot.teams.connector import Connector
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts
from bot.teams.limits import UNHURRIED, Limits
from bot.teams.routes import add_messages_route
from bot.teams.tokens import NoTokens
from desk.connector import TeamsDesk
from desk.members import Member
from desk.person import Answer
from desk.person import Person as DeskPerson
from desk.serving import serving
from dialogs.kit.card_lint import lint
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from storage.casework import conversations, learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Council
from tests.bot.filling import answers_on
from tests.bot.teams.conftest import APP_ID, TENANT_ID
from tests.dialogs.reading import walk

NOW = FRIDAY + timedelta(days=5)
MOST_PAGES = 12
FORM = load_framework().form("learning_space")


@dataclass
class Window:
    """One manager of the demo council at their Teams client."""

    me: DeskPerson
    desk: TeamsDesk
    db: Database
    item: LearningSpace

    @property
    def last(self) -> dict[str, Any]:
        """The newest message of the chat."""
        return self.desk.chat_of(self.me.member).last

    def stored(self) -> LearningSpace:
        found = self.db.read_now(learning_spaces.by_reference, self.item.reference)
        assert found
        return found


@pytest.fixture
def demo_db(council: Council) -> Iterator[Database]:
    with Database.open(council.url) as opened:
        yield opened


@pytest.fixture
async def window(
    demo_db: Database, framework: Framework, http: aiohttp.ClientSession, way_out: HttpClient
) -> AsyncIterator[Window]:
    clock = Clock.standing(NOW)
    item = demo_db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    person = demo_db.read_now(establishment.current).people[DEMO_TEAM_MANAGER]
    member = Member(person.entra_object_id, person.name, person.email)
    member.installed = True
    desk = TeamsDesk(APP_ID, TENANT_ID, [member])
    hosts = Hosts(loopback=True)
    adapter = TeamsAdapter(Connector(way_out, NoTokens(), hosts, clock.now), Limits(UNHURRIED, UNHURRIED, UNHURRIED))
    metrics = Metrics()
    front = FrontDesk(demo_db, Conversation(demo_db, framework, clock), clock, metrics)
    app = web.Application()
    add_messages_route(
        app, Gate(APP_ID, TENANT_ID, hosts, clock.now, None, local=True), adapter, front.on_turn, metrics
    )
    async with serving(desk.application()) as teams_url, serving(app) as url:
        desk.service_url = f"{teams_url}/"
        yield Window(DeskPerson(member, desk, f"{url}/api/messages", http, clock.now), desk, demo_db, item)
        await front.close()


def _actions(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The data of each button, by its title."""
    return {one["title"]: one["data"] for one in walk(card) if one["type"].startswith("Action.")}


def _kind(answer: Answer) -> str:
    return str(answer.body["task"]["type"])


async def _fill(window: Window, answer: Answer, **different: str) -> Answer:
    """Fill in page after page of the window, up to the one with Send."""
    for _ in range(MOST_PAGES):
        buttons = _actions(answer.card)
        if "Send" in buttons:
            return answer
        forward = buttons.get("Next") or buttons["Review"]
        answer = await window.me.submit_dialog({**answers_on(answer.card, **different), **forward})
        assert _kind(answer) == "continue"
    raise AssertionError("the form does not end")


async def test_a_whole_learning_space_is_graded_in_the_window(window: Window) -> None:
    page = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    assert _kind(page) == "continue"
    assert page.body["task"]["value"]["title"] == "Learning space"
    review = await _fill(window, page)
    done = await window.me.submit_dialog(_actions(review.card)["Send"])
    reference = window.item.reference
    said = f"Thank you. {reference} has been sent in. To take it back within a minute, type: undo {reference}"
    assert done.body == {"task": {"type": "message", "value": said}}
    stored = window.stored()
    assert (stored.state, stored.grade, stored.submitted_by) == ("submitted", "good", DEMO_TEAM_MANAGER)


async def test_every_page_of_the_window_is_a_sound_card_with_buttons_of_its_kind_only(window: Window) -> None:
    page = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    for _ in range(MOST_PAGES):
        assert lint(page.card) == []
        assert {one["type"] for one in walk(page.card) if one["type"].startswith("Action.")} == {"Action.Submit"}
        assert not any("msteams" in data for data in _actions(page.card).values())
        buttons = _actions(page.card)
        if "Send" in buttons:
            return
        page = await window.me.submit_dialog({**answers_on(page.card), **(buttons.get("Next") or buttons["Review"])})
    raise AssertionError("the form does not end")


async def test_a_card_put_aside_offers_the_window_and_the_window_goes_on_where_the_card_was(window: Window) -> None:
    await window.me.say(f"open {window.item.reference}")
    card = window.last["attachments"][0]["content"]
    first = await window.me.press(_execute(card, "Next"), answers_on(card))
    saved = await window.me.press(_execute(first.card, "Save for later"), {"grade_voice": "good"})
    opener = next(one for one in walk(saved.card) if one.get("title") == "Open in a window")
    assert opener["type"] == "Action.Submit"
    page = await window.me.open_dialog(opener["data"])
    shown = {one["id"]: one.get("value") for one in walk(page.card) if one["type"].startswith("Input.")}
    assert shown["grade_voice"] == "good"


async def test_an_older_client_that_knows_no_windows_gets_the_form_in_the_chat(window: Window) -> None:
    data = {"msteams": {"type": "task/fetch"}, "verb": "open", "ref": window.item.token}
    await window.me.press({"type": "Action.Submit", "data": data})
    card = window.last["attachments"][0]["content"]
    assert "Next" in _actions(card)


async def test_a_page_that_is_refused_comes_back_with_what_was_typed(window: Window) -> None:
    page = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    answers = answers_on(page.card) | {"date_held": "2027-12-01", "in_person": "part"}
    again = await window.me.submit_dialog({**answers, **_actions(page.card)["Next"]})
    assert _kind(again) == "continue"
    shown = {one["id"]: one.get("value") for one in walk(again.card) if one["type"].startswith("Input.")}
    assert shown["date_held"] == "2027-12-01"
    assert shown["in_person"] == "part"


async def test_putting_it_off_keeps_the_page_and_closes_the_window(window: Window) -> None:
    page = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    closed = await window.me.submit_dialog({**answers_on(page.card), **_actions(page.card)["Save for later"]})
    assert _kind(closed) == "message"
    assert "saved for later" in closed.body["task"]["value"]
    draft = window.db.read_now(learning_spaces.load_draft, window.item.reference, DEMO_TEAM_MANAGER)
    assert draft
    assert draft.answers["in_person"] == "yes"


async def test_a_child_at_risk_in_the_window_is_acted_on_at_once_and_said_on_a_page_of_its_own(window: Window) -> None:
    page = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    answers = answers_on(page.card) | {"immediate_risk": "yes"}
    told = await window.me.submit_dialog({**answers, **_actions(page.card)["Next"]})
    assert window.db.read_now(red_flags.of, window.item.reference)
    review = await _fill(window, told)
    done = await window.me.submit_dialog(_actions(review.card)["Send"])
    assert _kind(done) == "continue"
    assert "not a referral" in str(done.card)


async def test_somebody_elses_item_opens_no_window(window: Window) -> None:
    theirs = window.db.read_now(learning_spaces.waiting_for, DEMO_SENIOR_MANAGER)
    token = theirs[0].token if theirs else "f" * 32
    answer = await window.me.open_dialog({"verb": "open", "ref": token})
    assert "I cannot open that one" in str(answer.body)
    assert "Send" not in str(answer.body)


async def test_sending_twice_from_the_window_sends_once(window: Window) -> None:
    review = await _fill(window, await window.me.open_dialog({"verb": "open", "ref": window.item.token}))
    send = _actions(review.card)["Send"]
    first = await window.me.submit_dialog(send)
    second = await window.me.submit_dialog(send)
    assert "has been sent in" in first.body["task"]["value"]
    assert "already" in str(second.body).casefold()


# -- typed over the same edge ------------------------------------------------------------------------------------------


async def _type_to_the_end(window: Window) -> None:
    first = {"date_held": "2026-11-20", "others_present": "skip", "immediate_risk": "no", "family_feedback": "both"}
    later = {"strength_themes": "1", "learning_themes": "skip", "grade": "outstanding", "action_2_wanted": "no"}
    for _ in range(60):
        place = window.db.read_now(conversations.load, DEMO_TEAM_MANAGER)
        if place is None or place.question == "*":
            return
        asked = {field.key: field for step in FORM.steps for field in step.fields}[place.question]
        usual = "outstanding" if asked.choices_from in ("grades", "grades_or_na") else "Enough to go on with."
        usual = "yes" if asked.kind in ("yes_no", "confirm") or place.question == "in_person" else usual
        optional = {"even_better", "practitioner_reflection", "wider_learning", "action_1_what", "action_1_owner"}
        said = {**first, **later}.get(place.question) or ("skip" if place.question in optional else usual)
        if place.question in ("action_1_by", "action_1_kind"):
            said = "skip"
        await window.me.say(said)
    raise AssertionError("the questions do not end")


def _everything(window: Window) -> str:
    return str(list(window.desk.chat_of(window.me.member).messages.values()))


async def test_the_list_of_answers_typed_is_covered_in_the_chat_once_it_is_sent(window: Window) -> None:
    await window.me.say("type")
    await _type_to_the_end(window)
    assert "Why this overall grade" in str(window.last)
    await window.me.say("send")
    assert window.stored().state == "submitted"
    assert "Sent in" in str(window.last)
    assert "Check and send" not in _everything(window)
    assert "A list of your answers stood here" in _everything(window)


async def test_only_the_newest_list_of_answers_stands_in_the_chat(window: Window) -> None:
    await window.me.say("type")
    await _type_to_the_end(window)
    await window.me.say("change impact to good")
    assert "Check and send" in str(window.last)
    messages = [str(one) for one in window.desk.chat_of(window.me.member).messages.values()]
    assert sum("Please read it through once" in one for one in messages) == 1
    assert sum("A list of your answers stood here" in one for one in messages) == 1


async def test_sending_in_the_window_covers_the_list_that_was_typed(window: Window) -> None:
    await window.me.say("type")
    await _type_to_the_end(window)
    review = await window.me.open_dialog({"verb": "open", "ref": window.item.token})
    done = await window.me.submit_dialog(_actions(review.card)["Send"])
    assert "has been sent in" in done.body["task"]["value"]
    assert "A list of your answers stood here" in _everything(window)


async def test_sending_from_the_list_puts_the_receipt_in_its_place_and_leaves_it_there(window: Window) -> None:
    await window.me.say("type")
    await _type_to_the_end(window)
    card = window.last["attachments"][0]["content"]
    receipt = await window.me.press(_execute(card, "Send"), replyToId=window.last["id"])
    assert "Sent in" in str(receipt.card)
    assert "A list of your answers stood here" not in _everything(window)
    assert window.stored().state == "submitted"


def _execute(card: dict[str, Any], title: str) -> dict[str, Any]:
    return next(one for one in walk(card) if one.get("title") == title and one["type"].startswith("Action."))

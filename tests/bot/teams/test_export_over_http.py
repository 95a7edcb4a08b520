"""The QA team takes rows out of the chat: asked with a reason, allowed in Teams, put into their own OneDrive."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from openpyxl import load_workbook

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from bot.metrics import Metrics
from bot.network.client import HttpClient
from bot.teams.adapter import TeamsAdapter
from bot.teams.connector import Connector
from bot.teams.files import read_consent
from bot.teams.front_desk import FrontDesk
from bot.teams.gate import Gate
from bot.teams.hosts import Hosts, is_onedrive
from bot.teams.limits import UNHURRIED, Limits
from bot.teams.routes import add_messages_route
from bot.teams.tokens import NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.drive import Put, file_in
from desk.members import Member
from desk.person import Person as DeskPerson
from desk.serving import serving
from policy.framework.framework import Framework
from storage.casework import actions, learning_spaces, loops, moderations
from storage.casework.actions import Action
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.council import establishment, history
from storage.engine.database import Database, Session
from storage.outbox import notices
from tests.bot.conftest import FRIDAY, Council
from tests.bot.teams.conftest import APP_ID, TENANT_ID

REASON = "the yearly return"
DAY = date(2026, 12, 18)


@dataclass
class Chat:
    """Two people of the demo council at their Teams clients, and the bot behind its real edge."""

    lead: DeskPerson
    manager: DeskPerson
    desk: TeamsDesk
    front: FrontDesk
    db: Database
    clock: Clock

    def messages(self, person: DeskPerson) -> list[dict[str, Any]]:
        return list(self.desk.chat_of(person.member).messages.values())

    async def offered(self, what: str = "allocations") -> dict[str, Any]:
        """Ask for rows; the message with which Teams asks for consent."""
        await self.lead.press(export_rows(), {"what": what, "reason": REASON})
        return self.messages(self.lead)[-1]

    async def put(self) -> list[Put]:
        """What lies in OneDrive, once the bot has said what came of it."""
        await self.front._hand.close()
        return [one for one in self.desk.drive.files.values() if one.content is not None]

    def exported(self) -> list[history.Entry]:
        return [entry for entry in self.db.read_now(history.read) if entry.verb == "exported"]


def export_rows() -> dict[str, Any]:
    return {"type": "Action.Execute", "verb": "export_rows", "data": {"verb": "export_rows"}}


@pytest.fixture
def demo_db(council: Council) -> Iterator[Database]:
    with Database.open(council.url) as opened:
        yield opened


@pytest.fixture
async def chat(
    demo_db: Database, framework: Framework, http: aiohttp.ClientSession, way_out: HttpClient
) -> AsyncIterator[Chat]:
    clock = Clock.starting(FRIDAY)
    people = demo_db.read_now(establishment.current).people
    members = [
        Member(people[one].entra_object_id, people[one].name, people[one].email)
        for one in (DEMO_QA_LEAD, DEMO_TEAM_MANAGER)
    ]
    for member in members:
        member.installed = True
    desk = TeamsDesk(APP_ID, TENANT_ID, members)
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
        lead, manager = (DeskPerson(one, desk, f"{url}/api/messages", http, clock.now) for one in members)
        yield Chat(lead, manager, desk, front, demo_db, clock)
        await front.close()


def text_of(message: dict[str, Any]) -> str:
    return json.dumps(message)


async def test_the_rows_come_with_names_into_their_own_onedrive_once_they_have_allowed_it(chat: Chat) -> None:
    await chat.lead.say("export")
    assert "Take rows out?" in text_of(chat.messages(chat.lead)[-1])
    asked = await chat.offered()
    offered = file_in(asked)
    assert offered
    assert (offered["name"], offered["description"]) == (
        "learning-spaces-2026-11-20.xlsx",
        "Learning spaces, with grades",
    )
    assert chat.exported() == [], "nothing is recorded, and nothing has left, before they allow it"
    await chat.lead.answer_file(asked, allow=True)
    (put,) = await chat.put()
    assert put.owner == chat.lead.member.entra_object_id
    # The moment it was made stands in a workbook, and compresses to a few bytes more or less.
    assert abs(len(put.content or b"") - offered["size"]) < 100
    assert "Authorization" not in put.headers, "the address is the permission: no token of ours goes along"
    rows = list(load_workbook(io.BytesIO(put.content or b"")).active.values)
    assert rows[0][:5] == ("Reference", "Activity", "Post", "Person", "Function")
    assert len(rows) == 41
    people = chat.db.read_now(establishment.current).people
    item = chat.db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    mine = next(row for row in rows if row[0] == item.reference)
    assert mine[3] == people[DEMO_TEAM_MANAGER].name
    assert people[item.practitioner].name in mine
    assert not re.search(r"\bp-\d{4}\b", text_of({"rows": [[str(cell) for cell in row] for row in rows]}))
    entry = chat.exported()[0]
    assert (entry.actor, entry.subject, entry.detail) == (
        f"person:{DEMO_QA_LEAD}",
        "allocations",
        {"reason": REASON, "rows": 40},
    )
    told = [one for one in chat.db.read_now(notices.about, f"export-{entry.seq}") if one.event == "E86"]
    assert [one.recipient for one in told] == [DEMO_QA_LEAD]
    said = chat.messages(chat.lead)
    assert file_in(said[-1]) == {"asks": False, "name": put.name, "url": file_in(said[-1])["url"]}  # type: ignore[index]
    assert asked["id"] not in [one["id"] for one in said], "the question is taken away"
    assert item.reference not in text_of({"said": said}), "no row stands in the chat"


async def test_what_was_taken_once_is_not_taken_again_nor_by_anybody_else(chat: Chat) -> None:
    asked = await chat.offered("actions")
    await chat.manager.answer_file(asked, allow=True)
    await chat.put()
    assert "offer is over" in text_of(chat.messages(chat.manager)[-1])
    await chat.lead.answer_file(asked, allow=True)
    assert len(await chat.put()) == 1
    await chat.lead.answer_file(asked, allow=True)
    await chat.put()
    assert "offer is over" in text_of(chat.messages(chat.lead)[-1])
    assert len(chat.exported()) == 1


async def test_who_declines_leaves_no_trace_of_an_export_and_cannot_allow_it_later(chat: Chat) -> None:
    asked = await chat.offered()
    await chat.lead.answer_file(asked, allow=False)
    assert "Nothing was taken out" in text_of(chat.messages(chat.lead)[-1])
    await chat.lead.answer_file(asked, allow=True)
    await chat.put()
    assert "offer is over" in text_of(chat.messages(chat.lead)[-1])
    assert chat.exported() == []


async def test_an_offer_ends_after_an_hour(chat: Chat) -> None:
    asked = await chat.offered()
    chat.clock.move_to(FRIDAY + timedelta(minutes=61))
    await chat.lead.answer_file(asked, allow=True)
    await chat.put()
    assert "offer is over" in text_of(chat.messages(chat.lead)[-1])
    assert chat.exported() == []


async def test_a_onedrive_that_is_full_is_said_and_what_is_in_the_history_is_said_too(chat: Chat) -> None:
    asked = await chat.offered()
    chat.desk.drive.full = True
    await chat.lead.answer_file(asked, allow=True)
    await chat.put()
    said = text_of(chat.messages(chat.lead)[-1])
    assert "The file did not arrive" in said
    assert "history says" in said


async def test_when_teams_does_not_take_the_question_it_is_said_at_once(chat: Chat) -> None:
    chat.desk.faults.add(faults.forbidden("MessageWritesBlocked"))
    answer = await chat.lead.press(export_rows(), {"what": "allocations", "reason": REASON})
    assert "Sorry, that did not work" in text_of(answer.card)
    assert chat.exported() == []


async def test_a_place_that_is_not_onedrive_gets_nothing(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await chat.offered()
    place = chat.desk.drive.place_for("x", "rows.xlsx", "https://collector.example")
    monkeypatch.setattr(chat.desk.drive, "place_for", lambda *_: place)
    await chat.lead.answer_file(asked, allow=True)
    await chat.put()
    assert "The file did not arrive" in text_of(chat.messages(chat.lead)[-1])


async def test_whoever_is_to_look_again_blind_gets_no_first_grade_and_nothing_that_tells_it(chat: Chat) -> None:
    items = chat.db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)
    reference, other = items[0].reference, "LS-2026Q3-002"

    def graded_inadequate(session: Session) -> None:
        for one in (reference, other):
            learning_spaces.update(session, one, state="submitted", grade="inadequate", impact="inadequate")
            loops.insert(session, Loop(f"CL-{one[3:]}", one, one, items[0].practitioner, "open", FRIDAY, DAY, DAY))
        looks = ("MO-2026Q3-001", "m" * 32, reference, "inadequate", {}, DEMO_QA_LEAD, "selected", FRIDAY)
        moderations.insert(session, Moderation(*looks, "inadequate", "inadequate"))
        due = (date(2026, 12, 1), "open", FRIDAY)
        given = [
            Action(f"AC-{one[3:]}", f"CL-{one[3:]}", "p-0052", "Talk", "other", *due) for one in (reference, other)
        ]
        actions.insert_many(session, given)

    chat.db.write_now(graded_inadequate)
    for what, expected in (("allocations", 2), ("moderations", 1), ("loops", 1), ("actions", 1)):
        await chat.lead.answer_file(await chat.offered(what), allow=True)
        content = (await chat.put())[-1].content or b""
        rows = [tuple(map(str, row)) for row in load_workbook(io.BytesIO(content)).active.values]
        about = [row for row in rows if any(reference[3:] in cell for cell in row)]
        told = [row for row in rows if any(other[3:] in cell for cell in row)]
        assert len(about) + len(told) == expected, what
        assert not any("nadequate" in cell for row in about for cell in row), what
        if what == "allocations":
            assert any("nadequate" in cell for row in told for cell in row)


async def test_outside_the_qa_team_nobody_is_offered_anything(chat: Chat) -> None:
    await chat.manager.say("export")
    assert "The QA team does that" in text_of(chat.messages(chat.manager)[-1])
    before = len(chat.messages(chat.manager))
    answer = await chat.manager.press(export_rows(), {"what": "allocations", "reason": REASON})
    assert "I cannot open that one" in text_of(answer.body)
    assert len(chat.messages(chat.manager)) == before


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "Which rows"),
        ({"what": "allocations", "reason": "  "}, "Why you need them"),
        ({"what": "history", "reason": REASON}, "Which rows"),
        ({"what": "allocations", "reason": "for the child at LA1 4XY"}, "in other words"),
        ({"what": ["allocations"], "reason": 7}, "Which rows"),
    ],
    ids=["nothing", "no reason", "not by chat", "somebody's details", "nonsense"],
)
async def test_without_which_and_why_it_asks_again(chat: Chat, inputs: dict[str, Any], said: str) -> None:
    before = len(chat.messages(chat.lead))
    answer = await chat.lead.press(export_rows(), inputs)
    assert said in text_of(answer.card)
    assert "Take rows out?" in text_of(answer.card)
    assert "LA1 4XY" not in text_of(answer.card)
    assert len(chat.messages(chat.lead)) == before


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://northmoor-my.sharepoint.com/personal/x/_api/v2.0/drive/items/1/uploadSession?guid='a'&x=%2B", True),
        ("https://northmoor-my.sharepoint.us/upload", True),
        ("http://northmoor-my.sharepoint.com/upload", False),
        ("https://sharepoint.com.evil.example/upload", False),
        ("https://evilsharepoint.com/upload", False),
        ("https://user@northmoor-my.sharepoint.com/upload", False),
        ("https://northmoor-my.sharepoint.com:8443/upload", False),
        ("https://northmoor-my.sharepoint.com\\@evil.example/", False),
        ("https://127.0.0.1/upload", False),
        ("http://169.254.169.254/latest", False),
        ("", False),
    ],
)
def test_rows_go_to_onedrive_and_nowhere_else(address: str, *, taken: bool) -> None:
    assert is_onedrive(address, loopback=False) is taken


@pytest.mark.parametrize(
    "value",
    [None, 7, [], {}, {"action": "accept"}, {"action": "accept", "context": {"ref": "a"}}, {"context": {"ref": "a"}}],
)
def test_a_consent_that_cannot_be_read_is_none(value: object) -> None:
    assert read_consent(value) is None

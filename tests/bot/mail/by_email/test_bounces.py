"""A letter that comes back: the address is marked, the QA team sees whose it is, and the news goes the other way."""

from __future__ import annotations

import asyncio
import json
import smtplib

import aiohttp
import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.service import Service
from desk.connector import TeamsDesk
from desk.person import Person
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.council import establishment
from storage.engine.database import Database
from storage.outbox import notice_lists, replies
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import MAILBOX, Correspondent, until_read
from tests.bot.mail.by_email.reports import non_delivery
from tests.patience import PATIENCE


async def in_teams(
    service: Service, teams: TeamsDesk, db: Database, person: str, http: aiohttp.ClientSession
) -> Person:
    """Somebody adds the app and says hello."""
    member = teams.members[db.read_now(establishment.current).people[person].entra_object_id]
    one = Person(member, teams, f"http://127.0.0.1:{service.port}/api/messages", http, lambda: FRIDAY)
    await one.install()
    return one


async def comes_back(manager: Correspondent, message_id: str, status: str = "5.1.10") -> None:
    raw = non_delivery(message_id, manager.address, to=MAILBOX, status=status)

    def by_smtp() -> None:
        with smtplib.SMTP("127.0.0.1", manager.port) as relay:
            relay.sendmail("", [MAILBOX], raw)  # reports come from nobody: MAIL FROM:<>

    await asyncio.to_thread(by_smtp)


def standing(db: Database) -> str:
    found = db.read_now(channels.get, DEMO_TEAM_MANAGER, "mail")
    return found.state if found else ""


async def test_the_qa_lead_sees_whose_email_comes_back_and_is_told_when_nothing_else_reaches_them(
    manager: Correspondent, service: Service, teams: TeamsDesk, db: Database
) -> None:
    first = await manager.letter()
    await comes_back(manager, str(first["Message-ID"]))
    await until_read(db)
    assert standing(db) == "disabled"
    (lead,) = (post.holder for post in db.read_now(establishment.current).posts_of_role("qa_lead"))
    told = [row for row in db.read_now(notice_lists.to_person, lead) if row.event == "E65" and not row.follows]
    assert len(told) == 1, "Teams does not reach her either"
    name = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].name
    async with aiohttp.ClientSession() as http:
        qa_lead = await in_teams(service, teams, db, lead, http)
        for line, said in (("list", ("One person's email comes back",)), ("emails", ("Letters to ", name))):
            await qa_lead.say(line)
            shown = json.dumps(teams.chat_of(qa_lead.member).last)
            assert all(words in shown for words in said), line
            assert manager.address not in shown


@pytest.fixture
def blocked(db: Database) -> None:
    """She has blocked the app, so letters go to her at once."""
    db.write_now(channels.set_state, DEMO_TEAM_MANAGER, "teams", "blocked", "", FRIDAY)


async def test_what_came_back_is_said_in_teams_where_teams_reaches_them_by_now(
    blocked: None, manager: Correspondent, service: Service, teams: TeamsDesk, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    async with aiohttp.ClientSession() as http:
        she = await in_teams(service, teams, db, DEMO_TEAM_MANAGER, http)
        await comes_back(manager, str(first["Message-ID"]))
        async with asyncio.timeout(PATIENCE):
            while item.reference not in json.dumps(list(teams.chat_of(she.member).messages.values())):
                await asyncio.sleep(0.02)
    (lead,) = (post.holder for post in db.read_now(establishment.current).posts_of_role("qa_lead"))
    assert not [row for row in db.read_now(notice_lists.to_person, lead) if row.event == "E65"]


@pytest.mark.parametrize(
    ("status", "came_of_it"),
    [("4.2.2", "bounce_delayed"), ("5.2.2", "bounce_mailbox_full"), ("5.7.1", "bounce_not_allowed")],
)
async def test_a_full_mailbox_a_delay_and_a_rule_against_us_leave_the_address_as_it_is(
    manager: Correspondent, db: Database, status: str, came_of_it: str
) -> None:
    first = await manager.letter()
    await comes_back(manager, str(first["Message-ID"]), status)
    await until_read(db)
    assert standing(db) in ("", "ok")
    assert db.read_now(replies.get, 1).reason == came_of_it


async def test_a_report_about_a_letter_we_never_wrote_marks_nobody_and_is_not_answered(
    manager: Correspondent, db: Database
) -> None:
    await manager.letter()
    await comes_back(manager, "<forged@northmoor.example>")
    await until_read(db)
    assert standing(db) in ("", "ok")
    assert db.read_now(replies.get, 1).reason == "bounce_not_ours"
    await manager.no_letter()

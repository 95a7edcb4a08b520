"""Where a card or a letter says that the QA team can help, it says who that is and how to reach them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.front_door.front_door import unknown_person_message
from policy.council.establishment import Establishment, Leave, Person
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY
from tests.bot.outbox_people import Recorder, a_dispatcher, a_notice, put
from tests.dialogs import samples

SENDS_TO_THE_TEAM = re.compile(
    r"QA team can help|(?:ask|tell) the QA (?:team|lead)|by the QA team.*please ask them|for the QA lead.*tell them",
    re.I,
)
OF_A_STRANGER = {"unknown_person", "unknown_person_mailbox"}
"""Nobody's name is for somebody the council does not know."""


@pytest.fixture
def everyone(db: Database) -> Establishment:
    return db.read_now(establishment.current)


async def said(talk: Conversation, person: Person, text: str) -> str:
    return (await talk.text(person, text))[0].text


def test_every_message_that_sends_people_to_the_qa_team_has_the_name_put_behind_it() -> None:
    nameless = {
        name
        for name, message in samples.messages().items()
        if SENDS_TO_THE_TEAM.search(message.text) and not message.asks and "@" not in message.text
    }
    assert nameless == OF_A_STRANGER - {"unknown_person_mailbox"}


async def test_a_refusal_names_the_qa_lead_and_how_to_reach_them_and_whoever_is_there_while_they_are_away(
    talk: Conversation, db: Database, everyone: Establishment
) -> None:
    manager, lead = everyone.people[DEMO_TEAM_MANAGER], everyone.people[DEMO_QA_LEAD]
    answer = await talk.text(manager, "open LS-2026Q3-999")
    assert f"the QA team can help.\n{lead.name}, " in answer[0].text and lead.email in answer[0].text
    assert f"https://teams.microsoft.com/l/chat/0/0?users={lead.email}" in str(answer[0].card)
    assert lead.email in await said(talk, manager, "help")
    assert lead.email not in await said(talk, lead, "open LS-2026Q3-999"), "nobody is sent to themselves"

    away = replace(everyone, leave=(*everyone.leave, Leave(lead.id, FRIDAY.date(), FRIDAY.date())))
    db.write_now(establishment.replace, away)
    instead = await said(talk, manager, "open LS-2026Q3-999")
    assert lead.name not in instead and "@" in instead


async def test_a_message_of_the_outbox_names_them_as_it_goes_out(
    db: Database, framework: Framework, everyone: Establishment
) -> None:
    clock, courier = Clock.standing(FRIDAY), Recorder()
    db.write_now(put, replace(a_notice("LS-2026Q3-001"), event="E76", recipient_role="head_of_service"))
    await a_dispatcher(db, framework, clock, courier).drain()
    (message,) = [message for delivery, message in courier.took if delivery.notice.event == "E76"]
    lead = everyone.people[DEMO_QA_LEAD]
    assert f"please ask the QA lead.\n{lead.name}, " in message.text and lead.email in message.text


def test_somebody_the_council_does_not_know_is_told_the_mailbox_and_nobodys_name() -> None:
    assert "@" not in unknown_person_message().text
    assert "You can write to them: qa@northmoor.example" in unknown_person_message("qa@northmoor.example").text

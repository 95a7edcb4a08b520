"""The QA lead and messages that are held: the list, its buttons and words, and nobody else's business."""

from __future__ import annotations

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.cli.terminal_card import buttons_of, inputs_of
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from policy.framework.framework import Framework
from storage.council import establishment
from storage.engine.database import Database, Session
from storage.outbox import held
from tests.bot.conftest import FRIDAY
from tests.bot.filling import press


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock) -> Conversation:
    """Everything that waits in the demo council is held."""
    db.write_now(hold_all)
    return Conversation(db, framework, clock)


def hold_all(session: Session) -> None:
    assert held.hold_before(session, FRIDAY.replace(year=2027)) > 8


async def press_titled(talk: Conversation, lead: Person, card: Message, title: str) -> Message:
    found = next(one for one in buttons_of(card.card) if one.title == title)
    return await talk.press(lead, found.verb, found.data)


def person(db: Database, which: str) -> Person:
    return db.read_now(establishment.current).people[which]


async def test_the_list_names_whom_and_what_and_some_are_ticked_to_be_sent_or_dropped(
    talk: Conversation, db: Database
) -> None:
    lead, before = person(db, DEMO_QA_LEAD), db.read_now(held.count)
    (card,) = await talk.text(lead, "held")
    assert f"{before} messages are held" in card.text and f"And {before - 8} more" in card.text
    one, two, three = (str(each.id) for each in db.read_now(held.all_held)[:3])
    some = await press(talk, lead, card, "held_some")
    assert [value for value, _ in inputs_of(some.card)[0].choices][:3] == [one, two, three]
    done = await press(talk, lead, some, "held_send", chosen=f"{one},{three}")
    assert "Two messages will be sent" in done.text and db.read_now(held.count) == before - 2
    left = {str(each.id) for each in db.read_now(held.all_held)}
    assert two in left and not left & {one, three}
    some = await press(talk, lead, await press(talk, lead, done, "held"), "held_some")
    done = await press(talk, lead, some, "held_drop", chosen=two)
    assert "One message dropped" in done.text and db.read_now(held.count) == before - 3


async def test_a_press_with_nothing_ticked_does_nothing_and_says_so(talk: Conversation, db: Database) -> None:
    lead, before = person(db, DEMO_QA_LEAD), db.read_now(held.count)
    some = await press(talk, lead, (await talk.text(lead, "held"))[0], "held_some")
    for verb, chosen in (
        ("held_send", ""),
        ("held_drop", ""),
        ("held_send", "every one of them"),
        ("held_drop", "all"),
    ):
        again = await press(talk, lead, some, verb, chosen=chosen)
        assert ("None was chosen" in again.text) == (chosen != "all"), again.text
        assert db.read_now(held.count) == before
    manager = person(db, DEMO_TEAM_MANAGER)
    for verb in ("held_send", "held_drop"):
        assert "QA lead" in (await press(talk, manager, some, verb)).text


async def test_dropping_all_is_asked_once_more_by_press_and_by_word(talk: Conversation, db: Database) -> None:
    lead, before = person(db, DEMO_QA_LEAD), db.read_now(held.count)
    (sure,) = await talk.text(lead, "drop all held")
    assert f"Drop {before} messages?" in sure.text and db.read_now(held.count) == before
    (card,) = await talk.text(lead, "held")
    sure = await press_titled(talk, lead, card, f"Drop all {before}")
    assert db.read_now(held.count) == before
    await press(talk, lead, sure, "held_drop_all")
    assert db.read_now(held.count) == 0
    assert "No message is held" in (await talk.text(lead, "held"))[0].text


async def test_words_do_what_the_buttons_do(talk: Conversation, db: Database) -> None:
    lead, first = person(db, DEMO_QA_LEAD), db.read_now(held.all_held)[0]
    (done,) = await talk.text(lead, f"send held {first.id}")
    assert "One message will be sent" in done.text
    assert "decided already" in (await talk.text(lead, f"drop held {first.id}"))[0].text
    await talk.text(lead, "send all held")
    assert db.read_now(held.count) == 0


async def test_it_stands_on_the_qa_leads_home_card_and_is_nobody_elses_business(
    talk: Conversation, db: Database
) -> None:
    count = db.read_now(held.count)
    (home,) = await talk.text(person(db, DEMO_QA_LEAD), "list")
    assert f"{count} messages are held until you send or drop them" in home.text
    manager = person(db, DEMO_TEAM_MANAGER)
    for line in ("held", "send all held", "drop all held"):
        (card,) = await talk.text(manager, line)
        assert "QA lead" in card.text and "held" not in card.text.lower().replace("you", "")
    assert db.read_now(held.count) == count

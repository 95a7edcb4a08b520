"""Whatever somebody decides on a card, the receipt of it stands there until something else happens; every button."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assurance.cards.card_shows import Shown, note_shown
from assurance.cards.living_cards import claim_refreshes, finish_refresh
from assurance.common.courier import CourierResult
from bot.answering import Press as Answered
from bot.answering import answering
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from dialogs.more_time.discretion import ITEM
from policy.council.establishment import Cover
from policy.lifecycle.reference import find_reference
from storage.casework import actions, learning_spaces, loops, moderations, more_time
from storage.contact import channels, living_cards
from storage.contact.channels import Card
from storage.contact.living_cards import Change
from storage.council import establishment as establishments
from storage.engine.database import Database, Session
from tests.bot.test_two_at_once import GIVEN, NOW, Press
from tests.councils import QA_OFFICER, small_council, with_cover
from tests.journeys.living_council import LivingCouncil

MESSAGE = "message-of-the-card"
ABOUT_NO_ITEM = ("a month approved", "a month put aside", "the clock stopped")
"""Their cards are no item's: nothing replaces them."""


@pytest.fixture
def council(sqlite_database: Database) -> LivingCouncil:
    found = LivingCouncil(sqlite_database, now=NOW)
    everyone = sqlite_database.read_now(establishments.current)
    today = found.calendar.local_date(NOW)
    found.given_the_council_is(with_cover(everyone, Cover("qa-lead", QA_OFFICER, today, today + timedelta(days=300))))
    found.given_everyone_talks_to_the_bot()
    return found


@pytest.mark.parametrize("what", sorted(GIVEN.keys() - set(ABOUT_NO_ITEM)))
def test_the_receipt_of_what_somebody_decided_stands_until_something_else_happens(
    council: LivingCouncil, what: str
) -> None:
    press = GIVEN[what](council)
    person = press.people[0]
    subject = council.database.read_now(_subject, str(press.data.get("ref") or press.data.get(ITEM)))
    changed(council)  # the first look begins here
    card = Card(person, subject, f"chat-{person}", MESSAGE, council.now)
    council.database.write_now(channels.save_card, card)
    receipt = asyncio.run(pressed(council, press, person))
    assert council.database.read_now(living_cards.behind), receipt.text  # the keeper has it still to look at
    council.now += timedelta(hours=3)
    assert MESSAGE not in changed(council)
    council.now += timedelta(days=1)
    assert MESSAGE not in changed(council)
    # And it is no longer than that: what happens next is on it.
    council.database.write_now(living_cards.mark_stale, [Change(10**6, council.now, "came_in", subject)])
    assert MESSAGE in changed(council)


async def pressed(council: LivingCouncil, press: Press, person: str) -> Message:
    """Answered on the card, and noted as the front desk notes it."""
    db = council.database
    talk = Conversation(db, council.framework, Clock.standing(council.now))
    with answering(Answered(person, MESSAGE)) as noted:
        data = {"verb": press.verb, **press.data}
        message = await talk.press(small_council().people[person], press.verb, data)
    assert noted.did, message.text
    assert message.card is not None
    reference = find_reference(message.card["body"][0]["text"]) or ""
    shown = Shown(f"chat-{person}", MESSAGE, reference, copied=True)
    await db.write(note_shown, shown, person=person, seq=noted.seq, now=council.now)
    return message


def changed(council: LivingCouncil) -> set[str]:
    """One round of the card keeper: the messages it changed."""
    batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
    for one in batch:
        council.database.write_now(finish_refresh, one, CourierResult("sent"), now=council.now)
    return {one.card.activity_id for one in batch}


def _subject(session: Session, token: str) -> str:
    """What a button is about."""
    if request := more_time.by_token(session, token):
        return request.reference
    for look in (learning_spaces.by_token, actions.by_token, loops.by_token, moderations.by_token):
        if found := look(session, token):
            return str(found.reference)
    return find_reference(token) or ""

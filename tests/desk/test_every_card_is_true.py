"""A learning space lives through everything at the desk; after each act every card anybody holds says what is so."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta
from typing import Any

from bot.local.spoken import desk_id
from policy.council.establishment import Cover
from storage.casework import learning_spaces
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.filling import answers_on
from tests.councils import with_cover
from tests.desk.conftest import Page, button, buttons
from tests.desk.every_card import Everybody
from tests.dialogs.reading import text_of

MOST_PAGES = 14
TODAY = "2026-11-20"
MET = {"present": "practitioner,team_manager"}


class Sitting:
    """Somebody at the desk does something, and everybody's cards are compared with what is so."""

    def __init__(self, page: Page, db: Database) -> None:
        self.page = page
        self.db = db
        self.everybody = Everybody(page, db)

    async def true_for_everybody(self) -> None:
        await self.everybody.settles()
        assert self.everybody.untrue() == []

    async def stands(self, who: str, message: str, receipt: dict[str, Any]) -> None:
        """What somebody was told of what they did is still there, and on their other devices."""
        assert await self.card(who, message) == receipt
        assert self.everybody.on_other_devices(who, message) == receipt

    async def card(self, who: str, message: str) -> dict[str, Any]:
        return next(one["card"] for one in await self.page.messages(who) if one["id"] == message)

    async def text(self, who: str, message: str) -> str:
        return text_of(await self.card(who, message))

    async def newest(self, who: str, about: str) -> str:
        """The message of somebody's newest card about something."""
        return (await self.page.card(who, about))["id"]

    async def says(self, who: str, text: str) -> str:
        """Type a line; the message that answered it."""
        assert await self.page.post(f"people/{who}/say", {"text": text}) == (200, {})
        return (await self.page.messages(who))[-1]["id"]

    async def presses(self, who: str, message: str, verb: str, **inputs: str) -> dict[str, Any]:
        press = {"message": message, "action": button(await self.card(who, message), verb), "inputs": inputs}
        status, found = await self.page.post(f"people/{who}/press", press)
        assert (status, found["kind"]) == (200, "card"), found
        return found["card"]

    async def fills_in(self, who: str, message: str, *, ahead: str, send: str, **answers: str) -> None:
        """In place, from an open page to Send."""
        for _ in range(MOST_PAGES):
            card = await self.card(who, message)
            if send in [one.get("verb") for one in buttons(card)]:
                await self.presses(who, message, send)
                return
            given = answers_on(card, **answers)
            past = {key: TODAY for key in given if key == "met_on" or "evidence_on" in key}
            await self.presses(who, message, ahead, **given | past)
        raise AssertionError(f"the form does not end: {text_of(card)}")

    async def in_a_window(self, who: str, token: str, *verbs: str, **answers: str) -> dict[str, Any]:
        """Open an item in a window and press through it; what the window said last."""
        _, found = await self.page.post(f"people/{who}/dialog", {"fetch": True, "data": {"verb": "open", "ref": token}})
        for verb in verbs:
            offered = [one["data"] for one in found["card"]["actions"]]
            data = next(one for one in offered if one["verb"] == verb)
            given = answers_on(found["card"], **answers) if verb == "next" else {}
            _, found = await self.page.post(f"people/{who}/dialog", {"submit": True, "data": given | data})
        return dict(found)


async def test_after_every_act_in_the_life_of_a_learning_space_every_card_of_everybody_is_true(
    quiet: Page, db: Database
) -> None:
    sitting, story = Sitting(quiet, db), await quiet.story()
    reference, auditor, lead = story["reference"], story["auditor"], story["qa_lead"]
    head = story["auditor_head_of_service"]
    await sitting.true_for_everybody()
    item = db.read_now(learning_spaces.by_reference, reference)
    assert item
    given = await sitting.newest(auditor, reference)

    # Begun on a message of its own; the card it came with follows, and the page stays as it was left.
    typed = await sitting.says(auditor, f"open {reference}")
    page = await sitting.presses(auditor, typed, "next", **answers_on(await sitting.card(auditor, typed)))
    await sitting.true_for_everybody()
    assert "You have begun it, up to step 2 of " in await sitting.text(auditor, given)
    assert await sitting.card(auditor, typed) == page

    # Saved in a window: soon on the card, while what may be half typed on the other is left alone.
    last = await sitting.in_a_window(auditor, item.token, "next", "later")
    assert last["kind"] == "message"
    await sitting.true_for_everybody()
    assert "You have begun it, up to step 3 of " in await sitting.text(auditor, given)
    assert "Carry on" in str(await sitting.card(auditor, given))
    assert await sitting.card(auditor, typed) == page

    # More time, asked and agreed: the receipt stands, the other for its minute, the date is the new one everywhere.
    asking = await sitting.says(auditor, f"extension {reference}")
    fields = answers_on(await sitting.card(auditor, asking), new_date="2026-12-23")
    verb = next(one["verb"] for one in buttons(await sitting.card(auditor, asking)) if "ask" in one["verb"])
    asked = await sitting.presses(auditor, asking, verb, **fields)
    await sitting.true_for_everybody()
    await sitting.stands(auditor, asking, asked)
    deciding = await sitting.newest(head, reference)
    agreed = await sitting.presses(head, deciding, "agree_request")
    await sitting.true_for_everybody()
    assert "Agreed" in text_of(agreed)
    assert "You agreed this on" in await sitting.text(head, deciding)

    # The clock is stopped for everybody, and started again.
    for command, said in (("freeze", True), ("unfreeze", False)):
        asks = await sitting.says(lead, command)
        await sitting.presses(lead, asks, command)
        await sitting.true_for_everybody()
        assert ("stands still" in await sitting.text(auditor, await sitting.newest(auditor, reference))) is said

    # Given to somebody else while the first one has a page open.
    other = _another_manager(db, item.person)
    asks = await sitting.says(lead, f"reassign {reference} to {other}")
    await sitting.presses(lead, asks, "reassign", **answers_on(await sitting.card(lead, asks)))
    await sitting.true_for_everybody()
    assert "With someone else now" in await sitting.text(auditor, typed)
    assert "With someone else now" in await sitting.text(auditor, await sitting.newest(auditor, "With someone"))
    second = _desk_id(db, other)

    # Sent in elsewhere than on its card: graded inadequate, so that closing the loop opens.
    here = await sitting.newest(second, reference)
    await sitting.presses(second, here, "open")
    page_there = await sitting.says(second, f"open {reference}")
    await sitting.fills_in(second, page_there, ahead="next", send="submit", grade="inadequate")
    await sitting.true_for_everybody()
    assert (await sitting.text(second, page_there)).startswith(f"Sent in: {reference}")
    assert (await sitting.text(second, here)).startswith(f"Sent in: {reference}")

    # Closing the loop: sent and authorised, and what each of them was told about it stands.
    senior, decider = story["senior_manager"], story["head_of_service"]
    loop = await sitting.newest(senior, "Closing the loop has opened")
    await sitting.presses(senior, loop, "loop")
    await sitting.fills_in(senior, loop, ahead="loop_next", send="loop_send", **MET)
    sent = await sitting.card(senior, loop)
    await sitting.true_for_everybody()
    await sitting.stands(senior, loop, sent)
    assert text_of(sent).startswith("Sent: CL-")
    waits = await sitting.newest(decider, "CL-")
    await sitting.presses(decider, waits, "loop")
    done = await sitting.presses(decider, waits, "loop_authorise")
    await sitting.true_for_everybody()
    await sitting.stands(decider, waits, done)
    assert "authorised" in text_of(done)

    # Opened again to be corrected, on the card of the one who corrects it.
    asks = await sitting.says(lead, f"reopen {reference}")
    await sitting.presses(lead, asks, "reopen", **answers_on(await sitting.card(lead, asks)))
    await sitting.true_for_everybody()
    # A night later nothing is being typed, and nothing is left that is not so.
    await sitting.everybody.settles(timedelta(hours=3))
    assert sitting.everybody.untrue(typing=False) == []


def _another_manager(db: Database, but: str) -> str:
    council = db.read_now(establishment.current)
    posts = sorted(council.posts_of_role("team_manager"), key=lambda one: one.id, reverse=True)
    return next(post.holder for post in posts if post.holder and post.holder != but)


def _desk_id(db: Database, person: str) -> str:
    return desk_id(db.read_now(establishment.current), person)


async def test_one_that_is_taken_back_is_gone_from_the_page_somebody_was_filling_in(quiet: Page, db: Database) -> None:
    sitting, story = Sitting(quiet, db), await quiet.story()
    reference, auditor, lead = story["reference"], story["auditor"], story["qa_lead"]
    await sitting.everybody.settles()
    given = await sitting.newest(auditor, reference)
    await sitting.presses(auditor, given, "open")
    # Their own list, opened in place on another message, with the same form in it.
    lists = await sitting.says(auditor, "list")
    await sitting.presses(auditor, lists, "open")
    asks = await sitting.says(lead, f"take back {reference}")
    done = await sitting.presses(lead, asks, "take_back", **answers_on(await sitting.card(lead, asks)))
    await sitting.true_for_everybody()
    assert (await sitting.text(auditor, lists)).startswith("No longer needed")
    # A newer message replaced the first one, which is taken away; what it cannot do is stand there and ask for it.
    first = [text_of(one["card"]) for one in await sitting.page.messages(auditor) if one["id"] == given]
    assert all("No longer needed" in text for text in first)
    await sitting.stands(lead, asks, done)
    # A stale press is told so, and changes nothing.
    again = await sitting.presses(lead, asks, "home")
    assert reference not in text_of(again)


async def test_two_who_decide_at_once_have_one_winner_and_both_cards_say_who_it_was(quiet: Page, db: Database) -> None:
    sitting, story = Sitting(quiet, db), await quiet.story()
    reference, auditor, head = story["reference"], story["auditor"], story["auditor_head_of_service"]
    stands_in = story["executive_director"]
    await sitting.everybody.settles()
    asking = await sitting.says(auditor, f"extension {reference}")
    fields = answers_on(await sitting.card(auditor, asking), new_date="2026-12-23")
    await sitting.presses(auditor, asking, "ask_extension", **fields)
    await sitting.everybody.settles()
    _covers(db, head, stands_in)
    both = {head: await sitting.newest(head, reference), stands_in: await sitting.says(stands_in, "list")}
    answers = await asyncio.gather(
        sitting.presses(head, both[head], "agree_request"),
        sitting.presses(stands_in, both[stands_in], "decline_request", because="Not this time."),
    )
    said = dict(zip(both, map(text_of, answers), strict=True))
    (loser,) = [who for who in both if said[who].startswith("Settled")]
    await sitting.everybody.settles(timedelta(seconds=20))
    for who, message in both.items():  # each has the time to read what they were told
        assert await sitting.text(who, message) == said[who]
    await sitting.true_for_everybody()
    (winner,) = both.keys() - {loser}
    assert re.search("You (agreed|declined) this on", await sitting.text(winner, both[winner])), "its minute is over"


def _covers(db: Database, absent: str, deputy: str) -> None:
    """Somebody stands in for somebody else from now on; both by the ids the desk knows them by."""
    council = db.read_now(establishment.current)
    ours = {desk_id(council, one): one for one in council.people}
    post = council.posts_held_by(ours[absent])[0].id
    cover = Cover(post, ours[deputy], date(2026, 11, 1), date(2026, 12, 31))
    db.write_now(establishment.replace, with_cover(council, cover))

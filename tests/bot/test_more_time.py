"""More time in the chat: asked from a card or by a word, decided, held from the preview, and the clock stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from assurance.more_time.ask_more_time import who_decides
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from dialogs.kit.speaking import say_count
from policy.council.establishment import Establishment, Person
from policy.framework.framework import Framework
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment, history
from storage.engine.database import Database
from storage.outbox import notices
from tests.bot.filling import button, press


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def talk(db: Database, framework: Framework, clock: Clock, woken: list[bool]) -> Conversation:
    return Conversation(db, framework, clock, wake=lambda: woken.append(True))


@pytest.fixture
def everyone(db: Database) -> Establishment:
    return db.read_now(establishment.current)


@pytest.fixture
def manager(everyone: Establishment) -> Person:
    return everyone.people[DEMO_TEAM_MANAGER]


@pytest.fixture
def qa_lead(everyone: Establishment) -> Person:
    return everyone.people[DEMO_QA_LEAD]


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def head(framework: Framework, everyone: Establishment, item: LearningSpace, clock: Clock) -> Person:
    (asked,) = who_decides(framework, everyone, item, now=clock.now()).asked.recipients
    return everyone.people[asked.person]


async def _say(talk: Conversation, person: Person, text: str) -> Message:
    return (await talk.text(person, text))[0]


async def _asked(talk: Conversation, person: Person, item: LearningSpace, **more: str) -> Message:
    form = await _say(talk, person, f"extension {item.reference}")
    latest = item.due_on.toordinal() + 3
    wanted = type(item.due_on).fromordinal(latest).isoformat()
    return await press(
        talk, person, form, "ask_extension", **{"reason": "meeting_moved", "new_date": wanted, "note": "", **more}
    )


async def test_typed_in_a_word_asked_on_a_card_and_agreed_on_another(
    talk: Conversation, db: Database, manager: Person, head: Person, item: LearningSpace, woken: list[bool]
) -> None:
    said = await _asked(talk, manager, item, note="The room was double booked.")
    assert "You will hear as soon as it is decided." in said.text
    assert woken
    waiting = await _say(talk, head, "list")
    assert "More time asked for" in waiting.text
    seen = await press(talk, head, waiting, "see_request")
    assert "The room was double booked." in seen.text
    agreed = await press(talk, head, seen, "agree_request")
    assert agreed.text.startswith(f"Agreed: {item.reference}")
    after = db.read_now(learning_spaces.by_reference, item.reference)
    assert after
    assert after.due_on > item.due_on
    once = await _say(talk, manager, f"extension {item.reference}")
    assert "More time can be agreed once" in once.text
    assert button(await press(talk, manager, once, "want_exclusion"), "ask_exclusion")
    again = await press(talk, head, seen, "decline_request")
    assert "You agreed this on" in again.text
    assert "This changed nothing." in again.text


async def test_what_is_missing_is_said_on_the_same_card(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    said = await _asked(talk, manager, item, reason="")
    assert "Nothing has been asked yet." in said.text
    assert db.read_now(more_time.of, item.reference) == []


async def test_the_way_to_being_taken_off_is_on_the_same_card(
    talk: Conversation, db: Database, manager: Person, head: Person, item: LearningSpace
) -> None:
    form = await _say(talk, manager, "extension")
    off = await press(talk, manager, form, "want_exclusion")
    said = await press(talk, manager, off, "ask_exclusion", reason="conflict_of_interest", note="")
    assert "Your request goes to your Head of Service." in said.text
    request = db.read_now(more_time.of, item.reference)[0]
    done = await talk.press(head, "agree_request", {"ref": request.token})
    assert "It has been taken off their list." in done.text
    old = await talk.press(manager, "open", {"ref": item.token})
    assert "taken off your list" in old.text


async def test_asking_from_the_first_page_of_the_form_keeps_what_was_typed_there(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace
) -> None:
    page = await talk.press(manager, "open", {"ref": item.token})
    form = await press(talk, manager, page, "more_time", in_person="yes")
    assert button(form, "ask_extension")
    draft = db.read_now(learning_spaces.load_draft, item.reference, manager.id)
    assert draft
    assert draft.answers["in_person"] == "yes"


@pytest.mark.parametrize("verb", ["more_time", "want_exclusion", "ask_extension", "ask_exclusion"])
async def test_nobody_asks_about_somebody_elses(
    talk: Conversation, db: Database, head: Person, item: LearningSpace, verb: str
) -> None:
    said = await talk.press(head, verb, {"ref": item.token, "reason": "other", "new_date": "2026-12-31"})
    assert "cannot open" in said.text
    assert db.read_now(more_time.of, item.reference) == []


@pytest.mark.parametrize("verb", ["see_request", "agree_request", "decline_request"])
async def test_nobody_else_sees_or_decides_a_request(
    talk: Conversation, db: Database, manager: Person, qa_lead: Person, item: LearningSpace, verb: str
) -> None:
    await _asked(talk, manager, item, note="The room was double booked.")
    token = db.read_now(more_time.of, item.reference)[0].token
    for person in (manager, qa_lead):
        said = await talk.press(person, verb, {"ref": token})
        assert "cannot open" in said.text
        assert "double booked" not in said.text
    assert db.read_now(more_time.of, item.reference)[0].state == "asked"


async def test_the_note_is_in_no_notice(talk: Conversation, db: Database, manager: Person, item: LearningSpace) -> None:
    await _asked(talk, manager, item, note="The room was double booked.")
    assert "double" not in str([row.facts for row in db.read_now(notices.about, item.reference)])


async def test_the_qa_lead_stops_the_clock_with_one_press_and_starts_it_with_another(
    talk: Conversation, db: Database, qa_lead: Person
) -> None:
    asked = await _say(talk, qa_lead, "freeze")
    assert "[Stop the clock]" in asked.text
    assert db.read_now(more_time.all_pauses) == []
    done = await press(talk, qa_lead, asked, "freeze")
    assert "The clock stands still" in done.text
    twice = await press(talk, qa_lead, asked, "freeze")
    assert "The clock stands already" in twice.text
    empty = await _say(talk, qa_lead, "preview")
    assert "the inspection freeze stops the clock" in empty.text
    again = await press(talk, qa_lead, await _say(talk, qa_lead, "unfreeze"), "unfreeze")
    assert "no date has moved" in again.text
    assert "There is no freeze to end." in (await _say(talk, qa_lead, "unfreeze")).text


@pytest.mark.parametrize("word", ["freeze", "unfreeze", "preview"])
async def test_what_is_the_qa_leads_is_said_to_be_theirs(talk: Conversation, manager: Person, word: str) -> None:
    assert "Only the QA lead can do that" in (await _say(talk, manager, word)).text


@pytest.mark.parametrize("verb", ["freeze", "unfreeze", "preview", "hold"])
async def test_a_press_is_refused_like_the_word(
    talk: Conversation, db: Database, manager: Person, item: LearningSpace, verb: str
) -> None:
    data = {"hold_item": item.token, "reason": "other", "working_days": "1"}
    assert "Only the QA lead can do that" in (await talk.press(manager, verb, data)).text
    assert db.read_now(more_time.hold_of, item.reference) is None


async def test_hold_without_a_choice_asks_for_one(talk: Conversation, qa_lead: Person) -> None:
    said = await talk.press(qa_lead, "hold", {"reason": "other", "working_days": "1"})
    assert "Nothing has been held yet." in said.text


async def test_holding_says_until_when(
    talk: Conversation, db: Database, qa_lead: Person, item: LearningSpace, woken: list[bool]
) -> None:
    data = {"hold_item": item.token, "reason": "nearly_done", "working_days": "5"}
    made = await talk.press(qa_lead, "hold", data)
    assert made.text.startswith(f"Held: {item.reference}")
    assert "Step: 2 days past its date" in made.text
    assert woken
    assert "A learning space can be held once." in (await talk.press(qa_lead, "hold", data)).text


@pytest.fixture
def many(db: Database) -> list[LearningSpace]:
    """Thirty open learning spaces whose first rung is on the next working day."""
    items = db.read_now(learning_spaces.after_reference, "", 30)
    monday = date(2026, 11, 23)
    for item in items:
        db.write_now(
            learning_spaces.update,
            item.reference,
            due_on=monday - timedelta(days=2),
            steps_done=("-7", "-2", "0", "+1"),
            next_step_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )
    return items


def _ticks(message: Message) -> dict[str, str]:
    """What can be ticked on a card: the token, and the words beside it."""
    assert message.card
    boxes = [one for one in message.card["body"] if one.get("id") == "hold_item"]
    return {choice["value"]: choice["title"].replace("\u2011", "-") for box in boxes for choice in box["choices"]}


async def test_every_escalation_of_the_day_can_be_held_by_name_and_many_with_one_press(
    talk: Conversation, db: Database, everyone: Establishment, qa_lead: Person, many: list[LearningSpace]
) -> None:
    page = await _say(talk, qa_lead, "preview")
    offered: dict[str, str] = {}
    reason = {"reason": "our_mistake", "working_days": "2"}
    chosen: list[str] = []
    while True:
        here = _ticks(page)
        assert 0 < len(here) <= 12
        offered |= here
        first = next(iter(here))
        chosen.append(first)
        if "[Next " not in page.text:
            break
        data = {**button(page, "preview").data, "hold_item": first, **reason}
        page = await talk.press(qa_lead, "preview", data)
    by_token = {item.token: item for item in many}
    assert offered.keys() == by_token.keys(), "all of them, on one page or another"
    for token, title in offered.items():
        item = by_token[token]
        assert title.startswith(everyone.people[item.person].name) and item.reference in title
        assert "2 days past its date, to " in title and item.case_ref not in title

    before = db.read_now(history.newest)
    made = await talk.press(qa_lead, "hold", {**button(page, "hold").data, "hold_item": chosen[-1], **reason})
    assert made.text.startswith(f"Held: {say_count(len(chosen), 'escalation')}")
    held = {item.reference for item in many if db.read_now(more_time.hold_of, item.reference)}
    assert held == {by_token[token].reference for token in chosen}
    assert db.read_now(history.newest) == before + len(chosen)


async def test_hold_with_a_reference_is_about_holding_that_one(
    talk: Conversation, db: Database, qa_lead: Person, item: LearningSpace
) -> None:
    asked = await _say(talk, qa_lead, f"hold {item.reference}")
    assert asked.text.startswith(f"Hold {item.reference}?\n\nManager: ")
    assert "Says: 2 days past its date" in asked.text
    missing = await press(talk, qa_lead, asked, "hold", working_days="3")
    assert missing.text.startswith(f"Hold {item.reference}?") and "[Hold]" in missing.text
    made = await press(talk, qa_lead, missing, "hold", reason="nearly_done", working_days="3")
    assert made.text.startswith(f"Held: {item.reference}")
    assert "A learning space can be held once." in (await _say(talk, qa_lead, f"hold {item.reference}")).text
    assert "Only an escalation of a learning space" in (await _say(talk, qa_lead, "hold CL-2026Q3-001")).text


async def test_a_decision_typed_with_a_reference_shows_the_request_to_whoever_decides_it(
    talk: Conversation, manager: Person, head: Person, item: LearningSpace
) -> None:
    before = await _say(talk, head, f"agree {item.reference}")
    assert "[Agree]" not in before.text
    await _asked(talk, manager, item)
    for word in ("agree", "Decline", "read their note"):
        assert "[Agree]" in (await _say(talk, head, f"{word} {item.reference}")).text
    assert "[Agree]" not in (await _say(talk, manager, f"agree {item.reference}")).text

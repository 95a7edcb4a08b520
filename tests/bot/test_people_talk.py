"""Two voices and changes of hands at the front desk: every press and typed line is allowed afresh, by who says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from assurance.sweep.sweep import sweep
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Establishment, Person
from storage.casework import learning_spaces, reflections
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.database import Database
from storage.outbox import notices
from tests.bot.conftest import Council
from tests.bot.filling import button, fill_to_review, press


@pytest.fixture
def manager(present: Establishment) -> Person:
    return present.people[DEMO_TEAM_MANAGER]


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def practitioner(present: Establishment, item: LearningSpace) -> Person:
    return present.people[item.practitioner]


async def said(talk: Conversation, person: Person, line: str) -> Message:
    """What a typed line is answered with."""
    return (await talk.text(person, line))[0]


async def test_a_practitioner_adds_a_reflection_and_the_auditor_reads_it_in_the_review(
    talk: Conversation, db: Database, manager: Person, practitioner: Person, item: LearningSpace
) -> None:
    card = await said(talk, practitioner, f"reflect {item.reference}")
    assert "This is your own voice" in card.text
    words = "I would plan the next visit together with the school."
    data = {"ref": item.reference, "reflection": words}
    kept = await talk.press(practitioner, "keep_reflection", data)
    assert kept.text.startswith(f"Kept: {item.reference}") and words not in kept.text
    written = db.read_now(reflections.of, item.reference)
    assert written and written.text == words
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    assert words in review.text


async def test_a_forged_press_reads_and_writes_nothing_of_anybody_elses(
    talk: Conversation, db: Database, manager: Person, qa_lead: Person, item: LearningSpace
) -> None:
    for person in (manager, qa_lead):
        answer = await talk.press(person, "keep_reflection", {"ref": item.reference, "reflection": "Mine now."})
        assert answer.text.startswith("I cannot open that one")
    assert db.read_now(reflections.of, item.reference) is None
    for verb, data in (("result", {"ref": item.reference}), ("release", {"ref": item.token})):
        stranger = Person("p-stranger", "Nobody", "nobody@northmoor.example")
        assert (await talk.press(stranger, verb, data)).text.startswith("I cannot open that one")


def a_minute_later(talk: Conversation, db: Database) -> None:
    """The clock goes on, and the timer looks."""
    talk.clock.move_to(talk.clock.now() + timedelta(minutes=1))
    db.write_now(sweep, talk.framework, now=talk.clock.now())


async def test_a_release_can_be_taken_back_for_a_minute_and_nobody_has_heard_of_it(
    talk: Conversation, council: Council, db: Database, manager: Person, practitioner: Person, item: LearningSpace
) -> None:
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    receipt = await press(talk, manager, review, "submit")
    released = await press(talk, manager, receipt, "release")
    again = await press(talk, manager, receipt, "release")
    assert released.text.partition("\n")[0] in again.text, "a second press changes nothing"
    back = await press(talk, manager, released, "take_release_back")
    assert "nobody was told" in back.text
    a_minute_later(talk, db)
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored and stored.released_at is None
    assert not [one for one in db.read_now(notices.about, item.reference) if one.event == "E95"]
    await press(talk, manager, back, "release")
    with Database.open(council.url) as after_a_crash:  # nothing but rows is needed
        late = talk.clock.now() + timedelta(hours=2)
        after_a_crash.write_now(sweep, talk.framework, now=late)
        opened = after_a_crash.read_now(learning_spaces.by_reference, item.reference)
    assert opened and opened.released_at == late and opened.released_by == manager.id
    assert (await press(talk, manager, released, "take_release_back")).text.startswith("Too late to take back")


async def test_the_result_is_refused_with_the_day_and_opens_after_the_talk(
    talk: Conversation, db: Database, manager: Person, practitioner: Person, item: LearningSpace
) -> None:
    line = f"result {item.reference}"
    assert "has not sent this learning space in yet" in (await said(talk, practitioner, line)).text
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    receipt = await press(talk, manager, review, "submit")
    refused = await said(talk, practitioner, line)
    assert refused.text.startswith(f"Not yet: {item.reference}") and "at the latest" in refused.text
    assert button(receipt, "release").data["ref"] == item.token
    released = await press(talk, manager, receipt, "release")
    assert released.text.startswith(f"Released: {item.reference}")
    assert "You can take it back within a minute of pressing." in released.text
    assert (await said(talk, practitioner, line)).text == refused.text, "not before that minute is over"
    a_minute_later(talk, db)
    opened = await said(talk, practitioner, line)
    assert "Overall practice: Good" in opened.text
    assert item.case_ref not in str(opened)
    reads = [entry for entry in db.read_now(history.read, subject=item.reference) if entry.verb == "form_read"]
    assert [entry.actor for entry in reads] == [f"person:{practitioner.id}"]
    assert (await said(talk, manager, f"release {item.reference}")).text.count("There is nothing more to do") == 1


async def test_a_reflection_after_the_form_is_sent_in_is_refused_kindly(
    talk: Conversation, manager: Person, practitioner: Person, item: LearningSpace
) -> None:
    review = await fill_to_review(talk, manager, await said(talk, manager, "list"))
    await press(talk, manager, review, "submit")
    late = await talk.press(practitioner, "reflect", {"ref": item.reference})
    assert "You can still say it" in late.text


async def test_the_qa_lead_names_a_person_is_asked_why_and_confirms(
    talk: Conversation, db: Database, present: Establishment, qa_lead: Person, item: LearningSpace
) -> None:
    other = next(
        present.people[post.holder]
        for post in present.posts_of_role("senior_manager")
        if post.holder and post.function not in (item.function, item.case_function)
    )
    asked = await said(talk, qa_lead, f"reassign {item.reference} to {other.name}")
    assert f"To: {other.name}" in asked.text
    assert other.id not in str(asked.card), "a card carries nobody's id"
    without = await press(talk, qa_lead, asked, "reassign")
    assert "Please choose an answer" in without.text
    done = await talk.press(qa_lead, "reassign", {"ref": item.reference, "reason": "workload"})
    assert done.text.startswith(f"Changed hands: {item.reference}")
    now = db.read_now(learning_spaces.by_reference, item.reference)
    assert now and now.person == other.id


async def test_nobody_else_reassigns_or_learns_who_is_out_of_reach(
    talk: Conversation, db: Database, manager: Person, practitioner: Person, item: LearningSpace
) -> None:
    for person in (manager, practitioner):
        assert (await said(talk, person, f"reassign {item.reference} to {manager.id}")).text.startswith("The QA lead")
        assert (await said(talk, person, "reachability")).text.startswith("The QA lead does that")
        forged = await talk.press(person, "reassign", {"ref": item.reference, "reason": "left"})
        assert forged.text.startswith("The QA lead does that")
    now = db.read_now(learning_spaces.by_reference, item.reference)
    assert now and now.person == item.person


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("reassign {ref}", "Who should have it?"),
        ("reassign {ref} to Zzz Nobody", "I cannot tell who that is"),
        ("reassign LS-2020Q1-999 to p-1", "I cannot open that one"),
        ("reassign {ref} to {worker}", "They have no post for it"),
    ],
)
async def test_a_command_that_cannot_be_done_says_why(
    talk: Conversation, qa_lead: Person, item: LearningSpace, line: str, answer: str
) -> None:
    typed = line.format(ref=item.reference, worker=item.practitioner)
    assert (await said(talk, qa_lead, typed)).text.startswith(answer)


async def test_the_qa_lead_asks_who_cannot_be_reached(talk: Conversation, qa_lead: Person) -> None:
    text = (await said(talk, qa_lead, "who can't be reached?")).text
    assert "reached" in text.splitlines()[0]

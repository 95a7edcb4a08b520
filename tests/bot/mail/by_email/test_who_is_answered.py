"""Who may answer a letter by email, who is written back, and what is never answered at all."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib
import pytest

from assurance.channels.receive_mail import finish_reading, keep_mail
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from desk.mailbox import Post
from policy.framework.framework import Framework
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment, history
from storage.engine.database import Database
from storage.outbox import replies
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import (
    GATEWAY,
    MAILBOX,
    Correspondent,
    answers,
    body,
    now,
    until_read,
)


async def test_a_letter_passed_on_does_nothing_in_other_hands(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    people = db.read_now(establishment.current).people
    other = next(one for one in people.values() if one.id not in (DEMO_TEAM_MANAGER, item.practitioner))
    stranger = Correspondent(post[0], other.email, manager.port)
    stranger.skip()
    await stranger.reply(first, "GOOD\n\nAll fine.")
    answer = await stranger.letter()
    assert "That letter was written to somebody else" in body(answer)
    assert answers(db, item) == {} and now(db, item).state == "allocated"
    await until_read(db)
    assert [row.reason for row in db.read_now(replies.unclear)] == ["not_the_person_asked"]


@pytest.mark.parametrize(
    "found",
    [
        "",
        "mx.elsewhere.example; dmarc=pass header.from=northmoor.example",
        "gateway.northmoor.example; dmarc=fail header.from=northmoor.example",
        "gateway.northmoor.example; dmarc=pass header.from=n0rthmoor.example",
    ],
)
async def test_a_sender_nobody_vouches_for_changes_nothing_and_is_not_written_to(
    manager: Correspondent, item: LearningSpace, db: Database, found: str
) -> None:
    first = await manager.letter()
    await manager.reply(first, "GOOD\n\nAll fine.", found=found)
    await until_read(db)
    await manager.no_letter()
    assert answers(db, item) == {}
    assert [row.reason for row in db.read_now(replies.unclear)] == ["not_authenticated"]


async def test_someone_who_is_not_of_this_council_is_not_answered(
    manager: Correspondent, db: Database, post: tuple[Post, int]
) -> None:
    outside = Correspondent(post[0], "someone@elsewhere.example", manager.port)
    await outside.send("list", subject="hello")
    await until_read(db)
    await outside.no_letter()
    assert [row.reason for row in db.read_now(replies.unclear)] == ["unknown_sender"]


async def test_an_absence_note_and_our_own_letters_are_never_answered_so_two_bots_fall_silent(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    await manager.reply(first, "I am away until Monday.", Auto_Submitted="auto-replied")
    raw = first.as_bytes()
    await aiosmtplib.send(raw, sender=MAILBOX, recipients=[MAILBOX], hostname="127.0.0.1", port=manager.port)
    await until_read(db)
    await manager.no_letter()
    assert db.read_now(replies.unclear) == []


async def test_a_machine_that_answers_every_answer_is_soon_left_alone(
    manager: Correspondent, db: Database, framework: Framework
) -> None:
    letter = await manager.letter()
    for number in range(framework.mail.answers_a_day - 1):
        db.write_now(keep_mail, external_id=f"earlier {number}", raw=b"list", from_exchange=False, now=FRIDAY)
    for number in db.read_now(replies.waiting, 100):
        db.write_now(finish_reading, number=number, event="answer", person=DEMO_TEAM_MANAGER, now=FRIDAY)
    await manager.ask(letter, "blah blah")
    await manager.reply(letter, "blah blah")
    await until_read(db)
    await manager.no_letter()


async def test_words_that_mean_nothing_to_us_go_to_the_qa_team_with_the_reason(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    answer = await manager.ask(first, "Could somebody ring me about the car park?")
    assert "The QA team can see that you wrote" in body(answer)
    await until_read(db)
    (row,) = db.read_now(replies.unclear)
    assert (row.reason, row.person, row.subject) == ("not_understood", DEMO_TEAM_MANAGER, item.reference)


async def test_no_emails_any_more_is_not_offered_to_whom_teams_cannot_reach_and_refused_if_they_ask(
    manager: Correspondent,
) -> None:
    first = await manager.letter()
    assert "stop emails" not in body(first)
    assert "stop emails" not in body(await manager.ask(first, "help"))
    assert "Email is the only way to reach you" in body(await manager.ask(first, "stop emails"))


async def test_list_and_help_are_answered_whatever_letter_they_answer(manager: Correspondent) -> None:
    first = await manager.letter()
    assert "is waiting for you" in body(await manager.ask(first, "list"))
    assert "What you can write to me" in body(await manager.ask(first, "help"))


async def test_the_same_message_twice_is_read_once(manager: Correspondent, db: Database) -> None:
    await manager.letter()
    for _ in range(2):
        message = EmailMessage()
        message["From"], message["To"], message["Message-ID"] = manager.address, MAILBOX, "<twice@x.example>"
        message["Authentication-Results"] = f"{GATEWAY}; dmarc=pass header.from={manager.address.rpartition('@')[2]}"
        message.set_content("list")
        await aiosmtplib.send(message, hostname="127.0.0.1", port=manager.port, start_tls=False)
    await manager.letter()
    await until_read(db)
    await manager.no_letter()


async def test_mail_for_another_mailbox_is_not_taken(manager: Correspondent) -> None:
    message = EmailMessage()
    message["From"], message["To"] = manager.address, "someone.else@northmoor.example"
    message.set_content("list")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await aiosmtplib.send(message, hostname="127.0.0.1", port=manager.port, start_tls=False)


async def test_the_history_says_that_an_email_was_answered_and_nothing_of_what_it_said(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    await manager.ask(first, "GOOD\n\nThe plan was followed.")
    await until_read(db)
    entries = db.read_now(history.read, subject=item.reference)
    assert entries[-1].verb == "email_answered"
    assert not any("plan was followed" in str(entry.detail) for entry in entries)

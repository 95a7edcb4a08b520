"""Held messages by email: the QA lead is told, lists them, and sends or drops them by YES alone."""

from __future__ import annotations

from desk.mailbox import Post
from storage.council import put_back
from storage.council.put_back import RESTORED, PutBack
from storage.engine.database import Database, Session
from storage.outbox import held, notices
from storage.outbox.notices import NewNotice
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import Correspondent, body, letter_to_somebody


def older_than_the_backup(session: Session, person: str) -> None:
    """Two messages that wait, and a database that was put back."""
    for number in (1, 2):
        one = NewNotice("E20", str(number), "2026-11", person, "qa_lead", "mail", False, FRIDAY, FRIDAY, {"posts": 1})
        notices.add(session, [one], at=FRIDAY)
    put_back.note(session, PutBack(RESTORED, FRIDAY))


def of_ours(session: Session) -> list[int]:
    """Those of the two that are held. The service may hold others of the council's beside them at any moment."""
    return sorted(one.id for one in held.all_held(session) if one.recipient == "p-nobody")


async def test_the_qa_lead_sends_or_drops_what_is_held_by_email_and_only_by_yes(
    manager: Correspondent, db: Database, post: tuple[Post, int]
) -> None:
    db.write_now(older_than_the_backup, "p-nobody")
    lead = await letter_to_somebody(post[0], "Messages wait for you", db, manager)
    letter = await lead.letter()
    first, second = db.read_now(of_ours)
    assert "from a backup: they are as they were on Friday 20 November" in body(letter)
    listed = await lead.ask(letter, "held")
    assert "messages are held" in body(listed)
    back = await lead.ask(letter, f"drop held {first}")
    assert "Reply with YES alone to drop them" in body(back) and db.read_now(of_ours) == [first, second]
    assert "dropped" in body(await lead.ask(back, "yes")) and db.read_now(of_ours) == [second]
    back = await lead.ask(letter, "Send all held\nThanks")
    others = {one.id for one in db.read_now(held.all_held)}
    assert db.read_now(of_ours) == [second]
    assert "will be sent" in body(await lead.ask(back, "YES")) and db.read_now(of_ours) == []
    assert not others & {one.id for one in db.read_now(held.all_held)}, "all that was held then"


async def test_nobody_else_may_by_email(manager: Correspondent, db: Database) -> None:
    first = await manager.letter()
    db.write_now(older_than_the_backup, "p-nobody")
    answer = await manager.ask(first, "send all held")
    assert "QA lead" in body(answer)

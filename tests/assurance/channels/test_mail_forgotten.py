"""Mail whose time is over is emptied within the hour, and not looked for at every sweep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assurance.channels.receive_mail import FORGET_EVERY, finish_reading, forget_mail, keep_mail, mail_by_number
from policy.check.loader import load_framework
from storage.engine.database import Database

CAME = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
OVER = CAME + timedelta(days=load_framework().mail.raw_days)


def looked(db: Database, at: datetime) -> bool:
    """Whether the message still holds its words after a look at that moment."""
    db.write_now(forget_mail, load_framework(), at)
    return db.read_now(mail_by_number, 1).raw is not None


def test_a_message_is_emptied_within_an_hour_of_its_time(database: Database) -> None:
    database.write_now(keep_mail, external_id="one", raw=b"words", from_exchange=False, now=CAME)
    database.write_now(finish_reading, number=1, event="answer", now=CAME)
    just_before = OVER - timedelta(minutes=1)
    assert looked(database, just_before)
    assert looked(database, OVER + timedelta(minutes=1)), "looked into less than an hour ago"
    assert not looked(database, just_before + FORGET_EVERY)

"""One pace for all copies of the bot: thirty letters in any sixty seconds from one mailbox, however many send."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.engine.database import Database, Session
from storage.outbox import mail_pace
from storage.schema import tables

NINE = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)


def take(database: Database, *, a_minute: int = 30, patience: float = 5.0, now: datetime = NINE) -> float:
    return database.write_now(mail_pace.take_turn, a_minute=a_minute, patience=patience, now=now)


def age(database: Database, seconds: float) -> None:
    """Time passes: what was taken lies further back, on whichever clock the database goes by."""

    def earlier(session: Session) -> None:
        for row in session.execute(select(tables.mail_turns)).all():
            at = row.at - timedelta(seconds=seconds)
            session.execute(update(tables.mail_turns).where(tables.mail_turns.c.id == row.id).values(at=at))

    database.write_now(earlier)


async def test_two_copies_that_send_at_once_take_thirty_turns_a_minute_between_them(database_url: str) -> None:
    with Database.open(database_url) as one, Database.open(database_url) as two:
        waits = await asyncio.gather(
            *(
                copy.write(mail_pace.take_turn, a_minute=30, patience=5.0, now=NINE)
                for _ in range(25)
                for copy in (one, two)
            )
        )
        taken = one.read_now(lambda session: len(session.execute(select(tables.mail_turns)).all()))
    assert sum(wait <= 5.0 for wait in waits) == taken == 30
    assert all(50.0 < wait <= 60.0 for wait in waits if wait > 5.0)


def test_the_next_turn_comes_when_the_first_of_the_last_thirty_is_a_minute_old(database: Database) -> None:
    for _ in range(30):
        assert take(database) == 0.0
    assert take(database) > 5.0
    age(database, 57.0)
    assert 0.0 < take(database) <= 3.0, "waited for, and taken"
    age(database, 4.0)
    assert take(database) == 0.0


def test_a_mailbox_that_says_wait_is_left_alone_by_every_copy(database: Database) -> None:
    database.write_now(mail_pace.close, 120.0, now=NINE)
    assert 110.0 < take(database) <= 120.0
    age(database, 121.0)
    assert take(database) == 0.0


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=2)])
def test_a_clock_that_was_set_back_does_not_stop_the_mail(sqlite_database: Database, back: timedelta) -> None:
    for _ in range(30):
        take(sqlite_database)
    sqlite_database.write_now(mail_pace.close, 3000.0, now=NINE)
    assert take(sqlite_database, now=NINE - back) == 0.0


def test_what_is_kept_is_a_minute_of_turns_and_no_more(database: Database) -> None:
    for _ in range(5):
        take(database)
        age(database, 100.0)
    take(database)
    kept = database.read_now(lambda session: len(session.execute(select(tables.mail_turns)).all()))
    assert kept == 1

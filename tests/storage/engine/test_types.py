"""Instants keep their meaning on both databases, and SQLite's text of them has not changed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from storage.contact import inbox
from storage.engine.database import Database
from storage.engine.session import Session
from storage.engine.types import NaiveTime
from storage.schema.tables import inbox as table

SUMMER = datetime(2026, 7, 1, 9, 0, 0, 7, ZoneInfo("Europe/London"))


def _keep(session: Session, at: datetime) -> None:
    inbox.remember(session, "teams", "1", at=at, person="p-1", outcome={})


def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    database.write_now(_keep, SUMMER)
    found = database.read_now(lambda session: session.execute(sa.select(table.c.received_at)).scalar_one())
    assert (found, found.tzinfo) == (SUMMER, UTC)
    assert database.read_now(
        lambda session: session.execute(sa.select(table.c.person).where(table.c.received_at == SUMMER)).scalar_one()
    )


@pytest.mark.parametrize("at", [SUMMER, datetime(2026, 7, 1, 8, tzinfo=UTC)])
def test_the_text_of_an_instant_is_what_earlier_versions_wrote_and_compare_with(
    sqlite_database: Database, at: datetime
) -> None:
    sqlite_database.write_now(_keep, at)
    text = sqlite_database.read_now(
        lambda session: session.connection.exec_driver_sql("SELECT received_at FROM inbox").scalar_one()
    )
    assert text == sa.DateTime().dialect_impl(sa.create_engine("sqlite://").dialect).bind_processor(
        sa.create_engine("sqlite://").dialect
    )(at.astimezone(UTC))


def test_a_time_without_a_zone_is_never_stored(database: Database) -> None:
    with pytest.raises(StatementError) as refused:
        database.write_now(_keep, datetime(2026, 7, 1, 9))  # noqa: DTZ001
    assert isinstance(refused.value.orig, NaiveTime)

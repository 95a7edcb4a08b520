"""Steps of the schema say whether they only add; an older bot goes on beside those, and ends before any other."""

from __future__ import annotations

import io
import re
import threading
import time

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text

from assurance.records.upgrade_announced import upgrade_announced
from bot.clock import Clock
from storage.council import meta
from storage.engine.database import Database, SchemaTooNew, SchemaTooOld, Session
from storage.engine.errors import InUse
from storage.migrations import ANNOUNCED, NEEDS, REVISIONS
from storage.migrations import upgrade as upgrading
from storage.migrations.upgrade import configuration
from tests.databases import schema_at
from tests.storage.use_cases import keys, write_down

FIRST_RELEASE = "2026_11_23_0007"
NEWER = "2031_01_01_0042"
SCRIPTS = ScriptDirectory.from_config(configuration())
SINCE = [step for step in SCRIPTS.walk_revisions() if step.revision > FIRST_RELEASE]


def what_it_does(step: Script) -> list[str]:
    """A step's own statements, as PostgreSQL would be asked."""
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said, "target_metadata": None}
    )
    with Operations.context(context):
        step.module.upgrade()
    return [" ".join(one.split()) for one in said.getvalue().split(";") if one.strip()]


def only_adds(statement: str) -> bool:
    """Whether a bot that does not know of it can go on writing and reading as before."""
    if re.match(r"CREATE TABLE |CREATE INDEX ", statement):
        return True
    added = re.match(r"ALTER TABLE \w+ ADD COLUMN (.+)", statement)
    return bool(added) and ("NOT NULL" not in added[1] or "DEFAULT" in added[1])


@pytest.mark.parametrize("step", SINCE, ids=lambda step: step.revision)
def test_every_step_says_whether_it_only_adds_and_it_is_so(step: Script) -> None:
    assert isinstance(getattr(step.module, "additive", None), bool), "say additive = True or False"
    if step.module.additive:
        assert [one for one in what_it_does(step) if not only_adds(one)] == []


def test_the_check_tells_an_addition_from_a_change() -> None:
    assert only_adds("ALTER TABLE notices ADD COLUMN more INTEGER DEFAULT 0 NOT NULL")
    assert only_adds("ALTER TABLE notices ADD COLUMN more INTEGER")
    assert only_adds("CREATE INDEX ix_more ON notices (due_at)")
    for change in (
        "ALTER TABLE notices ADD COLUMN more INTEGER NOT NULL",
        "ALTER TABLE notices DROP COLUMN step",
        "ALTER TABLE notices ALTER COLUMN step TYPE TEXT",
        "CREATE UNIQUE INDEX ix_more ON notices (due_at)",
        "UPDATE notices SET step = ''",
        "DROP TABLE notices",
    ):
        assert not only_adds(change), change


def newer(session: Session, needs: str) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = :newer"), {"newer": NEWER})
    meta.save(session, NEEDS, needs)


def test_an_older_bot_goes_on_beside_a_schema_that_was_only_added_to(database_url: str) -> None:
    with Database.open(database_url) as running:
        running.write_now(newer, REVISIONS[-2])
        running.write_now(write_down, "after the addition")
        assert "after the addition" in running.read_now(keys)
        assert running.refusal is None
        with Database.open(database_url) as started_later:
            assert started_later.prepare() is False and started_later.migrate() is False
            assert started_later.waits_for() == ""


def test_an_older_bot_ends_when_more_than_an_addition_was_made(database_url: str) -> None:
    with Database.open(database_url) as running:
        running.write_now(newer, NEWER)
        with pytest.raises(SchemaTooNew):
            running.write_now(write_down, "must not be")
        assert isinstance(running.refusal, SchemaTooNew)
    with pytest.raises(SchemaTooNew):
        Database.open(database_url)


@pytest.mark.parametrize("request_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_tables_are_made_in_an_empty_database_and_changed_by_migrate_alone(
    request: pytest.FixtureRequest, request_url: str, fast_folder: object
) -> None:
    if request_url == "sqlite":
        empty, old = f"sqlite:///{fast_folder}/empty.db", f"sqlite:///{fast_folder}/old.db"
    else:
        server = request.getfixturevalue("postgresql_server")
        empty, old = server.blank_database(), server.blank_database()
    with Database.open(empty) as database:
        assert database.prepare() is True and database.waits_for() == ""
        assert database.read_now(meta.get, NEEDS) in REVISIONS
    schema_at(old, FIRST_RELEASE)
    with Database.open(old) as database:
        with pytest.raises(SchemaTooOld, match="run: python -m bot migrate"):
            database.prepare()
        assert database.revision == FIRST_RELEASE
        assert database.waits_for() in ("additive", "breaking")
        assert database.migrate() is True and database.prepare() is False


def test_before_a_breaking_step_running_bots_are_told_and_waited_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step itself is stood in for: what counts is who is told, who waits for whom, and what a refusal leaves."""
    monkeypatch.setattr(Database, "waits_for", lambda _: "breaking")
    migrated: list[float] = []
    monkeypatch.setattr(Database, "migrate", lambda _: migrated.append(time.monotonic()) or True)
    now, until = Clock.real().now(), Clock.real().now().replace(year=2099).isoformat()
    running = Database.open(database_url, service=True)
    running.write_now(write_down, "at work")
    with Database.open(database_url) as newer_bot:
        with pytest.raises(InUse, match="Nothing was changed"):
            newer_bot.migrate_in_good_order(until=until, wait=0.2)
        assert migrated == [] and running.read_now(upgrade_announced, now=now) is False
        upgrade = threading.Thread(target=newer_bot.migrate_in_good_order, kwargs={"until": until, "wait": 30})
        upgrade.start()
        while not running.read_now(upgrade_announced, now=now):
            time.sleep(0.01)
        running.write_now(write_down, "the last thing")  # what is in hand can still be written down
        assert migrated == []
        running.close()
        upgrade.join(30)
        assert len(migrated) == 1
    assert ANNOUNCED and upgrading.announce

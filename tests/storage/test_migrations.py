"""The schema's history: dated steps that end where storage/schema/tables.py stands, and old bots that stop."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, inspect, text

from storage import migrations
from storage.council import meta
from storage.engine.database import Database, SchemaTooNew, Session
from storage.migrations.upgrade import configuration
from storage.schema.tables import metadata
from tests.databases import PostgresqlServer
from tests.storage.use_cases import keys, write_down


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/blank.db"
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.blank_database()


def _unless_json(context: object, inspected: object, column: Column[object], *_: object) -> bool | None:
    """PostgreSQL cannot compare two json values, so their defaults are left to the type; None is Alembic's own way."""
    return False if isinstance(column.type, JSON) else None


def made_here(session: Session) -> Callable[..., bool]:
    """Some indexes are for PostgreSQL alone."""

    def included(_thing: object, name: str, kind: str, *_: object) -> bool:
        return kind != "index" or not name.endswith("_begins") or session.dialect == "postgresql"

    return included


def test_the_migrations_end_at_the_tables_the_code_uses(database: Database) -> None:
    def differences(session: Session) -> list[object]:
        # Alembic misreads the default '' on SQLite; PostgreSQL, made by the same steps, vouches for the defaults.
        defaults = _unless_json if session.dialect == "postgresql" else False
        options = {"compare_type": True, "compare_server_default": defaults, "include_object": made_here(session)}
        context = MigrationContext.configure(session.connection, opts=options)
        return list(compare_metadata(context, metadata))

    assert database.read_now(differences) == []


def test_partial_indexes_are_partial_on_both_databases(database: Database) -> None:
    def waiting_indexes(session: Session) -> str:
        if session.dialect == "sqlite":
            found = session.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        else:
            found = session.execute(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"))
        return "\n".join(found.scalars())

    sql = database.read_now(waiting_indexes)
    assert re.search(r"ix_allocations_due.*WHERE.*next_step_at IS NOT NULL", sql)
    assert re.search(r"ix_notices_waiting.*WHERE.*pending.*leased", sql)


def test_the_steps_form_one_line_and_the_list_knows_them_all() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert len(scripts.get_heads()) == 1
    in_order = [script.revision for script in scripts.walk_revisions()][::-1]
    assert tuple(in_order) == migrations.REVISIONS


def test_every_step_is_dated_and_named_after_its_file() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    for script in scripts.walk_revisions():
        assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_\d{4}", script.revision)
        assert Path(script.path).name.startswith(script.revision)


def test_bringing_up_to_date_twice_does_nothing_the_second_time(blank_url: str) -> None:
    with Database.open(blank_url) as database:
        assert database.migrate() is True
        assert database.migrate() is False
        database.write_now(write_down, "after")


def test_copies_that_start_together_bring_it_up_to_date_once(blank_url: str) -> None:
    done: list[bool] = []

    def start() -> None:
        with Database.open(blank_url) as database:
            done.append(database.migrate())

    starting = [threading.Thread(target=start) for _ in range(4)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert sorted(done) == [False, False, False, True]


def test_a_step_that_fails_half_way_leaves_nothing(blank_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    usual = op.create_table
    made = 0

    def fail_at_the_fifth(*arguments: object, **options: object) -> object:
        nonlocal made
        made += 1
        if made == 5:
            raise RuntimeError("the power went")
        return usual(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", fail_at_the_fifth)
    with Database.open(blank_url) as database:
        with pytest.raises(RuntimeError, match="the power went"):
            database.migrate()
        assert database.read_now(lambda session: inspect(session.connection).get_table_names()) == []
        monkeypatch.setattr(op, "create_table", usual)
        assert database.migrate() is True


def pretend_a_newer_bot_was_here(session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_0042'"))
    meta.save(session, migrations.NEEDS, "2031_01_01_0042")


def test_an_old_bot_does_not_open_a_database_a_newer_one_has_changed(database_url: str) -> None:
    with Database.open(database_url) as database:
        database.write_now(pretend_a_newer_bot_was_here)
    with pytest.raises(SchemaTooNew, match="2031_01_01_0042"):
        Database.open(database_url)


def test_an_old_bot_that_is_running_stops_when_a_newer_one_changes_the_schema(database_url: str) -> None:
    with Database.open(database_url) as old:
        old.write_now(write_down, "before")
        with Database.open(database_url) as newer:
            newer.write_now(pretend_a_newer_bot_was_here)
        with pytest.raises(SchemaTooNew):
            old.write_now(write_down, "must not be")
        with pytest.raises(SchemaTooNew):  # what it would read may no longer mean what it thinks
            old.read_now(keys)


def test_rows_keep_to_the_foreign_keys(database: Database) -> None:
    def orphan(session: Session) -> None:
        session.execute(
            text("INSERT INTO answers (reference, answers, submitted_at) VALUES ('none', '{}', '2026-12-01')")
        )

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.write_now(orphan)


def test_every_table_is_named_in_a_step_and_nowhere_created_from_the_code() -> None:
    steps = (Path(migrations.__file__).parent / "versions").glob("*.py")
    source = "\n".join(step.read_text() for step in steps)
    assert "create_all" not in source and "storage.schema.tables" not in source
    assert {table.name for table in metadata.sorted_tables} <= set(re.findall(r'create_table\(\s*"(\w+)"', source))
